"""Opening times in words: read where every word is sure, left alone where one is not."""

import csv
import re
from collections import Counter
from datetime import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkwell.interop.opening_times import LONGEST, MOST, schedules_of
from tests.interop.opening_phrases import labelled
from tests.shared import shared

CODES = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")


def clock_of(words):
    hour, _, minute = words.partition(":")
    return time(int(hour), int(minute or 0)) if words else None


def meant(label):
    """Return what a label says, as a set of days, rhythms and hours."""
    days, found = [], []
    for word in label.split():
        if word[0].isdigit():
            opens, _, closes = word.partition("-")
            found += [(*day, clock_of(opens), clock_of(closes)) for day in days]
            days = []
            continue
        if len(days) and not re.match(r"[A-Z][a-z]", word):
            raise ValueError(label)
        spread = re.fullmatch(r"(\w\w)-(\w\w)", word)
        if spread:
            first, last = CODES.index(spread[1]), CODES.index(spread[2])
            days += [(day, "WEEKLY", None, None) for day in range(first, last + 1)]
            continue
        name, rhythm = word[:2], word[2:]
        frequency = "" if rhythm == "?" else "MONTHLY" if rhythm.startswith("#") else "WEEKLY"
        week = int(rhythm[1:]) if rhythm.startswith("#") else None
        days.append((CODES.index(name), frequency, week, int(rhythm[1:]) if rhythm.startswith("/") else None))
    return Counter([*found, *((*day, None, None) for day in days)])


def read(text):
    return Counter(
        (one.weekday, one.frequency, one.week_of_month, one.interval, one.opens_at, one.closes_at)
        for one in schedules_of(text)
    )


@pytest.mark.parametrize(("phrase", "label"), labelled())
def test_DI2_a_phrase_is_read_as_a_careful_person_reads_it_or_left_as_words(phrase, label):
    assert read(phrase) == meant(label)


def test_the_list_of_phrases_is_long_and_a_quarter_of_it_must_not_be_read():
    labels = [label for _, label in labelled()]

    assert len(labels) >= 120
    assert len([label for label in labels if not label]) >= len(labels) / 4


def test_what_limits_the_hours_stays_beside_them_in_words():
    told = {
        "Wednesdays 1-3pm (term time only)": "term time only",
        "Mon & Thur 1-3pm (except bank holidays)": "except bank holidays",
        "Mon - Fri by appointment": "by appointment",
        "Thursday morning": "morning",
        "every 2nd Thursday 2-4pm": "every 2nd Thursday 2-4pm",
        "Tuesdays 10am-12pm": "",
    }
    for phrase, words in told.items():
        assert {one.description for one in schedules_of(phrase)} == {words}


def test_DI2_of_the_real_lists_two_thirds_are_read_and_none_into_other_words_hours():
    said = []
    for name in ("gm_food_banks.csv", "trafford_food_banks.csv"):
        with shared(f"data/directory/csv-trafford/{name}").open(encoding="utf-8", errors="replace") as file:
            said += [row["Opening times"].strip() for row in csv.DictReader(file)]
    said = [words for words in said if words.casefold() not in ("", "na", "n/a")]
    found = {words: schedules_of(words) for words in said}

    assert sum(1 for words in said if found[words]) >= 0.66 * len(said)
    for words, schedules in found.items():
        hours = {(moment.hour % 12 or 12) for one in schedules for moment in (one.opens_at, one.closes_at) if moment}
        written = {int(number) % 12 or 12 for number in re.findall(r"\d+", words)} | {12}
        assert hours <= written, words  # every hour that was read stands in the words


@st.composite
def written(draw):
    """A schedule, and one of the ways in which people write it down."""
    days = sorted(draw(st.sets(st.integers(0, 6), min_size=1, max_size=3)))
    opens = draw(st.integers(0, 22 * 4 + 3))
    closes = draw(st.integers(opens + 1, 23 * 4 + 3))
    begin, end = (time(quarter // 4, quarter % 4 * 15) for quarter in (opens, closes))
    long_names = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    forms = [
        [name[:3] for name in long_names], list(long_names), [f"{name}s" for name in long_names],
        [name.upper() for name in long_names], ["Mon", "Tues", "Weds", "Thurs", "Fri", "Sat", "Sun"],
    ]  # fmt: skip
    names = [draw(st.sampled_from(forms))[day] for day in days]
    glue = draw(st.sampled_from([", ", " & ", " and ", "/"]))
    clock = draw(st.sampled_from([_twelve, _twelve_dotted, _twenty_four]))
    dash = draw(st.sampled_from([" - ", "-", " – ", " to ", " until "]))
    colon = draw(st.sampled_from([" ", ": ", ", ", " from "]))
    text = f"{glue.join(names)}{colon}{clock(begin)}{dash}{clock(end)}"
    return text, Counter((day, "WEEKLY", None, None, begin, end) for day in days)


def _twelve(moment):
    minutes = f":{moment.minute:02}" if moment.minute else ""
    return f"{moment.hour % 12 or 12}{minutes}{'am' if moment.hour < 12 else 'pm'}"


def _twelve_dotted(moment):
    return f"{moment.hour % 12 or 12}.{moment.minute:02} {'a.m.' if moment.hour < 12 else 'p.m.'}"


def _twenty_four(moment):
    return f"{moment.hour:02}:{moment.minute:02}"


@settings(max_examples=300, deadline=None)
@given(written())
def test_whatever_is_written_plainly_is_read_as_it_was_meant(case):
    text, schedules = case
    found = read(text)

    # on a clock of 24 hours, "10:15 - 11:30" may be an evening's: it is left alone, never read wrongly
    assert found in (schedules, Counter()) if "m" not in text.casefold().split(":", 1)[-1] else found == schedules


@given(st.text(max_size=500))
def test_D11_no_text_trips_the_reader(text):
    for one in schedules_of(text):
        assert one.weekday in range(7)


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from(
            "Mon Tues Friday 9am - 5pm , and noon to 1st of month the every . & 12.30 weekdays closed ( ) from between"
            " by appointment term time only other alternate second last 24/7 morning 2 14:00 ; \n @ £ 9".split(" ")
        ),
        max_size=30,
    )
)
def test_D11_no_mixture_of_its_own_words_trips_the_reader(words):
    found = schedules_of(" ".join(words))

    assert len(found) <= MOST
    for one in found:
        assert one.closes_at is None or one.opens_at < one.closes_at


@pytest.mark.parametrize(
    "text",
    [
        "Mon " * 100, "Mon, " * 79, "1st and " * 50, "9am - " * 60, "(" * 399, "every " * 66, "Mon 9-5 " * 49,
        "1" * 400, "between 1 and " * 28, "am & " * 79, "Mon - Fri " * 39, "x" * 10**6, "Mon 9am-5pm, " * 10**5,
    ],
)  # fmt: skip
def test_D11_pathological_texts_end_at_once(text):
    assert len(schedules_of(text)) <= MOST
    assert len(text) <= LONGEST or schedules_of(text) == []
