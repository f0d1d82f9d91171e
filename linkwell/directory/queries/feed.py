"""The open feed: pages of services, places, organisations and terms as frozen values, in few statements."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Generic, TypeVar
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Greatest

from linkwell.directory.models import Organisation, Service, ServiceAtLocation, TaxonomyTerm
from linkwell.directory.queries import feed_details as details
from linkwell.directory.queries import feed_filters as filters
from linkwell.directory.queries import feed_hiding as hiding
from linkwell.directory.queries.feed_filters import FeedQuery, SourceTaxonomy
from linkwell.directory.queries.feed_lists import LISTS
from linkwell.directory.queries.feed_rows import (
    FeedAtLocation,
    FeedLocation,
    FeedOrganisation,
    FeedService,
    FeedTaxonomy,
    FeedTerm,
)
from linkwell.directory.queries.public import public_services, shown_services

AT_A_TIME = 200  # services in memory while a whole list is read
Row = TypeVar("Row")


@dataclass(frozen=True)
class FeedPage(Generic[Row]):
    """Some rows of a list, and how many it holds in all."""

    rows: tuple[Row, ...]
    total: int


def services_page(query: FeedQuery, *, skip: int, take: int, full: bool, at: datetime) -> FeedPage[FeedService]:
    """Return services from `skip` on; with `full` everything that hangs on them."""
    keys = _service_keys(query, at)
    return FeedPage(_services(keys[skip : skip + take], full=full, at=at), len(keys))


def all_services(query: FeedQuery, *, full: bool, at: datetime) -> Iterator[FeedService]:
    """Return every service of a list, some at a time; between them no connection is kept."""
    for batch in _batches(_service_keys(query, at)):
        yield from _services(batch, full=full, at=at)
        _let_go()


def services_of(organisations: Collection[UUID], *, at: datetime) -> dict[UUID, list[FeedService]]:
    """Return the services of organisations in full, by the id of each; as many statements for one as for all."""
    rows = public_services(on=at.date()).filter(organisation__public_id__in=organisations).order_by("pk")
    found = defaultdict(list)
    for batch in _batches(list(rows.values_list("pk", flat=True))):
        for one in _services(batch, full=True, at=at):
            if one.organisation:
                found[one.organisation.public_id].append(one)
    return found


def moments(query: FeedQuery, *, at: datetime) -> Iterator[tuple[UUID, datetime]]:
    """Return the id of every service of a list, and when it was last modified."""
    for batch in _batches(_service_keys(query, at), at_a_time=5_000):
        rows = Service.objects.filter(pk__in=batch, hidden_at=None, source__is_approved=True).order_by("pk")
        yield from rows.values_list("public_id", Greatest("changed_at", "confirmed_at"))
        _let_go()


def count_services(query: FeedQuery, *, at: datetime) -> int:
    return len(_service_keys(query, at))


def service(public_id: UUID, *, at: datetime) -> FeedService | None:
    """Return one service in full; of one that has left the feed what says so; None for one that never was in it."""
    pk = shown_services().filter(public_id=public_id).values_list("pk", flat=True).first()
    found = _services([pk], full=True, at=at) if pk else ()
    return found[0] if found else None


def at_locations_page(query: FeedQuery, *, skip: int, take: int, full: bool, at: datetime) -> FeedPage[FeedAtLocation]:
    """Return services at places from `skip` on."""
    on = at.date()
    keys = LISTS.keys(
        ("at", query, on),
        lambda: (key for pair in filters.at_locations(query, on=on).values_list("service_id", "location_id")
                 for key in pair),
    )  # fmt: skip
    pairs = list(zip(keys[2 * skip : 2 * (skip + take) : 2], keys[2 * skip + 1 : 2 * (skip + take) : 2], strict=True))
    return FeedPage(_at_locations(pairs, full=full, at=at), len(keys) // 2)


def at_location(service_from: UUID, service_to: UUID, *, at: datetime) -> Iterator[FeedAtLocation]:
    """Return the places of the services whose ids lie between two, in full: the caller knows which one it looks for."""
    found = public_services(on=at.date()).filter(
        public_id__gte=service_from, public_id__lte=service_to, is_undisclosed=False
    )
    rows = ServiceAtLocation.objects.filter(service__in=found, location__is_undisclosed=False)
    yield from _at_locations(list(rows.values_list("service_id", "location_id")), full=True, at=at)


def organisations_page(
    search: str = "", *, skip: int, take: int, full: bool, at: datetime
) -> FeedPage[FeedOrganisation]:
    """Return organisations of services that the world may find, from `skip` on."""
    rows = _organisations(at.date())
    if search.strip():
        rows = rows.filter(name__icontains=search.strip())
    keys = LISTS.keys(("organisations", search, at.date()), lambda: rows.order_by("pk").values_list("pk", flat=True))
    found = _told(keys[skip : skip + take], full=full, on=at.date())
    return FeedPage(tuple(found[key] for key in keys[skip : skip + take] if key in found), len(keys))


def all_organisations(*, at: datetime) -> Iterator[FeedOrganisation]:
    """Return every organisation in full, some at a time."""
    keys = list(_organisations(at.date()).order_by("pk").values_list("pk", flat=True))
    for batch in _batches(keys):
        found = _told(batch, full=True, on=at.date())
        yield from (found[key] for key in batch if key in found)
        _let_go()


def organisation(public_id: UUID, *, at: datetime) -> FeedOrganisation | None:
    """Return one organisation in full."""
    pk = _organisations(at.date()).filter(public_id=public_id).values_list("pk", flat=True).first()
    return _told([pk], full=True, on=at.date()).get(pk) if pk else None


def taxonomies() -> tuple[FeedTaxonomy, ...]:
    """Return the taxonomies that approved sources brought."""
    rows = TaxonomyTerm.objects.filter(source__is_approved=True).order_by("source_id", "taxonomy")
    found = rows.values_list("source_id", "source__name", "source__created_at", "taxonomy").distinct()
    return tuple(FeedTaxonomy(*row) for row in found)


def terms_page(
    taxonomy: SourceTaxonomy | None = None,
    *,
    search: str = "",
    top_only: bool = False,
    parent: UUID | None = None,
    skip: int,
    take: int,
) -> FeedPage[FeedTerm]:
    """Return terms of approved sources from `skip` on."""
    rows = TaxonomyTerm.objects.filter(source__is_approved=True)
    if taxonomy is not None:
        rows = rows.filter(source=taxonomy.source_id, taxonomy=taxonomy.name)
    if search.strip():
        rows = rows.filter(Q(name__icontains=search.strip()) | Q(description__icontains=search.strip()))
    above = TaxonomyTerm.objects.filter(source=OuterRef("source"), external_id=OuterRef("parent_external_id"))
    if top_only:
        rows = rows.exclude(Exists(above))
    if parent is not None:
        rows = rows.filter(Exists(above.filter(public_id=parent)))
    name = ("terms", taxonomy, search, top_only, parent)
    keys = LISTS.keys(name, lambda: rows.order_by("pk").values_list("pk", flat=True))
    found = details.terms(keys[skip : skip + take])
    return FeedPage(tuple(found[key] for key in keys[skip : skip + take] if key in found), len(keys))


def term(public_id: UUID) -> FeedTerm | None:
    """Return one term of an approved source."""
    rows = TaxonomyTerm.objects.filter(source__is_approved=True, public_id=public_id)
    pk = rows.values_list("pk", flat=True).first()
    return details.terms([pk]).get(pk) if pk else None


def _service_keys(query: FeedQuery, at: datetime) -> Sequence[int]:
    on = at.date()
    return LISTS.keys(("services", query, on), lambda: filters.service_keys(query, on=on))


def _services(keys: Sequence[int], *, full: bool, at: datetime) -> tuple[FeedService, ...]:
    found = details.services(keys, full=full, on=at.date())
    return tuple(found[key] for key in keys if key in found)


def _at_locations(pairs: Sequence[tuple[int, int]], *, full: bool, at: datetime) -> tuple[FeedAtLocation, ...]:
    found = details.services(list({service for service, _ in pairs}), full=full, on=at.date())
    places: dict[int, FeedLocation] = details.locations(list({location for _, location in pairs}), full=full)
    said = details.said_at(pairs)
    return tuple(
        FeedAtLocation(found[one], places[place], said.get((one, place), ""))
        for one, place in pairs
        if one in found and place in places and not found[one].is_gone and not found[one].is_undisclosed
    )


def _organisations(on: date) -> QuerySet[Organisation]:
    return Organisation.objects.filter(Exists(public_services(on=on).filter(organisation=OuterRef("pk"))))


def _told(keys: Sequence[int], *, full: bool, on: date) -> dict[int, FeedOrganisation]:
    """Return organisations; of one that runs nothing but places that are not given out, no address online."""
    found = details.organisations(keys, full=full)
    open_to_all = public_services(on=on).filter(organisation__in=list(keys), is_undisclosed=False)
    known = set(open_to_all.values_list("organisation_id", flat=True))
    return {key: one if key in known else hiding.without_its_address(one) for key, one in found.items()}


def _batches(keys: Sequence[int], at_a_time: int = AT_A_TIME) -> Iterator[Sequence[int]]:
    for start in range(0, len(keys), at_a_time):
        yield keys[start : start + at_a_time]


def _let_go() -> None:
    """Give the connection back while others read what was written; a command or a test in a transaction keeps it."""
    if not connection.in_atomic_block:
        connection.close()
