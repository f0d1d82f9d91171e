"""What a question to the feed narrows: the parameters of the standard, each by its words there."""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, time
from math import cos, radians
from uuid import UUID

from django.contrib.postgres.search import SearchQuery
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import ASin, Cos, Greatest, Least, Power, Radians, Sin, Sqrt
from django.db.models.lookups import LessThanOrEqual

from linkwell.directory.models import Attribute, Schedule, Service, ServiceAtLocation
from linkwell.directory.queries.indexed import in_step
from linkwell.directory.queries.public import public_services, shown_services
from linkwell.directory.queries.sql import EARTH_DIAMETER
from linkwell.matching.words import stems

MOST_WORDS = 12
DEGREE = 111_000.0  # metres of a degree of latitude, a little short: a box too large costs nothing
_OWN = {"need": "need_codes", "mode": "modes", "route": "entry_routes", "access": "access_yes"}


@dataclass(frozen=True)
class OwnTerm:
    """A term of Linkwell's own taxonomies: which column of an entry bears it. An empty code: any of the taxonomy."""

    column: str
    code: str = ""


@dataclass(frozen=True)
class SourceTaxonomy:
    """A taxonomy as its source brought it."""

    source_id: int
    name: str


@dataclass(frozen=True)
class Near:
    """Within so many metres of a point, or, without a distance, in the area that an outward code lies in."""

    latitude: float
    longitude: float
    outcode: str
    metres: float | None


@dataclass(frozen=True)
class FeedQuery:
    """Filters of one list; every one narrows, none of them set is the whole feed."""

    search: str = ""
    term: UUID | OwnTerm | None = None
    taxonomy: SourceTaxonomy | OwnTerm | None = None
    nothing: bool = False  # a term or taxonomy that is nobody's
    organisation: UUID | None = None
    minimum_age: float | None = None
    maximum_age: float | None = None
    opens_from: time | None = None
    closes_by: time | None = None
    day: int | None = None
    modified_after: datetime | None = None
    near: Near | None = None

    @property
    def is_whole(self) -> bool:
        return all(getattr(self, one.name) == one.default for one in fields(self))


def services(query: FeedQuery, *, on: date) -> QuerySet[Service]:
    """Return the services that a list holds, in the order in which they came to the directory."""
    rows = public_services(on=on)
    if query.modified_after is not None:
        rows = _modified(query.modified_after, on)
    return _narrowed(rows, query).order_by("pk")


def service_keys(query: FeedQuery, *, on: date) -> Iterable[int]:
    """Return the keys of the services that a list holds; of a list by words alone the matching index knows them."""
    if query.search.strip() and replace(query, search="").is_whole:
        beginnings = stems(query.search)[:MOST_WORDS]
        if found := in_step(lambda kept: kept.index.holding_all(beginnings, on=on), lambda _: (), on=on):
            return found[0].tolist()
    return services(query, on=on).values_list("pk", flat=True)


def at_locations(query: FeedQuery, *, on: date) -> QuerySet[ServiceAtLocation]:
    """Return services at places that may be known; those whose place is not given out are not among them."""
    found = public_services(on=on).filter(is_undisclosed=False)
    if query.modified_after is not None:
        found = found.alias(modified=Greatest("changed_at", "confirmed_at")).filter(modified__gte=query.modified_after)
    found = _narrowed(found, query)
    rows = ServiceAtLocation.objects.filter(location__is_undisclosed=False)
    rows = rows.filter(Exists(found.filter(pk=OuterRef("service_id"))))
    if query.near is not None and query.near.metres is not None:
        rows = rows.filter(_within(query.near))
    return rows.order_by("service_id", "location_id")


def _modified(since: datetime, on: date) -> QuerySet[Service]:
    """Return what changed since, with what has left the feed: also by growing too old, which changes no row."""
    grown_old = Q(leaves_on__gte=since.date(), leaves_on__lte=on)
    return (
        shown_services()
        .alias(modified=Greatest("changed_at", "confirmed_at"))
        .filter(Q(modified__gte=since) | grown_old)
    )


