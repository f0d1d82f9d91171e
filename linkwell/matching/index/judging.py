"""Does one service fit one question, by which way, how near, with how much not known: the definition, compiled.

The same as `directory.queries.sql` and `tests/directory/judge.py` say, in their order.
"""

from math import asin, cos, inf, nan, radians, sin, sqrt

from numba import njit

from linkwell.matching import ranking
from linkwell.matching.index.columns import (
    AGELESS,
    COST_AT,
    HAS_AREA,
    HAS_BREAK,
    HIDDEN_PLACE,
    OLDEST,
    ON_GRID,
    OPERATING_AT,
    OTHER_MODE,
    SHUT,
    UNKNOWN_SLOTS,
)
from linkwell.matching.index.memory import bits, place_at, row_at, small_at

EARTH_DIAMETER = 2 * 6_371_008.8
PAUSED, BREAK, FULL, AREA, AGE, COST, TIME, LANGUAGE, MODE, DISTANCE, ACCESS = (1 << bit for bit in range(11))
FAILS = ("paused", "break", "full", "area", "age", "cost", "time", "language", "mode", "distance", "access")
NO_WAY, BY_PLACE, BY_REMOTE, UNPLACED, UNCLEAR = range(5)
WAYS = ("", "place", "remote", "unplaced", "unclear")
REMOTE_POINTS, UNPLACED_POINTS = ranking.REMOTE, ranking.UNPLACED
OUTCODE_METRES = float(ranking.OUTCODE_METRES)


@njit(cache=True, nogil=True)
def find(numbers, begin, end, wanted):
    """Return the first place in [begin, end) of ascending small numbers that is not below `wanted`.

    Gallops, then halves: what is wanted next lies near what was wanted last.
    """
    if begin >= end or small_at(numbers, begin) >= wanted:
        return begin
    step, low = 1, begin
    while low + step < end and small_at(numbers, low + step) < wanted:
        low += step
        step *= 2
    high = min(end, low + step)
    low += 1
    while low < high:
        middle = (low + high) // 2
        if small_at(numbers, middle) < wanted:
            low = middle + 1
        else:
            high = middle
    return low


@njit(cache=True, nogil=True, forceinline=True)
def metres_to(place, ask):
    """Return the distance of a place: by the National Grid where both have it, else over the sphere; NaN: no home."""
    if not ask.has_home:
        return nan
    if ask.on_grid and place.x == place.x:
        return sqrt((place.x - ask.x) ** 2 + (place.y - ask.y) ** 2)
    half = sin(radians(place.latitude - ask.latitude) / 2) ** 2
    turn = sin(radians(place.longitude - ask.longitude) / 2) ** 2
    part = half + cos(radians(ask.latitude)) * cos(radians(place.latitude)) * turn
    return EARTH_DIAMETER * asin(min(1.0, sqrt(part)))


@njit(cache=True, nogil=True)
def on_break(columns, row, on):
    """Say whether a service that has a break is on it."""
    at = find(columns.break_rows, 0, columns.with_breaks, row)
    return small_at(columns.breaks, 2 * at) <= on < small_at(columns.breaks, 2 * at + 1)


@njit(cache=True, nogil=True)
def serves(columns, row, outcode):
    """Say whether a service that states its areas serves one."""
    at = find(columns.area_rows, 0, columns.with_areas, row)
    begin, end = small_at(columns.area_start, at), small_at(columns.area_start, at + 1)
    found = find(columns.areas, begin, end, outcode)
    return found < end and small_at(columns.areas, found) == outcode


@njit(cache=True, nogil=True, forceinline=True)
def standing(columns, row, one, ask):
    """Return which limits fail that have to do with neither place nor way, as bits; cheap ones first."""
    fails = 0
    flags = one.flags
    if ask.free_only and (flags >> COST_AT) & 3 == 2:
        fails |= COST
    if ask.slots and one.slots & ask.slots == 0 and not one.slots & UNKNOWN_SLOTS:
        fails |= TIME
    if ask.asks_language and one.languages != 0 and one.languages & ask.languages == 0:
        fails |= LANGUAGE
    if ask.age >= 0 and (one.low > ask.age or one.high < ask.age):
        fails |= AGE
    if bits(fails) > ask.budget:
        return fails
    operating = (flags >> OPERATING_AT) & 7
    if operating == 1 or flags & SHUT:
        fails |= PAUSED
    if ask.capacity and operating == 2:
        fails |= FULL
    if flags & HAS_BREAK and on_break(columns, row, ask.on):
        fails |= BREAK
    if ask.outcode != -1 and flags & HAS_AREA and not serves(columns, row, ask.outcode):
        fails |= AREA
    return fails


