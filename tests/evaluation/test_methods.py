"""The arithmetic of the evidence, held against scipy and published examples (EV1, EV2)."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from linkwell.evaluation.methods import funnel, paired, quarters, student, waits

DAY = date(2026, 7, 1)
END = date(2026, 10, 1)


@pytest.mark.parametrize("df", [1, 2, 3, 4, 9, 29, 30, 120, 1000, 100_000])
@pytest.mark.parametrize("share", [0.005, 0.025, 0.4, 0.5, 0.6, 0.9, 0.95, 0.975, 0.99, 0.9995])
def test_the_quantile_of_student_is_that_of_scipy(df, share):
    assert student.quantile(share, df) == pytest.approx(stats.t.ppf(share, df), rel=1e-8, abs=1e-9)


@pytest.mark.parametrize(("share", "df"), [(0, 5), (1, 5), (0.5, 0)])
def test_a_quantile_that_does_not_exist_is_refused(share, df):
    with pytest.raises(ValueError, match="degree of freedom"):
        student.quantile(share, df)


@settings(deadline=None)
@given(st.lists(st.integers(-10, 10), min_size=2, max_size=60))
def test_a_mean_and_its_interval_are_those_of_scipy(values):
    found = paired.mean_interval(values)
    if found.sd == 0:
        assert (found.low, found.high) == (found.mean, found.mean)
        return
    low, high = stats.t.interval(0.95, len(values) - 1, loc=stats.tmean(values), scale=stats.sem(values))
    assert (found.n, found.mean) == (len(values), pytest.approx(stats.tmean(values)))
    assert (found.low, found.high) == (pytest.approx(low, abs=1e-9), pytest.approx(high, abs=1e-9))


def test_the_interval_is_that_of_students_own_example_of_1908():
    """Extra hours of sleep of ten patients under two drugs: R's help page of `sleep` gives 1.58 (0.70 to 2.46)."""
    first = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
    second = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]
    found = paired.mean_interval([after - before for before, after in zip(first, second, strict=True)])
    assert found.mean == pytest.approx(1.58)
    assert (found.low, found.high) == (pytest.approx(0.7001142, abs=1e-7), pytest.approx(2.4598858, abs=1e-7))


def test_the_interval_of_the_british_red_cross_evaluation_follows_from_its_n_and_standard_deviation():
    """Foster 2021: 2,250 pairs, mean change -1.84, 95 % interval -1.91 to -1.77; standard deviation 1.69."""
    half = student.half_width(2250, 1.69)
    assert (round(-1.84 - half, 2), round(-1.84 + half, 2)) == (-1.91, -1.77)


def test_one_value_has_no_interval():
    assert paired.mean_interval([3.0]) is None
    assert paired.mean_interval([]) is None


@pytest.mark.parametrize(
    ("before", "after", "better", "expected"),
    [
        (4, 6, "higher", paired.IMPROVED), (6, 4, "higher", paired.WORSE), (5, 5, "higher", paired.SAME),
        (8, 6, "lower", paired.IMPROVED), (6, 8, "lower", paired.WORSE),
        (4, None, "higher", paired.LOST), (None, 4, "higher", paired.NOT_ASKED),
        (None, None, "lower", paired.NOT_ASKED),
    ],
)  # fmt: skip
def test_everyone_who_was_met_has_one_standing(before, after, better, expected):
    assert paired.standing(before, after, better=better, counts_as_change=1) == expected


def test_a_change_below_the_one_that_counts_is_no_change():
    assert paired.direction(20, 22.9, better="higher", counts_as_change=3) == paired.SAME
    assert paired.direction(20, 23, better="higher", counts_as_change=3) == paired.IMPROVED


def course(*reached, refused=None, ended=None, allocated=True):
    days = {stage: DAY + timedelta(days=place) for place, stage in enumerate(reached)}
    return funnel.Course(days, refused, DAY if allocated else None, ended)


PLACES = [
    ("nothing decided", course(allocated=False), ("referred", "undecided")),
    ("not taken on", course(refused=("declined", DAY), allocated=False), ("referred", "declined")),
    ("waiting for a worker", course("accepted", allocated=False), ("accepted", "waiting")),
    ("waiting for a call", course("accepted"), ("accepted", "with_us")),
    ("never reached", course("accepted", "tried", ended=("not_reached", DAY)), ("tried", "not_reached")),
    ("met", course("accepted", "tried", "met"), ("met", "with_us")),
    ("went, with no plan written down", course("accepted", "tried", "met", "attended"), ("attended", "with_us")),
    ("goals met", course("accepted", "attending", ended=("goals_met", DAY)), ("attending", "goals_met")),
    ("ended later", course("accepted", "met", ended=("goals_met", END)), ("met", "with_us")),
    ("refused later", course(refused=("declined", END), allocated=False), ("referred", "undecided")),
    ("met later", funnel.Course({"accepted": DAY, "met": END}, None, DAY, None), ("accepted", "with_us")),
]


@pytest.mark.parametrize(("what", "found", "expected"), PLACES, ids=[row[0] for row in PLACES])
def test_each_referral_has_one_place_in_the_funnel(what, found, expected):
    assert funnel.place(found, until=END) == expected


@given(st.lists(st.integers(0, 400), max_size=50))
def test_the_median_is_that_of_scipy(values):
    expected = None if not values else stats.scoreatpercentile(values, 50)
    assert waits.median(values) == expected


@pytest.mark.parametrize(
    ("waited", "so_far", "expected"),
    [(7, 90, "in_time"), (8, 90, "late"), (None, 7, "open"), (None, 8, "late"), (0, 0, "in_time")],
)
def test_a_wait_is_in_time_late_or_still_open(waited, so_far, expected):
    assert waits.in_time(waited, target=7, so_far=so_far) == expected


def test_a_quarter_is_closed_on_the_first_day_after_it():
    first = date(2026, 2, 10)
    assert quarters.closed_quarters(first=first, today=date(2026, 3, 31)) == []
    assert [one.code for one in quarters.closed_quarters(first=first, today=date(2026, 4, 1))] == ["2026-q1"]


def test_quarters_run_on_over_the_year_and_have_names():
    found = quarters.closed_quarters(first=date(2025, 11, 5), today=date(2026, 8, 1))
    assert [one.name for one in found] == ["October to December 2025", "January to March 2026", "April to June 2026"]
    assert [quarters.from_code(one.code) for one in found] == found


def test_without_any_referral_no_quarter_is_closed():
    assert quarters.closed_quarters(first=None, today=date(2026, 4, 1)) == []


@pytest.mark.parametrize("code", ["", "2026", "2026-q5", "2026-q0", "26-q1", "2026-q1x", "2026-Q1", "3026-q1"])
def test_x03_nothing_but_a_quarter_is_read_as_one(code):
    assert quarters.from_code(code) is None


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_a_day_lies_within_its_quarter(day):
    quarter = quarters.quarter_of(day)
    assert quarter.began_on <= day < quarter.ended_on
