"""Compiled loops that go through everything: postings of a rebuild, one service against many questions, the map."""

from math import inf, isnan

import numpy as np
from numba import njit

from linkwell.matching.index.calling import asked
from linkwell.matching.index.columns import HAS_AREA
from linkwell.matching.index.counting import HEARD, IN_TEXT, NEED, WEAK, standing_points
from linkwell.matching.index.judging import judge, standing
from linkwell.matching.index.memory import byte_at, lowest, row_at, small_at
from linkwell.matching.index.scanning import UNKNOWN, circle
from linkwell.matching.index.sheet import LIMITS, ON


@njit(cache=True, nogil=True)
def post(order, ends, terms, weights, listed, starts, posted, weight, holding):
    """Fill the postings of each term, row by row."""
    at = starts[:-1].copy()
    for row in range(len(order)):
        service = order[row]
        for place in range(ends[service], ends[service + 1]):
            term = terms[place]
            posted[at[term]] = row
            weight[at[term]] = weights[place]
            at[term] += 1
            holding[term] += listed[row]


@njit(cache=True, nogil=True)
def meets(begins, terms, kinds, worth, everything, held):
    """Return the points that one service gets for what each reading is about, NaN where it has nothing of it.

    begins  (readings + 1) where the terms of each begin; kinds: (gives, group, is relevant)
    held    of each term: its weight in the service, -1 where it is not there
    """
    points = np.full(len(begins) - 1, np.nan)
    for reading in range(len(points)):
        needs, group, best = 0.0, np.int64(-1), 0.0
        relevant = everything[reading]
        for place in range(begins[reading], begins[reading + 1]):
            weight = held[terms[place]]
            if weight < 0:
                continue
            relevant = relevant or kinds[place, 2] != 0
            sure = weight & 128 != 0
            if kinds[place, 0] == NEED or kinds[place, 0] == HEARD:
                needs += worth[place] * (1.0 if sure else WEAK)
            else:
                given = worth[place] * (1.0 if sure else IN_TEXT)
                if kinds[place, 1] != group:
                    needs += best
                    group, best = kinds[place, 1], given
                else:
                    best = max(best, given)
        if relevant:
            points[reading] = needs + best
    return points


@njit(cache=True, nogil=True)
def against(columns, limits, readings, about, on):
    """Return the questions that one service fits, with its points and metres under each.

    limits    (questions, numbers of Ask)
    readings  what each question is about: a place in `about`, the points that `meets` gives
    """
    one = row_at(columns.rows, 0)
    fresh, room = standing_points(one, on)
    questions = np.empty(len(limits), np.int64)
    points, far = np.empty(len(limits)), np.empty(len(limits))
    first, count = np.int64(limits.ctypes.data), 0
    for question in range(len(limits)):
        given = about[readings[question]]
        if isnan(given):
            continue
        ask = asked(first + 8 * LIMITS * question, on)
        if one.leaves <= on and not ask.old_too:
            continue
        fails, _, _, metres, near, unknown = judge(columns, 0, ask)
        if fails == 0:
            questions[count], far[count] = question, metres
            points[count] = given + near + fresh + UNKNOWN * unknown + room
            count += 1
    return questions[:count], points[:count], far[:count]


@njit(cache=True, nogil=True)
def masks(columns, shape, ask, spans):
    """Return the needs of each row as bits, (rows, words of 63), none where it can fit nowhere.

    spans  (needs, 2) begin and end of each need's postings
    """
    found = np.zeros((shape.rest, (len(spans) + 62) // 63), np.int64)
    for need in range(len(spans)):
        for place in range(spans[need, 0], spans[need, 1]):
            row = small_at(columns.posted, place)
            if row < shape.rest:
                found[row, need // 63] |= np.int64(1) << (need % 63)
    for row in range(shape.rest):
        if not found[row].any():
            continue
        one = row_at(columns.rows, row)
        gone = byte_at(columns.dead, row >> 3) >> (row & 7) & 1 != 0 or (one.leaves <= ask.on and not ask.old_too)
        if gone or standing(columns, row, one, ask) != 0:
            found[row] = 0
    return found


@njit(cache=True, nogil=True)
def count(mask, row, counts):
    """Count one row under each of its needs."""
    for word in range(mask.shape[1]):
        left = mask[row, word]
        while left:
            counts[word * 63 + lowest(left)] += 1
            left &= left - 1


@njit(cache=True, nogil=True)
def anywhere(columns, shape, ask, mask, counts):
    """Count the rows that fit wherever one lives; return those of `both` and `rest` that depend on where."""
    depend = np.empty(shape.rest, np.int64)
    found = 0
    for row in range(shape.near, shape.rest):
        if not mask[row].any():
            continue
        one = row_at(columns.rows, row)
        if one.flags & 15 & ask.remote and one.no & ask.remote_access == 0 and not one.flags & HAS_AREA:
            count(mask, row, counts)
            mask[row] = 0
        else:
            depend[found] = row
            found += 1
    return depend[:found]


@njit(cache=True, nogil=True)
def sweep(columns, shape, limits, mask, depend, counts):
    """Add, for each area, the rows that fit there: `limits` (areas, numbers of Ask) are its question."""
    first = np.int64(limits.ctypes.data)
    for area in range(len(limits)):
        ask = asked(first + 8 * LIMITS * area, limits[area, ON])
        if ask.on_grid and ask.in_person and ask.far < inf:
            runs = circle(columns, shape, ask, 0)
            for one in range(len(runs)):
                every(columns, runs[one, 0], runs[one, 1], ask, mask, counts[area])
        else:
            every(columns, 0, shape.near, ask, mask, counts[area])
        for row in depend:
            if judge(columns, row, ask)[0] == 0:
                count(mask, row, counts[area])


@njit(cache=True, nogil=True)
def every(columns, low, high, ask, mask, counts):
    """Count the rows of a run that fit."""
    for row in range(low, high):
        if mask[row].any() and judge(columns, row, ask)[0] == 0:
            count(mask, row, counts)
