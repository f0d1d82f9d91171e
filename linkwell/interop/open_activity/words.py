"""What an OpenActive event says of itself, under the names that Open Referral has for it."""

from typing import Any

Line = dict[str, Any]

MOST = 50  # offers, activities, facilities of one event


def service(key: str, head: Line, session: Line, schedules: list[Line]) -> Line:
    """Return an event as a service; what a session says counts where its series is silent."""
    said = {**session, **{name: value for name, value in head.items() if value not in (None, "", [], {})}}
    told: Line = {
        "id": key,
        "name": said.get("name"),
        "description": _text(said.get("description") or said.get("beta:formattedDescription")),
        "url": _first(said.get("url")),
        "status": "active",
        "attending_type": _mode(said),
        "application_process": _text(said.get("attendeeInstructions")),
        "organization": _organiser(_first(said.get("organizer") or said.get("provider"))),
        "schedules": schedules,
        "cost_options": [_cost(one) for one in _objects(said.get("offers"))],
        "attributes": [_term(one) for one in _objects(said.get("activity")) + _objects(said.get("category"))],
        "capacities": _places(said),
        **_ages(said),
    }
    place = _first(said.get("location"))
    if isinstance(place, dict):
        told["service_at_locations"] = [{"location": _place(place, said)}]
        told["phones"] = [{"number": place["telephone"]}] if isinstance(place.get("telephone"), str) else []
    contact = _first(said.get("contactPoint"))
    if isinstance(contact, dict):
        told["email"] = contact.get("email")
    if said.get("isAccessibleForFree") is True and not told["cost_options"]:
        told["cost_options"] = [{"option": "Free", "amount": 0}]
    told = {name: value for name, value in told.items() if value not in (None, "", [], {})}
    return {"schedules": [], **told}  # all there is of it stands here: it is no mere line of a list


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else value


def _objects(value: Any) -> list[Line]:
    return [one for one in (value if isinstance(value, list) else [value])[:MOST] if isinstance(one, dict)]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _mode(said: Line) -> str:
    mode = str(said.get("eventAttendanceMode", ""))[:200]
    return {"Online": "online", "Offline": "in person", "Mixed": "in person or online"}.get(
        next((word for word in ("Online", "Offline", "Mixed") if word in mode), ""), ""
    )


def _organiser(value: Any) -> Line | None:
    """Return who holds it, where that is an organisation: a person's name and address are not for the directory."""
    if not isinstance(value, dict) or str(value.get("@type") or value.get("type")) == "Person":
        return None
    return {
        "id": value.get("@id") or value.get("id") or value.get("identifier"),
        "name": value.get("name"),
        "website": _first(value.get("url")),
        "email": value.get("email"),
        "phones": [{"number": value["telephone"]}] if isinstance(value.get("telephone"), str) else [],
    }


def _cost(offer: Line) -> Line:
    ages = _ages(offer)
    words = [f"from {ages['minimum_age']}" if "minimum_age" in ages else "", _text(offer.get("description"))]
    return {
        "option": offer.get("name"), "amount": offer.get("price"), "currency": offer.get("priceCurrency"),
        "amount_description": "; ".join(filter(None, words)),
    }  # fmt: skip


def _ages(said: Line) -> Line:
    span = said.get("ageRange")
    if not isinstance(span, dict):
        return {}
    ages = {"minimum_age": span.get("minValue"), "maximum_age": span.get("maxValue")}
    if ages["minimum_age"] == 0:
        ages["minimum_age"] = None
    return {name: value for name, value in ages.items() if value is not None}


def _term(concept: Line) -> Line:
    scheme = str(concept.get("inScheme", ""))[:200]
    term = {
        "id": concept.get("@id") or concept.get("id"), "name": concept.get("prefLabel") or concept.get("name"),
        "taxonomy": "OpenActive activity list" if "activity-list" in scheme else scheme,
    }  # fmt: skip
    return {"taxonomy_term": {name: value for name, value in term.items() if value}}


def _places(said: Line) -> list[Line]:
    free, most = said.get("remainingAttendeeCapacity"), said.get("maximumAttendeeCapacity")
    if not isinstance(free, int) and not isinstance(most, int):
        return []
    return [{"unit": {"name": "places"}, "available": free, "maximum": most}]


def _place(place: Line, said: Line) -> Line:
    address, geo = place.get("address"), place.get("geo")
    point: Line = geo if isinstance(geo, dict) else {}
    if isinstance(address, dict):
        lines = {
            "address_1": address.get("streetAddress"), "city": address.get("addressLocality"),
            "region": address.get("addressRegion"), "postal_code": address.get("postalCode"),
            "country": address.get("addressCountry"),
        }  # fmt: skip
    else:
        lines = {"address_1": _text(address)}
    facilities = [one.get("name") for one in _objects(place.get("amenityFeature")) if one.get("value") is True]
    support = [one.get("prefLabel") for one in _objects(said.get("accessibilitySupport"))]
    words = [*facilities, *support, said.get("accessibilityInformation")]
    return {
        "id": place.get("@id") or place.get("id") or place.get("identifier"),
        "name": place.get("name"),
        "description": _text(place.get("description")),
        "location_type": "physical",
        "latitude": point.get("latitude"),
        "longitude": point.get("longitude"),
        "addresses": [{name: value for name, value in lines.items() if value}],
        "accessibility": [{"description": one} for one in words if isinstance(one, str) and one.strip()],
    }
