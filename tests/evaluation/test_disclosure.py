"""Small numbers: hidden, rounded, and not to be worked out (X01, X02, X06, X07).

A second implementation, slow and plain, says what the rules mean; an attacker who knows the rules
tries every table of people that could stand behind what is shown.
"""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkwell.evaluation import disclosure
from linkwell.evaluation.disclosure import SYMBOL, Cell, Split

MANY_PRACTICES, MANY_WORKERS = {"p1", "p2", "p3"}, {1, 2, 3}
NAMES = "abcdefgh"


def cell(count, contributors=MANY_PRACTICES, workers=MANY_WORKERS):
    return Cell(count, set(contributors), set(workers))


def split(*counts):
    return disclosure.split({name: cell(count) for name, count in zip(NAMES, counts, strict=False)})


def slow_split(*counts):
    """The rules once more, in other words: find the nearest multiple by looking, judge a sum by trying it out."""

    def nearest(count):
        return min(range(0, count + 10, 5), key=lambda multiple: abs(multiple - count))

    seen = [nearest(count) if count > 7 else None for count in counts]
    if sorted(value for value in seen if value) in ([10], [15], [20]):
        return [None] * len(counts), None
    hidden = [count for count in counts if count <= 7]
    rest = nearest(sum(hidden)) if sum(hidden) > 7 else None
    if rest is not None:
        possible = [sums for sums in range(7 * len(hidden) + 1) if abs(sums - rest) <= 2]
        lowest_for_zero = min(sums for sums in possible) <= 7 * (len(hidden) - 1)
        highest_for_seven = max(sums for sums in possible) >= 7
        if not (lowest_for_zero and highest_for_seven):
            rest = None
    return seen, rest


@given(st.lists(st.integers(0, 60), min_size=1, max_size=8))
@settings(max_examples=500)
def test_the_slow_and_the_quick_rules_agree(counts):
    found = split(*counts)
    assert (list(found.cells.values()), found.rest) == slow_split(*counts)


@pytest.mark.parametrize("count", range(8))
def test_x01_nought_to_seven_are_one_symbol(count):
    assert disclosure.as_text(disclosure.shown(cell(count))) == SYMBOL


@pytest.mark.parametrize(
    ("count", "expected"), [(8, 10), (12, 10), (13, 15), (17, 15), (18, 20), (1002, 1000), (1003, 1005)]
)
def test_all_other_numbers_are_rounded_to_five(count, expected):
    assert disclosure.shown(cell(count)) == expected


@given(st.integers(8, 100_000))
def test_a_rounded_number_lies_at_most_two_from_the_true_one(count):
    assert abs(disclosure.rounded(count) - count) <= 2


def worlds(count_of_cells, largest):
    return product(range(largest + 1), repeat=count_of_cells)


@pytest.mark.parametrize("count_of_cells", [2, 3, 4])
def test_x02_x06_whoever_knows_the_rules_cannot_tell_a_hidden_cell_from_any_other_small_number(count_of_cells):
    """Every table of 0 to 8 in each cell is tried; behind what is shown, each hidden cell may be any of 0 to 7."""
    behind = {}
    for counts in worlds(count_of_cells, 8):
        found = split(*counts)
        behind.setdefault((tuple(found.cells.values()), found.rest), []).append(counts)
    for (values, _), tables in behind.items():
        for place, value in enumerate(values):
            if value is None:
                possible = {table[place] for table in tables}
                assert set(range(8)) <= possible, (values, possible)


@given(st.lists(st.integers(0, 7), min_size=1, max_size=3), st.lists(st.integers(8, 40), max_size=2))
@settings(max_examples=150, deadline=None)
def test_x02_no_total_and_no_rest_gives_a_hidden_cell_away_by_subtraction(small, large):
    """From the total and all that is shown beside it, no hidden cell can be worked out."""
    found = split(*small, *large)
    hidden = sum(1 for value in found.cells.values() if value is None)
    beside = sum(value for value in found.cells.values() if value is not None) + (found.rest or 0)
    assert (found.total or 0) == beside  # a total holds nothing that is not shown
    if found.rest is not None:
        low, high = found.rest - 2, found.rest + 2
        assert hidden >= 3
        for value in range(8):
            assert any(value + others in range(low, high + 1) for others in range(7 * (hidden - 1) + 1))


@given(st.lists(st.integers(0, 40), min_size=3, max_size=8))
def test_x02_a_total_is_the_sum_of_what_is_shown(counts):
    found = split(*counts)
    shown = [value for value in [*found.cells.values(), found.rest] if value is not None]
    assert found.total == (sum(shown) if shown else None)


def test_x02_a_total_of_hidden_cells_is_hidden_too():
    assert split(3, 4).total is None
    assert disclosure.total([None, None]) is None


def test_two_hidden_cells_are_never_added_up_and_three_only_where_the_sum_says_nothing():
    assert split(30, 7, 7).rest is None
    assert split(30, 4, 4, 4).rest == 10
    assert split(4, 4, 4).rest == 10
    assert split(30, 7, 7, 6).rest is None  # a sum of 20 could not hold a nought


@pytest.mark.parametrize("others", [(0, 0), (7, 0), (7, 7)])
@pytest.mark.parametrize("count", [8, 10, 22])
def test_x06_what_could_be_the_whole_of_a_small_group_is_hidden(count, others):
    assert split(count, *others) == Split({"a": None, "b": None, "c": None}, None)


def test_x06_a_large_group_in_one_cell_is_shown():
    assert split(25, 0, 0).cells["a"] == 25


def test_x07_one_or_two_practices_or_workers_are_hidden_and_three_are_not():
    for contributors, workers in (({"p1"}, MANY_WORKERS), ({"p1", "p2"}, MANY_WORKERS), (MANY_PRACTICES, {1, 2})):
        assert disclosure.shown(cell(40, contributors, workers)) is None
    assert disclosure.shown(cell(40)) == 40
    assert disclosure.shown(cell(40, set(), set())) == 40  # people who refer themselves, not yet with a worker


def test_x07_hidden_cells_together_still_need_three_contributors():
    one_practice = {name: cell(4, {"p1"}) for name in "abcd"}
    assert disclosure.split({**one_practice, "e": cell(30)}).rest is None


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [(None, 40, None), (10, None, None), (10, 40, 0.25), (20, 20, None), (25, 25, 1.0), (45, 40, None), (10, 0, None)],
)
def test_rates_come_from_shown_numbers_and_never_say_all_of_a_small_group(part, whole, expected):
    assert disclosure.rate(part, whole) == expected


@pytest.mark.parametrize(("people", "expected"), [(None, False), (5, False), (10, True), (2000, True)])
def test_a_mean_stands_only_for_ten_or_more_as_shown(people, expected):
    assert disclosure.may_average(people) is expected


def test_counting_people_remembers_who_contributed():
    made = Cell()
    made.add(contributor="practice 1", worker=7)
    made.add(contributor=None, worker=None)
    assert (made.count, made.contributors, made.workers) == (2, {"practice 1"}, {7})
