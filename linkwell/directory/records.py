"""The one shape every reader produces and every import takes: checked, cleaned, no Django.

Absent is None or empty, never "NA"; HTML is cleaned; what was mended or refused is an `Issue`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Literal, Protocol

More = dict[str, Any]  # what the source said besides, that nothing of ours reads; the open feed tells it again


@dataclass(frozen=True)
class Issue:
    """A value repaired or a record refused. `was` never shows a staff address."""

    kind: Literal["repair", "refusal", "withheld", "held", "closed", "kept"]
    record: str
    path: str
    was: str
    now: str
    reason: str


@dataclass(slots=True)
class PhoneRecord:
    number: str
    extension: str = ""
    label: str = ""
    more: More = field(default_factory=dict)


@dataclass(slots=True)
class ContactRecord:
    name: str = ""
    title: str = ""
    department: str = ""
    email: str = ""
    phone: str = ""


@dataclass(slots=True)
class ScheduleRecord:
    frequency: str = ""
    interval: int | None = None
    weekday: int | None = None
    week_of_month: int | None = None
    day_of_month: int | None = None
    opens_at: time | None = None
    closes_at: time | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    description: str = ""
    place: str = ""  # the external id of the location at which it is so, "" for the whole service
    more: More = field(default_factory=dict)


@dataclass(slots=True)
class CostRecord:
    option: str = ""
    amount: Decimal | None = None
    currency: str = ""
    description: str = ""
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(slots=True)
class LanguageRecord:
    name: str
    code: str = ""
    note: str = ""


@dataclass(slots=True)
class AreaRecord:
    name: str
    extent: str = ""
    uri: str = ""
    more: More = field(default_factory=dict)


@dataclass(slots=True)
class CapacityRecord:
    unit: str = ""
    available: int | None = None
    maximum: int | None = None
    description: str = ""
    updated_at: datetime | None = None
    more: More = field(default_factory=dict)


@dataclass(slots=True)
class TermRecord:
    external_id: str
    name: str
    taxonomy: str = ""
    description: str = ""
    parent_external_id: str = ""
    uri: str = ""
    value: str = ""
    more: More = field(default_factory=dict)


@dataclass(slots=True)
class LocationRecord:
    external_id: str
    name: str = ""
    description: str = ""
    address: str = ""
    town: str = ""
    region: str = ""
    country: str = ""
    postcode: str = ""
    transport: str = ""
    latitude: float | None = None
    longitude: float | None = None
    access_yes: list[str] = field(default_factory=list)
    access_no: list[str] = field(default_factory=list)
    access_texts: list[str] = field(default_factory=list)
    access_links: dict[str, str] = field(default_factory=dict)  # words of access_texts → where more stands of them
    said: str = ""  # of the service at this place
    more: More = field(default_factory=dict)
    is_virtual: bool = False


@dataclass(slots=True)
class OrganisationRecord:
    external_id: str
    name: str
    kind: str = "unknown"
    description: str = ""
    description_text: str = ""
    email: str = ""
    website: str = ""
    identifiers: list[dict[str, str]] = field(default_factory=list)
    more: More = field(default_factory=dict)
    phones: list[PhoneRecord] = field(default_factory=list)
    contacts: list[ContactRecord] = field(default_factory=list)


@dataclass(slots=True)
class ServiceRecord:
    """One service with everything that hangs on it; `issues` are its repairs."""

    external_id: str
    name: str
    organisation: OrganisationRecord | None = None
    alternate_name: str = ""
    description: str = ""
    description_text: str = ""
    url: str = ""
    additional_urls: list[dict[str, str]] = field(default_factory=list)  # [{"label": …, "url": …}]
    email: str = ""
    alert: str = ""
    accreditations: str = ""
    how_to_join: str = ""
    what_to_bring: str = ""
    entry_routes: list[str] = field(default_factory=list)
    eligibility_text: str = ""
    audience: list[str] = field(default_factory=list)
    minimum_age: int | None = None
    maximum_age: int | None = None
    modes: list[str] = field(default_factory=list)
    modes_text: str = ""
    access_yes: list[str] = field(default_factory=list)
    access_no: list[str] = field(default_factory=list)
    access_texts: list[str] = field(default_factory=list)
    times_text: str = ""
    is_free: bool | None = None
    cost_text: str = ""
    wait_text: str = ""
    listing: str = "listed"
    is_undisclosed: bool = False
    source_checked_on: date | None = None
    source_changed_at: datetime | None = None
    need_codes: list[str] = field(default_factory=list)  # said by a mapping
    more: More = field(default_factory=dict)
    phones: list[PhoneRecord] = field(default_factory=list)
    contacts: list[ContactRecord] = field(default_factory=list)
    schedules: list[ScheduleRecord] = field(default_factory=list)
    costs: list[CostRecord] = field(default_factory=list)
    languages: list[LanguageRecord] = field(default_factory=list)
    areas: list[AreaRecord] = field(default_factory=list)
    capacities: list[CapacityRecord] = field(default_factory=list)
    terms: list[TermRecord] = field(default_factory=list)
    locations: list[LocationRecord] = field(default_factory=list)
    is_shallow: bool = False  # a line of a list that says nothing of times, places, costs, contacts or terms
    issues: list[Issue] = field(default_factory=list)


@dataclass(frozen=True)
class Raw:
    """One record as it stands in the file: who it is, the hash of its bytes, where it stands."""

    external_id: str  # "" where it has none that can be read
    digest: bytes
    where: str  # "$[3]" or "row 4"
    number: int


class Reader(Protocol):
    """What an import needs of a file: walk it once, read in full only what is new or changed."""

    format: str
    list_name: str  # which list of its source the file is, "" for the only one
    licence: str
    attribution: str

    @property
    def is_whole_list(self) -> bool:
        """Whether an entry that is not in it has gone."""

    @property
    def mended(self) -> list[str]:
        """What was wrong with the file as a whole."""

    def count(self) -> int:
        """Return how many records the file holds."""

    def raws(self) -> Iterator[Raw]:
        """Return the records in file order, cheaply."""

    def read(self, raw: Raw) -> ServiceRecord | Issue:
        """Return the cleaned record, or why it is refused."""

    def raw_text(self, raw: Raw) -> str:
        """Return the record as its source wrote it, addresses of staff masked."""
