"""Works out where the marks of a chart go; components/charts.jinja draws them. Pure arithmetic, no words.

A value of None may not be shown or is not known: it draws no mark, and its `shown` text stands in the table.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10, sqrt
from typing import Any

Row = Sequence[Any]  # what each function's docstring says it holds

WIDTH, HEIGHT = 360, 220  # of a picture with axes, in its own units: about a phone's width
LEFT, RIGHT, TOP, BOTTOM = 44, 12, 12, 30
NOTHING = 1e-6  # what is smaller has no scale of its own


@dataclass(frozen=True)
class Bar:
    """One bar; length is the share (0-100) of the longest possible."""

    label: str
    length: float | None
    shown: str


@dataclass(frozen=True)
class Part:
    """One stretch of a stacked bar; start and length in shares of 100."""

    kind: str
    label: str
    start: float
    length: float
    shown: str


@dataclass(frozen=True)
class Tick:
    """A mark on an axis."""

    at: float
    label: str


@dataclass(frozen=True)
class Plot:
    """Points in the picture's units, None where a value is missing, and both axes."""

    points: list[tuple[float, float] | None]
    x_ticks: list[Tick]
    y_ticks: list[Tick]
    runs: list[str]  # one "x,y x,y …" for each unbroken run of points
    line_at: float | None = None
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top: int = TOP
    bottom: int = HEIGHT - BOTTOM


@dataclass(frozen=True)
class Interval:
    """A mean with its interval, in the picture's units."""

    label: str
    low: float | None
    mean: float | None
    high: float | None
    y: float
    shown: str


@dataclass(frozen=True)
class Tile:
    """One area of a map of tiles: its name, where it lies, its number as text, and how dark it is (0 darkest)."""

    label: str
    latitude: float
    longitude: float
    shown: str
    level: int


@dataclass(frozen=True)
class TileMap:
    """Tiles of one size in rows, the northernmost row first, each row from west to east: (tile, x, y)."""

    tiles: list[tuple[Tile, int, int]]
    width: int
    height: int
    side: int


@dataclass(frozen=True)
class IntervalPlot:
    """Several intervals on one scale; zero_at is where "no change" lies, None if outside."""

    rows: list[Interval]
    ticks: list[Tick]
    zero_at: float | None
    width: int
    height: int


def bars(rows: Sequence[Row]) -> list[Bar]:
    """Return one bar for each (label, value) or (label, value, shown), as shares of the largest value."""
    full = max((row[1] for row in rows if row[1] is not None), default=0) or 1
    return [Bar(row[0], None if row[1] is None else 100 * row[1] / full, _shown(row)) for row in rows]


def stacked(rows: Sequence[Row]) -> list[Part]:
    """Return the stretches of one bar for rows of (kind, label, value) or (kind, label, value, shown)."""
    full = sum(row[2] for row in rows if row[2] is not None) or 1
    parts, start = [], 0.0
    for row in rows:
        length = 100 * (row[2] or 0) / full
        parts.append(Part(row[0], row[1], start, length, _shown(row[1:])))
        start += length
    return parts


def line(rows: Sequence[Row], *, target: float | None = None, most: float = 0) -> Plot:
    """Return a line through (label, value) rows in their order, on a scale from zero that holds at least `most`."""
    values = [row[1] for row in rows if row[1] is not None]
    top, steps = scale(max([*values, target or 0, most]))
    points = [None if row[1] is None else (_x(place, len(rows)), _y(row[1], top)) for place, row in enumerate(rows)]
    return Plot(
        points=points,
        x_ticks=_some([Tick(_x(place, len(rows)), row[0]) for place, row in enumerate(rows)]),
        y_ticks=[Tick(_y(step, top), _plain(step)) for step in steps],
        runs=_runs(points),
        line_at=None if target is None else _y(target, top),
    )


def dots(values: Sequence[float], *, target: float | None = None) -> Plot:
    """Return one dot for each value along a line from zero; equal values are stacked upwards."""
    top, steps = scale(max([*values, target or 0], default=0))
    slots = 48
    stacks: dict[int, int] = {}
    points = []
    for value in sorted(values):
        slot = round(slots * value / top)
        stacks[slot] = stacks.get(slot, 0) + 1
        points.append((_along(value, top), stacks[slot]))
    tallest = max(stacks.values(), default=1)
    step = min(11.0, 80 / tallest)
    height = round(tallest * step) + TOP + BOTTOM
    return Plot(
        points=[(x, height - BOTTOM - step * (place - 0.5)) for x, place in points],
        x_ticks=[Tick(_along(step_value, top), _plain(step_value)) for step_value in steps],
        y_ticks=[],
        runs=[],
        line_at=None if target is None else _along(target, top),
        height=height,
        left=16,
        bottom=height - BOTTOM,
    )


