"""Goes through the rows that may fit, in their order, and keeps the count, the facets and the best. Compiled."""

from math import inf, isnan
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from linkwell.matching import ranking
from linkwell.matching.index.columns import AT, CELL, COST_AT, END, HEAD, MARK, OF_A_LIST, ON_GRID, ROW, UNKNOWN_SLOTS
from linkwell.matching.index.counting import (
    BETTER,
    COUNT,
    FIRST_HIT,
    HIT,
    HITS,
    MARK_AT,
    MISSES,
    NOT_SHOWN,
    NOWHERE,
    goes_before,
    keep,
    list_points,
    standing_points,
    tally,
)
from linkwell.matching.index.judging import DISTANCE, find, judge
from linkwell.matching.index.memory import (
    byte_at,
    fetch,
    float_at,
    lowest,
    put_whole,
    row_at,
    small_at,
    whole_at,
)
from linkwell.matching.index.strict import found_at, weigh_strictly

UNKNOWN, NEAR_MISS_REACH = ranking.UNKNOWN, ranking.NEAR_MISS_REACH
ROUND = 1e6
BLOCK = 512  # rows
AHEAD, LINE = 12, ROW.itemsize  # how far ahead rows are fetched, and how long they are


class Desk(NamedTuple):
    """What is noted of a block of rows: which may fit, which lists hold each, and where."""

    rows: NDArray[np.int64]  # a bit a row
    lists: NDArray[np.int64]  # a bit a list
    spots: NDArray[np.int32]  # (lists, rows)


@njit(cache=True, nogil=True, forceinline=True)
def hopeless(one, ask):
    """Say at once of most rows that they break more limits than may be broken: a short cut of `judge`.

    One branch for all: which limit a row breaks is not to be foreseen, and a wrong guess costs more than four tests.
    """
    broken = np.int64((ask.slots != 0) & (one.slots & (ask.slots | UNKNOWN_SLOTS) == 0))
    broken += ask.asks_language & (one.languages != 0) & (one.languages & ask.languages == 0)
    broken += ask.free_only & ((one.flags >> COST_AT) & 3 == 2)
    broken += (ask.age >= 0) & ((one.low > ask.age) | (one.high < ask.age))
    # what has one place on the grid is reached there or by a remote way
    across, up = one.x - ask.x, one.y - ask.y
    away = ask.on_grid & (across * across + up * up > ask.far * ask.far)
    not_remote = (one.flags & 15 & ask.remote == 0) | (one.no & ask.remote_access != 0)
    only_there = ask.in_person & (one.flags & ON_GRID != 0) & not_remote
    broken += only_there & (one.place_no & ask.access != 0)
    return (broken > ask.budget) | (only_there & away)


@njit(cache=True, nogil=True)
def weigh(columns, row, one, ask, lists, out, marked, sought):  # noqa: C901 - compiled as one
    """Judge one relevant row; count it and keep it where it fits, or nearly."""
    if byte_at(columns.dead, row >> 3) >> (row & 7) & 1:
        return
    if ask.public:
        weigh_strictly(columns, row, one, ask, lists, out, marked, sought)
        return
    fails, _, _, metres, near, unknown = judge(columns, row, ask)
    if fails < 0:
        return
    if one.leaves <= ask.on and not ask.old_too:
        if fails == 0:
            put_whole(out.whole, NOT_SHOWN, whole_at(out.whole, NOT_SHOWN) + 1)
        return
    if fails == DISTANCE and metres > NEAR_MISS_REACH * ask.reach:
        return
    needs, heard, words = list_points(columns, row, one.norm, lists, marked, sought)
    score = needs + heard + words + near
    if ask.product:
        fresh, room = standing_points(one, ask.on)
        score += fresh + UNKNOWN * unknown + room
    if lists.meaning:
        score += float_at(lists.meaning, row)
    if lists.tried:
        score += float_at(lists.tried, row)
    key = np.int64(np.floor(score * ROUND + 0.5))
    orders = columns.order
    far = inf if isnan(metres) else metres
    misses_at = FIRST_HIT + HIT * out.hits
    if fails:
        keep(out, MISSES, misses_at, out.misses, key, far, orders, row, fails)
        return
    count = whole_at(out.whole, COUNT)
    if out.rows:
        put_whole(out.rows, count, row)
    put_whole(out.whole, COUNT, count + 1)
    tally(one, out)
    if goes_before(key, far, orders, row, out, MARK_AT):
        put_whole(out.whole, BETTER, whole_at(out.whole, BETTER) + 1)
    keep(out, HITS, FIRST_HIT, out.hits, key, far, orders, row, fails)


@njit(cache=True, nogil=True, forceinline=True)
def seek(columns, lists, one, row):
    """Move a list on to a row or past it; return the row that stands there."""
    first = lists.first + 8 * OF_A_LIST * one
    end = whole_at(first, END)
    at = find(columns.posted, whole_at(first, AT), end, row)
    head = small_at(columns.posted, at) if at < end else NOWHERE
    put_whole(first, AT, at)
    put_whole(first, HEAD, head)
    return head


@njit(cache=True, nogil=True, forceinline=True)
def mark(columns, one, low, high, ask, lists, desk):
    """Note each row of [low, high) that a list holds and that is not hopeless, and where in the list it stands."""
    first, posted = lists.first + 8 * OF_A_LIST * one, columns.posted
    end = whole_at(first, END)
    at = find(posted, whole_at(first, MARK), end, low)
    while at < end:
        row = small_at(posted, at)
        if row >= high:
            break
        if at + AHEAD < end:
            fetch(columns.rows + LINE * small_at(posted, at + AHEAD))
        place = row - low
        if desk.lists[place] or not hopeless(row_at(columns.rows, row), ask):
            desk.rows[place >> 6] |= np.int64(1) << (place & 63)
            desk.lists[place] |= np.int64(1) << one
            desk.spots[one, place] = at
        at += 1
    put_whole(first, MARK, at)


