"""The fields of one row → what a service has: whom to ask, whose it is, when, what it costs, where."""

import hashlib
import re
from typing import Any

from linkwell.directory.records import (
    AreaRecord,
    LanguageRecord,
    LocationRecord,
    OrganisationRecord,
    PhoneRecord,
    ServiceRecord,
    TermRecord,
)
from linkwell.interop import cleaning, meanings
from linkwell.interop.notes import NAME, Node
from linkwell.interop.opening_times import schedules_of
from linkwell.interop.phones import phones
from linkwell.matching import vocabulary
from linkwell.places import grid, postcodes


def add(codes: list[str], code: str) -> None:
    if code not in codes:
        codes.append(code)


def contact(service: ServiceRecord, node: Node) -> None:
    """Read a cell that may hold an address, a number, or both."""
    words = node.words("contact")
    if not words or words.casefold() == "not known":
        return
    found = cleaning.email(words)
    service.email = service.email or found.value or ""
    numbers = phones(words.replace(found.value, " ") if found.value else words)
    service.phones += [PhoneRecord(*number) for number in numbers]
    if not found.value and not numbers:
        node.notes.repair(node.at("contact"), words, None, "Neither an e-mail address nor a telephone number")


def organisation(service: ServiceRecord, node: Node) -> None:
    name = " ".join(node.plain("organisation", limit=NAME).split())
    if name:
        kind = node.words("organisation_kind", limit=20)
        service.organisation = OrganisationRecord(
            external_id=node.words("organisation_id", limit=200) or f"name:{name.casefold()}",
            name=name,
            kind=kind if kind in ("voluntary", "council", "nhs", "public", "business") else "unknown",
            website=node.url("organisation_website"),
        )


def details(service: ServiceRecord, node: Node, values: dict[str, Any], date_formats: tuple[str, ...]) -> None:
    service.times_text = node.plain("opening_times")
    service.schedules = schedules_of(service.times_text) if service.times_text else []
    service.cost_text = node.plain("cost")
    service.is_free = values.get("is_free", meanings.is_free(service.cost_text) if service.cost_text else None)
    service.eligibility_text = node.plain("eligibility")
    _ages(service, node)
    service.how_to_join, service.what_to_bring = node.plain("how_to_join"), node.plain("what_to_bring")
    service.entry_routes = list(values.get("entry_routes", ())) or meanings.routes_of(service.how_to_join)
    if "appointment" in meanings.routes_of(service.times_text):  # "Mon-Fri by appointment"
        add(service.entry_routes, "appointment")
    service.wait_text = node.plain("wait")
    service.need_codes = list(values.get("needs", ()))
    ways = values.get("modes", ())
    if isinstance(ways, str):
        service.modes_text, service.modes = node.plain("modes"), meanings.modes_of(ways)
    else:
        service.modes = list(ways)
    service.access_yes, service.access_no = list(values.get("access_yes", ())), list(values.get("access_no", ()))
    if words := node.plain("access"):
        service.access_texts.append(words)
        met, unmet = meanings.access_of(words)
        for code in met:
            add(service.access_yes, code)
        for code in unmet:
            add(service.access_no, code)
    service.is_undisclosed = values.get("is_undisclosed", False)
    service.source_checked_on = node.cleaned(lambda text: cleaning.day(text, date_formats), "checked_on")
    service.listing = meanings.listing_of(node.words("status", limit=60)) or "listed"
    for name in re.split(r"[,;/]", node.plain("languages", limit=NAME)):
        if name.strip():
            service.languages.append(LanguageRecord(name.strip(), vocabulary.language_code(name)))
    if area := node.plain("area", limit=NAME):
        service.areas.append(AreaRecord(area))
    if term := node.plain("term", limit=NAME):
        service.terms.append(TermRecord(f"term:{term.casefold()}", term))


def _ages(service: ServiceRecord, node: Node) -> None:
    service.minimum_age, service.maximum_age = node.age("minimum_age"), node.age("maximum_age")
    low, high = service.minimum_age, service.maximum_age
    if low is not None and high is not None and low > high:
        node.notes.repair(
            node.at("minimum_age"), f"{low} to {high}", None, "The lower age lies above the upper: neither is kept"
        )
        service.minimum_age = service.maximum_age = None


def where(service: ServiceRecord, node: Node) -> None:
    place = LocationRecord(
        external_id="",
        name=node.plain("place_name", limit=NAME),
        address=", ".join(" ".join(node.plain("address", limit=500).split()).split(" , ")).strip(" ,"),
        town=node.plain("town", limit=NAME),
        region=node.plain("region", limit=NAME),
    )
    pieces = [piece.strip(" .") for piece in place.address.split(",")]
    if not place.town and len(pieces) > 1 and re.fullmatch(r"[^\W\d][^\d]{2,30}", pieces[-1]):
        place.town = pieces[-1]
    if words := node.words("postcode", limit=40):
        place.postcode = postcodes.normalise(words) or postcodes.outward(words)
        if place.postcode != words:
            reason = "Postcode written in full form" if place.postcode else "Not a postcode: taken as absent"
            node.notes.repair(node.at("postcode"), words, place.postcode or None, reason)
    elif found := postcodes.find(place.address):
        place.postcode = found
        node.notes.repair(node.at("postcode"), "", found, "Postcode found in the address")
    _point(place, node)
    key = "|".join([place.name, place.address, place.postcode, str(place.latitude), str(place.longitude)])
    if place.address or place.postcode or place.latitude is not None or place.town:
        place.external_id = "place:" + hashlib.blake2b(key.casefold().encode(), digest_size=10).hexdigest()
        service.locations.append(place)


def _point(place: LocationRecord, node: Node) -> None:
    east, north = node.words("easting", limit=30), node.words("northing", limit=30)
    latitude, longitude = node.words("latitude", limit=30), node.words("longitude", limit=30)
    if not (latitude or longitude) and east and north:
        try:
            metres = float(east), float(north)
        except ValueError:
            metres = -1.0, -1.0
        if not (0 <= metres[0] <= 700_000 and 0 <= metres[1] <= 1_300_000):
            node.notes.repair(node.at("easting"), f"{east}, {north}", None, "Not a place on the National Grid")
            return
        latitude, longitude = (str(value) for value in grid.from_grid(*metres))
    if not (latitude or longitude):
        return
    point = cleaning.coordinates(latitude, longitude, in_uk=True)
    place.latitude, place.longitude = point.latitude, point.longitude
    if point.reason:
        now = None if point.latitude is None else f"{point.latitude}, {point.longitude}"
        node.notes.repair(node.at("latitude"), f"{latitude}, {longitude}", now, point.reason)
