"""The triage queue: what each referral says, who it may be, and who could take it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Prefetch, QuerySet

from linkwell.common.dates import age_on
from linkwell.common.errors import NotVisible
from linkwell.matching import needs as vocabulary
from linkwell.people.models import Person
from linkwell.people.queries import contact_rule, same_person
from linkwell.referrals.models import (
    Allocation,
    Referral,
    State,
)
from linkwell.referrals.queries.reach import people_in_reach
from linkwell.team.models import Membership, Scheme

QUEUE = (State.RECEIVED, State.RETURNED, State.ACCEPTED)


@dataclass(frozen=True)
class QueueEntry:
    """One referral in the inbox."""

    referral_id: int
    reference: str
    name: str
    age: int | None
    source: str
    needs: tuple[str, ...]
    reason: str
    urgent: bool
    state: str
    state_label: str
    days: int
    overdue: bool


def queue(viewer: Membership) -> QuerySet[Referral]:
    """Return the referrals that the viewer may triage."""
    rows = Referral.objects.of_scheme(viewer.scheme_id).in_state(*QUEUE)
    if not viewer.triages:
        return rows.none()
    return rows.filter(person__is_restricted=False).exclude(person__exclusions__membership=viewer)


def inbox(*, viewer: Membership, at: datetime, limit: int = 100) -> list[QueueEntry]:
    """Return the triage queue: urgent first, then longest waiting; at most `limit`; 2 statements."""
    rows = queue(viewer).select_related("person", "practice", "agency")
    rows = rows.order_by("-urgency", "received_at", "pk")[:limit]
    target = _target(viewer)
    return [_entry(row, at, target) for row in rows]


def _target(viewer: Membership) -> int:
    return Scheme.objects.values_list("first_contact_days", flat=True).get(pk=viewer.scheme_id)


def _entry(row: Referral, at: datetime, target: int) -> QueueEntry:
    days = (at.date() - row.received_at.date()).days
    return QueueEntry(
        referral_id=row.pk,
        reference=row.reference,
        name=row.person.called,
        age=age_on(row.person.born_on, at.date()) if row.person.born_on else None,
        source=from_whom(row),
        needs=tuple(vocabulary.label(code) for code in row.needs),
        reason=row.reason,
        urgent=row.urgency == "urgent",
        state=row.state,
        state_label=State(row.state).label,
        days=days,
        overdue=days > target,
    )


def from_whom(row: Referral) -> str:
    """Return who referred, in words: the person, the practice or the agency."""
    place = row.practice.name if row.practice else row.agency.name if row.agency else ""
    who = row.on_behalf_of or row.referrer_name
    return ", ".join(part for part in (who, place) if part) or "The person"


@dataclass(frozen=True)
class PossibleMatch:
    """A person who may be the same, for staff to judge; no more than a card."""

    person_id: int
    name: str
    born_on: date | None
    in_reach: bool


@dataclass(frozen=True)
class ReferralPage:
    """What triage reads of one referral."""

    referral_id: int
    person_id: int
    reference: str
    name: str
    pronouns: str
    age: int | None
    born_on: date | None
    contact: tuple[str, ...]
    not_contact: tuple[str, ...]
    access_needs: tuple[str, ...]
    language: str
    needs_interpreter: bool
    source: str
    needs: tuple[str, ...]
    need_codes: tuple[str, ...]
    reason: str
    told_person: str
    urgent: bool
    state: str
    state_label: str
    state_reason: str
    received_at: datetime
    days: int
    matches: tuple[PossibleMatch, ...]
    history: tuple[tuple[datetime, str, str], ...]


def referral_page(*, viewer: Membership, referral_id: int, at: datetime) -> ReferralPage:
    """Return one referral of the triage queue; raise NotVisible."""
    events = Prefetch("events")
    row = (
        queue(viewer)
        .select_related("person", "practice", "agency")
        .prefetch_related(events, "person__access_needs")
        .filter(pk=referral_id)
        .first()
    )
    if row is None:
        raise NotVisible
    person, rule = row.person, contact_rule(row.person)
    return ReferralPage(
        referral_id=row.pk,
        person_id=person.pk,
        reference=row.reference,
        name=person.called,
        pronouns=person.pronouns,
        age=age_on(person.born_on, at.date()) if person.born_on else None,
        born_on=person.born_on,
        contact=rule.how,
        not_contact=rule.how_not,
        access_needs=tuple(need.get_code_display() for need in person.access_needs.all() if need.ended_at is None),
        language=person.language,
        needs_interpreter=person.needs_interpreter,
        source=from_whom(row),
        needs=tuple(vocabulary.label(code) for code in row.needs),
        need_codes=tuple(row.needs),
        reason=row.reason,
        told_person=row.told_person,
        urgent=row.urgency == "urgent",
        state=row.state,
        state_label=State(row.state).label,
        state_reason=row.state_reason,
        received_at=row.received_at,
        days=(at.date() - row.received_at.date()).days,
        matches=_matches(person, viewer, at),
        history=tuple(
            (event.at, State(event.now).label, event.reason) for event in sorted(row.events.all(), key=lambda e: e.at)
        ),
    )


def _matches(person: Person, viewer: Membership, at: datetime) -> tuple[PossibleMatch, ...]:
    ids = same_person(
        scheme_id=person.scheme_id, given_name=person.given_name, family_name=person.family_name,
        born_on=person.born_on, postcode=person.postcode, number=person.health_number,
    )  # fmt: skip
    others = Person.objects.filter(pk__in=[pk for pk in ids if pk != person.pk], is_restricted=False)
    others = others.exclude(exclusions__membership=viewer)
    in_reach = set(people_in_reach(viewer=viewer, at=at).filter(pk__in=ids).values_list("pk", flat=True))
    return tuple(PossibleMatch(row.pk, row.called, row.born_on, row.pk in in_reach) for row in others.order_by("pk"))


@dataclass(frozen=True)
class Room:
    """A link worker's caseload in numbers, to choose who could take a referral and why."""

    membership_id: int
    name: str
    people_now: int
    taken_on_this_week: int
    languages: tuple[str, ...]
    hours_per_week: float | None
    knows_the_person: bool
    why: str


