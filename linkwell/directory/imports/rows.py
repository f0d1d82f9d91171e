"""A checked record → the column values that are stored."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from operator import attrgetter
from typing import Any

import msgspec
from psycopg.types.json import Jsonb

from linkwell.directory import rules
from linkwell.directory.imports.places import Point
from linkwell.directory.records import LocationRecord, More, OrganisationRecord, ScheduleRecord, ServiceRecord
from linkwell.matching.recognise import Recognised
from linkwell.matching.words import search_text
from linkwell.places import postcodes

EVERYWHERE = frozenset(
    {"uk", "united kingdom", "great britain", "england", "national", "nationwide", "england and wales"}
)
# What a service's columns hold as its record has it.
_AS_TOLD = (
    "name", "alternate_name", "description", "description_text", "url", "email", "alert", "accreditations",
    "how_to_join", "what_to_bring", "entry_routes", "eligibility_text", "audience", "minimum_age", "maximum_age",
    "modes", "modes_text", "access_yes", "is_free", "wait_text", "is_undisclosed", "listing", "source_checked_on",
    "source_changed_at",
)  # fmt: skip

Values = dict[str, Any]


def besides(more: More) -> str:
    """Return what a source says besides as JSON; most say nothing, and thousands of rows feel it."""
    return msgspec.json.encode(more).decode() if more else "{}"


@cache
def _values_of(kind: Any) -> Callable[[Any], tuple[Any, ...]]:
    return attrgetter(*kind.__slots__)


def columns(record: Any, but: str = "") -> Values:
    """Return the fields of a flat record by name; its own dataclass copies deeply, which thousands of rows feel."""
    values = dict(zip(record.__slots__, _values_of(record.__class__)(record), strict=True))
    values.pop(but, None)
    if "more" in values:
        values["more"] = besides(values["more"])
    return values


def organisation(record: OrganisationRecord, *, source_id: int, at: datetime) -> Values:
    """Return an organisation's columns; never its address for referrals."""
    return {
        "public_id": uuid.uuid4(),
        "source_id": source_id,
        "external_id": record.external_id,
        "name": record.name,
        "kind": record.kind,
        "description": record.description,
        "description_text": record.description_text,
        "email": record.email,
        "website": record.website,
        "identifiers": Jsonb(record.identifiers),
        "more": besides(record.more),
        "referral_email": "",
        "referral_email_how": "",
        "changed_at": at,
    }


def location(record: LocationRecord, point: Point, *, source_id: int, is_undisclosed: bool) -> Values:
    """Return a place's columns; of an undisclosed one, nothing that tells where it is."""
    if is_undisclosed:
        outcode = postcodes.outward(record.postcode)
        record = replace(record, name="", description="", address="", transport="", postcode=outcode, more={})
    return {
        "public_id": uuid.uuid4(),
        "source_id": source_id,
        "external_id": record.external_id,
        "name": record.name,
        "description": record.description,
        "address": record.address,
        "town": record.town,
        "region": record.region,
        "country": record.country,
        "postcode": record.postcode,
        "outcode": postcodes.outward(record.postcode),
        "transport": record.transport,
        "latitude": point.latitude,
        "longitude": point.longitude,
        "easting": point.easting,
        "northing": point.northing,
        "precision": point.precision,
        "is_undisclosed": is_undisclosed,
        "access_yes": record.access_yes,
        "access_no": [code for code in record.access_no if code not in record.access_yes],
        "more": besides(record.more),
    }


def service(
    record: ServiceRecord,
    needs: Sequence[Recognised],
    areas: dict[str, set[str]],
    *,
    source_id: int,
    at: datetime,
) -> Values:
    """Return a service's columns, those that matching reads worked out; whose it is, is known later."""
    terms = [term.name for term in record.terms]
    named = f"{record.name} {record.alternate_name}"
    spoken = record.organisation.name if record.organisation else ""
    return {
        "public_id": uuid.uuid4(),
        "source_id": source_id,
        "external_id": record.external_id,
        "organisation_id": None,
        **{name: getattr(record, name) for name in _AS_TOLD},
        **_worked_out(record, at),
        "additional_urls": Jsonb(record.additional_urls),
        "more": besides(record.more),
        "first_visit": "",
        "need_codes": [need.code for need in needs],
        "strong_needs": [need.code for need in needs if need.is_strong],
        "area_outcodes": _area_outcodes(record, areas),
        "operating": "open",
        "operating_note": "",
        "confirmed_by": "",
        "seen_at": at,
        "changed_at": at,
        "search": search_text(named, spoken, f"{record.description_text} {record.eligibility_text}", terms),
    }


def _worked_out(record: ServiceRecord, at: datetime) -> Values:
    """Return the columns that are made of several of the record's values."""
    schedules = [times(one) for one in record.schedules]
    return {
        "languages": list(dict.fromkeys(one.code for one in record.languages if one.code)),
        "access_no": [code for code in record.access_no if code not in record.access_yes],
        "slots": rules.slots(schedules, on=at.date()),
        "times_text": record.times_text or rules.times_in_words(schedules) or _descriptions(record.schedules),
        "cost_text": record.cost_text or _costs(record),
        "area_text": ", ".join(area.name for area in record.areas)[:2_000],
    }


def times(one: ScheduleRecord) -> rules.Times:
    return rules.Times(one.weekday, one.week_of_month, one.opens_at, one.closes_at, one.valid_to, one.interval)


def _descriptions(schedules: list[ScheduleRecord]) -> str:
    return "; ".join(dict.fromkeys(one.description for one in schedules if one.description))[:2_000]


def _costs(record: ServiceRecord) -> str:
    pieces = []
    for cost in record.costs:
        sign = {"GBP": "£", "": "£"}.get(cost.currency, f"{cost.currency} ")
        amount = "" if cost.amount is None else "free" if cost.amount == 0 else f"{sign}{cost.amount.normalize():f}"
        pieces.append(" ".join(filter(None, [cost.option and f"{cost.option}:", amount, cost.description])))
    return "; ".join(filter(None, pieces))


def _area_outcodes(record: ServiceRecord, areas: dict[str, set[str]]) -> list[str]:
    """Return the outward codes served; none where any of the areas is not one we know."""
    served: set[str] = set()
    for area in record.areas:
        name = " ".join(area.name.split()).casefold()
        if name in EVERYWHERE or name not in areas:
            return []
        served |= areas[name]
    return sorted(served)
