"""Staying in touch: contacts and attempts, the first conversation, needs (SU1, SU2, PE5, PE8, RI8)."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from linkwell.common.errors import NotVisible
from linkwell.common.models import AuditEvent
from linkwell.people.models import RiskStatement
from linkwell.referrals.errors import LinkWorkerHasLeft, NotAccepted
from linkwell.referrals.models import State
from linkwell.support import actions, errors
from linkwell.support.actions import Conversation, Happened
from linkwell.support.models import AboutMe, Contact, Episode, EpisodeEvent, EpisodeState, Review
from linkwell.support.queries import needs_of
from linkwell.team.access import LW, MGR, SUP
from tests.factories import EpisodeFactory, MembershipFactory, ReferralFactory

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def a_worker(**fields):
    return MembershipFactory(role=LW, **fields)


def a_new_episode():
    return EpisodeFactory(link_worker=a_worker(), state=EpisodeState.NEW, first_conversation_at=None)


def log(episode, *, by=None, at=NOW, **happened):
    return actions.log_contact(
        episode_id=episode.pk, happened=Happened(**happened), by=by or episode.link_worker, at=at
    )


def converse(episode, *, by=None, at=NOW, key=None, **said):
    said.setdefault("about_me", {})
    return actions.log_first_conversation(
        episode_id=episode.pk,
        happened=Happened(minutes=50, submission_key=key),
        conversation=Conversation(**said),
        by=by or episode.link_worker,
        at=at,
    )


def test_taking_on_allocates_opens_an_episode_and_carries_the_coded_needs_over(scheme):
    lead, worker = MembershipFactory(role=SUP), a_worker()
    referral = ReferralFactory(state=State.ACCEPTED, needs=["money", "housing"])

    episode = actions.take_on(referral_id=referral.pk, link_worker_id=worker.pk, by=lead, at=NOW)

    referral.refresh_from_db()
    assert (referral.state, episode.state, episode.link_worker) == (State.ALLOCATED, EpisodeState.NEW, worker)
    assert [need.code for need in needs_of(episode.pk)] == ["money", "housing"]


@pytest.mark.parametrize(
    ("state", "left_days_ago", "refusal"), [(State.RECEIVED, None, NotAccepted), (State.ACCEPTED, 1, LinkWorkerHasLeft)]
)
def test_taking_on_is_refused_and_nothing_changes(scheme, state, left_days_ago, refusal):
    left = NOW.date() - timedelta(days=left_days_ago) if left_days_ago else None
    worker = a_worker(began_on=NOW.date() - timedelta(days=90), ended_on=left)
    referral = ReferralFactory(state=state)

    with pytest.raises(refusal):
        actions.take_on(referral_id=referral.pk, link_worker_id=worker.pk, by=MembershipFactory(role=SUP), at=NOW)

    referral.refresh_from_db()
    assert referral.state == state
    assert not Episode.objects.exists()


def test_an_attempt_counts_as_a_try_and_asks_to_try_again(scheme):
    episode = a_new_episode()

    log(episode, reached=False)

    episode.refresh_from_db()
    assert (episode.state, episode.attempts_count, episode.contacts_count) == (EpisodeState.CONTACTED, 1, 0)
    assert episode.last_heard_at is None
    assert (episode.next_step, episode.next_step_on) == ("Try again", NOW.date() + timedelta(days=2))
    assert list(AuditEvent.objects.values_list("event", flat=True)) == ["contact.attempted"]


def test_a_contact_counts_minutes_and_when_the_person_was_last_heard(scheme):
    episode = a_new_episode()

    log(episode, minutes=25, note="Rang back, sounded brighter.", next_step="Visit", next_step_on=NOW.date())
    log(episode, minutes=10, happened_at=NOW - timedelta(days=3))

    episode.refresh_from_db()
    assert (episode.minutes_total, episode.contacts_count, episode.last_heard_at) == (35, 2, NOW)
    assert episode.next_step == "Visit"


def test_the_same_submission_twice_is_one_contact(scheme):
    episode, key = a_new_episode(), uuid.uuid4()

    first = log(episode, note="Once", submission_key=key)
    second = log(episode, note="Once", submission_key=key)

    assert first == second
    assert Contact.objects.count() == 1
    with pytest.raises(errors.SameKeyOtherContact):
        log(episode, note="Something else", submission_key=key)


@pytest.mark.parametrize(
    ("happened", "refusal"),
    [
        ({"happened_at": NOW + timedelta(minutes=1)}, errors.InTheFuture),
        ({"minutes": 601}, errors.MinutesOutOfRange),
        ({"minutes": -1}, errors.MinutesOutOfRange),
    ],
)
def test_a_contact_that_cannot_be_is_refused_and_nothing_is_kept(scheme, happened, refusal):
    episode = a_new_episode()
    with pytest.raises(refusal):
        log(episode, **happened)
    episode.refresh_from_db()
    assert (episode.contacts_count, Contact.objects.count()) == (0, 0)


def test_a_colleague_cannot_log_a_contact_and_learns_nothing(scheme):
    with pytest.raises(NotVisible):
        log(a_new_episode(), by=a_worker())
    with pytest.raises(NotVisible):
        log(a_new_episode(), by=MembershipFactory(role=MGR))
    assert not Contact.objects.exists()


def test_ended_support_takes_no_more_contacts(scheme):
    episode = a_new_episode()
    actions.end_episode(
        episode_id=episode.pk, reason="declined", told_referrer="They said no.", by=episode.link_worker, at=NOW
    )
    with pytest.raises(errors.EpisodeOver):
        log(episode)


def test_the_first_conversation_keeps_words_needs_and_risks_and_plans_a_review(scheme):
    episode = a_new_episode()

    converse(
        episode,
        about_me={"matters": "My garden", "brings": "  "},
        needs=(("loneliness", "the house is so quiet"),),
        risk_none_known=True,
    )

    episode.refresh_from_db()
    assert (episode.state, episode.first_conversation_at) == (EpisodeState.ENGAGED, NOW)
    assert list(AboutMe.objects.values_list("heading", "text")) == [("matters", "My garden")]
    assert [(need.code, need.own_words) for need in needs_of(episode.pk)] == [("loneliness", "the house is so quiet")]
    assert RiskStatement.objects.get().none_known
    assert Review.objects.get().due_on == (NOW + timedelta(weeks=12)).date()
    assert list(EpisodeEvent.objects.values_list("was", "now")) == [("new", "engaged")]


def test_risks_must_be_asked_before_the_first_conversation_is_done_and_nothing_is_kept_without(scheme):
    episode = a_new_episode()
    with pytest.raises(errors.RiskNotAsked, match="No known risks"):
        converse(episode, about_me={"matters": "My garden"})
    assert not Contact.objects.exists()
    assert not AboutMe.objects.exists()


def test_risks_asked_before_need_not_be_asked_again(scheme):
    episode = a_new_episode()
    RiskStatement.objects.create(scheme=scheme, person=episode.person, text="Falls", began_at=NOW)
    converse(episode)
    assert RiskStatement.objects.get().text == "Falls"


def test_the_same_conversation_sent_twice_is_kept_once(scheme):
    episode, key = a_new_episode(), uuid.uuid4()
    converse(episode, key=key, risk_none_known=True, about_me={"matters": "Tea"})
    converse(episode, key=key, risk_none_known=True, about_me={"matters": "Tea"}, at=NOW + timedelta(seconds=2))
    assert (Contact.objects.count(), AboutMe.objects.count(), Review.objects.count()) == (1, 1, 1)


def test_needs_left_out_have_ended_and_own_words_may_change(scheme):
    episode = a_new_episode()
    worker = episode.link_worker
    actions.set_needs(episode_id=episode.pk, needs=(("money", "the bills"), ("food", "")), by=worker, at=NOW)
    actions.set_needs(episode_id=episode.pk, needs=(("money", "the rent"),), by=worker, at=NOW)
    assert [(need.code, need.own_words) for need in needs_of(episode.pk)] == [("money", "the rent")]


def test_a_first_conversation_is_held_once_and_a_second_keeps_nothing(scheme):
    episode = a_new_episode()
    converse(episode, risk_none_known=True)
    with pytest.raises(errors.AlreadyTalked):
        converse(episode, about_me={"matters": "Tea"}, at=NOW + timedelta(minutes=1))
    assert (Contact.objects.count(), AboutMe.objects.count()) == (1, 0)
