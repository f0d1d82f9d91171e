"""The inbox, and who could take a referral on."""

from datetime import timedelta

import pytest

from linkwell.common.errors import NotVisible
from linkwell.people.actions import record_risk, renew_keys
from linkwell.people.models import Exclusion, RestrictedReader
from linkwell.referrals.models import State
from linkwell.referrals.queries import Wanted, how_many_wait, inbox, referral_page, who_could_take
from linkwell.team.access import LW
from tests.factories import AllocationFactory, MembershipFactory, PersonFactory, ReferralFactory, in_scheme
from tests.referrals.conftest import BORN, NOW, refer


def waiting(days=0, **fields):
    return ReferralFactory(received_at=NOW - timedelta(days=days), **fields)


def test_urgent_stands_first_then_what_is_not_decided_then_the_longest_wait_TA1(lead):
    accepted, new, old = waiting(5, state=State.ACCEPTED), waiting(1), waiting(9)
    urgent = waiting(0, urgency="urgent")
    waiting(30, state=State.DECLINED)

    rows = inbox(viewer=lead, at=NOW)

    assert [row.referral_id for row in rows] == [urgent.pk, old.pk, new.pk, accepted.pk]
    assert [row.overdue for row in rows] == [False, True, False, False]
    assert how_many_wait(viewer=lead) == 4


def test_an_urgent_referral_is_overdue_sooner_RI9(lead):
    waiting(3, urgency="urgent")
    waiting(3)
    assert [row.overdue for row in inbox(viewer=lead, at=NOW)] == [True, False]


def test_a_link_worker_who_does_not_triage_sees_nothing_waiting(scheme):
    referral = waiting()
    sam = MembershipFactory(role=LW)
    assert inbox(viewer=sam, at=NOW) == []
    with pytest.raises(NotVisible):
        referral_page(viewer=sam, referral_id=referral.pk, at=NOW)
    assert len(inbox(viewer=MembershipFactory(role=LW, may_triage=True), at=NOW)) == 1


def test_restricted_and_excluded_persons_are_absent_and_not_counted_P06(lead):
    waiting(person__is_restricted=True)
    kept = waiting()
    Exclusion.objects.create(scheme_id=lead.scheme_id, person=kept.person, membership=lead, added_at=NOW)
    assert inbox(viewer=lead, at=NOW) == []
    assert how_many_wait(viewer=lead) == 0
    with pytest.raises(NotVisible):
        referral_page(viewer=lead, referral_id=kept.pk, at=NOW)


def test_a_named_reader_sees_a_restricted_persons_referral(lead):
    referral = waiting(person__is_restricted=True)
    RestrictedReader.objects.create(scheme_id=lead.scheme_id, person=referral.person, membership=lead, added_at=NOW)
    assert referral_page(viewer=lead, referral_id=referral.pk, at=NOW).referral_id == referral.pk


def test_another_schemes_referrals_are_absent_T03(scheme, other_scheme, lead):
    with in_scheme(other_scheme):
        theirs = waiting()
    with in_scheme(scheme, other_scheme):
        assert inbox(viewer=lead, at=NOW) == []
        with pytest.raises(NotVisible):
            referral_page(viewer=lead, referral_id=theirs.pk, at=NOW)


def test_who_may_be_the_same_person_is_shown_for_staff_to_judge_RI5(rana, lead):
    known = PersonFactory(given_name="Ada", family_name="Clarke", born_on=BORN)
    AllocationFactory(referral__person=known, link_worker__account__name="Asha Patel")
    hidden = PersonFactory(given_name="Ada", family_name="Clarke", born_on=BORN, is_restricted=True)
    renew_keys(hidden)
    referral = refer(rana)

    (match,) = referral_page(viewer=lead, referral_id=referral.pk, at=NOW).matches

    assert (match.person_id, match.link_worker, match.has_record, match.in_reach) == (
        known.pk,
        "Asha Patel",
        True,
        True,
    )
    (row,) = inbox(viewer=lead, at=NOW)
    assert [shown.person_id for shown in row.matches] == [known.pk]


