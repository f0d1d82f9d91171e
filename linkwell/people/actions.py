"""Changing what is known of a person: details, contact rule, needs, risks, agreement, opened records."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils.timezone import localdate

from linkwell.common import audit
from linkwell.common.errors import NotVisible
from linkwell.people import keys, rules
from linkwell.people.errors import ReasonMissing
from linkwell.people.models import (
    AccessNeed,
    Consent,
    ContactRule,
    Person,
    PersonKey,
    RecordOpening,
    RiskStatement,
)
from linkwell.people.queries import kept_from
from linkwell.places.queries import locate
from linkwell.team.access import SUP
from linkwell.team.models import Membership

RESTRICTED_MINUTES = 60


@dataclass(frozen=True, kw_only=True)
class Details:
    """What a referral tells of a person; everything but the names may be unknown."""

    given_name: str
    family_name: str
    preferred_name: str = ""
    pronouns: str = ""
    born_on: date | None = None
    gender: str = ""
    health_number_system: str = ""
    health_number: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""
    postcode: str = ""
    no_fixed_abode: bool = False
    language: str = "en"
    needs_interpreter: bool = False
    practice_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class Reach:
    """How a person may be reached, and how not."""

    by_phone: bool = True
    by_text: bool = False
    by_email: bool = False
    by_post: bool = True
    voicemail: bool = False
    when: str = ""
    note: str = ""
    access_needs: tuple[str, ...] = field(default=())


@transaction.atomic
def add_person(*, details: Details, scheme_id: int, at: datetime) -> Person:
    """Add a person and their keys; raise NameMissing, BornInTheFuture or NotAHealthNumber."""
    number = keys.clean_health_number(details.health_number)
    rules.check_names(details.given_name, details.family_name)
    rules.check_born(details.born_on, localdate(at))
    rules.check_health_number(details.health_number_system, number)
    person = Person(
        scheme_id=scheme_id,
        given_name=details.given_name.strip(),
        family_name=details.family_name.strip(),
        preferred_name=details.preferred_name.strip(),
        pronouns=details.pronouns,
        born_on=details.born_on,
        gender=details.gender,
        health_number_system=details.health_number_system if number else "",
        health_number=number,
        phone=details.phone.strip(),
        email=details.email.strip(),
        address=details.address.strip(),
        postcode=details.postcode.strip().upper(),
        no_fixed_abode=details.no_fixed_abode,
        language=details.language,
        needs_interpreter=details.needs_interpreter,
        practice_id=details.practice_id,
        created_at=at,
    )
    if person.postcode:
        _place(person)
    person.save()
    renew_keys(person)
    return person


@transaction.atomic
def complete_details(
    *, person: Person, details: Details, reach: Reach, at: datetime, is_supported: bool = False
) -> list[str]:
    """Fill in what was not known of a known person; return, as lines, what a referrer gave that differs.

    What is held stays as it is: a changed address or number may be the work of someone else, so staff ask first.
    The place of a person whose location is hidden is neither kept nor handed back.

    is_supported  a link worker has or had them: an empty phone or e-mail may have been emptied for a reason
    """
    held = Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
    names = ("preferred_name", "pronouns", "phone", "email", *rules.PLACE)
    given = {name: str(getattr(details, name)).strip() for name in names}
    given["postcode"] = given["postcode"].upper()
    differs = []
    for name, value in given.items():
        before = getattr(held, name)
        if not value or keys.plain(value) == keys.plain(before):
            continue
        if name in rules.PLACE and held.location_hidden:
            continue
        if before or (is_supported and name in ("phone", "email")):
            differs.append(f"{rules.GIVEN_LABELS[name]}: {value}")
        else:
            setattr(held, name, value)
    if held.postcode and held.latitude is None and not held.location_hidden:
        _place(held)
    held.needs_interpreter = held.needs_interpreter or details.needs_interpreter
    held.save()
    renew_keys(held)
    _add_access_needs(held, reach.access_needs, at)
    return differs


def _place(person: Person) -> None:
    place = locate(person.postcode)
    person.latitude, person.longitude = (place.latitude, place.longitude) if place else (None, None)
    person.place_note = place.note if place else ""


def renew_keys(person: Person) -> None:
    """Write a person's keys anew from the details now held."""
    PersonKey.objects.filter(person=person).delete()
    rows = keys.keys_of(
        given_name=person.given_name,
        preferred_name=person.preferred_name,
        family_name=person.family_name,
        born_on=person.born_on,
        postcode="" if person.location_hidden else person.postcode,
        hashed_number=keys.hashed_number(person.scheme_id, person.health_number),
    )
    PersonKey.objects.bulk_create(
        PersonKey(scheme_id=person.scheme_id, person=person, kind=kind, key=key) for kind, key in rows
    )


@transaction.atomic
def set_reach(*, person: Person, reach: Reach, by: Membership | None, at: datetime) -> None:
    """Record how a person may be reached, and their access needs; what held before is kept."""
    ContactRule.objects.create(
        scheme_id=person.scheme_id, person=person, by_phone=reach.by_phone, by_text=reach.by_text,
        by_email=reach.by_email, by_post=reach.by_post, voicemail=reach.voicemail, when=reach.when.strip(),
        note=reach.note.strip(), recorded_at=at, recorded_by=by,
    )  # fmt: skip
    AccessNeed.objects.filter(person=person, ended_at=None).exclude(code__in=reach.access_needs).update(ended_at=at)
    _add_access_needs(person, reach.access_needs, at)
    audit.record("person.reach_set", about=person, by=by, at=at)


