"""How days, times, distances and amounts are written."""

from datetime import UTC, date, datetime, time

import pytest
from babel.messages.frontend import CommandLineInterface
from django.conf import settings

from linkwell.web import words

DAY = date(2026, 11, 23)


def test_days_are_written_as_the_british_write_them():
    assert words.day(DAY) == "23 November 2026"
    assert words.short_day(DAY) == "23 Nov"
    assert words.weekday(DAY) == "Monday 23 November"


def test_a_moment_is_told_in_local_time():
    in_summer = datetime(2026, 7, 1, 13, 30, tzinfo=UTC)
    assert words.moment(in_summer) == "1 July 2026 at 2:30pm"
    assert words.iso(in_summer) == "2026-07-01T14:30:00+01:00"
    just_before_midnight_in_utc = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)
    assert words.day(just_before_midnight_in_utc) == "2 July 2026"


@pytest.mark.parametrize(
    ("clock", "written"),
    [
        (time(0), "midnight"),
        (time(0, 5), "12:05am"),
        (time(9), "9am"),
        (time(12), "midday"),
        (time(12, 30), "12:30pm"),
        (time(23, 59), "11:59pm"),
    ],
)
def test_the_time_of_day_is_written_in_twelve_hours(clock, written):
    assert words.clock(clock) == written


@pytest.mark.parametrize(
    ("metres", "written"),
    [
        (0, "10 m"),
        (349, "350 m"),
        (994, "990 m"),
        (995, "1.0 km"),
        (1234, "1.2 km"),
        (9940, "9.9 km"),
        (9950, "10 km"),
        (14400, "14 km"),
    ],
)
def test_a_distance_has_the_unit_that_suits_it(metres, written):
    assert words.distance(metres) == written


@pytest.mark.parametrize(("minutes", "written"), [(0, "0 min"), (45, "45 min"), (60, "1 h"), (80, "1 h 20 min")])
def test_a_duration_is_told_in_hours_and_minutes(minutes, written):
    assert words.duration(minutes) == written


@pytest.mark.parametrize(
    ("days", "written"),
    [
        (-1, "today"),
        (0, "today"),
        (1, "yesterday"),
        (13, "13 days ago"),
        (14, "2 weeks ago"),
        (60, "8 weeks ago"),
        (61, "2 months ago"),
        (729, "23 months ago"),
        (800, "2 years ago"),
    ],
)
def test_how_long_ago_is_told_in_the_largest_fitting_unit(days, written):
    assert words.ago(days) == written


def test_nothing_is_written_as_nothing():
    writers = [
        words.day,
        words.clock,
        words.moment,
        words.iso,
        words.distance,
        words.duration,
        words.share,
        words.number,
        words.ago,
    ]
    assert [write(None) for write in writers] == [""] * len(writers)


def test_numbers_are_grouped_and_shares_are_percentages():
    assert words.number(1234567) == "1,234,567"
    assert words.number(2.345, 1) == "2.3"
    assert words.share(0.345) == "34%"
    assert words.in_groups("JBSWY3DPEHPK3PXP") == "JBSW Y3DP EHPK 3PXP"


def test_the_words_of_templates_and_python_can_be_extracted_for_translators(tmp_path, monkeypatch):
    monkeypatch.chdir(settings.BASE)
    catalogue = tmp_path / "django.pot"
    words_of_pages = [
        "pybabel",
        "--quiet",
        "extract",
        "-F",
        "babel.cfg",
        "-k",
        "gettext_lazy",
        "-o",
        str(catalogue),
        ".",
    ]
    CommandLineInterface().run(words_of_pages)

    found = catalogue.read_text()
    assert 'msgid "Leave this page quickly"' in found
    assert 'msgid "%(label)s must be a real date"' in found
    assert 'msgid_plural "%(num)s codes are left."' in found


def test_what_a_longer_part_says_already_is_said_once():
    assert words.said_once(["people aged 65 and over", "For people aged 65 and over"]) == "For people aged 65 and over"
    assert words.said_once(["Just turn up.", "Just turn up"]) == "Just turn up."
    assert words.said_once(["Free", "", "Tuesdays"]) == "Free · Tuesdays"
    assert words.said_once([]) == ""
