"""A service whose address is not given out: its area and its phone are told, and nothing that leads to its door."""

from dataclasses import replace
from typing import Any

from linkwell.directory.queries.feed_rows import FeedArea, FeedOrganisation, FeedService
from linkwell.directory.queries.public_page import harmless
from linkwell.places import postcodes

_TEXTS = (
    "description", "alert", "accreditations", "how_to_join", "what_to_bring", "first_visit", "who_greets",
    "eligibility", "times_text", "cost_text", "wait_text", "modes_text", "operating_note", "alternate_name",
)  # fmt: skip


def without_its_place(service: FeedService) -> FeedService:
    """Return the service with its area and phones, without place, address online, or text that names a place.

    What its source says besides goes too: links and numbers in registers lead to doors.
    """
    owner = service.organisation
    texts: dict[str, Any] = {name: _lines(getattr(service, name)) for name in _TEXTS}
    areas = service.areas or ((FeedArea(service.area_text),) if service.area_text else ())
    return replace(
        service,
        organisation=without_its_address(owner) if owner else None,
        url="",
        more_urls=(),
        email="",
        desks=tuple(replace(one, email="") for one in service.desks),
        places=(),
        access=(),
        access_yes=(),
        access_no=(),
        area_text="",
        more={},
        areas=tuple(FeedArea(one.name) for one in areas if one.name and not _names_a_door(one.name)),
        schedules=tuple(
            replace(one, location=None, description=harmless(one.description), more={}) for one in service.schedules
        ),
        costs=tuple(replace(one, description=harmless(one.description)) for one in service.costs),
        capacities=tuple(replace(one, description=harmless(one.description), more={}) for one in service.capacities),
        phones=tuple(replace(one, label=harmless(one.label), more={}) for one in service.phones),
        **texts,
    )  # fmt: skip


def without_its_address(owner: FeedOrganisation) -> FeedOrganisation:
    """Return an organisation with its name and phones, and nothing that leads to a place of its own.

    A charity's or company's number does: the public registers give the address.
    """
    return replace(
        owner,
        email="",
        website="",
        description=_lines(owner.description),
        identifiers=(),
        more={},
        desks=tuple(replace(one, email="") for one in owner.desks),
        phones=tuple(replace(one, label=harmless(one.label), more={}) for one in owner.phones),
    )


def _lines(text: str) -> str:
    """Return the lines of a text that lead nowhere."""
    return "\n".join(harmless(tuple(text.split("\n"))))


def _names_a_door(area: str) -> bool:
    """Say whether the name of an area is a postcode, or its first half, or an address."""
    return bool(postcodes.normalise(area) or postcodes.outward(area)) or not harmless(area)
