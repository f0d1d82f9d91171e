"""The triage queue: what each referral says, who it may be, and who could take it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Case, Exists, OuterRef, Prefetch, Q, Subquery, When
from django.utils.timezone import localdate

from linkwell.common.dates import age_on
from linkwell.common.errors import NotVisible
from linkwell.matching import needs as vocabulary
from linkwell.people.models import Person, RiskStatement
from linkwell.people.queries import contact_rule, kept_from, named_reader_of, same_people
from linkwell.people.rules import without_place
from linkwell.referrals.models import Allocation, Referral, ReferralEvent, ReferralQuerySet, State, Urgency
from linkwell.referrals.queries.reach import people_in_reach
from linkwell.referrals.queries.taking import Room, Wanted, who_could_take
from linkwell.referrals.waiting import QUEUE, first_contact_by
from linkwell.team.access import SUP
from linkwell.team.models import Membership

MOST_SHOWN = 100
ORDER = Case(
    *(When(state=state, then=place) for place, state in enumerate((State.RECEIVED, State.ACCEPTED))), default=2
)


@dataclass(frozen=True)
class PossibleMatch:
    """A person who may be the same, for staff to judge; no more than a card."""

    person_id: int
    name: str
    born_on: date | None
    link_worker: str
    has_record: bool  # somebody supports or has supported them
    in_reach: bool


@dataclass(frozen=True)
class QueueEntry:
    """One referral in the inbox."""

    referral_id: int
    person_id: int
    reference: str
    name: str
    age: int | None
    source: str
    needs: tuple[str, ...]
    reason: str
    urgent: bool
    state: str
    state_label: str
    state_reason: str
    days: int
    overdue: bool
    matches: tuple[PossibleMatch, ...]
    could_take: tuple[Room, ...]


def in_triage(viewer: Membership) -> ReferralQuerySet:
    """Return the referrals of the scheme that the viewer may decide on, whatever their state."""
    rows = Referral.objects.of_scheme(viewer.scheme_id)
    if not viewer.triages:
        return rows.none()
    rows = rows.filter(Q(person__is_restricted=False) | Q(person__in=named_reader_of(viewer)))
    return rows.exclude(person__in=kept_from(viewer))


def queue(viewer: Membership) -> ReferralQuerySet:
    """Return the referrals that wait for the viewer's decision, for the referrer's answer or for a link worker."""
    return in_triage(viewer).in_state(*QUEUE)


def inbox(*, viewer: Membership, at: datetime) -> list[QueueEntry]:
    """Return the triage queue, at most MOST_SHOWN; 7 statements.

    Urgent ones first, then those not decided, not given to anyone, not answered; in each the longest wait first.
    """
    rows = queue(viewer).select_related("person", "practice", "agency")
    rows = rows.order_by("-urgency", ORDER, "received_at", "pk")
    waiting = list(rows[:MOST_SHOWN])
    if not waiting:
        return []
    matches = _matches([row.person_id for row in waiting], viewer=viewer)
    wanted = [_wanted(row, matches.get(row.person_id, ())) for row in waiting]
    rooms = who_could_take(viewer=viewer, wanted=wanted, at=at)
    target = viewer.scheme.first_contact_days
    return [_entry(row, at, target, matches.get(row.person_id, ()), rooms[row.pk]) for row in waiting]


def how_many_wait(*, viewer: Membership) -> int:
    """Return how many referrals are in the viewer's triage queue; 1 statement."""
    return queue(viewer).count()


def _wanted(row: Referral, matches: Iterable[PossibleMatch]) -> Wanted:
    return Wanted(row.pk, row.person.language, (row.person_id, *(match.person_id for match in matches)))


def _entry(
    row: Referral, at: datetime, target: int, matches: tuple[PossibleMatch, ...], rooms: list[Room]
) -> QueueEntry:
    urgent = row.urgency == Urgency.URGENT
    by_when = first_contact_by(localdate(row.received_at), days=target, urgent=urgent)
    return QueueEntry(
        referral_id=row.pk,
        person_id=row.person_id,
        reference=row.reference,
        name=row.person.called,
        age=age_on(row.person.born_on, localdate(at)) if row.person.born_on else None,
        source=from_whom(row),
        needs=tuple(vocabulary.label(code) for code in row.needs),
        reason=row.reason,
        urgent=urgent,
        state=row.state,
        state_label=State(row.state).label,
        state_reason=row.state_reason,
        days=(localdate(at) - localdate(row.received_at)).days,
        overdue=localdate(at) > by_when,
        matches=matches,
        could_take=tuple(rooms),
    )


