"""An entry as texts by field, and texts by field written into the entry."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Prefetch, QuerySet

from linkwell.directory import rules
from linkwell.directory.editing import texts
from linkwell.directory.editing.fields import FIELDS
from linkwell.directory.editing.texts import Cost, Number, PlaceText, Time
from linkwell.directory.markup import clean_html
from linkwell.directory.models import (
    CostOption,
    Language,
    Location,
    Phone,
    Schedule,
    Service,
    ServiceAtLocation,
    ServiceNeed,
    Source,
)
from linkwell.matching import vocabulary
from linkwell.places import postcodes
from linkwell.places.queries import locate

OWN_SOURCE = "This directory"
_PLAIN = frozenset(
    "name alternate_name alert times_text area_text how_to_join what_to_bring first_visit who_greets eligibility_text"
    " email url".split()
)
_CODES = {"modes": "modes", "entry_routes": "entry_routes", "access_yes": "access_yes", "access_no": "access_no"}
# The columns and rows that each field decides; imports leave them alone from then on.
DECIDES: dict[str, tuple[str, ...]] = {
    **{name: (name,) for name in (*_PLAIN, *_CODES, "minimum_age", "maximum_age")},
    "description": ("description", "description_text"),
    "times": ("slots", "times_text", "schedules"),
    "places": ("places",),
    "costs": ("is_free", "cost_text", "costs"),
    "languages": ("languages", "language_rows"),
    "phones": ("phones",),
    "needs": (),  # needs by hand stand beside those of the list
}
OF_ORGANISATION = {
    "organisation_name": ("name",),
    "organisation_about": ("description", "description_text"),
    "organisation_website": ("website",),
}


def whole(rows: QuerySet[Service]) -> QuerySet[Service]:
    """Return services with all that `texts_of` reads: seven statements, however many."""
    return rows.select_related("organisation", "source").prefetch_related(
        Prefetch("schedules", Schedule.objects.order_by("position", "pk")),
        Prefetch("costs", CostOption.objects.order_by("position", "pk")),
        Prefetch("phones", Phone.objects.order_by("position", "pk")),
        Prefetch("at_locations", ServiceAtLocation.objects.select_related("location").order_by("pk")),
        Prefetch("needs", ServiceNeed.objects.filter(why="hand").order_by("code")),
        "language_rows",
    )


def texts_of(service: Service) -> dict[str, str]:
    """Return every field of an entry as text, by name."""
    said = {name: getattr(service, name) for name in _PLAIN}
    said |= {name: texts.codes_text(getattr(service, column), FIELDS[name].codes) for name, column in _CODES.items()}
    for name in ("minimum_age", "maximum_age"):
        value = getattr(service, name)
        said[name] = "" if value is None else str(value)
    languages = service.languages or [one.code for one in service.language_rows.all() if one.code]
    owner = service.organisation
    return said | {
        "description": service.description_text,
        "times": texts.times_text(_times(service)),
        "costs": _costs(service),
        "languages": texts.codes_text(languages, vocabulary.LANGUAGES),
        "phones": texts.numbers_text(Number(_whole_number(one), one.label) for one in service.phones.all()),
        "places": texts.places_text(_places(service)),
        "needs": texts.codes_text([one.code for one in service.needs.all()], FIELDS["needs"].codes),
        "organisation_name": owner.name if owner else "",
        "organisation_about": owner.description_text if owner else "",
        "organisation_website": owner.website if owner else "",
    }


def _whole_number(row: Phone) -> str:
    return f"{row.number} ext {row.extension}" if row.extension else row.number


def _times(service: Service) -> list[Time]:
    return [
        Time(row.weekday, row.opens_at, row.closes_at, row.interval or 1, row.week_of_month)
        for row in service.schedules.all()
        if row.weekday is not None
    ]


def _costs(service: Service) -> str:
    rows = [Cost(row.option, row.amount, row.description) for row in service.costs.all()]
    text = texts.costs_text(rows)
    return text or service.cost_text or ("Free" if service.is_free else "")


def _places(service: Service) -> list[PlaceText]:
    return _places_of(service.at_locations.all(), service.is_undisclosed)


def _places_of(links: Iterable[ServiceAtLocation], hide: bool) -> list[PlaceText]:
    rows = [link.location for link in links]
    return [
        PlaceText(town=row.town) if hide or row.is_undisclosed
        else PlaceText(row.name, row.address, row.town, row.postcode, row.transport)
        for row in rows
    ]  # fmt: skip


def write(service: Service, values: Mapping[str, str], *, at: datetime) -> None:
    """Write cleaned texts into an entry, its rows and its organisation; the caller saves history and sources."""
    columns: dict[str, Any] = {}
    for name, text in values.items():
        if name in _PLAIN:
            columns[name] = text
        elif name in _CODES:
            columns[_CODES[name]] = texts.read_codes(text, FIELDS[name].codes)
        elif name in ("minimum_age", "maximum_age"):
            columns[name] = int(text) if text else None
        elif name in _WRITERS:
            columns |= _WRITERS[name](service, text, at)
    columns["changed_at"] = at
    for column, value in columns.items():
        setattr(service, column, value)
    service.save(update_fields=list(columns))
    _write_organisation(service, {name: text for name, text in values.items() if name in OF_ORGANISATION}, at)


def _write_organisation(service: Service, values: Mapping[str, str], at: datetime) -> None:
    owner = service.organisation
    if owner is None or not values:
        return
    columns: dict[str, Any] = {"changed_at": at}
    for name, text in values.items():
        if name == "organisation_about":
            columns |= {"description": clean_html(text), "description_text": text}
        else:
            columns[OF_ORGANISATION[name][0]] = text
    for column, value in columns.items():
        setattr(owner, column, value)
    owner.save(update_fields=list(columns))


def _write_description(service: Service, text: str, at: datetime) -> dict[str, Any]:
    return {"description": clean_html(text), "description_text": text}


def _write_times(service: Service, text: str, at: datetime) -> dict[str, Any]:
    rows = texts.read_times(text)
    service.schedules.all().delete()
    Schedule.objects.bulk_create(
        Schedule(
            service=service, position=n, weekday=row.weekday, opens_at=row.opens_at, closes_at=row.closes_at,
            frequency="MONTHLY" if row.of_month is not None else "WEEKLY",
            interval=1 if row.of_month is not None else row.weeks, week_of_month=row.of_month,
        )
        for n, row in enumerate(rows)
    )  # fmt: skip
    schedules = [rules.Times(row.weekday, row.of_month, row.opens_at, row.closes_at, weeks=row.weeks) for row in rows]
    return {"slots": rules.slots(schedules, on=at.date()), "times_text": rules.times_in_words(schedules)}


def _write_costs(service: Service, text: str, at: datetime) -> dict[str, Any]:
    rows = texts.read_costs(text)
    service.costs.all().delete()
    CostOption.objects.bulk_create(
        CostOption(
            service=service, position=n, option=row.option, amount=row.amount, description=row.note,
            currency="GBP" if row.amount is not None else "",
        )
        for n, row in enumerate(rows)
    )  # fmt: skip
    known = [row.amount for row in rows if row.amount is not None]
    is_free = (max(known) == Decimal(0)) if known and len(known) == len(rows) else False if any(known) else None
    return {"is_free": is_free, "cost_text": "" if is_free else text.replace("\n", "; ")}


def _write_languages(service: Service, text: str, at: datetime) -> dict[str, Any]:
    codes = texts.read_codes(text, vocabulary.LANGUAGES)
    service.language_rows.all().delete()
    Language.objects.bulk_create(
        Language(service=service, name=vocabulary.LANGUAGES[code], code=code) for code in codes
    )
    return {"languages": codes}


def _write_phones(service: Service, text: str, at: datetime) -> dict[str, Any]:
    service.phones.all().delete()
    Phone.objects.bulk_create(
        Phone(service=service, position=n, number=row.number, label=row.label)
        for n, row in enumerate(texts.read_numbers(text))
    )
    return {}


def _write_places(service: Service, text: str, at: datetime) -> dict[str, Any]:
    """Link the places typed; one that stands as it was keeps its row, others get one that is this entry's alone."""
    typed = texts.read_places(text)
    links = list(service.at_locations.select_related("location").order_by("pk"))
    standing = dict(zip(_places_of(links, service.is_undisclosed), links, strict=False))
    kept = {standing[one].pk for one in typed if one in standing}
    service.at_locations.exclude(pk__in=kept).delete()
    for one in typed:
        if one not in standing:
            ServiceAtLocation.objects.create(
                service=service, location=make_place(one, hide=service.is_undisclosed, at=at)
            )
    return {}


