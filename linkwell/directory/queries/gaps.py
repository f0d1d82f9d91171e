"""Where is there no fit? How many services fit an area's need, what one limit alone keeps out, what is nearest."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from django.db import connection

from linkwell.directory import searching
from linkwell.directory.queries import many
from linkwell.matching.query import Point, Query

LIMITS_OF_A_MISS = 3.0  # times the reach: as for near misses


@dataclass(frozen=True)
class Area:
    """An area of a map: an outward code, the town it lies in, and its middle."""

    code: str
    town: str
    middle: Point


@dataclass(frozen=True)
class Nearest:
    """The nearest service for a need, whatever keeps it from fitting; never one whose place is not disclosed."""

    service_id: int
    public_id: UUID
    name: str
    metres: float
    fails: frozenset[str]
    slots: int | None
    cost: str
    languages: tuple[str, ...]


def fitting(areas: Sequence[Area], needs: Sequence[str], limits: Query, *, on: date) -> dict[tuple[str, str], int]:
    """Return (area, need) → how many services fit there under the limits; where none fits it is 0.

    The index of this machine answers; where there is none, one statement.
    """
    found = {(area.code, code): 0 for area in areas for code in needs}
    if not found:
        return found
    kept = searching.current()
    if kept is not None:
        counts = kept.index.gaps([(area.middle, area.code) for area in areas], needs, limits, on=on)
        return dict(zip(found, (int(count) for count in counts.ravel()), strict=True))
    queries = [at_home(limits, area, needs) for area in areas]
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH {many.VERDICTS} SELECT v.number, code, count(*) FROM verdicts v, unnest(v.need_codes) code"
            " WHERE cardinality(v.fails) = 0 AND code = ANY (v.needs) GROUP BY 1, 2",
            many.values(queries, on=on),
        )
        for number, code, count in cursor.fetchall():
            found[areas[number].code, code] = count
    return found


def at_home(limits: Query, area: Area, needs: Sequence[str]) -> Query:
    """Return the question of someone who lives in the middle of an area."""
    return replace(limits, needs=tuple(needs), words="", home=area.middle, home_label=area.code, home_outcode=area.code)


def kept_out(queries: Sequence[Query], *, on: date) -> list[dict[str, int]]:
    """Return, for each question, how many services fit ("") and how many each limit alone keeps out; 1 statement."""
    found: list[dict[str, int]] = [{} for _ in queries]
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH {many.VERDICTS} SELECT number, coalesce(fails[1], ''), count(*) FROM verdicts"
            " WHERE cardinality(fails) <= 1 AND (fails[1] IS DISTINCT FROM 'distance' OR metres <= %(far)s * reach)"
            " GROUP BY 1, 2 ORDER BY 1, 3 DESC, 2",
            many.values(queries, on=on) | {"far": LIMITS_OF_A_MISS},
        )
        for number, fails, count in cursor.fetchall():
            found[number][fails] = count
    return found


def nearest(queries: Sequence[Query], *, on: date) -> list[Nearest | None]:
    """Return, for each question, the nearest service that one could go to, fitting or not; 1 statement."""
    found: list[Nearest | None] = [None for _ in queries]
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH {many.VERDICTS} SELECT DISTINCT ON (v.number) v.number, v.id, s.public_id, s.name, v.metres,"
            " v.fails, v.held, s.cost_text, v.spoken FROM verdicts v JOIN directory_service s ON s.id = v.id"
            " WHERE v.metres IS NOT NULL AND NOT v.fails && '{paused,break}'"
            " ORDER BY v.number, v.metres, cardinality(v.fails), v.id",
            many.values(queries, on=on),
        )
        for number, pk, public_id, name, metres, fails, slots, cost, languages in cursor.fetchall():
            found[number] = Nearest(pk, public_id, name, metres, frozenset(fails), slots, cost, tuple(languages))
    return found


def without_a_place(needs: Sequence[str], *, on: date) -> int:
    """Return how many services for these needs happen somewhere and do not say where: they fit every area."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH {many.VERDICTS} SELECT count(*) FROM verdicts WHERE cardinality(fails) = 0 AND by_unplaced"
            " AND NOT by_remote AND NOT is_undisclosed",
            many.values([Query(needs=tuple(needs), modes=("in_person",))], on=on),
        )
        return int(cursor.fetchone()[0])
