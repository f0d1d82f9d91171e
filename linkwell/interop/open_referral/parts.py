"""What hangs on an Open Referral service: phones, contacts, costs, times, places, capacities."""

import hashlib
import re
from dataclasses import replace
from typing import Any

from linkwell.directory.records import (
    CapacityRecord,
    ContactRecord,
    CostRecord,
    LocationRecord,
    PhoneRecord,
    ScheduleRecord,
    ServiceRecord,
)
from linkwell.interop import cleaning, meanings
from linkwell.interop.notes import NAME, Node
from linkwell.interop.open_referral import besides
from linkwell.interop.opening_times import schedules_of
from linkwell.places import postcodes

UK = {"", "GB", "UK", "GBR", "ENGLAND", "SCOTLAND", "WALES", "NORTHERN IRELAND", "UNITED KINGDOM", "GREAT BRITAIN"}
_BYDAY = {"MO": 0, "TU": 1, "WE": 2, "TH": 3, "FR": 4, "SA": 5, "SU": 6}
_ONE_BYDAY = re.compile(r"([+-]?[1-5])?\s*(MO|TU|WE|TH|FR|SA|SU)(?:[A-Z]*)", re.IGNORECASE)


def phone(node: Node) -> list[PhoneRecord]:
    """Return the numbers of one phone object."""
    found = node.telephones("number")
    words = node.plain("description", limit=NAME)
    if "fax" in node.words("type", "number_type", limit=40).casefold():
        words = words or "fax"
    extension, more = node.words("extension", limit=20), besides.said(node, "phone")
    for record in found:
        record.more = more
        record.label = record.label or words
        record.extension = record.extension or (extension if len(found) == 1 else "")
    return found


def contacts(node: Node) -> tuple[list[ContactRecord], list[PhoneRecord]]:
    """Return named contacts, and the phones of those that have nothing but a phone."""
    named, spare = [], []
    for item in node.nodes("contacts"):
        numbers = [number for below in item.nodes("phones") for number in phone(below)]
        contact = ContactRecord(
            name=item.plain("name", limit=NAME),
            title=item.plain("title", limit=NAME),
            department=item.plain("department", limit=NAME),
            email=item.email("email"),
            phone=numbers[0].number if numbers else "",
        )
        if contact.name or contact.title or contact.department or contact.email:
            named.append(contact)
            spare += numbers[1:]
        else:
            spare += numbers
    return named, spare


def costs(service: ServiceRecord, node: Node) -> None:
    """Fill what it costs: options, words, and whether it is free where that is certain."""
    amounts = []
    for item in node.nodes("cost_options"):
        key, value = item.raw("amount")
        amount = cleaning.amount(value) if value not in (None, "") else None
        if value not in (None, "") and amount is None:
            item.notes.repair(item.at(key), value, None, "Not an amount of money: taken as absent")
        cost = CostRecord(
            option=item.plain("option", limit=NAME),
            amount=amount,
            currency=item.words("currency", limit=3).upper(),
            description=item.plain("amount_description", "cost_description"),
            valid_from=item.day("valid_from"),
            valid_to=item.day("valid_to"),
        )
        if cost.option or cost.amount is not None or cost.description:
            service.costs.append(cost)
            amounts += [amount] if amount is not None else []
    service.cost_text = "\n".join(dict.fromkeys(filter(None, [node.plain("fees_description"), node.plain("fees")])))
    service.is_free = meanings.is_free(service.cost_text) if service.cost_text else None
    if amounts and service.is_free is None:
        service.is_free = not any(amounts)


