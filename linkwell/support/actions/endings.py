"""What follows: tasks, reviews, stepping down and ending, with the referrer told."""

from datetime import date, datetime

from django.db import transaction

from linkwell.common import audit
from linkwell.common.errors import NotVisible
from linkwell.referrals.actions import close_referral
from linkwell.referrals.models import FeedbackToReferrer
from linkwell.support import errors
from linkwell.support.actions.contacts import Happened, locked_episode, log_contact, move
from linkwell.support.models import EndReason, Episode, EpisodeState, Review, Task
from linkwell.support.queries import visible_episode
from linkwell.team.models import Membership


def add_task(
    *, member_id: int, episode_id: int | None, kind: str, text: str, link: str, due_on: date, by: Membership | None,
    at: datetime, scheme_id: int,
) -> Task:  # fmt: skip
    """Put something to do into a member's Today."""
    task = Task.objects.create(
        scheme_id=scheme_id, member_id=member_id, episode_id=episode_id, kind=kind, text=text, link=link,
        due_on=due_on, added_at=at,
    )  # fmt: skip
    audit.record("task.added", about=task, by=by, at=at)
    return task


@transaction.atomic
def finish_task(*, task_id: int, by: Membership, at: datetime) -> Task:
    """Tick off one's own task; raise NotVisible, also about someone who is hidden now. Done twice is done once."""
    task = Task.objects.select_for_update().filter(scheme_id=by.scheme_id, pk=task_id, member=by).first()
    if task is None:
        raise NotVisible
    if task.episode_id is not None:
        visible_episode(viewer=by, episode_id=task.episode_id, at=at)
    if task.done_at is None:
        task.done_at = at
        task.save(update_fields=["done_at"])
        audit.record("task.done", about=task, by=by, at=at)
    return task


@transaction.atomic
def hold_review(
    *, episode_id: int, happened: Happened, note: str, next_due_on: date | None, by: Membership, at: datetime
) -> Review:
    """Record a review held, as a contact too, and when the next is due."""
    contact = log_contact(episode_id=episode_id, happened=happened, by=by, at=at)
    review = Review.objects.filter(episode_id=episode_id, held_at=None).order_by("due_on").first()
    if contact.recorded_at != at:
        return review or Review.objects.filter(episode_id=episode_id).latest("held_at")
    if review is None:
        review = Review(scheme_id=contact.scheme_id, episode_id=episode_id, due_on=at.date())
    review.held_at, review.note, review.by = at, note.strip(), by
    review.save()
    if next_due_on is not None:
        Review.objects.create(scheme_id=contact.scheme_id, episode_id=episode_id, due_on=next_due_on)
    audit.record("review.held", about=review, by=by, at=at, person_id=contact.person_id)
    return review


@transaction.atomic
def step_down(*, episode_id: int, by: Membership, at: datetime) -> Episode:
    """Begin a planned ending: fewer contacts, the connection carries."""
    episode = locked_episode(episode_id=episode_id, by=by, at=at)
    move(episode, to=EpisodeState.STEPPING_DOWN, by=by, at=at)
    episode.save(update_fields=["state"])
    audit.record("episode.stepping_down", about=episode, by=by, at=at)
    return episode


@transaction.atomic
def end_episode(
    *, episode_id: int, reason: str, told_referrer: str, by: Membership, at: datetime, note: str = ""
) -> Episode:
    """End support and tell the referrer, whatever came of it.

    Raises EndReasonMissing, NothingToldToReferrer, NotVisible or EpisodeOver.
    """
    if reason not in EndReason.values:
        raise errors.EndReasonMissing
    if not told_referrer.strip():
        raise errors.NothingToldToReferrer
    episode = locked_episode(episode_id=episode_id, by=by, at=at)
    move(episode, to=EpisodeState.ENDED, by=by, at=at, reason=reason)
    episode.ended_at, episode.end_reason, episode.end_note = at, reason, note.strip()
    episode.next_step, episode.next_step_on = "", None
    episode.save()
    Task.objects.filter(episode=episode, done_at=None).update(done_at=at)
    Review.objects.filter(episode=episode, held_at=None).delete()
    kinds = FeedbackToReferrer.Kind
    kind = kinds.NOT_REACHED if reason == EndReason.NOT_REACHED else kinds.ENDED
    close_referral(referral=episode.referral, kind=kind, told=told_referrer.strip(), by=by, at=at)
    audit.record("episode.ended", about=episode, by=by, at=at)
    return episode
