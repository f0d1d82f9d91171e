"""Whose record a viewer may open, and the cards of the others."""

from datetime import timedelta

import pytest

from linkwell.common.errors import NotVisible
from linkwell.people import actions as people
from linkwell.people.errors import ReasonMissing, TooFewTraits
from linkwell.people.keys import Traits
from linkwell.people.models import Exclusion, RecordOpening, RestrictedReader
from linkwell.referrals.actions import cover_person
from linkwell.referrals.models import State
from linkwell.referrals.queries import (
    card,
    may_be_covered,
    opened_now,
    openings_to_review,
    people_in_reach,
    person_in_reach,
    restricted_by_reference,
    search_people,
)
from linkwell.support.models import EpisodeState
from linkwell.team.access import COM, LW, MGR, REF, SUP
from tests.factories import EpisodeFactory, MembershipFactory, PersonFactory, ReferralFactory, in_scheme
from tests.referrals.conftest import BORN, NOW


def reach(viewer, at=NOW):
    return set(people_in_reach(viewer=viewer, at=at))


def test_a_link_worker_reaches_the_own_caseload_and_whom_they_supported_to_the_end(scheme):
    asha = MembershipFactory()
    now, ended = EpisodeFactory(link_worker=asha), EpisodeFactory(link_worker=asha, state=EpisodeState.ENDED)
    ended.referral.allocations.update(ended_at=ended.referral.closed_at)
    EpisodeFactory()
    ReferralFactory()
    assert reach(asha) == {now.person, ended.person}


def test_someone_handed_over_is_no_longer_reached(scheme):
    episode = EpisodeFactory()
    episode.referral.allocations.update(ended_at=NOW)
    assert reach(episode.link_worker) == set()


def test_a_team_lead_reaches_the_scheme_and_other_roles_nobody(scheme, lead):
    person, waiting = EpisodeFactory().person, ReferralFactory().person
    assert reach(lead) == {person, waiting}
    for role in (MGR, COM, REF):
        assert reach(MembershipFactory(role=role)) == set()


def test_team_access_opens_the_teams_caseloads_PE12(scheme):
    episode = EpisodeFactory()
    scheme.team_access = True
    scheme.save()
    assert reach(MembershipFactory()) == {episode.person}


def test_another_scheme_is_out_of_reach_T03(scheme, other_scheme, lead):
    with in_scheme(other_scheme):
        theirs = EpisodeFactory().person
    with in_scheme(scheme, other_scheme):
        assert reach(lead) == set()
        with pytest.raises(NotVisible):
            person_in_reach(viewer=lead, person_id=theirs.pk, at=NOW)


def test_restricted_records_are_for_named_readers_only_P06(scheme, lead):
    episode = EpisodeFactory(person__is_restricted=True)
    assert reach(lead) == reach(episode.link_worker) == set()
    RestrictedReader.objects.create(scheme=scheme, person=episode.person, membership=lead, added_at=NOW)
    assert reach(lead) == {episode.person}
    assert person_in_reach(viewer=lead, person_id=episode.person_id, at=NOW) == episode.person


def test_an_excluded_member_never_reaches_the_person_not_even_by_opening(scheme):
    episode, sam = EpisodeFactory(), MembershipFactory()
    Exclusion.objects.create(scheme=scheme, person=episode.person, membership=sam, added_at=NOW)
    people.cover(person=episode.person, reason="Emergency", by=sam, at=NOW)
    assert reach(sam) == set()
    with pytest.raises(NotVisible):
        may_be_covered(viewer=sam, person_id=episode.person_id, at=NOW)


def test_a_covered_record_is_in_reach_until_midnight_T07(scheme):
    episode, sam = EpisodeFactory(), MembershipFactory()
    opening = cover_person(person_id=episode.person_id, reason="Taking a call", text="", by=sam, at=NOW)
    assert reach(sam) == {episode.person}
    assert reach(sam, opening.ends_at) == set()
    assert reach(sam, NOW - timedelta(seconds=1)) == set()


