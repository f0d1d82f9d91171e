"""The points of a row, the facets it counts under, and whether it belongs among the best. Compiled."""

import numpy as np
from numba import njit

from linkwell.matching import ranking
from linkwell.matching.index.columns import (
    AT,
    COST_AT,
    COSTS_AT,
    DAYS_AT,
    FACETS,
    GROUP,
    HEAD,
    KIND,
    LANGUAGES_AT,
    MODES_AT,
    OF_A_LIST,
    OPERATING_AT,
    TOPS_AT,
    UNKNOWN_SLOTS,
    WORTH,
)
from linkwell.matching.index.memory import byte_at, lowest, put_real, put_whole, real_at, small_at, whole_at

NEED, HEARD, WORD, IMPACT = range(4)  # what a list of postings gives points for
COUNT, NOT_SHOWN, HITS, MISSES, BETTER, FIRST_FACET = range(6)
FIRST_HIT = FIRST_FACET + FACETS
MARK_AT = -5  # before all that is found: a row that others are compared with, like a hit
HIT = 7  # numbers of a hit or a miss, in this order; metres is a real one
KEY, ORDER, HIT_ROW, HIT_FAILS, METRES, HIT_ID, HIT_PART = range(HIT)
NOWHERE = 2**62
WEAK, IN_TEXT = ranking.WEAK_NEED, ranking.IN_TEXT
FRESH, FRESH_DAYS, SUNK = ranking.FRESH, ranking.FRESH_DAYS, ranking.SUNK
FULL = ranking.FULL
SATURATION = ranking.SATURATION + 1.0
WAIT_WEEK, LONGEST_WAIT = ranking.WAIT_WEEK, ranking.LONGEST_WAIT


@njit(cache=True, nogil=True, forceinline=True)
def standing_points(one, on):
    """Return the points of freshness and of room."""
    fresh = FRESH if on - one.right <= FRESH_DAYS else 0.0
    if one.sinks <= on:
        fresh += SUNK
    operating = (one.flags >> OPERATING_AT) & 7
    room = 0.0
    if operating == 2:
        room = FULL
    elif operating == 3:
        room = max(LONGEST_WAIT, WAIT_WEEK * (one.wait if one.wait >= 0 else 4))
    return fresh, room


@njit(cache=True, nogil=True, forceinline=True)
def one_list(columns, one, norm, lists, sums):
    """Add the points of one list that stands at the row; `sums` are needs, heard, words, group, best of the group.

    Lists of one asked word follow each other (the word, other words for it): the best of them counts.
    """
    needs, heard, words, group, best = sums
    at = OF_A_LIST * one
    kind, worth, of = (
        whole_at(lists.first, at + KIND),
        real_at(lists.first, at + WORTH),
        whole_at(lists.first, at + GROUP),
    )
    weight = byte_at(columns.weight, whole_at(lists.first, at + AT))
    if kind == IMPACT:
        times = np.float64(weight & 127)
        return needs, heard, words + worth * times * SATURATION / (times + norm), group, best
    if kind == NEED:
        return needs + worth * (1.0 if weight & 128 else WEAK), heard, words, group, best
    if kind == HEARD:
        return needs, heard + worth * (1.0 if weight & 128 else WEAK), words, group, best
    points = worth * (1.0 if weight & 128 else IN_TEXT)
    if of == group:
        return needs, heard, words, group, max(best, points)
    return needs, heard, words + best, of, points


@njit(cache=True, nogil=True, forceinline=True)
def list_points(columns, row, norm, lists, marked, sought):
    """Return the points of needs, of heard needs and of words that stand in a row.

    marked  bits of the lists that are known to stand there; from `sought` on, the heads tell
    """
    sums = (0.0, 0.0, 0.0, np.int64(-1), 0.0)
    while marked:
        sums = one_list(columns, lowest(marked), norm, lists, sums)
        marked &= marked - 1
    for one in range(sought, lists.number):
        if whole_at(lists.first, OF_A_LIST * one + HEAD) == row:
            sums = one_list(columns, one, norm, lists, sums)
    return sums[0], sums[1], sums[2] + sums[4]


@njit(cache=True, nogil=True, forceinline=True)
def add(out, place):
    """Count one more under a facet's value."""
    put_whole(out.whole, FIRST_FACET + place, whole_at(out.whole, FIRST_FACET + place) + 1)


@njit(cache=True, nogil=True, forceinline=True)
def add_each(out, first, values):
    """Count one more under each value that is set, from a facet's first on."""
    while values:
        add(out, first + lowest(values))
        values &= values - 1


@njit(cache=True, nogil=True, forceinline=True)
def tally(one, out):
    """Count one row that fits under each of its values."""
    add_each(out, TOPS_AT, one.tops)
    add_each(out, LANGUAGES_AT, one.languages)
    if one.flags & 31 == 0:
        add(out, MODES_AT + 4)
    add_each(out, MODES_AT, np.int64(one.flags & 15))
    if one.slots & UNKNOWN_SLOTS:
        add(out, DAYS_AT + 7)
    else:
        add_each(out, DAYS_AT, np.int64((one.slots >> 24) & 127))
    add(out, COSTS_AT + ((one.flags >> COST_AT) & 3))


@njit(cache=True, nogil=True, forceinline=True)
def goes_before(key, far, orders, row, out, at):
    """Say whether a row stands before one that is kept: more points, nearer, then by name."""
    other = whole_at(out.whole, at + KEY)
    if key != other:
        return key > other
    metres = real_at(out.whole, at + METRES)
    return far < metres or (far == metres and small_at(orders, row) < whole_at(out.whole, at + ORDER))


@njit(cache=True, nogil=True)
def keep(out, counter, first, most, key, far, orders, row, fails):
    """Put a row among the best so far, if it belongs there."""
    kept = whole_at(out.whole, counter)
    if kept < most:
        at = first + HIT * kept
        put_whole(out.whole, counter, kept + 1)
    else:
        at = first + HIT * (most - 1)
        if at < first or not goes_before(key, far, orders, row, out, at):
            return
    while at > first and goes_before(key, far, orders, row, out, at - HIT):
        for number in range(HIT_ID):
            put_whole(out.whole, at + number, whole_at(out.whole, at - HIT + number))
        at -= HIT
    put_whole(out.whole, at + KEY, key)
    put_whole(out.whole, at + ORDER, small_at(orders, row))
    put_whole(out.whole, at + HIT_ROW, row)
    put_whole(out.whole, at + HIT_FAILS, fails)
    put_real(out.whole, at + METRES, far)


@njit(cache=True, nogil=True)
def clear(out):
    """Begin to count."""
    for number in range(FIRST_HIT):
        put_whole(out.whole, number, 0)


@njit(cache=True, nogil=True)
def name(columns, out, part):
    """Write the service and the part of the index beside each row that was kept."""
    for first, kept in (
        (FIRST_HIT, whole_at(out.whole, HITS)),
        (FIRST_HIT + HIT * out.hits, whole_at(out.whole, MISSES)),
    ):
        for at in range(first, first + HIT * kept, HIT):
            put_whole(out.whole, at + HIT_ID, whole_at(columns.ids, whole_at(out.whole, at + HIT_ROW)))
            put_whole(out.whole, at + HIT_PART, part)
