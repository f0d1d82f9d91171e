"""The shapes of what the feed tells, as JSON Schema: every field that `publish` writes stands here, and no other."""

from typing import Any

from linkwell.interop.open_referral.besides import WEEKDAYS

Json = dict[str, Any]
_KINDS: dict[str, Json] = {
    "text": {"type": "string", "minLength": 1},
    "uuid": {"type": "string", "format": "uuid"},
    "uri": {"type": "string", "format": "uri"},
    "email": {"type": "string", "format": "email"},
    "number": {"type": "number"},
    "count": {"type": "integer", "minimum": 0},
    "day": {"type": "string", "format": "date"},
    "moment": {"type": "string", "format": "date-time"},
    "clock": {"type": "string", "pattern": "^[0-9]{2}:[0-9]{2}:[0-9]{2}"},
}


def _shape(required: str, /, **fields: str | Json) -> Json:
    """Return an object: fields by the name of their kind, `[Name]` for a list, `Name` for another shape."""
    return {
        "type": "object",
        "required": required.split(),
        "properties": {name: _field(kind) if isinstance(kind, str) else kind for name, kind in fields.items()},
    }


def _field(kind: str) -> Json:
    if kind.startswith("["):
        return {"type": "array", "minItems": 1, "items": _field(kind[1:-1])}
    return _KINDS[kind] if kind in _KINDS else {"$ref": f"#/components/schemas/{kind}"}


def _one_of(*words: str) -> Json:
    return {"type": "string", "enum": list(words)}


_SERVICE: dict[str, str | Json] = {
    "id": "uuid", "organization_id": "uuid", "name": "text", "alternate_name": "text", "description": "text",
    "url": "uri", "email": "email", "status": _one_of("active", "inactive", "defunct", "temporarily closed"),
    "interpretation_services": "text", "application_process": "text", "fees_description": "text", "fees": "text",
    "wait_time": "text", "accreditations": "text", "eligibility_description": "text", "minimum_age": "count",
    "maximum_age": "count", "assured_date": "day", "licenses": "text", "alert": "text", "last_modified": "moment",
    "organization": "Organization",
}  # fmt: skip
SHAPES: dict[str, Json] = {
    "ServiceInList": _shape("id name status last_modified", **_SERVICE),
    "Service": _shape(
        "id name status last_modified", **_SERVICE, phones="[Phone]", schedules="[Schedule]",
        additional_urls="[Url]",
        service_areas="[ServiceArea]", service_at_locations="[ServiceAtLocation]", languages="[Language]",
        cost_options="[CostOption]", required_documents="[RequiredDocument]", contacts="[Contact]",
        capacities="[Capacity]", attributes="[Attribute]", funding="[Funding]", program_id="uuid", program="Program",
    ),
    "Minimal": _shape("id last_modified", id="uuid", last_modified="moment"),
    "Organization": _shape(
        "id name description", id="uuid", name="text", alternate_name="text", description="text", email="email",
        website="uri", tax_status="text", tax_id="text", year_incorporated="count", legal_status="text", logo="uri",
        uri="uri", organization_identifiers="[OrganizationIdentifier]", phones="[Phone]", contacts="[Contact]",
        additional_websites="[Url]", funding="[Funding]", programs="[Program]", services="[Service]",
    ),
    "Funding": _shape("id source", id="uuid", source="text"),
    "Program": _shape(
        "id name description", id="uuid", organization_id="uuid", name="text", alternate_name="text",
        description="text",
    ),
    "OrganizationIdentifier": _shape(
        "id identifier_type identifier", id="uuid", organization_id="uuid", identifier_scheme="text",
        identifier_type="text", identifier="text",
    ),
    "ServiceAtLocation": _shape(
        "id service_id location_id location", id="uuid", service_id="uuid", location_id="uuid", description="text",
        location="Location", service="Service",
    ),
    "Location": _shape(
        "id location_type", id="uuid", location_type=_one_of("physical", "postal", "virtual"), name="text",
        alternate_name="text", description="text", transportation="text", latitude="number", longitude="number",
        url="uri", external_identifier="text", external_identifier_type="text", addresses="[Address]",
        languages="[Language]", accessibility="[Accessibility]", attributes="[Attribute]",
    ),
    "Address": _shape(
        "id address_1 city state_province postal_code country address_type", id="uuid", address_1="text", city="text",
        region="text", state_province="text", postal_code="text", country="text",
        address_type=_one_of("physical", "postal", "virtual"),
    ),
    "Accessibility": _shape("id", id="uuid", description="text", url="uri"),
    "Phone": _shape("id number", id="uuid", number="text", extension="count", type="text", description="text",
                    languages="[Language]"),
    "Contact": _shape("id", id="uuid", title="text", department="text", email="email", phones="[Phone]"),
    "Schedule": _shape(
        "id", id="uuid", service_at_location_id="uuid", valid_from="day", valid_to="day",
        dtstart="day", until="day", count="count", timezone="number", wkst=_one_of(*WEEKDAYS),
        freq=_one_of("WEEKLY", "MONTHLY"), interval="count", byday="text", byweekno="text", bymonthday="text",
        byyearday="text", opens_at="clock", closes_at="clock", description="text", schedule_link="uri",
        attending_type="text", notes="text",
    ),
    "ServiceArea": _shape(
        "id name", id="uuid", name="text", service_area="text", description="text", extent="text",
        extent_type="text", uri="uri",
    ),
    "Language": _shape("id name", id="uuid", name="text", code="text", note="text"),
    "CostOption": _shape(
        "id", id="uuid", option="text", amount="number", currency="text", amount_description="text",
        valid_from="day", valid_to="day",
    ),
    "RequiredDocument": _shape("id document", id="uuid", document="text", uri="uri"),
    "Capacity": _shape(
        "id available updated", id="uuid", unit="Unit", available="count", maximum="count", description="text",
        updated="moment",
    ),
    "Url": _shape("id url", id="uuid", label="text", url="uri"),
    "Unit": _shape("id name", id="uuid", name="text", identifier="text", scheme="text", uri="uri"),
    "Attribute": _shape(
        "id link_id taxonomy_term", id="uuid", link_id="uuid", link_type="text", link_entity="text", value="text",
        taxonomy_term_id="uuid", taxonomy_term="TaxonomyTerm",
    ),
    "Taxonomy": _shape("id name description", id="uuid", name="text", description="text", uri="uri",
                       version="text"),
    "TaxonomyTerm": _shape(
        "id name description", id="uuid", code="text", name="text", description="text", parent_id="uuid",
        taxonomy="text", taxonomy_id="uuid", taxonomy_detail="Taxonomy", language="text", term_uri="uri",
    ),
}  # fmt: skip