def test_an_opened_restricted_record_is_in_reach_for_sixty_minutes_T07(scheme, lead):
    episode = EpisodeFactory(person__is_restricted=True)
    people.open_restricted(
        person=episode.person, reason="Emergency", text="Hurt", second_factor_at=NOW, by=lead, at=NOW
    )
    assert reach(lead, NOW + timedelta(minutes=59)) == {episode.person}
    assert reach(lead, NOW + timedelta(minutes=60)) == set()


def test_a_record_that_becomes_restricted_is_no_longer_open_to_who_covered(scheme):
    episode, sam = EpisodeFactory(), MembershipFactory()
    cover_person(person_id=episode.person_id, reason="Taking a call", text="", by=sam, at=NOW)
    type(episode.person).objects.filter(pk=episode.person_id).update(is_restricted=True)
    assert reach(sam) == set()


def test_restricted_waiting_and_foreign_persons_are_not_covered_T07(scheme, other_scheme):
    sam = MembershipFactory()
    with in_scheme(other_scheme):
        theirs = EpisodeFactory().person_id
    restricted, waiting = EpisodeFactory(person__is_restricted=True).person_id, ReferralFactory().person_id
    with in_scheme(scheme, other_scheme):
        for person_id in (theirs, restricted, waiting):
            with pytest.raises(NotVisible):
                cover_person(person_id=person_id, reason="Emergency", text="", by=sam, at=NOW)
        assert not RecordOpening.objects.exists()


def test_covering_is_for_link_workers_and_team_leads_with_a_reason(scheme):
    person_id = EpisodeFactory().person_id
    with pytest.raises(NotVisible):
        cover_person(person_id=person_id, reason="Emergency", text="", by=MembershipFactory(role=MGR), at=NOW)
    with pytest.raises(ReasonMissing):
        cover_person(person_id=person_id, reason="", text="", by=MembershipFactory(), at=NOW)


CLARKE = Traits(family_name="Clarke", born_on=BORN)


def clarke(**fields):
    return PersonFactory(family_name="Clarke", born_on=BORN, **fields)


def test_a_search_shows_cards_and_whether_the_record_opens_T07(scheme):
    asha = MembershipFactory(account__name="Asha Patel")
    mine = EpisodeFactory(person=clarke(given_name="Ada"), link_worker=asha)
    EpisodeFactory(person=clarke(given_name="Bea"), link_worker__account__name="Sam Okafor")
    ReferralFactory(person=clarke(given_name="Cy"))

    cards = search_people(viewer=asha, traits=CLARKE, reference="", at=NOW)

    assert [(row.name, row.link_worker, row.has_record, row.in_reach) for row in cards] == [
        ("Ada Clarke", "Asha Patel", True, True),
        ("Bea Clarke", "Sam Okafor", True, False),
        ("Cy Clarke", "", False, False),
    ]
    assert cards[0].person_id == mine.person_id
    assert {row.waiting_referral_id for row in cards} == {None}


def test_who_triages_is_led_to_the_referral_that_waits(scheme, lead):
    waiting = ReferralFactory(person=clarke())
    (shown,) = search_people(viewer=lead, traits=CLARKE, reference="", at=NOW)
    assert shown.waiting_referral_id == waiting.pk


def test_an_exact_reference_finds_the_person_and_part_of_one_nobody(scheme, lead):
    referral = ReferralFactory(reference="LW-7K3PQX")
    (shown,) = search_people(viewer=lead, traits=Traits(), reference=" lw-7k3pqx ", at=NOW)
    assert shown.person_id == referral.person_id
    assert search_people(viewer=lead, traits=Traits(), reference="LW-7K3PQ", at=NOW) == []


def test_restricted_and_excluded_persons_are_as_absent_P06(scheme, lead):
    ReferralFactory(person=clarke(is_restricted=True), reference="LW-7K3PQX")
    kept = clarke()
    Exclusion.objects.create(scheme=scheme, person=kept, membership=lead, added_at=NOW)
    assert search_people(viewer=lead, traits=CLARKE, reference="", at=NOW) == []
    assert search_people(viewer=lead, traits=Traits(), reference="LW-7K3PQX", at=NOW) == []


