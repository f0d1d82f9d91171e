"""Taking people on, staying in touch, and ending well."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction

from linkwell.common import audit
from linkwell.common.errors import NotVisible
from linkwell.common.locks import one_at_a_time
from linkwell.people import actions as people
from linkwell.people.models import RiskStatement
from linkwell.referrals.actions import allocate_referral
from linkwell.support import errors, rules
from linkwell.support.models import (
    AboutMe,
    Contact,
    Episode,
    EpisodeEvent,
    EpisodeNeed,
    EpisodeState,
    Mode,
    Review,
)
from linkwell.support.queries import visible_episodes
from linkwell.team.models import Membership

REVIEW_AFTER = timedelta(weeks=12)


def locked_episode(*, episode_id: int, by: Membership, at: datetime, must_be_open: bool = True) -> Episode:
    """Return an episode in the member's reach, locked for the change; raise NotVisible or EpisodeOver."""
    rows = visible_episodes(viewer=by, at=at).filter(pk=episode_id).values("pk")
    episode = Episode.objects.select_for_update(of=("self",)).filter(pk__in=rows).first()
    if episode is None:
        raise NotVisible
    if must_be_open:
        rules.check_open(episode.state)
    return episode


def move(episode: Episode, *, to: str, by: Membership, at: datetime, reason: str = "") -> None:
    """Take one step: check the table, write the state and its event; staying is no step."""
    if to == episode.state:
        return
    rules.STATES.check(episode.state, to)
    was, episode.state = episode.state, to
    EpisodeEvent.objects.create(
        scheme_id=episode.scheme_id, episode=episode, at=at, was=was, now=to, by=by, reason=reason
    )


@transaction.atomic
def take_on(*, referral_id: int, link_worker_id: int, by: Membership, at: datetime) -> Episode:
    """Allocate an accepted referral and open its episode; raise what `allocate_referral` raises."""
    allocation = allocate_referral(referral_id=referral_id, link_worker_id=link_worker_id, by=by, at=at)
    episode = Episode.objects.create(
        scheme_id=allocation.scheme_id, person_id=allocation.person_id, referral=allocation.referral,
        link_worker=allocation.link_worker, state=EpisodeState.NEW, opened_at=at,
        next_step="First contact", next_step_on=at.date(),
    )  # fmt: skip
    EpisodeEvent.objects.create(scheme_id=episode.scheme_id, episode=episode, at=at, now=EpisodeState.NEW, by=by)
    EpisodeNeed.objects.bulk_create(
        EpisodeNeed(scheme_id=episode.scheme_id, episode=episode, code=code, raised_at=at, by=by)
        for code in dict.fromkeys(allocation.referral.needs)
    )
    audit.record("episode.opened", about=episode, by=by, at=at)
    return episode


@dataclass(frozen=True, kw_only=True)
class Happened:
    """One contact as it happened."""

    mode: str = Mode.PHONE
    minutes: int = 0
    reached: bool = True
    note: str = ""
    happened_at: datetime | None = None  # empty: just now
    chosen_by_person: bool = False
    next_step: str = ""
    next_step_on: date | None = None
    submission_key: UUID | None = None


@transaction.atomic
def log_contact(
    *, episode_id: int, happened: Happened, by: Membership, at: datetime, first_conversation: bool = False
) -> Contact:
    """Log a contact or an attempt; the same submission twice is one contact.

    Raises NotVisible, EpisodeOver, InTheFuture, MinutesOutOfRange or SameKeyOtherContact.
    """
    again = _same_submission(happened, by)
    episode = locked_episode(episode_id=episode_id, by=by, at=at, must_be_open=again is None)
    if again is not None:
        if again.episode_id != episode.pk or again.note != happened.note.strip():
            raise errors.SameKeyOtherContact
        return again
    when = happened.happened_at or at
    rules.check_contact(happened_at=when, minutes=happened.minutes, at=at)
    contact = Contact.objects.create(
        scheme_id=episode.scheme_id, episode=episode, person_id=episode.person_id, at=when, mode=happened.mode,
        minutes=happened.minutes, reached=happened.reached, chosen_by_person=happened.chosen_by_person,
        is_first_conversation=first_conversation, note=happened.note.strip(), by=by, recorded_at=at,
        submission_key=happened.submission_key,
    )  # fmt: skip
    _count(episode, contact, happened)
    move(episode, to=rules.after_contact(episode.state, first_conversation=first_conversation), by=by, at=at)
    episode.save()
    audit.record("contact.logged" if happened.reached else "contact.attempted", about=contact, by=by, at=at)
    return contact


