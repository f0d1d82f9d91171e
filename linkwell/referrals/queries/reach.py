"""Which persons a viewer may open, and the cards of those outside."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.utils.timezone import localdate

from linkwell.common.errors import NotVisible
from linkwell.people.keys import Traits
from linkwell.people.models import Person, RecordOpening
from linkwell.people.queries import kept_from, matching, named_reader_of
from linkwell.referrals.models import Allocation, Referral
from linkwell.referrals.waiting import QUEUE
from linkwell.team.access import LW, SUP
from linkwell.team.models import Membership
from linkwell.team.prepared import Prepared

REVIEW_WITHIN_DAYS = 5


def _openings(viewer: Membership, at: datetime, kind: str, person: str) -> Exists:
    rows = RecordOpening.objects.filter(scheme_id=viewer.scheme_id, membership__account_id=viewer.account_id)
    return Exists(rows.filter(kind=kind, began_at__lte=at, ends_at__gt=at, person_id=OuterRef(person)))


def within_reach(*, viewer: Membership, at: datetime, person: str = "person") -> Q:
    """Return the condition under which the viewer may open the whole record of a row's person now.

    A link worker: own caseload and those whose support ended with them; the team's where the scheme chose
    team access; an unrestricted record while covered, a restricted one while opened. A team lead: the scheme's.
    Restricted records only for named readers or while opened; excluded persons never.
    Each part asks about the row at hand, so its cost does not grow with the scheme.

    person   the row's key to its person; "" where the row is the person; the caller names the scheme
    """
    if viewer.role == LW:
        return _within(viewer, at, f"{person}_id" if person else "pk") & not_hidden(viewer, at, person)
    return not_hidden(viewer, at, person) if viewer.role == SUP else Q(pk__in=[])


def people_in_reach(*, viewer: Membership, at: datetime) -> QuerySet[Person]:
    """Return the persons whose whole record the viewer may open now, by `within_reach`."""
    return Person.objects.filter(within_reach(viewer=viewer, at=at, person=""), scheme_id=viewer.scheme_id)


def _within(viewer: Membership, at: datetime, person: str) -> Q:
    held = Allocation.objects.filter(scheme_id=viewer.scheme_id, person_id=OuterRef(person))
    mine = held.filter(link_worker=viewer)
    mine = mine.filter(Q(ended_at=None) | Q(ended_at=F("referral__closed_at")))
    within = Q(Exists(mine))
    if viewer.scheme.team_access:
        within |= Q(Exists(held.filter(ended_at=None)))
    covered = _openings(viewer, at, RecordOpening.Kind.COVERING, person)
    return within | Q(covered) | Q(_openings(viewer, at, RecordOpening.Kind.RESTRICTED, person))


def not_hidden(viewer: Membership, at: datetime, person: str = "") -> Q:
    """Return the condition that a row's person is not restricted for the viewer and not kept from them."""
    key, restricted = (f"{person}_id", f"{person}__is_restricted") if person else ("pk", "is_restricted")
    named = Exists(named_reader_of(viewer).filter(person_id=OuterRef(key)))
    opened = _openings(viewer, at, RecordOpening.Kind.RESTRICTED, key)
    open_to_all = Q(**{restricted: False})
    return (open_to_all | Q(named) | Q(opened)) & ~Q(Exists(kept_from(viewer).filter(person_id=OuterRef(key))))


def person_in_reach(*, viewer: Membership, person_id: int, at: datetime) -> Person:
    """Return a person whose record the viewer may open; raise NotVisible."""
    person = people_in_reach(viewer=viewer, at=at).select_related("practice").filter(pk=person_id).first()
    if person is None:
        raise NotVisible
    return person


@dataclass(frozen=True)
class Card:
    """A person who matches a search: enough to be sure who it is, and whether the record opens."""

    person_id: int
    name: str
    born_on: date | None
    link_worker: str
    has_record: bool  # somebody supports or has supported them
    in_reach: bool
    waiting_referral_id: int | None  # a referral that waits, for those who triage


def cards(*, viewer: Membership, found: QuerySet[Person], at: datetime, most: int = 10) -> list[Card]:
    """Return name-match cards for the persons found; restricted and excluded ones are as absent."""
    if viewer.role not in (LW, SUP):
        raise NotVisible
    rows = found.filter(not_hidden(viewer, at)).order_by("family_name", "given_name", "pk")[:most]
    waiting = Referral.objects.in_state(*QUEUE) if viewer.triages else Referral.objects.none()
    people = list(
        rows.prefetch_related(
            Prefetch("allocations", Allocation.objects.select_related("link_worker__account")),
            Prefetch("referrals", waiting.order_by("received_at", "pk")),
        )
    )
    reach = people_in_reach(viewer=viewer, at=at).filter(pk__in=[row.pk for row in people])
    in_reach = set(reach.values_list("pk", flat=True))
    return [_card(row, row.pk in in_reach) for row in people]