def test_at_most_ten_cards_are_shown_P02(scheme, lead, django_assert_max_num_queries):
    for number in range(12):
        clarke(given_name=f"Ada{number}")
    with django_assert_max_num_queries(4):
        assert len(search_people(viewer=lead, traits=CLARKE, reference="", at=NOW)) == 10


def test_one_trait_or_another_role_finds_nobody_P02(scheme, lead):
    with pytest.raises(TooFewTraits):
        search_people(viewer=lead, traits=Traits(family_name="Clarke"), reference="", at=NOW)
    with pytest.raises(NotVisible):
        search_people(viewer=MembershipFactory(role=MGR), traits=CLARKE, reference="", at=NOW)


def test_a_card_is_shown_of_whom_one_may_cover(scheme):
    episode = EpisodeFactory()
    assert card(viewer=MembershipFactory(), person_id=episode.person_id, at=NOW).has_record
    with pytest.raises(NotVisible):
        card(viewer=MembershipFactory(), person_id=ReferralFactory().person_id, at=NOW)


def test_the_record_knows_by_which_opening_it_is_seen(scheme):
    episode, sam = EpisodeFactory(), MembershipFactory()
    assert opened_now(viewer=sam, person_id=episode.person_id, at=NOW) is None
    opening = cover_person(person_id=episode.person_id, reason="Taking a call", text="", by=sam, at=NOW)
    shown = opened_now(viewer=sam, person_id=episode.person_id, at=NOW)
    assert (shown.restricted, shown.reason, shown.until) == (False, "Taking a call", opening.ends_at)
    people.open_restricted(person=episode.person, reason="Emergency", text="x", second_factor_at=NOW, by=sam, at=NOW)
    assert opened_now(viewer=sam, person_id=episode.person_id, at=NOW).restricted


def test_team_leads_are_shown_openings_to_look_into_without_the_persons_name(scheme, lead):
    referral = ReferralFactory(person__is_restricted=True, reference="LW-7K3PQX")
    given = {"person": referral.person, "reason": "Emergency", "text": "Hurt", "second_factor_at": NOW, "at": NOW}
    people.open_restricted(by=MembershipFactory(account__name="Sam Okafor"), **given)
    people.open_restricted(by=lead, **given)

    (shown,) = openings_to_review(viewer=lead, at=NOW + timedelta(days=6))

    assert (shown.opened_by, shown.reference, shown.overdue) == ("Sam Okafor", "LW-7K3PQX", True)
    assert openings_to_review(viewer=MembershipFactory(role=LW), at=NOW) == []


def test_openings_of_a_person_kept_from_a_lead_are_absent(scheme, lead):
    person = PersonFactory(is_restricted=True)
    Exclusion.objects.create(scheme=scheme, person=person, membership=lead, added_at=NOW)
    people.open_restricted(
        person=person, reason="Emergency", text="x", second_factor_at=NOW, by=MembershipFactory(role=SUP), at=NOW
    )
    assert openings_to_review(viewer=lead, at=NOW) == []


def test_a_reference_leads_to_a_restricted_person_only(scheme, lead):
    restricted = ReferralFactory(person__is_restricted=True, reference="LW-7K3PQX", state=State.ALLOCATED)
    ReferralFactory(reference="LW-222222")
    assert restricted_by_reference(viewer=lead, reference=" lw-7k3pqx") == restricted.person
    assert restricted_by_reference(viewer=lead, reference="LW-222222") is None
    assert restricted_by_reference(viewer=lead, reference="LW-333333") is None
    assert restricted_by_reference(viewer=MembershipFactory(role=MGR), reference="LW-7K3PQX") is None
    Exclusion.objects.create(scheme=scheme, person=restricted.person, membership=lead, added_at=NOW)
    assert restricted_by_reference(viewer=lead, reference="LW-7K3PQX") is None