def test_the_page_tells_a_team_lead_of_risks_and_one_who_only_triages_not(rana, lead):
    referral = refer(rana)
    triager = MembershipFactory(role=LW, may_triage=True)

    assert referral_page(viewer=lead, referral_id=referral.pk, at=NOW).risk == "unknown"
    record_risk(person=referral.person, text="A dog that bites", none_known=False, by=None, at=NOW)

    page = referral_page(viewer=lead, referral_id=referral.pk, at=NOW)
    assert (page.risk, page.risks) == ("some", ("A dog that bites",))
    page = referral_page(viewer=triager, referral_id=referral.pk, at=NOW)
    assert (page.risk, page.risks) == ("", ())


def test_the_page_says_all_that_a_decision_needs(rana, lead):
    referral = refer(rana)
    page = referral_page(viewer=lead, referral_id=referral.pk, at=NOW)
    assert page.needs == ("Loneliness or isolation",)
    assert page.source == f"Dr Rana, {rana.practice.name}"
    assert page.contact == ("Phone 07700 900123",)
    assert page.by_when == (NOW + timedelta(days=7)).date()
    assert [step[1] for step in page.history] == ["Received"]


def test_a_referral_with_a_link_worker_has_left_the_inbox(lead):
    referral = ReferralFactory(state=State.ALLOCATED)
    with pytest.raises(NotVisible):
        referral_page(viewer=lead, referral_id=referral.pk, at=NOW)


def test_the_inbox_costs_the_same_however_long_it_is(rana, lead, django_assert_max_num_queries):
    MembershipFactory(role=LW)
    for number in range(12):
        person = PersonFactory(given_name="Ada", family_name="Clarke", born_on=BORN)
        waiting(number, person=person)
    with django_assert_max_num_queries(7):
        assert len(inbox(viewer=lead, at=NOW)) == 12


def best(lead, **wanted):
    rooms = who_could_take(viewer=lead, wanted=[Wanted(1, **{"language": "en", "person_ids": (), **wanted})], at=NOW)
    return rooms[1]


def test_who_has_most_room_for_their_hours_comes_first_TA2(lead):
    busy, free = MembershipFactory(hours_per_week=37), MembershipFactory(hours_per_week=15)
    for _ in range(4):
        AllocationFactory(link_worker=busy, began_at=NOW - timedelta(days=30))
    AllocationFactory(link_worker=free, began_at=NOW - timedelta(days=1))

    rooms = best(lead)

    assert [room.membership_id for room in rooms] == [free.pk, busy.pk]
    assert rooms[0].why == "1 person now, 1 new this week; 15 hours a week"
    assert rooms[1].why == "4 people now, 0 new this week; 37 hours a week"


def test_who_speaks_the_language_comes_before_who_has_room_TA2(lead):
    MembershipFactory()
    speaks = MembershipFactory(languages=["ur"])
    AllocationFactory(link_worker=speaks)
    assert best(lead, language="ur")[0].why.startswith("speaks their language; ")


def test_who_knows_the_person_comes_first_of_all_TA2(lead):
    MembershipFactory(languages=["ur"])
    before = AllocationFactory()
    room = best(lead, language="ur", person_ids=(before.person_id,))[0]
    assert room.membership_id == before.link_worker_id
    assert room.why.startswith("has supported them before; ")


def test_leavers_other_schemes_and_those_kept_away_are_not_offered(scheme, other_scheme, lead):
    person = PersonFactory()
    MembershipFactory(ended_on=NOW.date())
    kept = MembershipFactory()
    Exclusion.objects.create(scheme=scheme, person=person, membership=kept, added_at=NOW)
    with in_scheme(other_scheme):
        MembershipFactory()
    assert best(lead, person_ids=(person.pk,)) == []


def test_nobody_wanted_costs_nothing(lead, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert who_could_take(viewer=lead, wanted=[], at=NOW) == {}