def _narrowed(rows: QuerySet[Service], query: FeedQuery) -> QuerySet[Service]:
    if query.nothing:
        return rows.none()
    if query.search.strip():
        found = stems(query.search)[:MOST_WORDS]
        words = SearchQuery(" & ".join(f"'{stem}':*" for stem in found), config="simple", search_type="raw")
        rows = rows.filter(search=words) if found else rows.none()
    if query.organisation is not None:
        rows = rows.filter(organisation__public_id=query.organisation)
    if query.minimum_age is not None:
        rows = rows.filter(minimum_age__gte=query.minimum_age)
    if query.maximum_age is not None:
        rows = rows.filter(maximum_age__lte=query.maximum_age)
    return _at_times(_of_terms(rows, query), query)


def _of_terms(rows: QuerySet[Service], query: FeedQuery) -> QuerySet[Service]:
    for asked in (query.term, query.taxonomy):
        if isinstance(asked, OwnTerm):
            rows = rows.filter(_bears(asked))
        elif isinstance(asked, UUID):
            rows = rows.filter(Exists(Attribute.objects.filter(service=OuterRef("pk"), term__public_id=asked)))
        elif isinstance(asked, SourceTaxonomy):
            of = Attribute.objects.filter(term__source=asked.source_id, term__taxonomy=asked.name)
            rows = rows.filter(Exists(of.filter(service=OuterRef("pk"))))
    return rows


def _bears(asked: OwnTerm) -> Q:
    """Return the condition that an entry bears a term of Linkwell's own, as the feed writes it."""
    named = _OWN.get(asked.column)
    if named is not None:
        bears = Q(**{f"{named}__contains": [asked.code]}) if asked.code else ~Q(**{f"{named}": []})
        return bears & Q(is_undisclosed=False) if asked.column == "access" else bears
    match asked.column:
        case "operating":
            return Q(operating=asked.code) if asked.code else Q()
        case "confirmed":
            return _confirmed(asked.code)
        case "kind":
            known = Q(organisation__isnull=False) & ~Q(organisation__kind="unknown")
            return Q(organisation__kind=asked.code) if asked.code else known
    return Q(pk__in=())


def _confirmed(code: str) -> Q:
    by_source = Q(confirmed_at=None, source_checked_on__isnull=False)
    nobody = Q(confirmed_at=None, source_checked_on=None)
    return {"": Q(), "source": by_source, "nobody": nobody}.get(code, Q(confirmed_by=code, confirmed_at__isnull=False))


def _at_times(rows: QuerySet[Service], query: FeedQuery) -> QuerySet[Service]:
    """One and the same time of the service must be on the day, begin no earlier and end no later than asked."""
    times = Q()
    if query.opens_from is not None:
        times &= Q(opens_at__gte=query.opens_from)
    if query.closes_by is not None:
        times &= Q(closes_at__lte=query.closes_by)
    if query.day is not None:
        times &= Q(weekday=query.day)
    if times:
        rows = rows.filter(Exists(Schedule.objects.filter(times, service=OuterRef("pk"))))
    if query.near is None:
        return rows
    if query.near.metres is None:
        return rows.filter(Q(area_outcodes=[]) | Q(area_outcodes__contains=[query.near.outcode]))
    here = ServiceAtLocation.objects.filter(_within(query.near), location__is_undisclosed=False)
    return rows.filter(Exists(here.filter(service=OuterRef("pk"))), is_undisclosed=False)


def _within(near: Near) -> Q:
    """Return the condition that a place lies within so many metres of a point; the box first, for its index."""
    metres = near.metres or 0.0
    north = metres / DEGREE
    east = north / max(cos(radians(near.latitude)), 0.01)
    away = ASin(
        Least(
            Value(1.0),
            Sqrt(
                Power(Sin(Radians(F("location__latitude") - Value(near.latitude)) / 2), 2)
                + Value(cos(radians(near.latitude)))
                * Cos(Radians(F("location__latitude")))
                * Power(Sin(Radians(F("location__longitude") - Value(near.longitude)) / 2), 2)
            ),
        )
    )
    return Q(
        LessThanOrEqual(away, Value(metres / EARTH_DIAMETER)),
        location__latitude__range=(near.latitude - north, near.latitude + north),
        location__longitude__range=(near.longitude - east, near.longitude + east),
    )
