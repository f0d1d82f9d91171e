"""What the world may find of one service, and which filters it passes: only what says so of itself. Compiled.

The same as `directory.queries.public_sql` and `public_filters` say: what is closed for now, paused or full is listed,
lower; what is not stated passes no filter, but for ages; each value counts what choosing it instead would leave.
"""

from math import inf, isnan, nan

import numpy as np
from numba import njit

from linkwell.matching import ranking, vocabulary
from linkwell.matching.index.columns import (
    AGES_AT,
    COST_AT,
    COSTS_AT,
    DAYS_AT,
    HAS_AREA,
    HIDDEN_PLACE,
    IS_PUBLIC,
    LANGUAGES_AT,
    MODES_AT,
    ON_GRID,
    OPERATING_AT,
    SHUT,
    STEP_FREE_AT,
)
from linkwell.matching.index.counting import COUNT, FIRST_HIT, HITS, add, add_each, keep, list_points, standing_points
from linkwell.matching.index.judging import OUTCODE_METRES, REMOTE_POINTS, UNPLACED_POINTS, metres_to, serves
from linkwell.matching.index.memory import float_at, place_at, put_whole, row_at, small_at, whole_at

FREE, DAY, HOW, LANGUAGE, ACCESS, AGE = (1 << bit for bit in range(6))
AGES = tuple(age for age, _ in vocabulary.AGES.values())
PAUSED, MOVED = 1, 6  # of columns.OPERATING
PAUSED_POINTS, MOVED_POINTS = 2 * ranking.FULL, ranking.UNPLACED
ROUND = 1e6


@njit(cache=True, nogil=True)
def found_at(columns, row, one, ask):
    """Return whether a service is there for who asks, at which place, how many metres away.

    No place (-1): it needs no journey, or none is known or given out. Of several places the nearest counts, without
    a home the first.
    """
    flags = one.flags
    if not flags & IS_PUBLIC or one.leaves <= ask.on:
        return False, -1, nan
    anywhere = flags & ask.remote != 0 or one.places == 0 or flags & HIDDEN_PLACE != 0
    across, up = one.x - ask.x, one.y - ask.y
    if not anywhere and flags & ON_GRID and ask.on_grid and across * across + up * up > ask.far * ask.far:
        return False, -1, nan
    place, metres = -1, nan
    if not flags & HIDDEN_PLACE:
        first = small_at(columns.place_start, row)
        for at in range(first, first + one.places):
            away = metres_to(place_at(columns.places, at), ask)
            if place < 0 or away < metres:
                place, metres = at, away
    if not ask.has_home or (place >= 0 and metres <= ask.reach):
        return True, place, metres
    outside = ask.outcode != -1 and flags & HAS_AREA != 0 and not serves(columns, row, ask.outcode)
    return anywhere and not outside, -1, nan


@njit(cache=True, nogil=True)
def stands(columns, row, ask):
    """Return the place of a row that was found, -1 where it has none."""
    return found_at(columns, row, row_at(columns.rows, row), ask)[1]


@njit(cache=True, nogil=True, forceinline=True)
def filtered_out(one, access, ask):
    """Return the filters that a service does not pass, as bits."""
    fails = 0
    if ask.free_only and (one.flags >> COST_AT) & 3 != 1:
        fails |= FREE
    if ask.slots and one.slots & ask.slots == 0:
        fails |= DAY
    if ask.how and one.flags & ask.how == 0:
        fails |= HOW
    if ask.asks_language and one.languages & ask.languages == 0:
        fails |= LANGUAGE
    if access & ask.has != ask.has:
        fails |= ACCESS
    if ask.age >= 0 and (one.low > ask.age or one.high < ask.age):
        fails |= AGE
    return fails


@njit(cache=True, nogil=True)
def tally_values(one, access, ask, fails, out):
    """Count a service under its values of each filter, unless another filter leaves it out."""
    if fails | FREE == FREE and (one.flags >> COST_AT) & 3 == 1:
        add(out, COSTS_AT + 1)
    if fails | DAY == DAY:
        add_each(out, DAYS_AT, np.int64((one.slots >> 24) & 127))
    if fails | HOW == HOW:
        add_each(out, MODES_AT, np.int64(one.flags & 15))
    if fails | LANGUAGE == LANGUAGE:
        add_each(out, LANGUAGES_AT, one.languages)
    if fails | ACCESS == ACCESS and access & ask.step_free:
        add(out, STEP_FREE_AT)
    for number in range(len(AGES)):
        if fails | AGE == AGE and one.low <= AGES[number] and one.high >= AGES[number]:
            add(out, AGES_AT + number)


@njit(cache=True, nogil=True)
def points_here(columns, one, place, metres, ask):
    """Return the points of nearness, of freshness and of how it stands now."""
    near = 0.0
    if ask.has_home:
        near = UNPLACED_POINTS
        if place >= 0:
            counted = max(metres, OUTCODE_METRES) if place_at(columns.places, place).is_outcode else metres
            near = max(0.0, 1 - counted / ask.scale)
        if one.flags & ask.remote:
            near = max(near, REMOTE_POINTS)
    fresh, room = standing_points(one, ask.on)
    operating = (one.flags >> OPERATING_AT) & 7
    if operating == PAUSED or one.flags & SHUT:
        room = PAUSED_POINTS
    elif operating == MOVED:
        room = MOVED_POINTS
    return near + fresh + room


@njit(cache=True, nogil=True)
def weigh_strictly(columns, row, one, ask, lists, out, marked, sought):
    """Judge one relevant row as the public asks: count it, and keep it where it passes every filter."""
    is_there, place, metres = found_at(columns, row, one, ask)
    if not is_there:
        return
    access = np.int64(one.yes) & ~np.int64(one.no)
    if place >= 0:
        there = place_at(columns.places, place)
        access = np.int64(one.yes | there.yes) & ~np.int64(there.no)
    fails = filtered_out(one, access, ask)
    tally_values(one, access, ask, fails, out)
    if fails:
        return
    count = whole_at(out.whole, COUNT)
    if out.rows:
        put_whole(out.rows, count, row)
    put_whole(out.whole, COUNT, count + 1)
    needs, heard, words = list_points(columns, row, one.norm, lists, marked, sought)
    score = needs + heard + words + points_here(columns, one, place, metres, ask)
    if lists.meaning:
        score += float_at(lists.meaning, row)
    key = np.int64(np.floor(score * ROUND + 0.5))
    far = inf if isnan(metres) else metres
    keep(out, HITS, FIRST_HIT, out.hits, key, far, columns.order, row, 0)
