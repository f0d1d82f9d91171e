"""The factories make rows that the walls accept."""

import pytest

from linkwell.referrals.models import Allocation, Referral, State
from linkwell.support.models import EpisodeState
from linkwell.team.access import REF
from tests import factories as make
from tests.factories import in_scheme


def test_an_episode_comes_with_person_referral_and_allocation(scheme):
    episode = make.EpisodeFactory()
    ended = make.EpisodeFactory(state=EpisodeState.ENDED)

    assert episode.person.scheme == episode.referral.scheme == episode.link_worker.scheme == scheme
    assert episode.referral.state == State.ALLOCATED and ended.referral.state == State.CLOSED
    assert Allocation.objects.get(referral=episode.referral).ended_at is None
    assert Allocation.objects.get(referral=ended.referral).ended_at is not None


def test_every_factory_makes_a_row(scheme):
    for factory in (
        make.ProgrammeFactory, make.PracticeFactory, make.AgencyFactory, make.MembershipFactory, make.PersonFactory,
        make.ReferralFactory, make.AllocationFactory, make.NeedFactory, make.ContactFactory, make.GoalFactory,
        make.ActionFactory, make.LocationFactory, make.ConnectionFactory,
    ):  # fmt: skip
        assert factory().pk
    assert make.MembershipFactory(role=REF).practice.scheme == scheme
    service = make.ServiceFactory(location=make.LocationFactory(), need_codes=["debt"])
    assert service.at_locations.count() == service.needs.count() == 1


def test_rows_of_another_scheme_are_made_in_its_own_scope_and_stay_unseen(scheme, other_scheme, foreign_scheme):
    with in_scheme(other_scheme):
        theirs = make.ReferralFactory()
    mine = make.ReferralFactory()

    assert list(Referral.objects.all()) == [mine]
    with pytest.raises(Exception, match="row-level security"), in_scheme(foreign_scheme):
        make.PersonFactory(scheme=scheme)
    assert theirs.scheme == other_scheme
