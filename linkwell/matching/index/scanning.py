"""Goes through the rows that may fit, in their order, and keeps the count, the facets and the best. Compiled."""

from math import inf, isnan

import numpy as np
from numba import njit

from linkwell.matching import ranking
from linkwell.matching.index.columns import (
    CELL,
    COST_AT,
    COSTS_AT,
    DAYS_AT,
    LANGUAGES_AT,
    MODES_AT,
    OPERATING_AT,
    TOPS_AT,
    UNKNOWN_SLOTS,
)
from linkwell.matching.index.judging import DISTANCE, find, judge, lowest

NEED, HEARD, WORD, IMPACT = range(4)  # what a list of postings gives points for
COUNT, NOT_SHOWN, HITS, MISSES, BETTER = range(5)
NOWHERE = 2**62
WEAK, IN_TEXT = ranking.WEAK_NEED, ranking.IN_TEXT
FRESH, FRESH_DAYS, SUNK = ranking.FRESH, ranking.FRESH_DAYS, ranking.SUNK
UNKNOWN, FULL = ranking.UNKNOWN, ranking.FULL
WAIT_WEEK, LONGEST_WAIT = ranking.WAIT_WEEK, ranking.LONGEST_WAIT
NEAR_MISS_REACH = ranking.NEAR_MISS_REACH
ROUND = 1e6
SATURATION = ranking.SATURATION + 1.0


@njit(cache=True, nogil=True)
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


@njit(cache=True, nogil=True)
def list_points(columns, row, norm, heads, at, lists, worth):
    """Return the points of needs, of heard needs and of words that stand in a row.

    Lists of one asked word follow each other (the word, other words for it): the best of them counts.
    """
    needs, heard, words, group, best = 0.0, 0.0, 0.0, -1, 0.0
    for one in range(len(heads)):
        if heads[one] != row:
            continue
        kind, weight = lists[one, 2], columns.weight[at[one]]
        if kind == IMPACT:
            times = np.float64(weight & 127)
            words += worth[one] * times * SATURATION / (times + norm)
        elif kind == NEED:
            needs += worth[one] * (1.0 if weight & 128 else WEAK)
        elif kind == HEARD:
            heard += worth[one] * (1.0 if weight & 128 else WEAK)
        else:
            points = worth[one] * (1.0 if weight & 128 else IN_TEXT)
            if lists[one, 3] != group:
                words += best
                group, best = lists[one, 3], points
            else:
                best = max(best, points)
    return needs, heard, words + best


@njit(cache=True, nogil=True)
def tally(one, facets):
    """Count one row that fits under each of its values."""
    left = one.tops
    while left:
        facets[TOPS_AT + lowest(left)] += 1
        left &= left - 1
    left = one.languages
    while left:
        facets[LANGUAGES_AT + lowest(left)] += 1
        left &= left - 1
    left = np.int64(one.flags & 31)
    if left == 0:
        facets[MODES_AT + 4] += 1
    left &= 15
    while left:
        facets[MODES_AT + lowest(left)] += 1
        left &= left - 1
    if one.slots & UNKNOWN_SLOTS:
        facets[DAYS_AT + 7] += 1
    else:
        left = np.int64((one.slots >> 24) & 127)
        while left:
            facets[DAYS_AT + lowest(left)] += 1
            left &= left - 1
    facets[COSTS_AT + ((one.flags >> COST_AT) & 3)] += 1


@njit(cache=True, nogil=True)
def keep(best, best_metres, kept, key, metres, order, row, fails):
    """Put a row among the best so far, if it belongs there; return how many are kept."""
    far = inf if isnan(metres) else metres
    last = len(best) - 1
    if last < 0:
        return 0
    if kept > last:
        if key < best[last, 0] or (
            key == best[last, 0] and (far > best_metres[last] or (far == best_metres[last] and order > best[last, 1]))
        ):
            return kept
        place = last
    else:
        place = kept
        kept += 1
    while place > 0 and (
        key > best[place - 1, 0]
        or (
            key == best[place - 1, 0]
            and (far < best_metres[place - 1] or (far == best_metres[place - 1] and order < best[place - 1, 1]))
        )
    ):
        best[place] = best[place - 1]
        best_metres[place] = best_metres[place - 1]
        place -= 1
    best[place, 0], best[place, 1], best[place, 2], best[place, 3] = key, order, row, fails
    best_metres[place] = far
    return kept


