"""Places whose address must not be known (refuges): what could tell it is taken out before anything is stored."""

import re

from linkwell.directory.records import ServiceRecord
from linkwell.interop import meanings
from linkwell.interop.notes import Notes
from linkwell.places.postcodes import outward

_POSTCODE = re.compile(r"\b([A-Z]{1,2}[0-9][A-Z0-9]?) ?[0-9][A-Z]{2}\b", re.IGNORECASE)


def hide_address(service: ServiceRecord, notes: Notes, path: str) -> None:
    """Leave area and phone only, where an entry says or looks as if its address is not disclosed."""
    if not (service.is_undisclosed or meanings.hides_its_address(service.name, service.description_text)):
        return
    service.is_undisclosed = True
    for location in service.locations:
        if location.address or location.postcode or location.latitude is not None:
            notes.repair(
                f"{path} (place)",
                "…",
                location.town or outward(location.postcode),
                "Looks like a refuge: only its area is kept",
            )
        location.name = location.address = location.description = location.transport = location.said = ""
        location.latitude = location.longitude = None
        location.postcode = outward(location.postcode)
    service.more = {}
    for one in (*service.schedules, *service.areas, *service.locations):
        one.more = {}  # a link, or a number in a register of addresses, leads to the door
    service.description = _POSTCODE.sub(r"\1", service.description)
    service.description_text = _POSTCODE.sub(r"\1", service.description_text)
