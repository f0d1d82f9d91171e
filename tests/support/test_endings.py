"""Tasks, reviews and endings; the referrer is told whatever came of it (SU6, SU8, RI12)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from linkwell.common.errors import NotVisible, TransitionRefused
from linkwell.messages.models import Message
from linkwell.referrals.models import Allocation, FeedbackToReferrer, State
from linkwell.support import actions, errors, rules
from linkwell.support.actions import Happened
from linkwell.support.models import EndReason, EpisodeState, Review, Task
from linkwell.team.access import LW
from tests.factories import EpisodeFactory, MembershipFactory

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def episode(scheme):
    return EpisodeFactory(link_worker=MembershipFactory(role=LW))


def end(episode, reason="goals_met", told="They go to the choir now.", by=None):
    return actions.end_episode(
        episode_id=episode.pk, reason=reason, told_referrer=told, by=by or episode.link_worker, at=NOW
    )


@pytest.mark.parametrize("reason", ["goals_met", "not_reached", "nothing_helped"])
def test_the_referrer_is_told_whatever_came_of_it(episode, reason):
    end(episode, reason=reason, told="What happened.")

    episode.refresh_from_db()
    assert (episode.state, episode.end_reason, episode.ended_at) == (EpisodeState.ENDED, reason, NOW)
    assert episode.referral.state == State.CLOSED
    assert not Allocation.objects.filter(ended_at=None).exists()
    told = FeedbackToReferrer.objects.get(kind__in=["ended", "not_reached"])
    assert (told.text, told.kind) == ("What happened.", "not_reached" if reason == "not_reached" else "ended")
    mail = Message.objects.get()
    assert (mail.recipient_kind, mail.recipient_id) == ("practice", episode.referral.practice_id)
    assert "What happened" not in str(mail.words)


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [({"reason": "bored"}, errors.EndReasonMissing), ({"told": "  "}, errors.NothingToldToReferrer)],
)
def test_an_ending_without_reason_or_word_to_the_referrer_is_refused_and_nothing_changes(episode, fields, refusal):
    with pytest.raises(refusal):
        end(episode, **fields)
    episode.refresh_from_db()
    assert episode.ended_at is None
    assert not Message.objects.exists()


def test_support_ends_once_and_only_by_those_who_support(episode):
    with pytest.raises(NotVisible):
        end(episode, by=MembershipFactory(role=LW))
    end(episode)
    with pytest.raises(errors.EpisodeOver):
        end(episode)


def test_ending_closes_what_was_to_do(episode):
    a_task(episode)
    Review.objects.create(scheme=episode.scheme, episode=episode, due_on=NOW.date())
    end(episode)
    assert not Task.objects.filter(done_at=None).exists()
    assert not Review.objects.exists()


def a_task(episode, member=None):
    return actions.add_task(
        member_id=(member or episode.link_worker).pk, episode_id=episode.pk, kind="reply", text="Answer", link="",
        due_on=NOW.date(), by=None, at=NOW, scheme_id=episode.scheme_id,
    )  # fmt: skip


def test_a_task_is_ticked_off_once_by_its_own_member(episode):
    task = a_task(episode)
    with pytest.raises(NotVisible):
        actions.finish_task(task_id=task.pk, by=MembershipFactory(role=LW), at=NOW)
    actions.finish_task(task_id=task.pk, by=episode.link_worker, at=NOW)
    actions.finish_task(task_id=task.pk, by=episode.link_worker, at=NOW + timedelta(days=1))
    task.refresh_from_db()
    assert task.done_at == NOW


def test_a_review_is_a_contact_and_sets_the_next(episode):
    Review.objects.create(scheme=episode.scheme, episode=episode, due_on=NOW.date())
    before = episode.contacts_count
    next_on = NOW.date() + timedelta(weeks=6)

    actions.hold_review(
        episode_id=episode.pk, happened=Happened(minutes=20, note="Better"), note="Better", next_due_on=next_on,
        by=episode.link_worker, at=NOW,
    )  # fmt: skip

    episode.refresh_from_db()
    assert episode.contacts_count == before + 1
    assert list(Review.objects.order_by("due_on").values_list("held_at", "due_on")) == [
        (NOW, NOW.date()),
        (None, next_on),
    ]


def test_stepping_down_comes_after_being_supported_and_not_before(scheme):
    new = EpisodeFactory(link_worker=MembershipFactory(role=LW), state=EpisodeState.NEW)
    with pytest.raises(TransitionRefused):
        actions.step_down(episode_id=new.pk, by=new.link_worker, at=NOW)
    engaged = EpisodeFactory(link_worker=new.link_worker, state=EpisodeState.ENGAGED)
    assert actions.step_down(episode_id=engaged.pk, by=new.link_worker, at=NOW).state == EpisodeState.STEPPING_DOWN


@pytest.mark.parametrize("reason", EndReason.values)
def test_there_are_honest_words_for_every_reason(reason):
    words = rules.ending_words(reason=reason, contacts=3, attempts=4, joined=["the Choir"], tried=["the Gym"])
    assert words.endswith(".")
    assert ("4 tries" in words) == (reason == EndReason.NOT_REACHED)
    assert ("the Choir" in words) == (reason not in (EndReason.NOT_REACHED, EndReason.DIED))
    if reason == EndReason.NOTHING_HELPED:
        assert "did not help" in words


@pytest.mark.parametrize("was", EpisodeState.values)
@pytest.mark.parametrize("now", EpisodeState.values)
def test_every_step_of_an_episode_is_in_the_table_or_refused(was, now):
    if rules.STATES.allows(was, now):
        rules.STATES.check(was, now)
    else:
        with pytest.raises(TransitionRefused):
            rules.STATES.check(was, now)
