"""How services lie in memory: one line of the processor's cache a service, postings beside it.

Rows stand in four sections: `near` (in person, one place on the grid, nothing remote), `both` (the same, also by
phone, online or at home), `rest` (no place, several places, not disclosed, off the grid) and `out` (never found;
counted in the rarity of words only). `near` and `both` are sorted by the grid's cells, 2 km wide, row by row, so that
a circle is a few runs of rows. Postings of a need or a word name their rows in that order.
"""

from struct import Struct
from typing import Any, NamedTuple

import numpy as np

CELL = 2_000.0  # metres
NEVER = 2**31 - 1  # a day that does not come
UNKNOWN_SLOTS = 1 << 31
OLDEST, AGELESS = 32_767, -1  # no upper age, no lower age

ROW = np.dtype(
    [
        ("languages", "<i8"),  # a bit a language; 0 is not known
        ("tops", "<i8"),  # a bit a value of the facet "need"
        ("x", "<f4"),  # of the one place on the grid, to tell quickly what is far away
        ("y", "<f4"),
        ("norm", "<f4"),  # BM25's k1·(1 − b + b·length/mean)
        ("slots", "<u4"),  # 21 weekly slots, the days with any from bit 24, not known in bit 31
        ("flags", "<u4"),
        ("place_no", "<u2"),  # access needs that the one place, or the service there, does not meet
        ("place_yes", "<u2"),
        ("no", "<u2"),
        ("yes", "<u2"),
        ("low", "<i2"),
        ("high", "<i2"),
        ("wait", "<i2"),
        ("places", "<u2"),
        ("right", "<i4"),  # ordinals of days
        ("sinks", "<i4"),
        ("leaves", "<i4"),
    ]
)
PLACE = np.dtype(
    [
        ("x", "<f8"),  # metres of the National Grid; NaN off it
        ("y", "<f8"),
        ("latitude", "<f8"),
        ("longitude", "<f8"),
        ("location", "<i8"),
        ("yes", "<u2"),
        ("no", "<u2"),
        ("is_outcode", "<u4"),
    ]
)

MODES = ("in_person", "phone", "online", "home_visit")  # bits 0 to 3 of the flags
OTHER_MODE = 1 << 4
COST_AT = 5  # two bits: 0 not known, 1 free, 2 paid
OPERATING_AT = 7  # three bits, in this order
OPERATING = ("open", "paused", "full", "waiting", "phone_only", "online_only", "moved", "closed")
SHUT = 1 << 11  # temporarily closed by its list
LISTED = 1 << 12
HAS_AREA = 1 << 13
HAS_BREAK = 1 << 14
HIDDEN_PLACE = 1 << 15  # undisclosed or moved: no place counts
IS_PUBLIC = 1 << 16
ON_GRID = 1 << 17
LEFT_OUT = 1 << 18  # hidden, joined or ended

# The facets of an answer, one after the other in one array
TOPS_AT, LANGUAGES_AT, MODES_AT, DAYS_AT, COSTS_AT, STEP_FREE_AT, AGES_AT, FACETS = 0, 63, 126, 131, 139, 142, 143, 147


class Columns(NamedTuple):
    """Where everything lies that the compiled loops read of one segment: addresses, kept alive by the segment."""

    rows: int
    ids: int
    places: int
    place_start: int  # (rows + 1)
    order: int  # place of each row by name, then id: what is left to settle a tie
    area_rows: int  # the rows that state areas, ascending
    area_start: int
    areas: int  # numbers of outward codes, ascending in each row
    break_rows: int
    breaks: int  # (n, 2) first day, day they are back
    posted: int  # rows of postings
    weight: int  # of postings: times the word stands there; bit 7: in the name, or surely
    cells: int  # first row of each cell of `near`, then of `both`
    dead: int  # a bit a row: another segment knows better
    with_areas: int  # how many rows state areas
    with_breaks: int


BEGIN, END, KIND, GROUP, WORTH, AT, HEAD, MARK = range(8)  # of a list of postings; worth is a real number
OF_A_LIST = 8


class Lists(NamedTuple):
    """The postings to read for one question, a line of the processor's cache each."""

    first: int  # where the first lies: see BEGIN and its followers
    meaning: int  # points of each row, 0 where there are none
    tried: int
    number: int
    relevant: int  # so many of them, first, make a row relevant
    everything: bool  # all rows are relevant, or those that meaning gives points


class Out(NamedTuple):
    """Where a search writes: addresses, and how much lies there (`counting` says in which order)."""

    whole: int  # counts, facets, hits, misses, the mark
    rows: int  # all that fit, where all are asked for
    hits: int  # how many are kept at most
    misses: int


class Shape(NamedTuple):
    """Where the sections end and how the grid lies."""

    near: int
    both: int
    rest: int
    x0: float
    y0: float
    wide: int
    high: int


class Ask(NamedTuple):
    """One question in numbers; -1 or infinity where nothing is asked."""

    has_home: bool
    on_grid: bool
    x: float
    y: float
    latitude: float
    longitude: float
    reach: float
    scale: float
    far: float  # beyond it no service is of interest, not even as a near miss
    outcode: int  # -1: no home; -2: a home in no stated area
    in_person: bool
    remote: int
    asks_mode: bool
    access: int
    remote_access: int
    unheard_of: int  # access needs asked of which no service says anything
    unheard_of_remote: int
    languages: int
    asks_language: bool
    slots: int
    free_only: bool
    age: int
    capacity: bool
    on: int
    old_too: bool
    budget: int  # how many limits may fail: 0, 1 for near misses and for filters of the public, all to explain
    product: bool
    public: bool = False  # as the public asks (`strict`): then these are filters too
    how: int = 0
    has: int = 0  # access that must be met
    step_free: int = 0


def layout(*kinds: Any) -> Struct:
    """Return how the fields of tuples lie in memory one after the other, eight bytes each."""
    fields = [kind for one in kinds for kind in one.__annotations__.values()]
    return Struct("".join("d" if kind is float else "q" for kind in fields))
