"""One entry as a page shows it: frozen values, nothing a template could query through."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, Q

from linkwell.directory import rules
from linkwell.directory.errors import NoSuchService
from linkwell.directory.models import (
    Contact,
    OperatingStatus,
    Organisation,
    Phone,
    Service,
    ServiceAtLocation,
    Verification,
)
from linkwell.directory.queries.support import address_line
from linkwell.matching import needs, vocabulary
from linkwell.matching.reasons import ages
from linkwell.team.models import Membership

MOST_EVENTS = 10


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


def service_page(service_id: int, *, at: datetime) -> ServicePage:
    """Return one service; raise NoSuchService. Nine statements, however much it says."""
    row = (
        Service.objects.select_related("organisation", "source")
        .prefetch_related(
            Prefetch("at_locations", ServiceAtLocation.objects.select_related("location").order_by("pk")),
            "at_locations__location__accessibility",
            Prefetch("phones", Phone.objects.order_by("position")),
            Prefetch("contacts", Contact.objects.order_by("position")),
            "accessibility",
            "language_rows",
        )
        .filter(pk=service_id)
        .first()
    )
    if row is None:
        raise NoSuchService
    on = at.astimezone(UTC).date()
    fresh = rules.freshness_of(vars(row) | {"source": row.source.name}, on=on)
    languages = [vocabulary.LANGUAGES.get(one.code, one.name) for one in row.language_rows.all()]
    languages = languages or [vocabulary.LANGUAGES.get(code, code) for code in row.languages]
    return ServicePage(
        pk=row.pk,
        public_id=row.public_id,
        name=row.name,
        alternate_name=row.alternate_name,
        organisation=_organisation(row.organisation) if row.organisation else None,
        description=row.description,
        description_text=row.description_text,
        alert=row.alert,
        needs=tuple(needs.label(code) for code in row.need_codes),
        need_codes=tuple(row.need_codes),
        modes=tuple(vocabulary.MODES.get(mode, mode) for mode in row.modes),
        modes_text=row.modes_text,
        when=row.times_text,
        cost="Free" if row.is_free and not row.cost_text else row.cost_text,
        ages=ages(row.minimum_age, row.maximum_age) if (row.minimum_age, row.maximum_age) != (None, None) else "",
        for_whom=row.eligibility_text,
        how_to_join=row.how_to_join,
        entry_routes=tuple(vocabulary.ENTRY_ROUTES.get(one, one) for one in row.entry_routes),
        what_to_bring=row.what_to_bring,
        first_visit=row.first_visit,
        who_greets=row.who_greets,
        languages=tuple(dict.fromkeys(languages)),
        access=_access(row.access_yes),
        access_lacks=_access(row.access_no),
        access_words=tuple(one.description for one in row.accessibility.all()),
        areas=row.area_text,
        wait=row.wait_text,
        accreditations=row.accreditations,
        url=row.url,
        email=row.email,
        phones=tuple(
            Number(f"{one.number} ext. {one.extension}" if one.extension else one.number, one.label)
            for one in row.phones.all()
        ),
        contacts=tuple(
            Person(one.name, one.title or one.department, one.email, one.phone) for one in row.contacts.all()
        ),
        places=tuple(place_of(one.location, hide=row.is_undisclosed) for one in row.at_locations.all()),
        is_undisclosed=row.is_undisclosed,
        operating=row.operating,
        status=rules.how_it_stands(
            operating=row.operating,
            wait_weeks=row.wait_weeks,
            until=row.operating_until,
            back_on=row.break_until if rules.is_on_break(vars(row), on=on) else None,
        ),  # fmt: skip
        status_note=row.operating_note,
        status_since=row.operating_since,
        wait_weeks=row.wait_weeks,
        break_from=row.break_from,
        break_until=row.break_until,
        ended_on=row.ended_on,
        ended_why=row.ended_why,
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
        referral_email=row.referral_email,
        referral_email_verified_at=row.referral_email_verified_at,
        referral_email_how=row.referral_email_how,
    )


def place_of(row: Any, *, hide: bool) -> Place:
    if hide or row.is_undisclosed:
        return Place("", row.town, "", "", (), (), (), None, None, "The address is not given out")
    note = {"outcode": f"On the map in the middle of {row.outcode}", "postcode": ""}.get(row.precision, "")
    return Place(
        name=row.name,
        address=address_line(row.address, row.town),
        postcode=row.postcode,
        transport=row.transport,
        access=_access(row.access_yes),
        access_lacks=_access(row.access_no),
        access_words=tuple(one.description for one in row.accessibility.all()),
        latitude=row.latitude,
        longitude=row.longitude,
        note=note,
    )


def _access(codes: list[str]) -> tuple[str, ...]:
    return tuple(vocabulary.ACCESS_NEEDS.get(code, code) for code in codes)


def _history(row: Service) -> tuple[Event, ...]:
    who, found = dict(Verification.WHO), dict(Verification.FOUND)
    one = Service.objects.filter(Q(pk=row.pk) | Q(joined_into=row))  # what was joined into it happened to it
    looked = Verification.objects.filter(service__in=one).order_by("-at")[:MOST_EVENTS]
    events = [Event(event.at, f"{who[event.who]}: {found[event.found].lower()}", event.note) for event in looked]
    statuses = dict(Service.OPERATING)
    worked = OperatingStatus.objects.filter(service__in=one).order_by("-at")[:MOST_EVENTS]
    events += [Event(event.at, statuses[event.status], event.note) for event in worked]
    return tuple(sorted(events, key=lambda event: event.at, reverse=True))