def from_whom(row: Referral) -> str:
    """Return who referred, in words: the person, the practice or the agency."""
    place = row.practice.name if row.practice else row.agency.name if row.agency else ""
    who = row.on_behalf_of or row.referrer_name
    return ", ".join(part for part in (who, place) if part) or "The person"


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
    risk: str  # none (known), some, unknown (not asked yet), or "" where the viewer's role does not read it
    risks: tuple[str, ...]
    contact_given: str
    urgent: bool
    state: str
    state_label: str
    state_reason: str
    received_at: datetime
    by_when: date
    days: int
    matches: tuple[PossibleMatch, ...]
    could_take: tuple[Room, ...]
    history: tuple[tuple[datetime, str, str], ...]


def referral_page(*, viewer: Membership, referral_id: int, at: datetime) -> ReferralPage:
    """Return one referral of the triage queue; raise NotVisible."""
    events = Prefetch("events", ReferralEvent.objects.order_by("at", "pk"))
    rows = queue(viewer).select_related("person", "practice", "agency")
    row = rows.prefetch_related(events, "person__access_needs").filter(pk=referral_id).first()
    if row is None:
        raise NotVisible
    matches = _matches([row.person_id], viewer=viewer, at=at).get(row.person_id, ())
    rooms = who_could_take(viewer=viewer, wanted=[_wanted(row, matches)], at=at)[row.pk]
    return _page(row, viewer, at, matches, rooms)


def _page(
    row: Referral, viewer: Membership, at: datetime, matches: tuple[PossibleMatch, ...], rooms: list[Room]
) -> ReferralPage:
    entry = _entry(row, at, viewer.scheme.first_contact_days, matches, rooms)
    person, rule = row.person, contact_rule(row.person)
    risk, risks = _risks(person, viewer)
    return ReferralPage(
        referral_id=row.pk,
        person_id=person.pk,
        reference=row.reference,
        name=person.called,
        pronouns=person.pronouns,
        age=entry.age,
        born_on=person.born_on,
        contact=rule.how,
        not_contact=rule.how_not,
        access_needs=tuple(need.get_code_display() for need in person.access_needs.all() if need.ended_at is None),
        language=person.language,
        needs_interpreter=person.needs_interpreter,
        source=entry.source,
        needs=entry.needs,
        need_codes=tuple(row.needs),
        reason=row.reason,
        told_person=row.told_person,
        risk=risk,
        risks=risks,
        contact_given=_given(row) if viewer.role == SUP else "",
        urgent=entry.urgent,
        state=row.state,
        state_label=entry.state_label,
        state_reason=row.state_reason,
        received_at=row.received_at,
        by_when=first_contact_by(
            localdate(row.received_at), days=viewer.scheme.first_contact_days, urgent=entry.urgent
        ),
        days=entry.days,
        matches=matches,
        could_take=tuple(rooms),
        history=tuple((event.at, State(event.now).label, event.reason) for event in row.events.all()),
    )


def _given(row: Referral) -> str:
    return without_place(row.contact_given) if row.person.location_hidden else row.contact_given


def _risks(person: Person, viewer: Membership) -> tuple[str, tuple[str, ...]]:
    """Return what is known of risks to a team lead; who only triages does not read it (access matrix)."""
    if viewer.role != SUP:
        return "", ()
    held = list(RiskStatement.objects.filter(person=person, ended_at=None).order_by("-began_at", "-pk"))
    texts = tuple(risk.text for risk in held if not risk.none_known)
    return "some" if texts else "none" if held else "unknown", texts


def _matches(
    person_ids: list[int], *, viewer: Membership, at: datetime | None = None
) -> dict[int, tuple[PossibleMatch, ...]]:
    """Return, by person, who may be the same; with `at`, also whether the viewer may open them.

    2 statements, and 1 more with `at`; restricted and excluded persons are as absent.
    """
    same = same_people(scheme_id=viewer.scheme_id, person_ids=person_ids)
    ids = {pk for others in same.values() for pk in others}
    held = Allocation.objects.filter(person=OuterRef("pk"))
    worker = held.filter(ended_at=None).values("link_worker__account__name")[:1]
    others = Person.objects.filter(pk__in=ids, is_restricted=False).exclude(pk__in=kept_from(viewer))
    others = others.annotate(with_worker=Subquery(worker), has_record=Exists(held))
    people = {row.pk: row for row in others} if ids else {}
    in_reach: set[int] = set()
    if at is not None and people:
        in_reach = set(people_in_reach(viewer=viewer, at=at).filter(pk__in=people).values_list("pk", flat=True))
    return {
        person_id: tuple(_match(people[pk], pk in in_reach) for pk in sorted(found) if pk in people)
        for person_id, found in same.items()
    }


def _match(person: Any, in_reach: bool) -> PossibleMatch:
    return PossibleMatch(
        person.pk, person.called, person.born_on, person.with_worker or "", person.has_record, in_reach
    )
