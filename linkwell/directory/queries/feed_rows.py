"""What the open feed knows of an entry: frozen values, public facts alone. What is not here is not published."""

from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

More = dict[str, Any]  # what the source said besides, as it is stored


def besides() -> More:
    """Return a field for it; it makes no two values the same or different keys."""
    found: More = field(default_factory=dict, hash=False)
    return found


@dataclass(frozen=True, slots=True)
class FeedPhone:
    number: str
    extension: str = ""
    label: str = ""
    more: More = besides()


@dataclass(frozen=True, slots=True)
class FeedDesk:
    """A contact without a person's name: a desk, a team. Contacts with a name are nobody's business here."""

    title: str
    department: str
    email: str
    phone: str


@dataclass(frozen=True, slots=True)
class FeedOrganisation:
    public_id: UUID
    name: str
    description: str
    email: str
    website: str
    kind: str
    identifiers: tuple[tuple[str, str, str], ...]  # (scheme, number, type)
    more: More = besides()
    phones: tuple[FeedPhone, ...] = ()
    desks: tuple[FeedDesk, ...] = ()


@dataclass(frozen=True, slots=True)
class FeedAccess:
    description: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class FeedLocation:
    """A place that may be known; one that is not disclosed never gets this far."""

    public_id: UUID
    name: str
    description: str
    address: str
    town: str
    region: str
    country: str
    postcode: str
    transport: str
    latitude: float | None
    longitude: float | None
    access_yes: tuple[str, ...] = ()
    access_no: tuple[str, ...] = ()
    access: tuple[FeedAccess, ...] = ()
    more: More = besides()


@dataclass(frozen=True, slots=True)
class FeedSchedule:
    location: UUID | None
    frequency: str
    interval: int | None
    weekday: int | None
    week_of_month: int | None
    day_of_month: int | None
    opens_at: time | None
    closes_at: time | None
    valid_from: date | None
    valid_to: date | None
    description: str
    more: More = besides()


@dataclass(frozen=True, slots=True)
class FeedCost:
    option: str
    amount: Decimal | None
    currency: str
    description: str
    valid_from: date | None
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class FeedLanguage:
    name: str
    code: str
    note: str


@dataclass(frozen=True, slots=True)
class FeedArea:
    name: str
    extent: str = ""
    uri: str = ""
    more: More = besides()


@dataclass(frozen=True, slots=True)
class FeedCapacity:
    unit: str
    available: int | None
    maximum: int | None
    description: str
    updated_at: datetime | None
    more: More = besides()


@dataclass(frozen=True, slots=True)
class FeedTaxonomy:
    """A taxonomy of a source. Its key stays when the source is renamed, and is no other host's."""

    source_id: int
    source: str
    since: datetime
    name: str  # "" where the source names none


@dataclass(frozen=True, slots=True)
class FeedTerm:
    public_id: UUID
    name: str
    description: str
    uri: str
    parent: UUID | None
    taxonomy: FeedTaxonomy
    more: More = besides()


@dataclass(frozen=True, slots=True)
class FeedService:
    """A service as a list shows it; with `full`, all that hangs on it. `status` is ORUK's word for it.

    `is_gone`: it left the feed, and only its id, name, status and moment are told, so that others can let go of it.
    """

    public_id: UUID
    name: str
    status: str
    modified_at: datetime
    is_gone: bool = False
    is_undisclosed: bool = False
    organisation: FeedOrganisation | None = None
    alternate_name: str = ""
    description: str = ""
    url: str = ""
    more_urls: tuple[tuple[str, str], ...] = ()  # (label, address)
    email: str = ""
    alert: str = ""
    accreditations: str = ""
    how_to_join: str = ""
    what_to_bring: str = ""
    first_visit: str = ""
    who_greets: str = ""
    entry_routes: tuple[str, ...] = ()
    eligibility: str = ""
    audience: tuple[str, ...] = ()
    minimum_age: int | None = None
    maximum_age: int | None = None
    modes: tuple[str, ...] = ()
    modes_text: str = ""
    times_text: str = ""
    is_free: bool | None = None
    cost_text: str = ""
    wait_text: str = ""
    more: More = besides()
    needs: tuple[str, ...] = ()
    access_yes: tuple[str, ...] = ()
    access_no: tuple[str, ...] = ()
    language_codes: tuple[str, ...] = ()
    area_text: str = ""
    operating: str = "open"
    operating_note: str = ""
    operating_until: date | None = None
    wait_weeks: int | None = None
    break_from: date | None = None
    break_until: date | None = None
    confirmed_by: str = ""  # group, worker, public, or source: its own assurance date
    confirmed_on: date | None = None
    source: str = ""
    licence: str = ""
    attribution: str = ""
    phones: tuple[FeedPhone, ...] = ()
    desks: tuple[FeedDesk, ...] = ()
    schedules: tuple[FeedSchedule, ...] = ()
    costs: tuple[FeedCost, ...] = ()
    languages: tuple[FeedLanguage, ...] = ()
    areas: tuple[FeedArea, ...] = ()
    access: tuple[FeedAccess, ...] = ()
    capacities: tuple[FeedCapacity, ...] = ()
    terms: tuple[tuple[FeedTerm, str], ...] = ()  # with the value said of it
    places: tuple[tuple[FeedLocation, str], ...] = field(default=())  # with what the source says of it there


@dataclass(frozen=True, slots=True)
class FeedAtLocation:
    """A service at a place."""

    service: FeedService
    location: FeedLocation
    description: str