def intervals(rows: Sequence[Row]) -> IntervalPlot:
    """Return (label, low, mean, high, shown) rows on one scale that always includes zero."""
    known = [value for row in rows for value in row[1:4] if value is not None]
    low, high = min([*known, 0]), max([*known, 0])
    step = _step(high - low if high - low >= NOTHING else 1)
    first, last = floor(low / step) * step, ceil(high / step) * step
    last = last if last > first else first + step

    def along(value: float | None) -> float | None:
        return None if value is None else round(16 + (WIDTH - 32) * (value - first) / (last - first), 2)

    drawn = [
        Interval(
            label=row[0],
            low=along(row[1]),
            mean=along(row[2]),
            high=along(row[3]),
            y=26 + 40 * place,
            shown=row[4],
        )
        for place, row in enumerate(rows)
    ]
    count = round((last - first) / step)
    ticks = [Tick(along(first + step * n) or 0, _plain(round(first + step * n, 10))) for n in range(count + 1)]
    return IntervalPlot(drawn, ticks, along(0), WIDTH, 40 * len(rows) + 44)


def tiles(areas: Iterable[Tile], *, most_in_a_row: int = 6, side: int = 72) -> TileMap:
    """Return areas as tiles where they roughly lie: each row holds those of one band from north to south."""
    north_first = sorted(areas, key=lambda tile: (-tile.latitude, tile.longitude, tile.label))
    in_a_row = min(most_in_a_row, ceil(sqrt(len(north_first)))) or 1
    placed = []
    for row, first in enumerate(range(0, len(north_first), in_a_row)):
        band = sorted(north_first[first : first + in_a_row], key=lambda tile: (tile.longitude, tile.label))
        placed += [(tile, side * column, side * row) for column, tile in enumerate(band)]
    rows = ceil(len(north_first) / in_a_row)
    return TileMap(placed, side * min(in_a_row, len(north_first) or 1), side * rows, side)


def shown(rows: Sequence[Row]) -> list[tuple[str, str]]:
    """Return (label, text) for the table under a line."""
    return [(row[0], _shown(row)) for row in rows]


def shown_intervals(rows: Sequence[Row]) -> list[tuple[str, str]]:
    """Return (label, text) for the table under intervals."""
    return [(row[0], row[4]) for row in rows]


def tally(values: Sequence[float]) -> list[tuple[str, str]]:
    """Return (value, how many) for the table under dots, smallest value first."""
    return [(_plain(value), str(count)) for value, count in sorted(Counter(values).items())]


def scale(largest: float) -> tuple[float, list[float]]:
    """Return the end of an axis from zero that holds `largest`, and its round steps."""
    if largest < NOTHING:
        return 1, [0, 1]
    step = _step(largest)
    count = ceil(largest / step - 1e-9)
    return step * count, [round(step * n, 10) for n in range(count + 1)]


def _step(span: float) -> float:
    """Return a step of 1, 2 or 5 times a power of ten that cuts `span` into three to eight pieces."""
    power: float = 10.0 ** floor(log10(span / 4))
    return next(power * nice for nice in (1, 2, 5, 10) if span / (power * nice) <= 6)


def _along(value: float, top: float) -> float:
    return round(16 + (WIDTH - RIGHT - 16) * value / top, 2)


def _x(place: int, count: int) -> float:
    return round(LEFT + (WIDTH - LEFT - RIGHT) * (place + 0.5) / max(count, 1), 2)


def _y(value: float, top: float) -> float:
    return round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / top, 2)


def _runs(points: Sequence[tuple[float, float] | None]) -> list[str]:
    runs: list[list[str]] = [[]]
    for point in points:
        if point is None:
            runs.append([])
        else:
            runs[-1].append(f"{point[0]},{point[1]}")
    return [" ".join(run) for run in runs if len(run) > 1]


def _some(ticks: list[Tick], most: int = 5) -> list[Tick]:
    """Return so few of the ticks that their labels stay apart."""
    every = max(1, ceil(len(ticks) / most))
    return ticks[::every]


def _shown(row: Row) -> str:
    if len(row) > 2:
        return str(row[2])
    return "" if row[1] is None else _plain(row[1])


def _plain(value: float) -> str:
    return f"{value:,.0f}" if value == round(value) else f"{value:,g}"