def _card(person: Person, in_reach: bool) -> Card:
    held = list(person.allocations.all())
    waiting = next(iter(person.referrals.all()), None)
    return Card(
        person_id=person.pk,
        name=person.called,
        born_on=person.born_on,
        link_worker=next((row.link_worker.name for row in held if row.ended_at is None), ""),
        has_record=bool(held),
        in_reach=in_reach,
        waiting_referral_id=waiting.pk if waiting else None,
    )


def search_people(*, viewer: Membership, traits: Traits, reference: str, at: datetime) -> list[Card]:
    """Return at most ten cards of those who agree with all traits, or with an exact reference; 4 statements.

    Raises TooFewTraits or NumberAlone where no reference is given, and NotVisible for other roles.
    """
    if reference.strip():
        rows = Referral.objects.of_scheme(viewer.scheme_id).filter(reference=reference.strip().upper())
        found = Person.objects.filter(scheme_id=viewer.scheme_id, pk__in=rows.values("person_id"))
    else:
        found = matching(scheme_id=viewer.scheme_id, traits=traits)
    return cards(viewer=viewer, found=found, at=at)


def card(*, viewer: Membership, person_id: int, at: datetime) -> Card:
    """Return the card of an unrestricted person of the scheme; raise NotVisible."""
    person = may_be_covered(viewer=viewer, person_id=person_id, at=at)
    return cards(viewer=viewer, found=Person.objects.filter(pk=person.pk), at=at)[0]


@dataclass(frozen=True)
class Opened:
    """Why the viewer sees a record that is not their own, and until when."""

    restricted: bool
    reason: str
    until: datetime


def opened_now(*, viewer: Membership, person_id: int, at: datetime) -> Opened | None:
    """Return the opening by which the viewer sees a record now, a restricted one first; 1 statement."""
    row = _opening_now.first(viewer=viewer, person_id=person_id, at=at)
    return Opened(row.kind == RecordOpening.Kind.RESTRICTED, row.reason, row.ends_at) if row else None


@Prepared
def _opening_now(shape: object, *, viewer: Membership, person_id: int, at: datetime) -> QuerySet[RecordOpening]:
    rows = RecordOpening.objects.filter(
        scheme_id=viewer.scheme_id, membership__account_id=viewer.account_id, person_id=person_id,
        began_at__lte=at, ends_at__gt=at,
    )  # fmt: skip
    return rows.order_by("-kind", "-ends_at")[:1]  # "restricted" comes after "covering"


@dataclass(frozen=True)
class OpeningToReview:
    """A restricted record that someone opened, for a team lead to look into; the person is not named."""

    opening_id: int
    opened_by: str
    reference: str
    reason: str
    text: str
    began_at: datetime
    ends_at: datetime
    review_by: date
    overdue: bool


def openings_to_review(*, viewer: Membership, at: datetime) -> list[OpeningToReview]:
    """Return the openings of restricted records that nobody has looked into, oldest first; 1 statement."""
    if viewer.role != SUP:
        return []
    rows = RecordOpening.objects.filter(
        scheme_id=viewer.scheme_id, kind=RecordOpening.Kind.RESTRICTED, reviewed_at=None
    )
    rows = rows.exclude(membership__account_id=viewer.account_id).exclude(person__in=kept_from(viewer))
    newest = Referral.objects.filter(person=OuterRef("person")).order_by("-received_at", "-pk").values("reference")
    rows = rows.annotate(reference=Subquery(newest[:1])).select_related("membership__account")
    return [_to_review(row, at) for row in rows.order_by("began_at", "pk")]


def _to_review(row: Any, at: datetime) -> OpeningToReview:
    review_by = localdate(row.began_at) + timedelta(days=REVIEW_WITHIN_DAYS)
    return OpeningToReview(
        row.pk, row.membership.name, row.reference or "", row.reason, row.text, row.began_at, row.ends_at,
        review_by, localdate(at) > review_by,
    )  # fmt: skip


def may_be_covered(*, viewer: Membership, person_id: int, at: datetime) -> Person:
    """Return an unrestricted person whom somebody of the scheme supports or has supported; raise NotVisible."""
    if viewer.role not in (LW, SUP):
        raise NotVisible
    supported = Allocation.objects.filter(scheme_id=viewer.scheme_id).values("person_id")
    rows = Person.objects.filter(scheme_id=viewer.scheme_id, is_restricted=False, pk__in=supported)
    person = rows.filter(not_hidden(viewer, at)).filter(pk=person_id).first()
    if person is None:
        raise NotVisible
    return person


def restricted_by_reference(*, viewer: Membership, reference: str) -> Person | None:
    """Return the restricted person of a referral's reference, for opening it with a reason; None is absence."""
    if viewer.role not in (LW, SUP):
        return None
    rows = Referral.objects.of_scheme(viewer.scheme_id).filter(
        reference=reference.strip().upper(), person__is_restricted=True
    )
    row = rows.exclude(person__in=kept_from(viewer)).select_related("person").first()
    return row.person if row else None
