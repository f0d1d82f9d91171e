"""Opening times in words: read where every word is sure, left alone where one is not."""

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkwell.interop.opening_times import schedules_of

TUE, WED, FRI, SAT = 1, 2, 4, 5


def read(text):
    return [(one.weekday, one.week_of_month, one.opens_at, one.closes_at) for one in schedules_of(text)]


@pytest.mark.parametrize(
    ("text", "times"),
    [
        (
            "Tues 11am - 2pm, Fri 11.30am -1.30pm",
            [(TUE, None, time(11), time(14)), (FRI, None, time(11, 30), time(13, 30))],
        ),
        ("Wednesday 2-3pm", [(WED, None, time(14), time(15))]),
        ("Friday 11-1pm", [(FRI, None, time(11), time(13))]),
        ("Saturday 10am - 12noon", [(SAT, None, time(10), time(12))]),
        ("Wednesday 12 noon to midnight", [(WED, None, time(12), time(23, 59))]),
        ("Wednesday 10:00 - 16:30", [(WED, None, time(10), time(16, 30))]),
        ("Wednesdays", [(WED, None, None, None)]),
        ("1st Saturday of month 10am - 12noon", [(SAT, 1, time(10), time(12))]),
        (
            "Tues , Wed, 11am - 2pm and Friday 11am - 4pm",
            [(TUE, None, time(11), time(14)), (WED, None, time(11), time(14)), (FRI, None, time(11), time(16))],
        ),
    ],
)
def test_plain_times_are_read(text, times):
    assert read(text) == times


def test_a_span_of_days_is_each_of_them():
    assert [day for day, *_ in read("Monday - Friday 9am - 5pm")] == [0, 1, 2, 3, 4]
    assert [day for day, *_ in read("Weekdays 9am-5pm")] == [0, 1, 2, 3, 4]
    assert len(read("Daily 9am - 1:30pm")) == 7


@pytest.mark.parametrize(
    "text",
    [
        "One morning per week",
        "Wednesday 2=3pm",
        "By appointment",
        "Wednesday 2 - 4",
        "9 - 4 weekdays except Wed 9 - 2",
        "NA",
        "",
        "Tuesday 5pm - 2pm",
        "Friday - Monday 9am - 5pm",
    ],
)
def test_what_is_not_certain_is_left_as_words(text):
    assert read(text) == []


@given(st.text(max_size=120))
def test_no_text_trips_the_reader(text):
    for one in schedules_of(text):
        assert one.weekday in range(7)


@given(
    st.lists(
        st.sampled_from("Mon Tues Friday 9am - 5pm , and noon to 1st of month the every . & 12.30 weekdays".split()),
        max_size=12,
    )
)
def test_no_mixture_of_its_own_words_trips_the_reader(words):
    for one in schedules_of(" ".join(words)):
        assert one.closes_at is None or one.opens_at < one.closes_at
