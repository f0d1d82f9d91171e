"""Entries of the directory → Open Referral UK 3.0 with HSDS 3.1's additions, as plain dictionaries. Pure functions.

What is not known is left out: no null, no empty text, no empty list. What is told comes from the frozen values of
`directory.queries.feed_rows`, which hold public facts alone; docs/reference/open-referral.md has the table.
"""

from typing import Any

from linkwell.directory.queries.feed_rows import FeedAtLocation, FeedOrganisation, FeedService
from linkwell.interop.open_referral import besides
from linkwell.interop.open_referral import publish_parts as parts
from linkwell.interop.open_referral.telling import Ids, Told, mail, told, web
from linkwell.matching import vocabulary

_IDENTIFIERS = {"GB-CHC": "Charity number", "GB-COH": "Company number", "GB-SC": "Charity number (Scotland)",
                "GB-NIC": "Charity number (Northern Ireland)"}  # fmt: skip
_IN_FULL = (
    "organization_identifiers",
    "phones",
    "contacts",
    "attributes",
    "additional_websites",
    "funding",
    "programs",
)


def service(found: FeedService) -> Told:
    """Return a service in full; of one that has left the feed only that it has."""
    if found.is_gone:
        return _gone(found)
    ids = Ids(found.public_id)
    attending = attending_type(found)
    more = besides.tell(found.more, "service", ids)
    links = {one["document"]: one["uri"] for one in more.pop("required_documents", ()) if "document" in one}
    made = _facts(found) | told(
        organization=organisation(found.organisation) if found.organisation else None,
        additional_urls=[
            told(id=ids.of("url", address), label=label, url=web(address))
            for label, address in found.more_urls
            if web(address)
        ],
        phones=parts.phones(found.phones, ids),
        schedules=parts.schedules(found, ids, attending),
        service_areas=_areas(found, ids),
        service_at_locations=[_at(found, place, words) for place, words in found.places],
        languages=_languages(found, ids),
        cost_options=parts.costs(found, ids),
        required_documents=[
            told(id=ids.of("document", words), document=words, uri=links.get(words))
            for words in found.what_to_bring.split("; ")
            if words
        ],
        contacts=parts.contacts(found.desks, ids),
        capacities=parts.capacities(found, ids),
        attributes=parts.attributes(found, ids),
    )
    return made | _program(found) | {name: value for name, value in more.items() if name != "program"}


def _program(found: FeedService) -> Told:
    """Return the programme that a service is part of; its id is the one that it has in its organisation's list."""
    owner = found.organisation.public_id if found.organisation else found.public_id
    program = besides.tell(found.more, "service", Ids(owner)).get("program")
    if not program:
        return {}
    of = {"organization_id": str(owner)} if found.organisation else {}
    return {"program_id": program["id"], "program": program | of}


def listed_service(found: FeedService) -> Told:
    """Return a service as a list shows it: one value for each field, and its organisation."""
    if found.is_gone:
        return _gone(found)
    return _facts(found) | told(organization=listed_organisation(found.organisation) if found.organisation else None)


def _gone(found: FeedService) -> Told:
    return told(
        id=str(found.public_id), name=found.name, status=found.status, last_modified=found.modified_at.isoformat()
    )


def _facts(found: FeedService) -> Told:
    fees = found.cost_text or ("Free" if found.is_free else "")
    wait = found.wait_text
    if not wait and found.operating == "waiting" and found.wait_weeks:
        wait = f"About {found.wait_weeks} weeks"
    return told(
        id=str(found.public_id),
        organization_id=str(found.organisation.public_id) if found.organisation else None,
        name=found.name,
        alternate_name=found.alternate_name,
        description=found.description,
        url=web(found.url),
        email=mail(found.email),
        status=found.status,
        interpretation_services="; ".join(dict.fromkeys(one.description for one in found.access)),
        application_process=found.how_to_join,
        fees_description=fees,
        fees=fees,
        wait_time=wait,
        accreditations=found.accreditations,
        licenses=besides.tell(found.more, "service", Ids(found.public_id)).get("licenses"),
        eligibility_description=found.eligibility,
        minimum_age=found.minimum_age,
        maximum_age=found.maximum_age,
        assured_date=found.confirmed_on.isoformat() if found.confirmed_on else None,
        alert=found.alert,
        last_modified=found.modified_at.isoformat(),
    )


def attending_type(found: FeedService) -> str:
    """Return how one takes part: the source's words, or ours."""
    return found.modes_text or vocabulary.in_words(vocabulary.MODES.get(mode, mode) for mode in found.modes)


def _areas(found: FeedService, ids: Ids) -> list[Told]:
    made = [
        told(id=ids.of("area", one.name, one.uri), name=one.name, service_area=one.name, extent=one.extent,
             extent_type="geojson" if one.extent.lstrip().startswith("{") else None, uri=web(one.uri))
        | besides.tell(one.more, "service_area", ids)
        for one in found.areas
    ]  # fmt: skip
    if not made and found.area_text:
        made.append(told(id=ids.of("area", found.area_text), name=found.area_text, service_area=found.area_text))
    return made


def _languages(found: FeedService, ids: Ids) -> list[Told]:
    made = [
        told(id=ids.of("language", one.name, one.code, one.note), name=one.name, code=one.code, note=one.note)
        for one in found.languages
    ]
    known = {one.code for one in found.languages}
    more = [code for code in found.language_codes if code not in known]
    return made + [
        told(id=ids.of("language", code), name=vocabulary.LANGUAGES.get(code, code), code=code) for code in more
    ]


def _at(found: FeedService, place: Any, words: str) -> Told:
    return told(
        id=str(parts.at_location_id(found.public_id, place.public_id)),
        service_id=str(found.public_id),
        location_id=str(place.public_id),
        description=words,
        location=parts.location(place),
    )


def organisation(found: FeedOrganisation) -> Told:
    """Return an organisation in full. The standard demands a description: its name, where it has none."""
    ids = Ids(found.public_id)
    more = besides.tell(found.more, "organization", ids)
    for program in more.get("programs", ()):
        program["organization_id"] = str(found.public_id)
    return more | told(
        id=str(found.public_id),
        name=found.name,
        description=found.description or found.name,
        email=mail(found.email),
        website=web(found.website),
        organization_identifiers=[
            told(
                id=ids.of("identifier", scheme, number),
                organization_id=str(found.public_id),
                identifier_scheme=scheme,
                identifier_type=kind or _IDENTIFIERS.get(scheme, scheme or "Identifier"),
                identifier=number,
            )
            for scheme, number, kind in found.identifiers
        ],
        phones=parts.phones(found.phones, ids),
        contacts=parts.contacts(found.desks, ids),
    )


def listed_organisation(found: FeedOrganisation) -> Told:
    """Return an organisation as a list shows it."""
    return {name: value for name, value in organisation(found).items() if name not in _IN_FULL}


def at_location(found: FeedAtLocation, *, full: bool) -> Told:
    """Return a service at a place, with both of them inside."""
    nested = service if full else listed_service
    inside = nested(found.service)
    inside.pop("service_at_locations", None)
    return told(
        id=str(parts.at_location_id(found.service.public_id, found.location.public_id)),
        service_id=str(found.service.public_id),
        location_id=str(found.location.public_id),
        description=found.description,
        location=parts.location(found.location) if full else parts.list_location(found.location),
        service=inside,
    )