def _add_access_needs(person: Person, codes: tuple[str, ...], at: datetime) -> None:
    held = set(AccessNeed.objects.filter(person=person, ended_at=None).values_list("code", flat=True))
    AccessNeed.objects.bulk_create(
        AccessNeed(scheme_id=person.scheme_id, person=person, code=code, began_at=at)
        for code in dict.fromkeys(codes)
        if code not in held
    )


@transaction.atomic
def record_risk(*, person: Person, text: str, none_known: bool, by: Membership | None, at: datetime) -> RiskStatement:
    """Record a risk or "no known risks"; a risk named ends "no known risks" and the other way round."""
    rules.check_risk(text, none_known=none_known)
    held = RiskStatement.objects.filter(person=person, ended_at=None)
    held.filter(none_known=not none_known).update(ended_at=at)
    same = held.filter(none_known=none_known, text=text.strip()).first()
    if same is not None:
        return same
    risk = RiskStatement.objects.create(
        scheme_id=person.scheme_id, person=person, none_known=none_known, text=text.strip(), began_at=at, recorded_by=by
    )
    audit.record("person.risk_recorded", about=risk, by=by, at=at)
    return risk


def record_consent(
    *,
    person: Person,
    purpose: str,
    given: bool,
    by: Membership | None,
    at: datetime,
    how: str = "",
    why_not: str = "",
    organisation_id: int | None = None,
    expires_on: date | None = None,
) -> Consent:
    """Record that the person agreed, or why agreement was not obtained."""
    consent = Consent.objects.create(
        scheme_id=person.scheme_id, person=person, purpose=purpose, given=given, how=how, why_not=why_not,
        organisation_id=organisation_id, recorded_at=at, recorded_by=by, expires_on=expires_on,
    )  # fmt: skip
    audit.record("person.agreement_recorded", about=consent, by=by, at=at)
    return consent


def withdraw_consent(
    *, person: Person, purpose: str, organisation_id: int, by: Membership | None, at: datetime
) -> None:
    """End what the person agreed to for one purpose and organisation, from now on."""
    held = Consent.objects.filter(
        person=person, purpose=purpose, organisation_id=organisation_id, given=True, withdrawn_at=None
    )
    if held.update(withdrawn_at=at):
        audit.record("person.agreement_withdrawn", about=person, by=by, at=at)


@transaction.atomic
def cover(*, person: Person, reason: str, by: Membership, at: datetime, text: str = "") -> RecordOpening:
    """Open a colleague's unrestricted record until midnight; raise ReasonMissing without a reason."""
    rules.check_opening_reason(reason, text)
    here = at.astimezone(ZoneInfo(settings.TIME_ZONE))
    midnight = datetime.combine(here.date() + timedelta(days=1), time.min, tzinfo=here.tzinfo)
    return _open(person, RecordOpening.Kind.COVERING, reason, text, by, at, midnight)


@transaction.atomic
def open_restricted(
    *, person: Person, reason: str, text: str, second_factor_at: datetime | None, by: Membership, at: datetime
) -> RecordOpening:
    """Open a restricted record for 60 minutes; raise ReasonMissing or SecondFactorNeeded."""
    if not text.strip():
        raise ReasonMissing
    rules.check_opening_reason(reason, text)
    rules.check_second_factor(second_factor_at, at)
    until = at + timedelta(minutes=RESTRICTED_MINUTES)
    return _open(person, RecordOpening.Kind.RESTRICTED, reason, text, by, at, until)


def _open(
    person: Person, kind: str, reason: str, text: str, by: Membership, at: datetime, until: datetime
) -> RecordOpening:
    opening = RecordOpening.objects.create(
        scheme_id=person.scheme_id, person=person, membership=by, kind=kind, reason=reason.strip(),
        text=text.strip(), began_at=at, ends_at=until,
    )  # fmt: skip
    audit.record(f"person.opened_{kind}", about=opening, by=by, at=at, purpose=reason.strip())
    return opening


@transaction.atomic
def review_opening(*, opening_id: int, by: Membership, at: datetime) -> RecordOpening:
    """Note that a team lead has looked into why a restricted record was opened; raise NotVisible.

    Nobody reviews their own opening, whichever seat they opened it from, nor one of a person they are kept from.
    """
    rows = RecordOpening.objects.filter(
        scheme_id=by.scheme_id, pk=opening_id, kind=RecordOpening.Kind.RESTRICTED, reviewed_at=None
    )
    rows = rows.exclude(membership__account_id=by.account_id).exclude(person__in=kept_from(by))
    opening = rows.select_for_update(of=("self",)).first() if by.role == SUP else None
    if opening is None:
        raise NotVisible
    opening.reviewed_at = at
    opening.save(update_fields=["reviewed_at"])
    audit.record("person.opening_reviewed", about=opening, by=by, at=at)
    return opening
