"""Where Python enters the loops of a search: with the address of a segment's block and with a question's sheet.

Numba takes a tuple apart number by number whenever Python hands it one; seventy of them took longer than most searches.
Inside, the same tuples are made from memory, where they cost nothing.
"""

from numba import njit

from linkwell.matching.index.columns import AT, BEGIN, OF_A_LIST, Ask, Columns, Lists, Out, Shape
from linkwell.matching.index.counting import clear, name
from linkwell.matching.index.memory import put_whole, real_at, whole_at
from linkwell.matching.index.scanning import candidates, detail, scan
from linkwell.matching.index.sheet import (
    EVERYTHING,
    FOUND,
    HITS_MOST,
    LISTS_AT,
    MEANING,
    MISSES_MOST,
    NUMBER,
    ON,
    PART,
    RELEVANT,
    ROWS,
    TRIED,
)
from linkwell.matching.index.strict import stands


@njit(cache=True, nogil=True)
def asked(at, on):
    """Return the limits of a question from where they lie."""
    return Ask(
        whole_at(at, 0) != 0, whole_at(at, 1) != 0, real_at(at, 2), real_at(at, 3), real_at(at, 4), real_at(at, 5),
        real_at(at, 6), real_at(at, 7), real_at(at, 8), whole_at(at, 9), whole_at(at, 10) != 0, whole_at(at, 11),
        whole_at(at, 12) != 0, whole_at(at, 13), whole_at(at, 14), whole_at(at, 15), whole_at(at, 16),
        whole_at(at, 17), whole_at(at, 18) != 0, whole_at(at, 19), whole_at(at, 20) != 0, whole_at(at, 21),
        whole_at(at, 22) != 0, on, whole_at(at, 24) != 0, whole_at(at, 25), whole_at(at, 26) != 0,
        whole_at(at, 27) != 0, whole_at(at, 28), whole_at(at, 29), whole_at(at, 30),
    )  # fmt: skip


@njit(cache=True, nogil=True, forceinline=True)
def segment_at(at):
    """Return the columns and the shape of a segment from where they lie."""
    columns = Columns(
        whole_at(at, 0), whole_at(at, 1), whole_at(at, 2), whole_at(at, 3), whole_at(at, 4), whole_at(at, 5),
        whole_at(at, 6), whole_at(at, 7), whole_at(at, 8), whole_at(at, 9), whole_at(at, 10), whole_at(at, 11),
        whole_at(at, 12), whole_at(at, 13), whole_at(at, 14), whole_at(at, 15),
    )  # fmt: skip
    shape = Shape(
        whole_at(at, 16), whole_at(at, 17), whole_at(at, 18), real_at(at, 19), real_at(at, 20), whole_at(at, 21),
        whole_at(at, 22),
    )  # fmt: skip
    return columns, shape


@njit(cache=True, nogil=True)
def lists_at(at):
    """Return the lists of a sheet."""
    return Lists(
        at + 8 * whole_at(at, LISTS_AT), whole_at(at, MEANING), whole_at(at, TRIED), whole_at(at, NUMBER),
        whole_at(at, RELEVANT), whole_at(at, EVERYTHING) != 0,
    )  # fmt: skip


@njit(cache=True, nogil=True)
def search(part, at):
    """Search one segment; what is found stands on the sheet."""
    columns, shape = segment_at(part)
    out = Out(at + 8 * FOUND, whole_at(at, ROWS), whole_at(at, HITS_MOST), whole_at(at, MISSES_MOST))
    clear(out)
    scan(columns, shape, asked(at, whole_at(at, ON)), lists_at(at), out)
    name(columns, out, whole_at(at, PART))


@njit(cache=True, nogil=True)
def all_candidates(part, at):
    """Return all rows that break no more limits than asked about, relevant or not."""
    columns, shape = segment_at(part)
    return candidates(columns, shape, asked(at, whole_at(at, ON)))


@njit(cache=True, nogil=True)
def one_row(part, at, row):
    """Return what one row's rank is made of (`scanning.detail`); the lists of the sheet then stand at it."""
    columns, _ = segment_at(part)
    lists = lists_at(at)
    for one in range(lists.number):  # a search has moved them on
        put_whole(lists.first, OF_A_LIST * one + AT, whole_at(lists.first, OF_A_LIST * one + BEGIN))
    return detail(columns, row, asked(at, whole_at(at, ON)), lists)


@njit(cache=True, nogil=True)
def one_place(part, at, row):
    """Return the place of a row that was found as the public asks, -1 where it has none."""
    columns, _ = segment_at(part)
    return stands(columns, row, asked(at, whole_at(at, ON)))
