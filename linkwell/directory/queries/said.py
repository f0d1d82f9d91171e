"""What an entry that was loaded with all that hangs on it says, in words: the same for staff and for the public."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch, QuerySet

from linkwell.directory import rules
from linkwell.directory.models import Contact, Location, Organisation, Phone, Service, ServiceAtLocation
from linkwell.directory.queries.shown import address_line
from linkwell.matching import reasons, vocabulary
from linkwell.matching.sensitive import is_sensitive

# By the codes of org-id.guide
REGISTERS = {
    "GB-CHC": "Registered charity", "GB-SC": "Registered charity in Scotland",
    "GB-NIC": "Registered charity in Northern Ireland", "GB-COH": "Company",
}  # fmt: skip


@dataclass(frozen=True)
class Place:
    """Where it happens; of an undisclosed place the area alone."""

    name: str
    address: str
    postcode: str
    transport: str
    access: tuple[str, ...]
    access_lacks: tuple[str, ...]
    access_words: tuple[str, ...]
    latitude: float | None
    longitude: float | None
    note: str  # what its point rests on, where that is not the address


@dataclass(frozen=True)
class Number:
    number: str
    label: str


def whole(rows: QuerySet[Service], contacts: QuerySet[Contact]) -> QuerySet[Service]:
    """Return services with all that a page of one says: six statements more, however much that is."""
    return rows.select_related("organisation", "source").prefetch_related(
        Prefetch("at_locations", ServiceAtLocation.objects.select_related("location").order_by("pk")),
        "at_locations__location__accessibility",
        Prefetch("phones", Phone.objects.order_by("position")),
        Prefetch("contacts", contacts.order_by("position")),
        "accessibility",
        "language_rows",
    )


def freshness(row: Service, *, on: date) -> rules.Freshness:
    """Return how far an entry may be trusted."""
    return rules.freshness_of(vars(row) | {"source": row.source.name}, on=on)


def status(row: Service, *, on: date, operating: str = "") -> str:
    """Return how a service works now, "" where that is simply open; as if it worked as `operating` says, if given."""
    return rules.how_it_stands(
        operating=operating or row.operating,
        wait_weeks=row.wait_weeks,
        until=row.operating_until,
        back_on=row.break_until if rules.is_on_break(vars(row), on=on) else None,
    )


def languages(row: Service) -> tuple[str, ...]:
    """Return the languages by name: those of its list, else those known by their codes."""
    named = [vocabulary.LANGUAGES.get(one.code, one.name) for one in row.language_rows.all()]
    return tuple(dict.fromkeys(named or [vocabulary.LANGUAGES.get(code, code) for code in row.languages]))


def cost(row: Service) -> str:
    """Return what it costs; its own words before ours."""
    return "Free" if row.is_free and not row.cost_text else row.cost_text


def ages(row: Service) -> str:
    """Return the ages it is for, "" where it says none."""
    known = (row.minimum_age, row.maximum_age)
    return reasons.ages(*known) if known != (None, None) else ""


def modes(row: Service) -> tuple[str, ...]:
    """Return how people take part."""
    return tuple(vocabulary.MODES.get(mode, mode) for mode in row.modes)


def entry_routes(row: Service) -> tuple[str, ...]:
    """Return the ways in."""
    return tuple(vocabulary.ENTRY_ROUTES.get(one, one) for one in row.entry_routes)


def numbers(row: Service) -> tuple[Number, ...]:
    """Return the telephone numbers of the entry itself."""
    return tuple(
        Number(f"{one.number} ext. {one.extension}" if one.extension else one.number, one.label)
        for one in row.phones.all()
    )


def access(codes: Iterable[str]) -> tuple[str, ...]:
    """Return needs for access by name."""
    return tuple(vocabulary.ACCESS_NEEDS.get(code, code) for code in codes)


def places(row: Service) -> tuple[Place, ...]:
    """Return where it happens; of an undisclosed service or place the town alone."""
    return tuple(_place(one.location, hide=row.is_undisclosed) for one in row.at_locations.all())


def _place(row: Location, *, hide: bool) -> Place:
    if hide or row.is_undisclosed:
        return Place("", row.town, "", "", (), (), (), None, None, "The address is not given out")
    note = {"outcode": f"On the map in the middle of {row.outcode}", "postcode": ""}.get(row.precision, "")
    return Place(
        name=row.name,
        address=address_line(row.address, row.town),
        postcode=row.postcode,
        transport=row.transport,
        access=access(row.access_yes),
        access_lacks=access(row.access_no),
        access_words=tuple(one.description for one in row.accessibility.all()),
        latitude=row.latitude,
        longitude=row.longitude,
        note=note,
    )


def registered(row: Organisation | None) -> str:
    """Return the public numbers of an organisation, "" where none is known: "Registered charity 1089464"."""
    held: list[dict[str, str]] = row.identifiers if row and isinstance(row.identifiers, list) else []
    found = [f"{words} {one['identifier']}" for one in held if one.get("identifier") and (words := _register(one))]
    return ", ".join(dict.fromkeys(found))


def _register(identifier: dict[str, str]) -> str:
    """Return the register of a number in words, "" for one that says nothing to a reader."""
    if words := REGISTERS.get(identifier.get("scheme", "")):
        return words
    kind = identifier.get("type", "").casefold()
    return "Registered charity" if "charit" in kind else "Company" if "compan" in kind else ""


def is_private(row: Service) -> bool:
    """Say whether somebody may not want another to see this page on their screen."""
    owner = row.organisation.name if row.organisation else ""
    return row.is_undisclosed or is_sensitive(row.strong_needs, f"{row.name} {owner}")