def times_and_places(service: ServiceRecord, node: Node) -> None:
    """Fill schedules and locations; a physical place means that one can come in person."""
    _schedules(service, node)
    for item in node.nodes("service_at_locations"):
        below, spare = contacts(item)
        service.contacts += below
        service.phones += spare + [number for found in item.nodes("phones") for number in phone(found)]
        place = item.node("location")
        at = _place(service, place, said=item.plain("description")) if place else ""
        _schedules(service, item, at=at)
        if place is not None:
            _schedules(service, place, at=at)
    for place in node.nodes("locations"):
        _place(service, place)
    service.phones = list({(one.number, one.extension): one for one in reversed(service.phones)}.values())[::-1]
    if any(not place.is_virtual for place in service.locations) and "in_person" not in service.modes:
        service.modes.insert(0, "in_person")
    if any(place.is_virtual for place in service.locations) and "online" not in service.modes:
        service.modes.append("online")
    _links_of_virtual_places(service)
    service.locations = [place for place in service.locations if not place.is_virtual]
    service.contacts = [one for place, one in enumerate(service.contacts) if one not in service.contacts[:place]]
    for item in node.nodes("capacities"):
        unit = item.node("unit")
        service.capacities.append(
            CapacityRecord(
                unit=unit.plain("name", limit=NAME) if unit else "",
                available=item.count("available"),
                maximum=item.count("maximum"),
                description=item.plain("description"),
                updated_at=item.moment("updated"),
                more=besides.said(unit, "unit") if unit else {},
            )
        )


def _links_of_virtual_places(service: ServiceRecord) -> None:
    """A place online is no place to go to; its address is kept beside the others."""
    known = {service.url, *(one["url"] for one in service.additional_urls)}
    for place in service.locations:
        link = place.more.get("url") if place.is_virtual else None
        if link and link not in known:
            known.add(link)
            service.additional_urls.append({"label": place.name, "url": link})


def _schedules(service: ServiceRecord, node: Node, at: str = "") -> None:
    """Add times, those of one place with its id; what holds for the whole service is not said again of a place."""
    for item in node.nodes("schedules", "regular_schedules"):
        if words := item.plain("attending_type"):
            service.modes_text = service.modes_text or words
            service.modes += [mode for mode in meanings.modes_of(words) if mode not in service.modes]
        for one in _schedule(item):
            here = replace(one, place=at) if at else one
            if one not in service.schedules and here not in service.schedules:
                service.schedules.append(here)


def _schedule(node: Node) -> list[ScheduleRecord]:
    description = "\n".join(dict.fromkeys(filter(None, [node.plain("description"), node.plain("notes")])))
    frequency = node.words("freq", limit=20).upper()
    if frequency not in ("", "WEEKLY", "MONTHLY"):
        node.notes.repair(node.at("freq"), frequency, None, "Neither weekly nor monthly: kept as words")
        description, frequency = "\n".join(filter(None, [description, frequency.lower()])), ""
    base = ScheduleRecord(
        frequency=frequency,
        interval=node.count("interval", least=1, most=52),
        opens_at=_clock(node, "opens_at"),
        closes_at=_clock(node, "closes_at"),
        valid_from=node.day("valid_from"),
        valid_to=node.day("valid_to"),
        description=description,
        more=besides.said(node, "schedule"),
    )
    days = _days(node)
    if not days:
        month_day = node.words("bymonthday", limit=100)
        if re.fullmatch(r"-?\d{1,2}", month_day) and 1 <= abs(int(month_day)) <= 31:
            base.day_of_month = int(month_day)
            base.more.pop("bymonthday", None)
        if description and not (base.opens_at or base.day_of_month):
            read = schedules_of(description)
            if not read or not all(one.frequency for one in read):
                return [base]
            said = {"description": description, "valid_from": base.valid_from, "valid_to": base.valid_to,
                    "more": base.more}  # fmt: skip
            return [replace(one, **said) for one in read]
        return [base] if base.opens_at or base.day_of_month or description else []
    return [replace(base, weekday=day, week_of_month=week if frequency == "MONTHLY" else None) for week, day in days]


def _days(node: Node) -> list[tuple[int | None, int]]:
    words = node.words("byday", "weekday", limit=200)
    found = [(int(match[1]) if match[1] else None, _BYDAY[match[2].upper()]) for match in _ONE_BYDAY.finditer(words)]
    if words and not found:
        node.notes.repair(node.at("byday"), words, None, "No day of the week in it")
    return list(dict.fromkeys(found))