@njit(cache=True, nogil=True)
def weigh(columns, row, ask, heads, at, lists, worth, meaning, tried, found):  # noqa: C901
    """Judge one relevant row; count it and keep it where it fits, or nearly."""
    if columns.dead[row >> 3] >> (row & 7) & 1:
        return
    fails, _, _, metres, near, unknown = judge(columns, row, ask)
    if fails < 0:
        return
    one = columns.rows[row]
    if one.leaves <= ask.on and not ask.old_too:
        if fails == 0:
            found.counts[NOT_SHOWN] += 1
        return
    if fails == DISTANCE and metres > NEAR_MISS_REACH * ask.reach:
        return
    needs, heard, words = list_points(columns, row, one.norm, heads, at, lists, worth)
    score = needs + heard + words + near
    if ask.product:
        fresh, room = standing_points(one, ask.on)
        score += fresh + UNKNOWN * unknown + room
    if len(meaning):
        score += meaning[row]
    if len(tried):
        score += tried[row]
    key = np.int64(np.floor(score * ROUND + 0.5))
    order = np.int64(columns.order[row])
    if fails == 0:
        if len(found.rows):
            found.rows[found.counts[COUNT]] = row
        found.counts[COUNT] += 1
        tally(one, found.facets)
        mark, mark_metres = found.mark, found.mark_metres[0]
        if key >= mark[0]:
            far = inf if isnan(metres) else metres
            found.counts[BETTER] += key > mark[0] or far < mark_metres or (far == mark_metres and order < mark[1])
        found.counts[HITS] = keep(found.hits, found.hit_metres, found.counts[HITS], key, metres, order, row, fails)
    else:
        found.counts[MISSES] = keep(
            found.misses, found.miss_metres, found.counts[MISSES], key, metres, order, row, fails
        )


@njit(cache=True, nogil=True)
def run(columns, low, high, ask, at, heads, lists, worth, relevant, meaning, tried, everything, found):
    """Go through one run of rows [low, high)."""
    if everything:
        every(columns, low, high, ask, at, heads, lists, worth, relevant, meaning, tried, found)
        return
    posted = columns.posted
    next_row = NOWHERE
    for one in range(relevant):
        at[one] = find(posted, at[one], lists[one, 1], low)
        heads[one] = posted[at[one]] if at[one] < lists[one, 1] else NOWHERE
        next_row = min(next_row, heads[one])
    while next_row < high:
        row = next_row
        for one in range(relevant, len(heads)):
            at[one] = find(posted, at[one], lists[one, 1], row)
            heads[one] = posted[at[one]] if at[one] < lists[one, 1] else NOWHERE
        weigh(columns, row, ask, heads, at, lists, worth, meaning, tried, found)
        next_row = NOWHERE
        for one in range(relevant):
            if heads[one] == row:
                at[one] += 1
                heads[one] = posted[at[one]] if at[one] < lists[one, 1] else NOWHERE
            next_row = min(next_row, heads[one])


@njit(cache=True, nogil=True)
def every(columns, low, high, ask, at, heads, lists, worth, relevant, meaning, tried, found):
    """Go through every row of a run: nothing is asked that makes some relevant, or meaning says which are."""
    for row in range(low, high):
        is_relevant = relevant == 0 and len(meaning) == 0
        for one in range(len(heads)):
            at[one] = find(columns.posted, at[one], lists[one, 1], row)
            heads[one] = columns.posted[at[one]] if at[one] < lists[one, 1] else NOWHERE
            is_relevant = is_relevant or (one < relevant and heads[one] == row)
        if is_relevant or (len(meaning) and meaning[row] > 0):
            weigh(columns, row, ask, heads, at, lists, worth, meaning, tried, found)


