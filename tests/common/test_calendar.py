"""Leap days, month ends and year ends, exact against tables written from the calendar. Security: Z30, Z29."""

from datetime import UTC, date, datetime, timedelta

import pytest
from dateutil.relativedelta import relativedelta
from django.db import connection
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from linkwell.common.dates import age_on
from linkwell.evaluation.methods.quarters import closed_quarters, quarter_of
from linkwell.referrals.waiting import first_contact_by

# born, on, whole years
AGES = """
2000-02-29 2001-02-28 0   2000-02-29 2001-03-01 1   2000-02-29 2004-02-28 3   2000-02-29 2004-02-29 4
2000-02-29 2100-02-28 99  2000-02-29 2100-03-01 100 1900-03-01 2000-02-29 99  1900-03-01 2000-03-01 100
1999-12-31 2000-01-01 0   1999-12-31 2000-12-30 0   1999-12-31 2000-12-31 1   2000-01-01 2000-12-31 0
2000-01-01 2001-01-01 1   1984-03-15 2026-03-14 41  1984-03-15 2026-03-15 42  1936-02-29 2026-02-28 89
1936-02-29 2026-03-01 90  1950-01-31 2026-01-30 75  1950-01-31 2026-01-31 76  2026-11-22 2026-11-22 0
"""
# received, days of the scheme, urgent, by when
WAITS = """
2024-02-28 1 no 2024-02-29   2024-02-28 2 no 2024-03-01   2024-02-29 7 no 2024-03-07   2023-02-28 1 no 2023-03-01
2024-02-22 7 no 2024-02-29   2023-02-22 7 no 2023-03-01   2024-12-31 1 no 2025-01-01   2024-12-25 7 no 2025-01-01
2025-12-30 2 yes 2026-01-01  2024-02-27 7 yes 2024-02-29  2023-02-27 7 yes 2023-03-01  2026-01-31 1 no 2026-02-01
2026-04-30 1 no 2026-05-01   2026-03-28 1 no 2026-03-29   2026-03-28 2 no 2026-03-30   2026-10-24 1 no 2026-10-25
2026-10-24 2 no 2026-10-26   2100-02-28 1 no 2100-03-01   2000-02-28 1 no 2000-02-29   2026-06-30 14 no 2026-07-14
"""
# received and now in Greenwich time, days waited in London, where the clocks change on 29 March and 25 October 2026
WAITED = """
2026-03-28T23:30 2026-03-29T00:30 1   2026-03-28T23:30 2026-03-29T22:59 1   2026-03-28T23:30 2026-03-29T23:00 2
2026-03-29T00:59 2026-03-29T01:00 0   2026-03-29T22:59 2026-03-29T23:00 1   2026-10-24T22:59 2026-10-24T23:00 1
2026-10-24T23:00 2026-10-25T23:59 0   2026-10-24T23:00 2026-10-26T00:00 1   2026-10-25T00:30 2026-10-25T01:30 0
2026-10-25T23:59 2026-10-26T00:00 1   2024-02-28T12:00 2024-03-01T12:00 2   2023-02-28T12:00 2023-03-01T12:00 1
2024-02-29T12:00 2025-02-28T12:00 365 2024-02-29T12:00 2025-03-01T12:00 366 2024-12-31T23:59 2025-01-01T00:00 1
2025-12-31T00:00 2026-01-01T00:00 1   2023-12-31T12:00 2024-12-31T12:00 366 2022-12-31T12:00 2023-12-31T12:00 365
2026-06-30T22:59 2026-06-30T23:00 1   2026-07-31T23:30 2026-08-01T23:30 1
"""


def rows(table, columns):
    words = table.split()
    return [tuple(words[start : start + columns]) for start in range(0, len(words), columns)]


def day(text):
    return date.fromisoformat(text)


def test_Z30_the_tables_hold_sixty_dates():
    assert len(rows(AGES, 3)) + len(rows(WAITS, 4)) + len(rows(WAITED, 3)) == 60


@pytest.mark.parametrize(("born", "on", "years"), rows(AGES, 3))
def test_Z30_an_age_is_exact_on_the_day(born, on, years):
    assert age_on(day(born), day(on)) == int(years)


@pytest.mark.parametrize(("received", "days", "urgent", "by_when"), rows(WAITS, 4))
def test_Z30_first_contact_is_due_on_the_exact_day(received, days, urgent, by_when):
    assert first_contact_by(day(received), days=int(days), urgent=urgent == "yes") == day(by_when)


@pytest.mark.parametrize(("received", "now", "days"), rows(WAITED, 3))
def test_Z30_Z29_a_wait_is_counted_in_days_of_the_place(received, now, days):
    began, ends = (timezone.localdate(datetime.fromisoformat(text).replace(tzinfo=UTC)) for text in (received, now))
    assert (ends - began).days == int(days)


@pytest.mark.django_db
@pytest.mark.parametrize(("born", "on", "years"), rows(AGES, 3))
def test_Z30_postgresql_counts_the_same_years(born, on, years):
    with connection.cursor() as cursor:
        cursor.execute("SELECT date_part('year', age(%s::date, %s::date))", [on, born])
        assert cursor.fetchone()[0] == int(years)


DAYS = st.dates(min_value=date(1900, 1, 1), max_value=date(2199, 12, 31))


@settings(max_examples=300, deadline=None)
@given(DAYS, st.integers(0, 40_000))
def test_Z30_an_age_is_what_another_calendar_says_on_every_day(born, later):
    on = born + timedelta(days=later)
    years = relativedelta(on, born).years
    if (born.month, born.day) == (2, 29) and (on.month, on.day) == (2, 28) and (on + timedelta(days=1)).month == 3:
        years = on.year - born.year - 1  # that one lets them age on 28 February; here they age on 1 March
    assert age_on(born, on) == years


@settings(max_examples=300, deadline=None)
@given(DAYS)
def test_Z30_every_day_lies_in_one_quarter_that_closes_the_day_after_its_last(day):
    quarter = quarter_of(day)
    last = quarter.ended_on - timedelta(days=1)

    assert quarter.began_on <= day <= last and quarter_of(last) == quarter != quarter_of(quarter.ended_on)
    assert (last + timedelta(days=1)).day == 1 and quarter.began_on + relativedelta(months=3) == quarter.ended_on
    assert closed_quarters(first=day, today=last) == []
    assert closed_quarters(first=day, today=quarter.ended_on) == [quarter]