def _clock(node: Node, key: str) -> Any:
    words = node.words(key, limit=40)
    found = cleaning.clock(words) if words else None
    if words and found is None:
        node.notes.repair(node.at(key), words, None, "Not a time of day: taken as absent")
    return found


def _place(service: ServiceRecord, node: Node, said: str = "") -> str:
    """Add a place; return its id, "" for one that nobody goes to."""
    kind = node.words("location_type", limit=40).casefold()
    address = next(iter(node.nodes("addresses", "physical_addresses", "address")), None)
    record = LocationRecord(
        external_id="",
        name=node.plain("name", limit=NAME),
        description=node.plain("description"),
        transport=node.plain("transportation"),
        said=said,
        more=besides.said(node, "location"),
        is_virtual=kind == "virtual",
    )
    country = ""
    if address is not None:
        lines = [address.plain(key, limit=NAME) for key in ("address_1", "address_2", "address_3", "address_4")]
        record.address = ", ".join(filter(None, lines))
        record.town = address.plain("city", limit=NAME)
        record.region = address.plain("region", limit=NAME) or address.plain("state_province", limit=NAME)
        record.more |= besides.said(address, "address")
        record.country = address.words("country", limit=60)
        country = record.country.upper()
        record.postcode = _postcode(address, in_uk=country in UK)
    _point(record, node, in_uk=country in UK)
    _access(record, node)
    record.external_id = _location_id(record, node)
    empty = not (record.name or record.address or record.postcode or record.town or record.latitude is not None)
    if kind == "postal" or (empty and not record.is_virtual):
        return ""
    if all(other.external_id != record.external_id for other in service.locations):
        service.locations.append(record)
    return "" if record.is_virtual else record.external_id


def _postcode(node: Node, *, in_uk: bool) -> str:
    words = node.words("postal_code", "postcode", limit=20)
    if not words or not in_uk:
        return words
    found = postcodes.normalise(words) or postcodes.outward(words)
    if found != words:
        reason = "Not a postcode: taken as absent" if not found else "Postcode written in full form"
        node.notes.repair(node.at("postal_code"), words, found or None, reason)
    return found


def _point(record: LocationRecord, node: Node, *, in_uk: bool) -> None:
    latitude, longitude = node.value.get("latitude"), node.value.get("longitude")
    if latitude in (None, "") and longitude in (None, ""):
        return
    point = cleaning.coordinates(latitude, longitude, in_uk=in_uk)
    record.latitude, record.longitude = point.latitude, point.longitude
    if point.reason:
        now = None if point.latitude is None else f"{point.latitude}, {point.longitude}"
        was = f"{cleaning.shown(latitude, 30)}, {cleaning.shown(longitude, 30)}"
        node.notes.repair(f"{node.path}.latitude", was, now, point.reason)


def _access(record: LocationRecord, node: Node) -> None:
    for item in node.nodes("accessibility", "accessibility_for_disabilities"):
        words = "; ".join(
            dict.fromkeys(filter(None, (item.plain(key) for key in ("description", "details", "accessibility"))))
        )
        if words:
            met, unmet = meanings.access_of(words)
            record.access_texts.append(words)
            if link := item.url("url"):
                record.access_links[words] = link
            record.access_yes += [code for code in met if code not in record.access_yes]
            record.access_no += [code for code in unmet if code not in record.access_no]


def _location_id(record: LocationRecord, node: Node) -> str:
    value = node.value.get("id")
    if isinstance(value, str | int) and not isinstance(value, bool) and str(value).strip():
        return cleaning.tidy(str(value), limit=200).value or ""
    key = "|".join([record.name, record.address, record.postcode, str(record.latitude), str(record.longitude)])
    return "place:" + hashlib.blake2b(key.casefold().encode(), digest_size=10).hexdigest()