def _same_submission(happened: Happened, by: Membership) -> Contact | None:
    if happened.submission_key is None:
        return None
    one_at_a_time(f"contact {by.scheme_id} {happened.submission_key}")
    return Contact.objects.filter(scheme_id=by.scheme_id, submission_key=happened.submission_key).first()


def _count(episode: Episode, contact: Contact, happened: Happened) -> None:
    episode.minutes_total += contact.minutes
    episode.first_attempt_at = min(episode.first_attempt_at or contact.at, contact.at)
    if contact.reached:
        episode.contacts_count += 1
        episode.last_heard_at = max(episode.last_heard_at or contact.at, contact.at)
    else:
        episode.attempts_count += 1
    if contact.is_first_conversation and episode.first_conversation_at is None:
        episode.first_conversation_at = contact.at
    if happened.next_step.strip():
        episode.next_step, episode.next_step_on = happened.next_step.strip(), happened.next_step_on
    elif not contact.reached:
        episode.next_step, episode.next_step_on = "Try again", contact.at.date() + timedelta(days=2)


@dataclass(frozen=True, kw_only=True)
class Conversation:
    """What came up in the first conversation; nothing but the risks is required."""

    about_me: dict[str, str]  # AboutMe.Heading → the person's words
    needs: tuple[tuple[str, str], ...] = ()  # (code, own words)
    risk_text: str = ""
    risk_none_known: bool = False
    reach: people.Reach | None = None


@transaction.atomic
def log_first_conversation(
    *, episode_id: int, happened: Happened, conversation: Conversation, by: Membership, at: datetime
) -> Contact:
    """Log the first conversation with all that was said; raise RiskNotAsked, AlreadyTalked
    or what `log_contact` raises.

    Risks may have been asked before; then none need be given again.
    """
    contact = log_contact(episode_id=episode_id, happened=happened, by=by, at=at, first_conversation=True)
    if contact.recorded_at != at:  # the same submission again
        return contact
    if Contact.objects.filter(episode_id=episode_id, is_first_conversation=True).exclude(pk=contact.pk).exists():
        raise errors.AlreadyTalked
    person = contact.person
    if conversation.risk_text.strip() or conversation.risk_none_known:
        people.record_risk(
            person=person, text=conversation.risk_text, none_known=conversation.risk_none_known, by=by, at=at
        )
    elif not RiskStatement.objects.filter(person=person, ended_at=None).exists():
        raise errors.RiskNotAsked
    if conversation.reach is not None:
        people.set_reach(person=person, reach=conversation.reach, by=by, at=at)
    for heading, text in conversation.about_me.items():
        _say_about_me(contact, heading, text, by=by, at=at)
    set_needs(episode_id=episode_id, needs=conversation.needs, by=by, at=at)
    if not Review.objects.filter(episode_id=episode_id, held_at=None).exists():
        Review.objects.create(
            scheme_id=contact.scheme_id, episode_id=episode_id, due_on=(contact.at + REVIEW_AFTER).date()
        )
    return contact


def _say_about_me(contact: Contact, heading: str, text: str, *, by: Membership, at: datetime) -> None:
    if text.strip():
        AboutMe.objects.create(
            scheme_id=contact.scheme_id, person_id=contact.person_id, heading=AboutMe.Heading(heading),
            text=text.strip(), at=at, by=by,
        )  # fmt: skip


@transaction.atomic
def set_needs(*, episode_id: int, needs: tuple[tuple[str, str], ...], by: Membership, at: datetime) -> None:
    """Hold these needs from now on, each in code and own words; those left out have ended."""
    episode = locked_episode(episode_id=episode_id, by=by, at=at)
    wanted = dict(needs)
    for held in EpisodeNeed.objects.filter(episode=episode, ended_at=None):
        if held.code not in wanted:
            held.ended_at = at
            held.save(update_fields=["ended_at"])
        elif wanted[held.code].strip() and held.own_words != wanted[held.code].strip():
            held.own_words = wanted[held.code].strip()
            held.save(update_fields=["own_words"])
    open_now = set(EpisodeNeed.objects.filter(episode=episode, ended_at=None).values_list("code", flat=True))
    EpisodeNeed.objects.bulk_create(
        EpisodeNeed(
            scheme_id=episode.scheme_id, episode=episode, code=code, own_words=words.strip(), raised_at=at, by=by
        )
        for code, words in wanted.items()
        if code not in open_now
    )
    audit.record("episode.needs_set", about=episode, by=by, at=at)
