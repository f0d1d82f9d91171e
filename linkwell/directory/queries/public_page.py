"""One entry as the world sees it: an allow-list of public facts, and nothing else of it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from linkwell.directory.errors import NoSuchService
from linkwell.directory.models import Contact, Service
from linkwell.directory.queries import said
from linkwell.directory.queries.public import LISTED, shown_services
from linkwell.directory.queries.said import Number, Place
from linkwell.matching import needs
from linkwell.matching.query import Point

# Text of an undisclosed service that could lead to its door: a postcode, a house number and street, an address online
_LEADS_THERE = re.compile(
    r"\b[A-Z]{1,2}\d[A-Z\d]?\s*\d[A-Z]{2}\b|@|https?:|www\."
    r"|\b\d{1,4}[a-z]?,?\s+(?:\w+\s+){1,3}(?:street|st|road|rd|lane|avenue|ave|close|drive|way|terrace|place|court)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class PublicPage:
    """What somebody nervous wants to know before they go. `gone` says why it is no longer there, else ""."""

    pk: int
    public_id: UUID
    name: str
    organisation: str
    website: str
    description: tuple[str, ...]  # paragraphs of plain text
    alert: str
    needs: tuple[str, ...]
    need_codes: tuple[str, ...]
    when: str
    how: tuple[str, ...]
    cost: str
    ages: str
    for_whom: str
    how_to_join: tuple[str, ...]
    what_to_bring: str
    first_visit: str
    who_greets: str
    languages: tuple[str, ...]
    access: tuple[str, ...]
    access_lacks: tuple[str, ...]
    areas: str
    wait: str
    phones: tuple[Number, ...]
    email: str
    url: str
    registered: str  # "Registered charity 1089464"
    places: tuple[Place, ...]
    is_undisclosed: bool
    is_sensitive: bool
    status: str
    status_since: datetime | None
    gone: str
    freshness: str
    is_stale: bool
    source: str
    licence: str
    attribution: str

    @property
    def point(self) -> Point | None:
        """Return where it is, None where that is not known or not given out."""
        placed = next((one for one in self.places if one.latitude is not None and one.longitude is not None), None)
        if placed is None or placed.latitude is None or placed.longitude is None:
            return None
        return Point(placed.latitude, placed.longitude)


@dataclass(frozen=True)
class Moved:
    """The entry was a duplicate: it lives on under another id."""

    public_id: UUID


def public_page(public_id: UUID, *, at: datetime) -> PublicPage | Moved:
    """Return one service; raise NoSuchService where there is none that the world may see. Seven statements."""
    desks = Contact.objects.filter(name="")  # a desk, never a person
    rows = shown_services().filter(public_id=public_id).select_related("joined_into")
    row = said.whole(rows, desks).first()
    if row is None:
        raise NoSuchService
    return Moved(row.joined_into.public_id) if row.joined_into else _page(row, at)


def _page(row: Service, at: datetime) -> PublicPage:
    on = at.astimezone(UTC).date()
    fresh = said.freshness(row, on=on)
    texts = _undisclosed(row) if row.is_undisclosed else _disclosed(row)
    return PublicPage(
        pk=row.pk,
        public_id=row.public_id,
        name=row.name,
        organisation=row.organisation.name if row.organisation else "",
        needs=tuple(needs.label(code) for code in row.need_codes),
        need_codes=tuple(row.need_codes),
        how=said.modes(row),
        ages=said.ages(row),
        languages=said.languages(row),
        phones=_phones(row),
        places=said.places(row),
        is_undisclosed=row.is_undisclosed,
        is_sensitive=said.is_private(row),
        status=said.status(row, on=on, operating="paused" if row.listing == "temporarily_closed" else ""),
        status_since=row.operating_since if row.operating != "open" else None,
        gone=_gone(row),
        freshness=fresh.words,
        is_stale=fresh.is_stale,
        source=row.source.name,
        licence=row.source.licence,
        attribution=row.source.attribution,
        **texts,
    )


def _disclosed(row: Service) -> dict[str, Any]:
    desk = next((one.email for one in row.contacts.all() if one.email), "")
    return {
        "description": tuple(filter(None, (line.strip() for line in row.description_text.split("\n")))),
        "when": row.times_text,
        "cost": said.cost(row),
        "areas": row.area_text,
        "alert": row.alert,
        "for_whom": row.eligibility_text,
        "how_to_join": tuple(dict.fromkeys(filter(None, [row.how_to_join, *said.entry_routes(row)]))),
        "what_to_bring": row.what_to_bring,
        "first_visit": row.first_visit,
        "who_greets": row.who_greets,
        "access": _not_said_there(
            row, [*_access(row.access_yes), *(one.description for one in row.accessibility.all())]
        ),
        "access_lacks": _not_said_there(row, _access(row.access_no)),
        "wait": row.wait_text,
        "email": row.email or desk,
        "url": row.url,
        "website": row.organisation.website if row.organisation and not row.url else "",
        "registered": said.registered(row.organisation),
    }


def _undisclosed(row: Service) -> dict[str, Any]:
    """Return what cannot lead to a door: no address online, and no text that names a place."""
    nothing = dict.fromkeys(("email", "url", "website", "registered"), "")  # public registers tell addresses
    return {name: harmless(value) for name, value in _disclosed(row).items() if name not in nothing} | nothing


def harmless(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(one for one in value if not _LEADS_THERE.search(one))
    return "" if _LEADS_THERE.search(value) else value


def _phones(row: Service) -> tuple[Number, ...]:
    numbers = said.numbers(row)
    known = {one.number for one in numbers}
    desks = [one for one in row.contacts.all() if one.phone and one.phone not in known]
    return (*numbers, *(Number(one.phone, one.title or one.department) for one in desks))


def _gone(row: Service) -> str:
    if row.operating == "closed":
        return "This has closed."
    if row.ended_on is not None:
        return "This has ended."
    return "" if row.listing in LISTED else "This is no longer listed."


def _not_said_there(row: Service, words: Iterable[str]) -> tuple[str, ...]:
    """Return what a service says of access that none of its places says already."""
    places = [one.location for one in row.at_locations.all()]
    there = [one for place in places for one in _access([*place.access_yes, *place.access_no])]
    there += [one.description for place in places for one in place.accessibility.all()]
    known = {_plainly(one) for one in there}
    return tuple({_plainly(one): one for one in words if _plainly(one) not in known}.values())


def _plainly(words: str) -> str:
    return words.casefold().replace("-", " ").strip(" .")


def _access(codes: list[str]) -> tuple[str, ...]:
    return tuple(f"{one[0].upper()}{one[1:]}" for one in said.access(codes))
