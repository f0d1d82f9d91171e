"""The reverse question: which of many questions would a service fit, and why? And what opened lately."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from django.db import connection
from django.db.models import QuerySet

from linkwell.directory import searching
from linkwell.directory.models import Opening
from linkwell.directory.queries import many
from linkwell.directory.searching.loading import facts_of
from linkwell.matching import ranking
from linkwell.matching.index import Fit, Place, ServiceFacts
from linkwell.matching.query import Point, Query
from linkwell.matching.reasons import Facts, ask_first, reasons
from linkwell.matching.vocabulary import REMOTE_MODES
from linkwell.places import grid
from linkwell.team.prepared import Prepared

MOST_OPENED = 20


@dataclass(frozen=True)
class Suit:
    """One question that a service fits: its place among the questions, points, and why in words."""

    question: int
    score: float
    metres: float | None
    reasons: tuple[str, ...]
    ask_first: tuple[str, ...]


@dataclass(frozen=True)
class Opened:
    """A service that began to take people: newly listed, or again."""

    service_id: int
    name: str
    kind: str  # new or again
    at: datetime


def opened(*, since: datetime, until: datetime) -> list[Opened]:
    """Return the newest of what began to take people in this time and does so still, MOST_OPENED of them."""
    return [Opened(*row) for row in _opened(since=since, until=until)]


@Prepared
def _opened(shape: object, *, since: datetime, until: datetime) -> "QuerySet[Opening, tuple[int, str, str, datetime]]":
    rows = Opening.objects.filter(at__gte=since, at__lte=until, service__listing="listed", service__hidden_at=None)
    rows = rows.filter(service__joined_into=None, service__ended_on=None)
    rows = rows.exclude(service__operating__in=["closed", "paused", "full"])
    return rows.order_by("-at", "-pk").values_list("pk", "service__name", "kind", "at")[:MOST_OPENED]


def suited(service_ids: Iterable[int], questions: Sequence[Query], *, on: date) -> dict[int, list[Suit]]:
    """Return, by service, which questions it fits, the best first; one it fits none of is left out; 2 statements."""
    found: dict[int, list[Suit]] = {}
    with connection.cursor() as cursor:
        facts = {one.id: one for one in facts_of(cursor, service_ids)}
    fits = _fits(facts, questions, on=on) if facts and questions else {}
    for service_id, its in fits.items():
        if its:
            found[service_id] = [_suit(facts[service_id], questions[fit.question], fit) for fit in its]
    return found


def _fits(facts: dict[int, ServiceFacts], questions: Sequence[Query], *, on: date) -> dict[int, list[Fit]]:
    """Return what fits from the index of this machine, from the database where there is none."""
    kept = searching.current()
    if kept is not None:
        packed = kept.index.packed(questions)
        return {pk: packed.fits(one, on=on) for pk, one in facts.items()}
    found: dict[int, list[Fit]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH {many.VERDICTS} SELECT id, number, CASE WHEN by_place THEN metres END, by_remote, counted_metres"
            " FROM verdicts WHERE cardinality(fails) = 0",
            many.values(questions, on=on, service_ids=list(facts)),
        )
        for pk, number, metres, by_remote, counted in cursor.fetchall():
            points = _points(facts[pk], questions[number], counted if metres is not None else None, by_remote)
            found.setdefault(pk, []).append(Fit(number, round(points, 6), metres))
    return {pk: sorted(fits, key=lambda fit: (-fit.score, fit.question)) for pk, fits in found.items()}


def _points(facts: ServiceFacts, query: Query, counted: float | None, by_remote: bool) -> float:
    """Return what tells one question from another for the same service: the needs it meets, and nearness."""
    met = [1.0 if facts.needs[code][0] else ranking.WEAK_NEED for code in query.needs if code in facts.needs]
    needs = ranking.NEED * sum(met) / len(query.needs)
    if query.home is None:
        return needs
    near = ranking.UNPLACED
    if counted is not None:
        near = max(0.0, 1 - counted / (query.reach_metres or ranking.DEFAULT_REACH_METRES))
    return needs + (max(near, ranking.REMOTE) if by_remote else near)


def _suit(facts: ServiceFacts, query: Query, fit: Fit) -> Suit:
    known = _known(facts, query, fit.metres)
    return Suit(fit.question, fit.score, fit.metres, reasons(query, known, {}), ask_first(query, known))


def _known(facts: ServiceFacts, query: Query, metres: float | None) -> Facts:
    """Return a service as reasons speak of it, for somebody so far away from it."""
    remote = bool(REMOTE_MODES & set(facts.modes) and (not query.modes or set(query.modes) & set(facts.modes)))
    place = _nearest(facts.places, query.home) if metres is not None and query.home else None
    way = "place" if place else "remote" if remote else "unplaced" if "in_person" in facts.modes else "unclear"
    here, lacking = (set(place.access_yes), set(place.access_no)) if place else (set(), set())
    return Facts(
        way=way,
        metres=metres,
        is_approximate=place is not None and place.is_outcode,
        modes=facts.modes,
        need_phrases=facts.needs,
        words_met=(),
        access_met=frozenset((set(facts.access_yes) | here) - lacking),
        languages=facts.languages,
        slots=facts.slots,
        is_free=facts.is_free,
        cost=facts.cost,
        minimum_age=facts.minimum_age,
        maximum_age=facts.maximum_age,
        operating=facts.operating,
        wait_weeks=facts.wait_weeks,
        area=facts.area,
        place=facts.place,
    )


def _nearest(places: Sequence[Place], home: Point) -> Place | None:
    far = partial(grid.haversine, home.latitude, home.longitude)
    return min(places, key=lambda place: far(place.latitude, place.longitude), default=None)
