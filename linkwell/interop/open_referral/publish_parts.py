"""What hangs on a published service: times, costs, phones, desks, places, attributes. Ids are made of contents."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby
from typing import Any
from uuid import UUID

from linkwell.directory.queries.feed_rows import (
    FeedAccess,
    FeedDesk,
    FeedLocation,
    FeedPhone,
    FeedSchedule,
    FeedService,
)
from linkwell.interop.open_referral import besides
from linkwell.interop.open_referral.publish_terms import OWN, own_term, term
from linkwell.interop.open_referral.telling import Ids, Told, mail, told, web

_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_COUNTRIES = {
    "": "GB", "UK": "GB", "GBR": "GB", "UNITED KINGDOM": "GB", "GREAT BRITAIN": "GB", "ENGLAND": "GB",
    "SCOTLAND": "GB", "WALES": "GB", "NORTHERN IRELAND": "GB",
}  # fmt: skip


def at_location_id(service: UUID, location: UUID) -> UUID:
    """Return the id of a service at a place: made of the first halves of theirs, so that both can be found by it."""
    left, right = service.int >> 68, location.int >> 68  # 60 bits of each
    bits = left << 60 | right
    return UUID(int=bits >> 72 << 80 | 8 << 76 | (bits >> 60 & 0xFFF) << 64 | 2 << 62 | bits & (1 << 60) - 1)


def services_of(at_location: UUID) -> tuple[UUID, UUID] | None:
    """Return the first and last id that the service of such an id can have, None for an id that is none of ours."""
    bits = at_location.int
    if bits >> 76 & 0xF != 8 or bits >> 60 & 0xF != 8:
        return None
    left = bits >> 80 << 12 | bits >> 64 & 0xFFF
    return UUID(int=left << 68), UUID(int=(left << 68) | (1 << 68) - 1)


def phones(found: Iterable[FeedPhone], ids: Ids) -> list[Told]:
    made = []
    for one in dict.fromkeys(found):
        extension = int(one.extension) if one.extension.isascii() and one.extension.isdigit() else None
        words = one.label if extension is not None or not one.extension else f"{one.label} ext. {one.extension}".strip()
        made.append(
            told(id=ids.of("phone", one.number, one.extension), number=one.number, extension=extension,
                 description=words)
            | besides.tell(one.more, "phone", ids)
        )  # fmt: skip
    return made


def contacts(found: Iterable[FeedDesk], ids: Ids) -> list[Told]:
    """Return desks: nobody's name is among them."""
    made = []
    for one in dict.fromkeys(found):
        number = phones([FeedPhone(one.phone)], ids) if one.phone else []
        content = told(title=one.title, department=one.department, email=mail(one.email), phones=number)
        if content:
            made.append({"id": ids.of("contact", one.title, one.department, one.email, one.phone)} | content)
    return made


def schedules(service: FeedService, ids: Ids, attending: str) -> list[Told]:
    """Return its times, one for all days that have the same; where there are none, how one takes part and its words."""
    made = []
    for one, days in _together(service.schedules):
        more = besides.tell(one.more, "schedule", ids)
        made.append(told(
            id=ids.of("schedule", one.frequency, one.interval, days, one.day_of_month, one.opens_at, one.closes_at,
                      one.valid_from, one.valid_to, one.description, one.location),
            service_at_location_id=_at(service, one.location),
            valid_from=one.valid_from and one.valid_from.isoformat(),
            valid_to=one.valid_to and one.valid_to.isoformat(),
            freq=one.frequency if one.frequency in ("WEEKLY", "MONTHLY") else None,
            interval=one.interval,
            byday=days,
            bymonthday=str(one.day_of_month) if one.day_of_month is not None else None,
            opens_at=one.opens_at and one.opens_at.isoformat(),
            closes_at=one.closes_at and one.closes_at.isoformat(),
            description=_without(one.description, more.get("notes", "")),
            attending_type=attending,
        ) | more)  # fmt: skip
    if not made and (service.times_text or attending):
        words = service.times_text
        made.append(told(id=ids.of("schedule", words), description=words, attending_type=attending))
    return made


def _without(description: str, notes: str) -> str:
    """Return a text without the notes that were put at its end for people to read."""
    return description.removesuffix(f"\n{notes}") if notes else description


def _at(service: FeedService, location: UUID | None) -> str | None:
    if location is None or all(place.public_id != location for place, _ in service.places):
        return None
    return str(at_location_id(service.public_id, location))


def _together(found: Iterable[FeedSchedule]) -> Iterator[tuple[FeedSchedule, str]]:
    """Return times that differ in their day alone as one, with its days ("TH,FR", "1MO")."""
    for one, same in groupby(found, key=lambda one: replace(one, weekday=None, week_of_month=None)):
        days = [
            f"{each.week_of_month or ''}{_DAYS[each.weekday]}"
            for each in same
            if each.weekday is not None and 0 <= each.weekday < 7
        ]
        yield one, ",".join(dict.fromkeys(days))