@njit(cache=True, nogil=True)
def run(columns, low, high, ask, lists, out, desk):
    """Go through one run of rows [low, high), block by block: mark what may fit, then weigh what is marked."""
    if lists.everything:
        every(columns, low, high, ask, lists, out)
        return
    for block in range(low, high, BLOCK):
        for one in range(lists.relevant):
            mark(columns, one, block, min(high, block + BLOCK), ask, lists, desk)
        for word in range(BLOCK // 64):
            left = desk.rows[word]
            desk.rows[word] = 0
            while left:
                place = 64 * word + lowest(left)
                left &= left - 1
                marked = desk.lists[place]
                desk.lists[place] = 0
                others = marked
                while others:
                    one = lowest(others)
                    others &= others - 1
                    put_whole(lists.first, OF_A_LIST * one + AT, desk.spots[one, place])
                row = block + place
                for one in range(lists.relevant, lists.number):
                    seek(columns, lists, one, row)
                weigh(columns, row, row_at(columns.rows, row), ask, lists, out, marked, lists.relevant)


@njit(cache=True, nogil=True)
def every(columns, low, high, ask, lists, out):
    """Go through every row of a run: nothing is asked that makes some relevant, or meaning says which are."""
    for row in range(low, high):
        is_relevant = lists.relevant == 0 and not lists.meaning
        for one in range(lists.number):
            is_relevant |= seek(columns, lists, one, row) == row and one < lists.relevant
        if is_relevant or (lists.meaning and float_at(lists.meaning, row) > 0):
            weigh(columns, row, row_at(columns.rows, row), ask, lists, out, 0, 0)


@njit(cache=True, nogil=True)
def circle(columns, shape, ask, section):
    """Return the runs of rows of a section (0 near, 1 both) whose cells touch the circle, ascending."""
    first_y = max(0, np.int64((ask.y - ask.far - shape.y0) // CELL))
    last_y = min(shape.high - 1, np.int64((ask.y + ask.far - shape.y0) // CELL))
    runs = np.empty((max(0, last_y - first_y + 1), 2), np.int64)
    offset = section * (shape.wide * shape.high + 1)
    count = 0
    for y in range(first_y, last_y + 1):
        # how far the circle reaches sideways in this row of cells
        below, above = shape.y0 + y * CELL, shape.y0 + (y + 1) * CELL
        up = max(0.0, max(below - ask.y, ask.y - above))
        across = np.sqrt(max(0.0, ask.far * ask.far - up * up))
        from_x = max(0, np.int64((ask.x - across - shape.x0) // CELL))
        to_x = min(shape.wide - 1, np.int64((ask.x + across - shape.x0) // CELL))
        if from_x > to_x:
            continue
        line = offset + y * shape.wide
        low, high = small_at(columns.cells, line + from_x), small_at(columns.cells, line + to_x + 1)
        if low < high:
            runs[count, 0], runs[count, 1] = low, high
            count += 1
    return runs[:count]


@njit(cache=True, nogil=True)
def scan(columns, shape, ask, lists, out):
    """Search one segment; `out` is filled, and `lists` moved on."""
    by_circle = ask.on_grid and ask.in_person and ask.far < inf
    desk = Desk(np.zeros(BLOCK // 64, np.int64), np.zeros(BLOCK, np.int64), np.empty((lists.relevant, BLOCK), np.int32))
    low = 0
    for section in range(2):
        high = shape.near if section == 0 else shape.both
        if by_circle and (section == 0 or ask.remote == 0):
            runs = circle(columns, shape, ask, section)
            for one in range(len(runs)):
                run(columns, runs[one, 0], runs[one, 1], ask, lists, out, desk)
        elif low < high:
            run(columns, low, high, ask, lists, out, desk)
        low = high
    if low < shape.rest:
        run(columns, low, shape.rest, ask, lists, out, desk)


@njit(cache=True, nogil=True)
def candidates(columns, shape, ask):
    """Return all rows that break no more limits than asked about, relevant or not."""
    rows = np.empty(shape.rest, np.int64)
    count = 0
    for row in range(shape.rest):
        if byte_at(columns.dead, row >> 3) >> (row & 7) & 1:
            continue
        is_there = (
            found_at(columns, row, row_at(columns.rows, row), ask)[0]
            if ask.public
            else judge(columns, row, ask)[0] >= 0
        )
        if is_there:
            rows[count] = row
            count += 1
    return rows[:count]


@njit(cache=True, nogil=True)
def detail(columns, row, ask, lists):
    """Return what one row's rank is made of: fails, way, place, the parts and metres. The lists then stand at it."""
    for one in range(lists.number):
        seek(columns, lists, one, row)
    fails, way, place, metres, near, unknown = judge(columns, row, ask)
    one = row_at(columns.rows, row)
    needs, heard, words = list_points(columns, row, one.norm, lists, 0, 0)
    fresh, room = standing_points(one, ask.on)
    return fails, way, place, (needs, heard, words, near, fresh, UNKNOWN * unknown + 0.0, room), metres


@njit(cache=True, nogil=True)
def count_dead(posted, begin, end, dead):
    """Return how many of the rows `dead` (ascending) a list of postings holds."""
    count = 0
    for row in dead:
        begin = find(posted, begin, end, row)
        if begin < end and small_at(posted, begin) == row:
            count += 1
    return count
