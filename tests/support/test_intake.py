"""From the inbox to a link worker in one act; and what a referrer adds later."""

from datetime import UTC, datetime

import pytest

from linkwell.common.errors import NotVisible
from linkwell.referrals import errors
from linkwell.referrals.models import Referral, State
from linkwell.support.actions import accept_and_take_on, add_note_to_referral
from linkwell.support.models import Episode, Task
from linkwell.team.access import LW, REF, SUP
from tests.factories import EpisodeFactory, MembershipFactory, ReferralFactory

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize("state", [State.RECEIVED, State.ACCEPTED])
def test_a_referral_is_accepted_and_given_to_a_link_worker_in_one_act_TA1(scheme, state):
    referral, asha = ReferralFactory(state=state, needs=["debt"]), MembershipFactory(role=LW)

    episode = accept_and_take_on(
        referral_id=referral.pk, link_worker_id=asha.pk, by=MembershipFactory(role=SUP), at=NOW
    )

    referral.refresh_from_db()
    assert (referral.state, episode.link_worker_id, episode.state) == (State.ALLOCATED, asha.pk, "new")


def test_where_the_link_worker_cannot_it_is_not_accepted_either(scheme):
    referral, lead = ReferralFactory(), MembershipFactory(role=SUP)
    with pytest.raises(errors.NotALinkWorker):
        accept_and_take_on(referral_id=referral.pk, link_worker_id=lead.pk, by=lead, at=NOW)
    assert Referral.objects.get(pk=referral.pk).state == State.RECEIVED
    assert not Episode.objects.exists()


def test_who_comes_second_is_told_so_Z23(scheme):
    referral, asha, lead = ReferralFactory(), MembershipFactory(role=LW), MembershipFactory(role=SUP)
    accept_and_take_on(referral_id=referral.pk, link_worker_id=asha.pk, by=lead, at=NOW)
    with pytest.raises(errors.TooLate):
        accept_and_take_on(referral_id=referral.pk, link_worker_id=asha.pk, by=lead, at=NOW)
    assert Episode.objects.count() == 1


def test_a_note_reaches_whoever_supports_the_person_RI5(scheme):
    episode = EpisodeFactory()
    rana = MembershipFactory(role=REF, practice=episode.referral.practice)

    add_note_to_referral(referral_id=episode.referral_id, note="She has moved", by=rana, at=NOW)

    task = Task.objects.get(member=episode.link_worker, episode=episode)
    assert "added something" in task.text
    assert "moved" not in task.text


def test_before_there_is_a_link_worker_a_note_stays_on_the_referral(scheme):
    rana = MembershipFactory(role=REF)
    referral = ReferralFactory(practice=rana.practice)
    add_note_to_referral(referral_id=referral.pk, note="She has moved", by=rana, at=NOW)
    assert not Task.objects.exists()
    with pytest.raises(NotVisible):
        add_note_to_referral(referral_id=referral.pk, note="x", by=MembershipFactory(role=REF), at=NOW)