def costs(service: FeedService, ids: Ids) -> list[Told]:
    return [
        told(
            id=ids.of("cost", one.option, one.amount, one.currency, one.description, one.valid_from, one.valid_to),
            option=one.option,
            amount=_number(one.amount),
            currency=one.currency,
            amount_description=one.description,
            valid_from=one.valid_from and one.valid_from.isoformat(),
            valid_to=one.valid_to and one.valid_to.isoformat(),
        )
        for one in service.costs
    ]


def _number(amount: Any) -> float | int | None:
    if amount is None:
        return None
    return int(amount) if amount == int(amount) else float(amount)


def capacities(service: FeedService, ids: Ids) -> list[Told]:
    """Return places free (HSDS 3.1), where it is known how many and since when."""
    return [
        told(
            id=ids.of("capacity", one.unit, one.description),
            unit=told(id=ids.of("unit", one.unit), name=one.unit) | besides.tell(one.more, "unit", ids)
            if one.unit
            else None,
            available=one.available,
            maximum=one.maximum,
            description=one.description,
            updated=(one.updated_at or service.modified_at).isoformat(),
        )
        for one in service.capacities
        if one.available is not None
    ]


def location(found: FeedLocation) -> Told:
    """Return a place; of an address that lacks a required part the words stand in its description."""
    ids = Ids(found.public_id)
    city = found.town or found.region
    lines = found.address or found.name
    address = told(
        address_1=lines,
        city=city,
        region=found.region,
        state_province=besides.tell(found.more, "address", ids).get("state_province") or found.region or city,
        postal_code=found.postcode,
        country=_country(found.country),
    )
    whole = all(address.get(name) for name in ("address_1", "city", "postal_code"))
    left = "" if whole else ", ".join(dict.fromkeys(filter(None, [found.address, found.town, found.postcode])))
    return told(
        id=str(found.public_id),
        location_type="physical",
        name=found.name,
        description="\n".join(filter(None, [found.description, left])),
        transportation=found.transport,
        latitude=found.latitude,
        longitude=found.longitude,
        addresses=[{"id": ids.of("address", lines, city, found.postcode)} | address | {"address_type": "physical"}]
        if whole
        else [],
        accessibility=[access(one, ids) for one in found.access],
        attributes=access_terms(found.access_yes, found.access_no, ids, "location"),
    ) | besides.tell(found.more, "location", ids)


def list_location(found: FeedLocation) -> Told:
    """Return a place as a list shows it: no lists inside."""
    whole = location(found)
    return {name: value for name, value in whole.items() if not isinstance(value, list)}


def access(found: FeedAccess, ids: Ids) -> Told:
    return told(id=ids.of("access", found.description, found.url), description=found.description, url=web(found.url))


def _country(name: str) -> str:
    code = _COUNTRIES.get(name.upper().strip(), name.strip())
    return code.upper() if len(code) == 2 else code


def attribute(ids: Ids, link: str, found: Told, value: str = "") -> Told:
    """Return that an entry bears a term, with a value where there is one."""
    return told(
        id=ids.of("attribute", found["id"], value), link_id=str(ids.owner), link_type=link, link_entity=link,
        value=value, taxonomy_term_id=found["id"], taxonomy_term=found,
    )  # fmt: skip


def access_terms(yes: Iterable[str], no: Iterable[str], ids: Ids, link: str) -> list[Told]:
    said = [(code, "yes") for code in yes] + [(code, "no") for code in no]
    return [attribute(ids, link, own_term("access", code), value) for code, value in said if _known("access", code)]


def _known(taxonomy: str, code: str) -> bool:
    return code in OWN[taxonomy].terms


def attributes(service: FeedService, ids: Ids) -> list[Told]:
    """Return what a service bears: its source's terms, and ours, with how it works now and who confirmed it."""
    made = [attribute(ids, "service", term(one), value) for one, value in service.terms]
    weeks = f"{service.wait_weeks} weeks" if service.operating == "waiting" and service.wait_weeks else ""
    until = f"until {service.operating_until.isoformat()}" if service.operating_until else ""
    now = ", ".join(filter(None, [weeks, until, service.operating_note]))
    ours = [
        ("operating", service.operating, now),
        ("confirmed", service.confirmed_by or "nobody",
         service.confirmed_on.isoformat() if service.confirmed_on else ""),
        *(("need", code, "") for code in service.needs),
        *(("mode", code, "") for code in service.modes),
        *(("route", code, "") for code in service.entry_routes),
        *(("more", "audience", words) for words in service.audience),
        ("more", "source", ". ".join(dict.fromkeys(filter(None, [service.source, service.licence,
                                                                 service.attribution])))),
    ]  # fmt: skip
    if service.is_undisclosed:
        ours.append(("more", "undisclosed", ""))
    if service.break_from and service.break_until:
        ours.append(("more", "break", f"{service.break_from.isoformat()}/{service.break_until.isoformat()}"))
    ours += [("more", code, words) for code in ("first_visit", "who_greets") if (words := getattr(service, code))]
    if service.organisation and _known("kind", service.organisation.kind):
        ours.append(("kind", service.organisation.kind, ""))
    made += [attribute(ids, "service", own_term(of, code), value) for of, code, value in ours if _known(of, code)]
    return made + access_terms(service.access_yes, service.access_no, ids, "service")
