from datetime import UTC, date, datetime, time, timedelta

import pytest

from linkwell.directory import rules
from linkwell.directory.errors import AddressRefused, StatusRefused
from linkwell.matching.vocabulary import slots_of

TODAY = date(2026, 11, 23)


def days_ago(days):
    return datetime.combine(TODAY - timedelta(days=days), time(12), UTC)


def fresh(**facts):
    return rules.freshness(
        **{
            "confirmed_at": None,
            "confirmed_by": "",
            "source_checked_on": None,
            "seen_at": None,
            "source": "Trafford",
            "confirmed_how": "phone",
            "sinks_on": TODAY + timedelta(days=1),
            "open_reports": 0,
            "reported_at": None,
            "on": TODAY,
            **facts,
        }
    )


@pytest.mark.parametrize(
    ("facts", "words", "stale"),
    [
        ({"confirmed_at": days_ago(21), "confirmed_by": "group"}, "Confirmed by the group 3 weeks ago", False),
        (
            {"confirmed_at": days_ago(0), "confirmed_by": "worker"},
            "Confirmed by a member of staff by phone today",
            False,
        ),
        (
            {"confirmed_at": days_ago(426), "confirmed_by": "group", "sinks_on": TODAY},
            "Nobody has confirmed this for 14 months: ring first",
            True,
        ),
        ({"source_checked_on": TODAY - timedelta(days=100)}, "Checked by Trafford 3 months ago", False),
        (
            {"source_checked_on": date(2021, 1, 6), "sinks_on": TODAY},
            "Nobody has confirmed this for 6 years: ring first",
            True,
        ),
        ({"seen_at": days_ago(1)}, "From the list of Trafford, loaded yesterday; not confirmed: ring first", True),
        (
            {"confirmed_at": days_ago(9), "confirmed_by": "group", "open_reports": 1, "reported_at": days_ago(3)},
            "Reported as not right 3 days ago, not looked into: ring first",
            True,
        ),
        ({}, "Nobody has confirmed this yet: ring first", True),
        (
            {"confirmed_at": days_ago(500), "confirmed_by": "group", "source_checked_on": TODAY},
            "Checked by Trafford today",
            False,
        ),
    ],
)
def test_freshness_is_said_in_words(facts, words, stale):
    assert fresh(**facts) == rules.Freshness(words, stale)


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (1, "1 day"),
        (5, "5 days"),
        (21, "3 weeks"),
        (60, "8 weeks"),
        (61, "2 months"),
        (426, "14 months"),
        (729, "2 years"),
        (1_500, "4 years"),
    ],
)
def test_a_span_of_days_is_said_as_people_say_it(days, words):
    assert rules.span(days) == words


@pytest.mark.parametrize(("status", "weeks"), [("happy", None), ("open", 3), ("waiting", 0), ("waiting", 500)])
def test_a_status_that_makes_no_sense_is_refused(status, weeks):
    with pytest.raises(StatusRefused):
        rules.check_status(status=status, wait_weeks=weeks)


@pytest.mark.parametrize(
    ("email", "how"), [("not an address", "rang"), ("a@b", "rang"), ("a@b.org", " "), ("a@b@c.org", "rang")]
)
def test_an_address_for_referrals_needs_to_be_one_and_to_be_confirmed(email, how):
    with pytest.raises(AddressRefused):
        rules.check_referral_address(email=email, how=how)


def test_taking_the_address_away_needs_no_reason():
    rules.check_referral_address(email="", how="")


def test_schedules_become_slots_of_the_week():
    tuesday_afternoon = rules.Times(1, None, time(14), time(16))

    assert rules.slots([tuesday_afternoon], on=TODAY) == slots_of([1], [1])
    assert rules.slots([rules.Times(1)], on=TODAY) == slots_of([1])
    assert rules.slots([rules.Times(1, None, time(20), time(2))], on=TODAY) == slots_of([1], [2])
    assert rules.slots([rules.Times(1, valid_to=date(2020, 1, 1))], on=TODAY) is None
    assert rules.slots([], on=TODAY) is None


@pytest.mark.parametrize(
    ("times", "words"),
    [
        ([rules.Times(1, None, time(14), time(16))], "Tuesdays 2pm to 4pm"),
        ([rules.Times(day, None, time(9), time(17)) for day in range(5)], "Monday to Friday 9am to 5pm"),
        ([rules.Times(5, 1, time(10), time(12))], "First Saturday of the month 10am to noon"),
        ([rules.Times(1, None, time(10, 30), None), rules.Times(3)], "Tuesdays from 10:30am; Thursdays"),
        ([rules.Times(day) for day in range(7)], "Every day"),
        ([rules.Times(None)], ""),
        ([rules.Times(2, None, time(10), time(12), weeks=2)], "Every other Wednesday 10am to noon"),
        ([rules.Times(2, weeks=3), rules.Times(4, weeks=1)], "Wednesdays every 3 weeks; Fridays"),
    ],
)
def test_schedules_become_words(times, words):
    assert rules.times_in_words(times) == words
