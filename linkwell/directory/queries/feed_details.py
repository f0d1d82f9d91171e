"""Rows of entries and of what hangs on them → frozen values of the feed, by key; one statement for each kind."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Greatest

from linkwell.directory.models import (
    Accessibility,
    Attribute,
    Capacity,
    Contact,
    CostOption,
    Language,
    Location,
    Organisation,
    Phone,
    Schedule,
    ServiceArea,
    ServiceAtLocation,
    TaxonomyTerm,
)
from linkwell.directory.queries import feed_hiding as hiding
from linkwell.directory.queries.feed_rows import (
    FeedAccess,
    FeedArea,
    FeedCapacity,
    FeedCost,
    FeedDesk,
    FeedLanguage,
    FeedLocation,
    FeedOrganisation,
    FeedPhone,
    FeedSchedule,
    FeedService,
    FeedTaxonomy,
    FeedTerm,
)
from linkwell.directory.queries.public import LISTED, shown_services

Key = tuple[int, ...] | int
_GONE = {"gone": "inactive", "inactive": "inactive", "defunct": "defunct"}
# What the feed reads of a service: this list is its allow-list.
_FACTS = (
    "alternate_name", "url", "email", "alert", "accreditations", "how_to_join", "what_to_bring", "first_visit",
    "who_greets", "minimum_age", "maximum_age", "modes_text", "times_text", "is_free", "cost_text", "wait_text",
    "area_text", "operating", "operating_note", "operating_until", "wait_weeks", "break_from", "break_until", "more",
)  # fmt: skip
_LISTS = ("entry_routes", "audience", "modes", "access_yes", "access_no")


def services(keys: Iterable[int], *, full: bool, on: date) -> dict[int, FeedService]:
    """Return {key: service}; of one that has left the feed only that. Two statements, with `full` fifteen."""
    rows = (
        shown_services()
        .filter(pk__in=list(keys))
        .select_related("source")
        .annotate(modified_at=Greatest("changed_at", "confirmed_at"))
        .defer("search", "record_hash", "hidden_why", "ended_why")
    )
    held = list(rows)
    there = [row.pk for row in held if not _has_left(row, on)]
    owners = organisations({row.organisation_id for row in held if row.organisation_id}, full=False)
    below = _below(there) if full else {}
    found = {}
    for row in held:
        if row.pk not in there:
            found[row.pk] = _gone(row)
            continue
        one = _service(row, owners.get(row.organisation_id or 0), {name: rows[row.pk] for name, rows in below.items()})
        found[row.pk] = hiding.without_its_place(one) if row.is_undisclosed else one
    return found


def _has_left(row: Any, on: date) -> bool:
    too_old = row.leaves_on is not None and row.leaves_on <= on
    return bool(row.listing not in LISTED or row.ended_on or row.joined_into_id or too_old)


def _gone(row: Any) -> FeedService:
    ended = row.ended_on or row.joined_into_id or row.operating == "closed"
    status = "defunct" if ended else _GONE.get(row.listing, "inactive")
    return FeedService(row.public_id, row.name, status, row.modified_at, is_gone=True)


def _service(row: Any, owner: FeedOrganisation | None, below: dict[str, tuple[Any, ...]]) -> FeedService:
    status = "temporarily closed" if row.listing == "temporarily_closed" else "active"
    confirmed = row.confirmed_at.date() if row.confirmed_at else None
    facts: dict[str, Any] = {name: getattr(row, name) for name in _FACTS}
    facts |= {name: tuple(getattr(row, name)) for name in _LISTS} | below
    return FeedService(
        public_id=row.public_id,
        name=row.name,
        status="defunct" if row.operating == "closed" else status,
        modified_at=row.modified_at,
        is_undisclosed=row.is_undisclosed,
        organisation=owner,
        description=row.description_text,
        more_urls=_more_urls(row.additional_urls),
        eligibility=row.eligibility_text,
        needs=tuple(row.need_codes),
        language_codes=tuple(row.languages),
        confirmed_by=row.confirmed_by if confirmed else "source" if row.source_checked_on else "",
        confirmed_on=confirmed or row.source_checked_on,
        source=row.source.name,
        licence=row.source.licence,
        attribution=row.source.attribution,
        **facts,
    )


def _below(keys: Sequence[int]) -> dict[str, dict[int, tuple[Any, ...]]]:
    """Return everything that hangs on services: {field: {service: values}}."""
    at = ServiceAtLocation.objects.filter(service__in=keys, location__is_undisclosed=False)
    at = at.order_by("service_id", "location_id")
    pairs = list(at.values_list("service_id", "location_id", "description"))
    known = locations({place for _, place, _ in pairs}, full=True)
    bears = list(Attribute.objects.filter(service__in=keys, term__source__is_approved=True).order_by("term_id")
                 .values_list("service_id", "term_id", "value"))  # fmt: skip
    named = terms({term for _, term, _ in bears})
    point = {"location_id": lambda place: known[place].public_id if place in known else None}
    return {
        "places": _grouped((key, (known[place], said)) for key, place, said in pairs if place in known),
        "terms": _grouped((key, (named[term], value)) for key, term, value in bears if term in named),
        "phones": _hanging(Phone.objects.all(), FeedPhone, keys, "number extension label more"),
        "desks": _hanging(Contact.objects.all(), FeedDesk, keys, "title department email phone", name=""),
        "schedules": _hanging(
            Schedule.objects.all(), FeedSchedule, keys,
            "location_id frequency interval weekday week_of_month day_of_month opens_at closes_at valid_from valid_to"
            " description more", change=point,
        ),
        "costs": _hanging(
            CostOption.objects.all(), FeedCost, keys, "option amount currency description valid_from valid_to"
        ),
        "languages": _hanging(Language.objects.all(), FeedLanguage, keys, "name code note"),
        "areas": _hanging(ServiceArea.objects.all(), FeedArea, keys, "name extent uri more"),
        "access": _hanging(Accessibility.objects.all(), FeedAccess, keys, "description url", location=None),
        "capacities": _hanging(
            Capacity.objects.all(), FeedCapacity, keys, "unit available maximum description updated_at more"
        ),
    }  # fmt: skip


def _hanging(
    rows: QuerySet[Any],
    shape: Callable[..., Any],
    keys: Iterable[int],
    columns: str,
    *,
    of: str = "service",
    change: dict[str, Callable[[Any], Any]] | None = None,
    **only: Any,
) -> dict[int, tuple[Any, ...]]:
    """Return {owner: values of a table}, in the order in which their source has them."""
    names = columns.split()
    has_place = any(one.name == "position" for one in rows.model._meta.fields)
    found = rows.filter(**{f"{of}__in": list(keys)}, **only)
    found = found.order_by(*(["position"] if has_place else []), "pk").values_list(f"{of}_id", *names)
    changes = [(change or {}).get(name) for name in names]
    return _grouped(
        (key, shape(*(turn(value) if turn else value for value, turn in zip(values, changes, strict=True))))
        for key, *values in found
    )


def _grouped(rows: Iterable[tuple[int, Any]]) -> dict[int, tuple[Any, ...]]:
    held: dict[int, list[Any]] = defaultdict(list)
    for key, value in rows:
        held[key].append(value)
    return defaultdict(tuple, {key: tuple(values) for key, values in held.items()})


def organisations(keys: Iterable[int], *, full: bool) -> dict[int, FeedOrganisation]:
    """Return {key: organisation}; with `full` its numbers and desks too. One statement, with `full` three."""
    organisation: Callable[..., FeedOrganisation] = FeedOrganisation
    columns = ("pk", "public_id", "name", "description_text", "email", "website", "kind", "identifiers", "more")
    rows: list[Any] = list(Organisation.objects.filter(pk__in=list(keys)).values_list(*columns))
    found = [row[0] for row in rows]
    nothing: dict[int, tuple[Any, ...]] = defaultdict(tuple)
    by = "organisation"
    phones = _hanging(Phone.objects.all(), FeedPhone, found, "number extension label more", of=by) if full else nothing
    wanted = "title department email phone"
    desks = _hanging(Contact.objects.all(), FeedDesk, found, wanted, of=by, name="") if full else nothing
    return {
        pk: organisation(*facts, _identifiers(identifiers), more, phones[pk], desks[pk])
        for pk, *facts, identifiers, more in rows
    }


def _more_urls(held: Any) -> tuple[tuple[str, str], ...]:
    pairs = ((one.get("label") or "", one.get("url") or "") for one in held or () if isinstance(one, dict))
    return tuple((str(label), str(url)) for label, url in pairs if url)


def _identifiers(held: Any) -> tuple[tuple[str, str, str], ...]:
    names = ("scheme", "identifier", "type")
    found = (tuple(str(one.get(name) or "") for name in names) for one in held or () if isinstance(one, dict))
    return tuple((scheme, number, kind) for scheme, number, kind in found if number)


def locations(keys: Iterable[int], *, full: bool) -> dict[int, FeedLocation]:
    """Return {key: place} of places that may be known. One statement, with `full` two."""
    location: Callable[..., FeedLocation] = FeedLocation
    columns = (
        "pk", "public_id", "name", "description", "address", "town", "region", "country", "postcode", "transport",
        "latitude", "longitude", "access_yes", "access_no", "more",
    )  # fmt: skip
    rows: list[Any] = list(Location.objects.filter(pk__in=list(keys), is_undisclosed=False).values_list(*columns))
    keys = [row[0] for row in rows] if full else []
    said = _hanging(Accessibility.objects.all(), FeedAccess, keys, "description url", of="location")
    return {
        pk: location(*facts, access_yes=tuple(yes), access_no=tuple(no), access=said[pk], more=more)
        for pk, *facts, yes, no, more in rows
    }


def said_at(pairs: Iterable[tuple[int, int]]) -> dict[tuple[int, int], str]:
    """Return what sources say of services at places."""
    wanted = {service for service, _ in pairs}
    rows = ServiceAtLocation.objects.filter(service__in=wanted).exclude(description="")
    return {(one, place): words for one, place, words in rows.values_list("service_id", "location_id", "description")}


def terms(keys: Iterable[int]) -> dict[int, FeedTerm]:
    """Return {key: term} in one statement."""
    term: Callable[..., FeedTerm] = FeedTerm
    above = TaxonomyTerm.objects.filter(source=OuterRef("source"), external_id=OuterRef("parent_external_id"))
    rows = TaxonomyTerm.objects.filter(pk__in=list(keys), source__is_approved=True)
    columns = ("pk", "public_id", "name", "description", "uri", "more")
    of = ("source_id", "source__name", "source__created_at", "taxonomy")
    held: Iterable[Any] = rows.values_list(*columns, Subquery(above.values("public_id")[:1]), *of)
    return {
        pk: term(public_id, name, description, uri, parent, FeedTaxonomy(*taxonomy), more)
        for pk, public_id, name, description, uri, more, parent, *taxonomy in held
    }
