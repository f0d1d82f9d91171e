"""Where the work stands: for managers by reference alone, for team leads without what is hidden from them."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from linkwell.evaluation.overview import overview
from linkwell.people.models import Exclusion, Person
from linkwell.support.models import Review
from linkwell.team.access import COM, LW, MGR, REF, SUP
from tests.factories import EpisodeFactory, MembershipFactory, PersonFactory, ReferralFactory, in_scheme

PAGE = "/manage/"
NOW = timezone.now()


def days(number):
    return NOW - timedelta(days=number)


@pytest.fixture
def asha(scheme):
    return MembershipFactory(account__name="Asha Patel", hours_per_week=30)


@pytest.fixture
def manager(scheme):
    return MembershipFactory(role=MGR)


@pytest.fixture
def work(asha):
    """Two to decide on, one to allocate, one not tried for 12 days, one being supported with a review overdue."""
    ReferralFactory(received_at=days(1), reference="T-NEW001")
    ReferralFactory(received_at=days(9), reference="T-LATE01")
    ReferralFactory(received_at=days(2), state="accepted", reference="T-WAIT01")
    ReferralFactory(received_at=days(40), state="returned", reference="T-BACK01")
    EpisodeFactory(link_worker=asha, referral__received_at=days(12), opened_at=days(10), referral__reference="T-CALL01")
    met = EpisodeFactory(
        link_worker=asha, state="engaged", referral__received_at=days(60), opened_at=days(3), first_attempt_at=days(2),
        first_conversation_at=days(2), next_step_on=timezone.localdate() - timedelta(days=1),
        referral__reference="T-MEET01",
    )  # fmt: skip
    Review.objects.create(scheme=met.scheme, episode=met, due_on=timezone.localdate() - timedelta(days=5))
    EpisodeFactory(link_worker=asha, state="ended", referral__reference="T-OVER01")
    return met


def test_people_are_counted_where_they_are_now(work, manager):
    found = overview(viewer=manager, at=NOW)
    assert dict(found.stages) == {
        "received": 2, "returned": 1, "accepted": 1, "new": 1, "contacted": 0, "engaged": 1, "stepping_down": 0,
    }  # fmt: skip


def test_waits_are_of_all_who_have_not_been_tried(work, manager):
    found = overview(viewer=manager, at=NOW)
    assert (found.waits, found.median_wait, found.target_days) == ((1, 2, 9, 12), 5.5, 7)


def test_a_caseload_counts_people_new_waiting_and_overdue(work, manager, asha):
    MembershipFactory(account__name="Ben Free", hours_per_week=None)
    loads = overview(viewer=manager, at=NOW).loads
    assert [(load.name, load.people, load.new_this_week, load.waiting, load.overdue) for load in loads] == [
        ("Asha Patel", 2, 1, 1, 3), ("Ben Free", 0, 0, 0, 0),
    ]  # fmt: skip
    assert [load.hours_per_week for load in loads] == [30, None]


def test_a_worker_who_has_left_is_shown_while_people_are_with_them(work, manager, asha, client_for):
    asha.ended_on = timezone.localdate()
    asha.save()
    (load,) = overview(viewer=manager, at=NOW).loads
    assert not load.is_current
    assert "has left: give their people to somebody else" in client_for(manager).get(PAGE).content.decode()


def test_what_is_overdue_stands_longest_first_with_its_reference(work, manager):
    rows = [(row.reference, row.what, row.days, row.worker) for row in overview(viewer=manager, at=NOW).overdue]
    assert rows == [
        ("T-CALL01", "first_contact", 5, "Asha Patel"),
        ("T-MEET01", "review", 5, "Asha Patel"),
        ("T-LATE01", "first_contact", 2, ""),
        ("T-MEET01", "next_step", 1, "Asha Patel"),
    ]


def test_the_managers_page_shows_references_and_not_one_word_of_a_person(work, manager, client_for):
    PersonFactory(family_name="Zebedee")
    shown = client_for(manager).get(PAGE).content.decode()
    assert "T-CALL01" in shown and "Half of them have waited 5.5 days or more." in re.sub(r"\s+", " ", shown)
    for person in Person.objects.all():
        assert person.family_name not in shown
    assert "Lonely since" not in shown and "/people/" not in shown


def test_the_managers_page_reads_no_field_of_a_person(work, manager, client_for):
    client = client_for(manager)
    with CaptureQueriesContext(connection) as seen:
        client.get(PAGE)
    assert not any("people_person" in row["sql"] for row in seen.captured_queries)


def test_p06_h04_a_team_lead_sees_no_gap_where_a_record_is_hidden(work, client_for, asha):
    lead = MembershipFactory(role=SUP)
    hidden = EpisodeFactory(link_worker=asha, person__is_restricted=True, referral__received_at=days(30))
    excluded = EpisodeFactory(link_worker=asha, referral__received_at=days(30))
    Exclusion.objects.create(scheme=lead.scheme, person=excluded.person, membership=lead, added_at=NOW)
    found = overview(viewer=lead, at=NOW)
    assert dict(found.stages)["new"] == 1
    assert [load.people for load in found.loads] == [2]
    references = {row.reference for row in found.overdue}
    assert not references & {hidden.referral.reference, excluded.referral.reference}


def test_t03_another_schemes_work_is_not_counted(work, manager, foreign_scheme):
    with in_scheme(foreign_scheme):
        found = overview(viewer=MembershipFactory(role=MGR), at=NOW)
    assert (found.waits, found.loads, found.overdue_count) == ((), (), 0)
    assert found.median_wait is None


def test_an_empty_scheme_says_what_will_stand_here(manager, client_for):
    shown = client_for(manager).get(PAGE).content.decode()
    assert "Nobody is waiting for a first contact" in shown
    assert "There are no link workers yet" in shown
    assert "Nothing is overdue" in shown


@pytest.mark.parametrize("role", [COM, LW, REF])
def test_nobody_else_opens_the_overview(work, client_for, role):
    assert client_for(MembershipFactory(role=role)).get(PAGE).status_code == 404


@pytest.mark.parametrize("role", [MGR, SUP])
def test_the_page_takes_at_most_eight_statements_of_its_own_for_any_number_of_people(work, asha, client_for, role):
    client = client_for(MembershipFactory(role=role))

    def count():
        with CaptureQueriesContext(connection) as seen:
            assert client.get(PAGE).status_code == 200
        return len(seen)

    count()  # the first page of a session notes when it began
    before = count()
    for _ in range(5):
        EpisodeFactory(link_worker=asha, referral__received_at=days(20))
    assert count() == before
    assert before <= 20  # 4 of its own; the rest is sign-in, scope, audit and transaction control