def who_could_take(*, viewer: Membership, referral: ReferralPage, at: datetime) -> list[Room]:
    """Return the current link workers, best choice first, each with the reason in words; 3 statements."""
    workers = Membership.objects.current(at.date()).of_scheme(viewer.scheme_id).link_workers()
    now: dict[int, int] = {}
    recent: dict[int, int] = {}
    held = Allocation.objects.filter(scheme_id=viewer.scheme_id, ended_at=None)
    for worker_id, began_at in held.values_list("link_worker_id", "began_at"):
        now[worker_id] = now.get(worker_id, 0) + 1
        recent[worker_id] = recent.get(worker_id, 0) + (began_at > at - timedelta(days=7))
    known = set(
        Allocation.objects.filter(person_id=referral.person_id).values_list("link_worker_id", flat=True).distinct()
    )
    rooms = [
        _room(worker, now.get(worker.pk, 0), recent.get(worker.pk, 0), worker.pk in known, referral)
        for worker in workers.select_related("account").order_by("account__name")
    ]
    speaks = [referral.language != "en" and referral.language in room.languages for room in rooms]
    order = sorted(
        zip(rooms, speaks, strict=True),
        key=lambda pair: (not pair[0].knows_the_person, not pair[1], _load(pair[0]), pair[0].name),
    )
    return [room for room, _ in order]


def _load(room: Room) -> float:
    return room.people_now / (room.hours_per_week or 37.5)


def _room(worker: Membership, now: int, recent: int, knows: bool, referral: ReferralPage) -> Room:
    hours = float(worker.hours_per_week) if worker.hours_per_week else None
    parts = [f"{now} people now, {recent} new this week"]
    if hours:
        parts.append(f"{hours:g} hours a week")
    if knows:
        parts.insert(0, "has supported this person before")
    if referral.language != "en" and referral.language in worker.languages:
        parts.insert(0, "speaks the person's language")
    return Room(worker.pk, worker.name, now, recent, tuple(worker.languages), hours, knows, "; ".join(parts))
