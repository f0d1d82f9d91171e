"""One entry as a page shows it: frozen values, nothing a template could query through."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from linkwell.directory import rules
from linkwell.directory.errors import NoSuchService
from linkwell.directory.models import Contact, OperatingStatus, Organisation, Service, Verification
from linkwell.directory.queries import said
from linkwell.directory.queries.said import Number, Place
from linkwell.matching import needs
from linkwell.team.models import Membership

MOST_EVENTS = 10


@dataclass(frozen=True)
class Person:
    name: str
    title: str
    email: str
    phone: str


@dataclass(frozen=True)
class Event:
    """Something that was found or said of the entry."""

    at: datetime
    what: str
    note: str


@dataclass(frozen=True)
class OrganisationEntry:
    """An organisation. `referral_email` is the address confirmed by hand, and the only one that details go to."""

    pk: int
    name: str
    kind: str
    description: str
    email: str
    website: str
    registered: str  # "Registered charity 1089464"
    referral_email: str
    referral_email_verified_at: datetime | None
    referral_email_how: str

    @property
    def takes_referrals_by_email(self) -> bool:
        return bool(self.referral_email and self.referral_email_verified_at)


@dataclass(frozen=True)
class ServicePage:
    """A service with everything a nervous person, or a link worker beside them, wants to know."""

    pk: int
    public_id: UUID
    name: str
    alternate_name: str
    organisation: OrganisationEntry | None
    description: str  # cleaned HTML: the page cleans it again
    description_text: str
    alert: str
    needs: tuple[str, ...]
    need_codes: tuple[str, ...]
    modes: tuple[str, ...]
    modes_text: str
    when: str
    cost: str
    ages: str
    for_whom: str
    how_to_join: str
    entry_routes: tuple[str, ...]
    what_to_bring: str
    first_visit: str
    who_greets: str
    languages: tuple[str, ...]
    access: tuple[str, ...]
    access_lacks: tuple[str, ...]
    access_words: tuple[str, ...]
    areas: str
    wait: str
    accreditations: str
    url: str
    email: str
    phones: tuple[Number, ...]
    contacts: tuple[Person, ...]
    places: tuple[Place, ...]
    is_undisclosed: bool
    operating: str
    status: str
    status_note: str
    status_since: datetime | None
    wait_weeks: int | None
    break_from: date | None
    break_until: date | None
    ended_on: date | None  # ended by hand
    ended_why: str
    listing: str  # "" while it is in its source's list
    freshness: str
    is_stale: bool
    source: str
    source_licence: str
    history: tuple[Event, ...]

    @property
    def takes_new_people(self) -> bool:
        return self.operating not in rules.TAKES_NO_ONE and not self.listing


# What a page shows as it is kept
_AS_IT_IS = (
    "pk", "public_id", "name", "alternate_name", "description", "description_text", "alert", "modes_text",
    "how_to_join", "what_to_bring", "first_visit", "who_greets", "accreditations", "url", "email", "is_undisclosed",
    "operating", "wait_weeks", "break_from", "break_until", "ended_on", "ended_why",
)  # fmt: skip


def service_page(service_id: int, *, at: datetime) -> ServicePage:
    """Return one service; raise NoSuchService. Nine statements, however much it says."""
    row = said.whole(Service.objects.filter(pk=service_id), Contact.objects.all()).first()
    if row is None:
        raise NoSuchService
    on = at.astimezone(UTC).date()
    fresh = said.freshness(row, on=on)
    as_it_is: dict[str, Any] = {name: getattr(row, name) for name in _AS_IT_IS}
    return ServicePage(
        **as_it_is,
        organisation=_organisation(row.organisation) if row.organisation else None,
        needs=tuple(needs.label(code) for code in row.need_codes),
        need_codes=tuple(row.need_codes),
        modes=said.modes(row),
        when=row.times_text,
        cost=said.cost(row),
        ages=said.ages(row),
        for_whom=row.eligibility_text,
        entry_routes=said.entry_routes(row),
        languages=said.languages(row),
        access=said.access(row.access_yes),
        access_lacks=said.access(row.access_no),
        access_words=tuple(one.description for one in row.accessibility.all()),
        areas=row.area_text,
        wait=row.wait_text,
        phones=said.numbers(row),
        contacts=tuple(
            Person(one.name, one.title or one.department, one.email, one.phone) for one in row.contacts.all()
        ),
        places=said.places(row),
        status=said.status(row, on=on),
        status_note=row.operating_note,
        status_since=row.operating_since,
        listing="" if row.listing == "listed" else row.get_listing_display(),
        freshness=fresh.words,
        is_stale=fresh.is_stale,
        source=row.source.name,
        source_licence=row.source.licence,
        history=_history(row),
    )


def organisation_entry(organisation_id: int) -> OrganisationEntry:
    """Return one organisation; raise NoSuchService."""
    row = Organisation.objects.filter(pk=organisation_id).first()
    if row is None:
        raise NoSuchService
    return _organisation(row)


def referral_address(organisation: Organisation, *, scheme_id: int) -> str:
    """Return the address for referrals that this scheme confirmed itself, or "".

    The directory is shared by schemes: an address that another scheme wrote never receives our people's details.
    """
    confirmed_by = organisation.referral_email_verified_by
    if confirmed_by is None or organisation.referral_email_verified_at is None:
        return ""
    ours = Membership.objects.filter(pk=confirmed_by, scheme_id=scheme_id).exists()
    return organisation.referral_email if ours else ""


def _organisation(row: Organisation) -> OrganisationEntry:
    return OrganisationEntry(
        pk=row.pk,
        name=row.name,
        kind="" if row.kind == "unknown" else row.get_kind_display(),
        description=row.description,
        email=row.email,
        website=row.website,
        registered=said.registered(row),
        referral_email=row.referral_email,
        referral_email_verified_at=row.referral_email_verified_at,
        referral_email_how=row.referral_email_how,
    )


def _history(row: Service) -> tuple[Event, ...]:
    who, found = dict(Verification.WHO), dict(Verification.FOUND)
    one = Service.objects.filter(Q(pk=row.pk) | Q(joined_into=row))  # what was joined into it happened to it
    looked = Verification.objects.filter(service__in=one).order_by("-at")[:MOST_EVENTS]
    events = [Event(event.at, f"{who[event.who]}: {found[event.found].lower()}", event.note) for event in looked]
    statuses = dict(Service.OPERATING)
    worked = OperatingStatus.objects.filter(service__in=one).order_by("-at")[:MOST_EVENTS]
    events += [Event(event.at, statuses[event.status], event.note) for event in worked]
    return tuple(sorted(events, key=lambda event: event.at, reverse=True))
