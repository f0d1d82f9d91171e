"""Where the marks of charts go."""

from hypothesis import given
from hypothesis import strategies as some

from linkwell.web import charts

AMOUNTS = some.floats(min_value=0, max_value=1e6, allow_nan=False)


def test_bars_are_shares_of_the_longest_and_what_may_not_be_shown_has_none():
    bars = charts.bars([("Referred", 250), ("Met", 125), ("Money", None, "[c]")])
    assert [bar.length for bar in bars] == [100, 50, None]
    assert [bar.shown for bar in bars] == ["250", "125", "[c]"]


def test_a_stacked_bar_is_full_and_its_parts_follow_each_other():
    parts = charts.stacked([("improved", "Better", 40), ("same", "Same", None, "[c]"), ("worse", "Worse", 10)])
    assert [(part.start, part.length) for part in parts] == [(0, 80), (80, 0), (80, 20)]


def test_nothing_at_all_is_drawn_as_nothing():
    assert charts.bars([]) == []
    assert [part.length for part in charts.stacked([("improved", "Better", 0)])] == [0]
    assert charts.line([]).points == []
    assert charts.dots([]).points == []
    assert charts.intervals([]).rows == []


def test_an_axis_has_round_steps_that_hold_the_largest_value():
    assert charts.scale(11) == (12, [0, 2, 4, 6, 8, 10, 12])
    assert charts.scale(0.9)[0] == 1
    assert charts.scale(0) == (1, [0, 1])


@given(AMOUNTS)
def test_an_axis_always_holds_its_value_in_few_steps(largest):
    top, steps = charts.scale(largest)
    assert top >= largest * 0.999999
    assert 2 <= len(steps) <= 8


def test_a_line_is_broken_where_a_value_is_missing():
    plot = charts.line([("Q1", 9), ("Q2", 8), ("Q3", None), ("Q4", 6)], target=7)
    assert plot.points[2] is None
    assert len(plot.runs) == 1
    assert plot.points[0][1] < plot.line_at < plot.points[3][1]


@given(some.lists(AMOUNTS, max_size=60))
def test_every_dot_lies_inside_its_picture_and_there_is_one_for_each(values):
    plot = charts.dots(values)
    assert len(plot.points) == len(values)
    assert all(0 <= x <= plot.width and 0 <= y <= plot.bottom for x, y in plot.points)


def test_dots_of_one_value_are_stacked_not_hidden():
    points = charts.dots([5, 5, 5]).points
    assert len({x for x, _ in points}) == 1
    assert len({y for _, y in points}) == 3


@given(some.lists(some.tuples(some.floats(-100, 100), some.floats(0, 50), some.floats(0, 50)), min_size=1, max_size=6))
def test_intervals_share_one_scale_that_shows_no_change(rows):
    plot = charts.intervals([("x", low, low + a, low + a + b, "") for low, a, b in rows])
    assert 0 <= plot.zero_at <= plot.width
    for row in plot.rows:
        assert 0 <= row.low <= row.mean <= row.high <= plot.width


def test_the_table_under_dots_counts_equal_values():
    assert charts.tally([3, 5, 5]) == [("3", "1"), ("5", "2")]