@njit(cache=True, nogil=True)
def circle(columns, shape, ask, section):
    """Return the runs of rows of a section (0 near, 1 both) whose cells touch the circle, ascending."""
    first_x = max(0, np.int64((ask.x - ask.far - shape.x0) // CELL))
    last_x = min(shape.wide - 1, np.int64((ask.x + ask.far - shape.x0) // CELL))
    first_y = max(0, np.int64((ask.y - ask.far - shape.y0) // CELL))
    last_y = min(shape.high - 1, np.int64((ask.y + ask.far - shape.y0) // CELL))
    runs = np.empty((max(0, last_y - first_y + 1), 2), np.int64)
    offset = section * (shape.wide * shape.high + 1)
    count = 0
    for y in range(first_y, last_y + 1):
        if first_x > last_x:
            break
        # how far the circle reaches sideways in this row of cells
        below, above = shape.y0 + y * CELL, shape.y0 + (y + 1) * CELL
        up = max(0.0, max(below - ask.y, ask.y - above))
        across = np.sqrt(max(0.0, ask.far * ask.far - up * up))
        from_x = max(first_x, np.int64((ask.x - across - shape.x0) // CELL))
        to_x = min(last_x, np.int64((ask.x + across - shape.x0) // CELL))
        if from_x > to_x:
            continue
        line = offset + y * shape.wide
        low, high = np.int64(columns.cells[line + from_x]), np.int64(columns.cells[line + to_x + 1])
        if low < high:
            runs[count, 0], runs[count, 1] = low, high
            count += 1
    return runs[:count]


@njit(cache=True, nogil=True)
def scan(columns, shape, ask, lists, worth, relevant, everything, meaning, tried, found):
    """Search one segment.

    lists     (n, 4) begin and end of postings, what they give points for, group; `relevant` of them first, and they
              alone make a row relevant, or, where `everything`, all rows are (or those that meaning points at)
    worth     (n,) points, or BM25's idf
    meaning, tried  (rows,) or (0,) points of each row
    found     counts, facets, hits and misses, which are filled
    """
    at = lists[:, 0].copy()
    heads = np.full(len(lists), NOWHERE, np.int64)
    by_circle = ask.on_grid and ask.in_person and ask.far < inf
    low = 0
    for section in range(2):
        high = shape.near if section == 0 else shape.both
        if by_circle and (section == 0 or ask.remote == 0):
            runs = circle(columns, shape, ask, section)
            for one in range(len(runs)):
                run(columns, runs[one, 0], runs[one, 1], ask, at, heads, lists, worth, relevant, meaning, tried,
                    everything, found)  # fmt: skip
        elif low < high:
            run(columns, low, high, ask, at, heads, lists, worth, relevant, meaning, tried, everything, found)
        low = high
    if low < shape.rest:
        run(columns, low, shape.rest, ask, at, heads, lists, worth, relevant, meaning, tried, everything, found)


@njit(cache=True, nogil=True)
def candidates(columns, shape, ask):
    """Return all rows that break no more limits than asked about, relevant or not."""
    rows = np.empty(shape.rest, np.int64)
    count = 0
    for row in range(shape.rest):
        if columns.dead[row >> 3] >> (row & 7) & 1:
            continue
        if judge(columns, row, ask)[0] >= 0:
            rows[count] = row
            count += 1
    return rows[:count]


@njit(cache=True, nogil=True)
def detail(columns, row, ask, lists, worth):
    """Return what one row's rank is made of: fails, way, place, the parts, and which lists hold it."""
    heads = np.full(len(lists), NOWHERE, np.int64)
    at = np.zeros(len(lists), np.int64)
    for one in range(len(lists)):
        at[one] = find(columns.posted, lists[one, 0], lists[one, 1], row)
        heads[one] = columns.posted[at[one]] if at[one] < lists[one, 1] else NOWHERE
    fails, way, place, metres, near, unknown = judge(columns, row, ask)
    one = columns.rows[row]
    needs, heard, words = list_points(columns, row, one.norm, heads, at, lists, worth)
    fresh, room = standing_points(one, ask.on)
    parts = np.array([needs, heard, words, near, fresh, UNKNOWN * unknown + 0.0, room, metres])
    return fails, way, place, parts, heads == row


@njit(cache=True, nogil=True)
def count_dead(columns, begin, end, dead):
    """Return how many of the rows `dead` (ascending) a list of postings holds."""
    count = 0
    for row in dead:
        begin = find(columns.posted, begin, end, row)
        if begin < end and columns.posted[begin] == row:
            count += 1
    return count