@njit(cache=True, nogil=True, forceinline=True)
def best_place(columns, row, one, ask):
    """Return the best place of a service: its number, is access met there, metres, not known there, nearest of all."""
    first = small_at(columns.place_start, row)
    best, best_ok, best_metres, best_unknown, nearest = -1, False, nan, 0, inf
    for at in range(first, first + one.places):
        place = place_at(columns.places, at)
        metres = metres_to(place, ask)
        lacks = place.no | (one.no & ~place.yes)
        fine = lacks & ask.access == 0
        unknown = bits(ask.access & ~(place.yes | one.yes)) + ask.unheard_of
        nearest = min(nearest, metres)
        if best < 0 or (fine and not best_ok) or (fine == best_ok and metres < best_metres):
            best, best_ok, best_metres, best_unknown = at, fine, metres, unknown
    return best, best_ok, best_metres, best_unknown, nearest


@njit(cache=True, nogil=True, forceinline=True)
def judge(columns, row, ask):  # noqa: C901 - one compiled loop: calls cost more
    """Return what fails (bits; -1: more than asked about), way, place, metres, points of nearness, how much unknown."""
    one = row_at(columns.rows, row)
    flags = one.flags
    modes = flags & 15
    by_remote = modes & ask.remote != 0 and one.no & ask.remote_access == 0
    across, up = one.x - ask.x, one.y - ask.y
    beyond = flags & ON_GRID != 0 and ask.on_grid and across * across + up * up > ask.far * ask.far
    if beyond and not by_remote and ask.in_person:
        return -1, NO_WAY, -1, nan, 0.0, 0
    fails = standing(columns, row, one, ask)
    if bits(fails) > ask.budget:
        return -1, NO_WAY, -1, nan, 0.0, 0
    unclear = modes == 0 and not flags & OTHER_MODE
    visits = ask.in_person and (modes & 1 != 0 or unclear)
    place, place_ok, metres, place_unknown, nearest = -1, False, nan, 0, inf
    if visits and one.places and not flags & HIDDEN_PLACE and not (by_remote and beyond and not ask.product):
        place, place_ok, metres, place_unknown, nearest = best_place(columns, row, one, ask)
    by_place = place >= 0 and place_ok and (ask.reach == inf or metres <= ask.reach)
    by_unplaced = visits and place < 0 and one.no & ask.access == 0
    by_unclear = unclear and not visits and one.no & ask.remote_access == 0
    if not (modes & ask.remote != 0 or visits or unclear):
        fails |= MODE
    elif not (by_remote or by_place or by_unplaced or by_unclear):
        if place >= 0 and (place_ok or nearest > ask.reach):
            fails |= DISTANCE
        if not (place >= 0 and place_ok):
            fails |= ACCESS
    if bits(fails) > ask.budget:
        return -1, NO_WAY, -1, nan, 0.0, 0
    counted = metres
    if place >= 0 and place_at(columns.places, place).is_outcode:
        counted = max(counted, OUTCODE_METRES)
    way, near, unknown = NO_WAY, 0.0, 0
    if by_place and (not by_remote or not ask.has_home or 1 - counted / ask.scale >= REMOTE_POINTS):
        way, near, unknown = BY_PLACE, max(0.0, 1 - counted / ask.scale), place_unknown
    elif by_remote:
        way, near = BY_REMOTE, REMOTE_POINTS
        unknown = bits(ask.remote_access & ~one.yes) + ask.unheard_of_remote
    elif by_unplaced:
        way, near, unknown = UNPLACED, UNPLACED_POINTS, bits(ask.access & ~one.yes) + ask.unheard_of
    elif by_unclear:
        way, near = UNCLEAR, UNPLACED_POINTS
        unknown = bits(ask.remote_access & ~one.yes) + ask.unheard_of_remote
    if not ask.has_home:
        near = 0.0
    unknown += ask.asks_mode and unclear
    unknown += ask.age >= 0 and one.low == AGELESS and one.high == OLDEST
    unknown += ask.free_only and (flags >> COST_AT) & 3 == 0
    unknown += ask.slots != 0 and one.slots & UNKNOWN_SLOTS != 0
    unknown += ask.asks_language and one.languages == 0
    return fails, way, place, metres, near, unknown
