"""One service of any Open Referral version → a ServiceRecord. Keys of 1.0 and of 3.x are read side by side."""

import re
from typing import Any

from linkwell.directory.records import Issue, OrganisationRecord, ServiceRecord
from linkwell.interop import cleaning, meanings
from linkwell.interop.notes import NAME, Node, Notes
from linkwell.interop.open_referral import besides, parts, terms
from linkwell.interop.undisclosed import hide_address

_STAFF_KEYS = ("assurer_email", "assured_by", "assurer")
_ORGANISATION_KEYS = {"legal_status", "tax_status", "year_incorporated", "organization_identifiers", "full_service"}
_TERM_KEYS = {"term_uri", "taxonomy_detail", "vocabulary", "parent_id"}

# What only a service fetched by itself holds; a list leaves it all out, which is no news of it.
NESTED = {
    "schedules", "regular_schedules", "service_at_locations", "locations", "contacts", "phones", "cost_options",
    "languages", "attributes", "service_taxonomys", "service_areas", "eligibilitys", "capacities",
}  # fmt: skip


def identity(value: Any) -> str:
    """Return the id of a record as text, "" where it has none that can be used."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return (cleaning.tidy(str(value), limit=200).value or "") if len(str(value)) < 4_000 else ""


def not_a_service(value: dict[str, Any]) -> str:
    """Return what a record is, if it is plainly no service: "organisations", "taxonomy terms"."""
    keys = set(value)
    if keys & {"organization", "organization_id", "service_at_locations", "service_taxonomys"}:
        return ""
    if "attributes" in keys and not keys & _ORGANISATION_KEYS:  # both bear terms
        return ""
    if "service" in keys and "location" in keys:
        return "services at places"
    if keys & _ORGANISATION_KEYS or isinstance(value.get("services"), list) or keys >= {"id", "name", "website"}:
        return "organisations"
    if keys and keys <= {"id", "name", "description", "uri", "version"} and keys & {"uri", "version"}:
        return "taxonomies"
    if keys & _TERM_KEYS and "status" not in keys:
        return "taxonomy terms"
    if "location_type" in keys or "physical_addresses" in keys:
        return "locations"
    return ""


def read_service(value: dict[str, Any], *, path: str, record: str) -> ServiceRecord | Issue:
    """Return the cleaned service, or why it is refused."""
    notes = Notes(record)
    node = Node(value, path, notes)
    external_id = identity(value.get("id"))
    if not external_id:
        return Issue("refusal", record, node.at("id"), cleaning.shown(value.get("id", "")), "", "It has no id")
    name = node.plain("name", limit=NAME)
    if not name or not re.search(r"\w", name):
        return Issue("refusal", record, node.at("name"), cleaning.shown(value.get("name", "")), "", "It has no name")
    service = ServiceRecord(external_id=external_id, name=" ".join(name.split()))
    _facts(service, node)
    _people(service, node)
    _ages(service, node)
    _ways(service, node)
    parts.costs(service, node)
    parts.times_and_places(service, node)
    terms.languages_areas_terms(service, node)
    _staff_addresses(node)
    service.is_shallow = not NESTED & set(value)
    hide_address(service, notes, path)
    service.issues = notes.issues
    return service


def _facts(service: ServiceRecord, node: Node) -> None:
    service.alternate_name = node.plain("alternate_name", limit=NAME)
    service.description, service.description_text = node.html("description")
    service.url, service.email = node.url("url"), node.email("email")
    service.additional_urls = [
        {"label": item.plain("label", limit=NAME), "url": link}
        for item in node.nodes("additional_urls")
        if (link := item.url("url"))
    ]
    service.alert = node.plain("alert")
    service.accreditations = node.plain("accreditations")
    service.wait_text = node.plain("wait_time")
    service.eligibility_text = node.plain("eligibility_description")
    service.source_checked_on = node.day("assured_date")
    service.source_changed_at = node.moment("last_modified")
    service.more = besides.said(node, "service")
    service.what_to_bring = "; ".join(
        filter(None, (item.plain("document") for item in node.nodes("required_documents")))
    )
    if status := node.words("status", limit=60):
        listing = meanings.listing_of(status)
        if listing is None:
            node.notes.repair(node.at("status"), status, "listed", "Not a known status: taken as active")
        service.listing = listing or "listed"


def _people(service: ServiceRecord, node: Node) -> None:
    organisation = node.node("organization")
    organisation_id = identity(node.value.get("organization_id"))
    if organisation is not None:
        service.organisation = _organisation(organisation, organisation_id)
    elif organisation_id:
        service.organisation = OrganisationRecord(organisation_id, name="")
    service.phones = [phone for item in node.nodes("phones") for phone in parts.phone(item)]
    service.contacts, spare = parts.contacts(node)
    service.phones += spare


def _organisation(node: Node, fallback_id: str) -> OrganisationRecord | None:
    external_id, name = identity(node.value.get("id")) or fallback_id, node.plain("name", limit=NAME)
    if not name:
        if external_id or node.value:
            node.notes.repair(
                node.at("name"), node.value.get("name", ""), None, "An organisation without a name: left out"
            )
        return None
    description, plain = node.html("description")
    contacts, phones = parts.contacts(node)
    identifiers = [
        {
            "scheme": item.words("identifier_scheme", limit=60),
            "type": item.plain("identifier_type", limit=NAME),
            "identifier": number,
        }
        for item in node.nodes("organization_identifiers")
        if (number := item.words("identifier", limit=60))
    ]
    return OrganisationRecord(
        external_id=external_id or f"name:{name.casefold()}",
        name=" ".join(name.split()),
        description=description,
        description_text=plain,
        email=node.email("email"),
        website=node.url("website", "url", "uri"),
        identifiers=identifiers,
        more=besides.said(node, "organization"),
        phones=[phone for item in node.nodes("phones") for phone in parts.phone(item)] + phones,
        contacts=contacts,
    )


def _ages(service: ServiceRecord, node: Node) -> None:
    service.minimum_age, service.maximum_age = node.age("minimum_age"), node.age("maximum_age")
    for item in node.nodes("eligibilitys"):  # 1.0
        low, high = item.age("minimum_age"), item.age("maximum_age")
        service.minimum_age = low if service.minimum_age is None else service.minimum_age
        service.maximum_age = high if service.maximum_age is None else service.maximum_age
        if words := item.plain("eligibility"):
            service.eligibility_text = "; ".join(filter(None, [service.eligibility_text, words]))
    if service.maximum_age == 0:
        node.notes.repair(node.at("maximum_age"), 0, None, "An upper age of 0 means no limit was given")
        service.maximum_age = None
    low, high = service.minimum_age, service.maximum_age
    if low is not None and high is not None and low > high:
        node.notes.repair(
            node.at("minimum_age"), f"{low} to {high}", None, "The lower age lies above the upper: neither is kept"
        )
        service.minimum_age = service.maximum_age = None


def _ways(service: ServiceRecord, node: Node) -> None:
    if words := node.plain("attending_type"):
        service.modes_text = words
        service.modes = meanings.modes_of(words)
        now = ", ".join(service.modes) or None
        if now != words:
            reason = (
                "Read as ways of taking part; the words are kept"
                if now
                else "No known way of taking part: kept as words"
            )
            node.notes.repair(node.at("attending_type"), words, now, reason)
    access = node.plain("attending_access")
    service.how_to_join = "\n".join(filter(None, [node.plain("application_process"), access]))
    service.entry_routes = meanings.routes_of(access) if access else meanings.routes_of(service.how_to_join)
    if access:
        now = ", ".join(service.entry_routes) or None
        reason = "Read as a way in; the words are kept" if now else "No known way in: kept as words"
        node.notes.repair(node.at("attending_access"), access, now, reason)
    if spoken := node.plain("interpretation_services"):
        service.access_texts.append(spoken)
        service.access_yes.append("interpreter")


def _staff_addresses(node: Node) -> None:
    """Note, masked, what assurance fields hold: an address of staff is never kept."""
    vendor = node.value.get("pc_metadata")
    for holder, path in ((node.value, node.path), (vendor, f"{node.path}.pc_metadata")):
        for key in _STAFF_KEYS:
            if isinstance(holder, dict) and isinstance(holder.get(key), str) and holder[key].strip():
                was = holder[key] if "@" in holder[key] else "…"
                node.notes.repair(f"{path}.{key}", was, None, "Who assured the entry is not kept")