def make_place(typed: PlaceText, *, hide: bool, at: datetime) -> Location:
    """Make a place of this directory; its point comes from the postcode. A hidden one holds the town alone."""
    common = {"source": own_source(at), "external_id": str(uuid.uuid4()), "town": typed.town}
    if hide:
        return Location.objects.create(**common, is_undisclosed=True)
    found = locate(typed.postcode) if typed.postcode else None
    point = {"precision": "none"}
    if found is not None:
        names = ("latitude", "longitude", "easting", "northing", "precision")
        point = {name: getattr(found, name) for name in names}
    return Location.objects.create(
        **common, **point, name=typed.name, address=typed.address, postcode=typed.postcode.upper(),
        outcode=postcodes.outward(typed.postcode), transport=typed.transport,
    )  # fmt: skip


def _write_needs(service: Service, text: str, at: datetime) -> dict[str, Any]:
    codes = texts.read_codes(text, FIELDS["needs"].codes)
    ServiceNeed.objects.filter(service=service, why="hand").exclude(code__in=codes).delete()
    for code in codes:
        ServiceNeed.objects.update_or_create(service=service, code=code, defaults={"why": "hand", "phrase": ""})
    rows = list(ServiceNeed.objects.filter(service=service).order_by("code").values_list("code", "why"))
    return {"need_codes": [code for code, _ in rows], "strong_needs": [code for code, why in rows if why != "text"]}


_WRITERS = {
    "description": _write_description,
    "times": _write_times,
    "costs": _write_costs,
    "languages": _write_languages,
    "phones": _write_phones,
    "places": _write_places,
    "needs": _write_needs,
}


def own_source(at: datetime) -> Source:
    """Return the source of entries that are written here; made when it is first needed."""
    made, _ = Source.objects.get_or_create(name=OWN_SOURCE, defaults={"created_at": at, "is_approved": True})
    return made
