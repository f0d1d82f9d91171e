"""Which persons a viewer may open, and the cards of those outside."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import F, Prefetch, Q, QuerySet

from linkwell.common.errors import NotVisible
from linkwell.people.models import Person, RecordOpening
from linkwell.referrals.models import (
    Allocation,
    Referral,
)
from linkwell.team.access import LW, SUP
from linkwell.team.models import Membership, Scheme


def _openings(viewer: Membership, at: datetime, kind: str) -> QuerySet[RecordOpening]:
    rows = RecordOpening.objects.filter(scheme_id=viewer.scheme_id, membership=viewer, kind=kind)
    return rows.filter(began_at__lte=at, ends_at__gt=at)


def people_in_reach(*, viewer: Membership, at: datetime) -> QuerySet[Person]:
    """Return the persons whose whole record the viewer may open now.

    A link worker: own caseload and those whose support ended with them; the team's where the scheme chose
    team access; an unrestricted record while covered, a restricted one while opened. A team lead: the scheme's.
    Restricted records only for named readers or while opened; excluded persons never.
    """
    people = Person.objects.filter(scheme_id=viewer.scheme_id)
    if viewer.role == LW:
        in_reach = Q(pk__in=_covered(viewer, at)) | Q(pk__in=_own(viewer)) | Q(pk__in=_broken_open(viewer, at))
        if _team_access(viewer):
            team = Allocation.objects.filter(scheme_id=viewer.scheme_id, ended_at=None)
            in_reach |= Q(pk__in=team.values("person_id"))
        people = people.filter(in_reach)
    elif viewer.role != SUP:
        return people.none()
    return _sifted(people, viewer, at)


def _team_access(viewer: Membership) -> bool:
    return Scheme.objects.filter(pk=viewer.scheme_id, team_access=True).exists()


def _own(viewer: Membership) -> QuerySet[Allocation, dict[str, int]]:
    mine = Allocation.objects.filter(scheme_id=viewer.scheme_id, link_worker=viewer)
    ended_with_me = Q(ended_at=F("referral__closed_at"))
    return mine.filter(Q(ended_at=None) | ended_with_me).values("person_id")


def _covered(viewer: Membership, at: datetime) -> QuerySet[RecordOpening, dict[str, int]]:
    return _openings(viewer, at, RecordOpening.Kind.COVERING).values("person_id")


def _broken_open(viewer: Membership, at: datetime) -> QuerySet[RecordOpening, dict[str, int]]:
    return _openings(viewer, at, RecordOpening.Kind.RESTRICTED).values("person_id")


def _sifted(people: QuerySet[Person], viewer: Membership, at: datetime) -> QuerySet[Person]:
    named = Q(restricted_readers__membership=viewer)
    people = people.filter(Q(is_restricted=False) | named | Q(pk__in=_broken_open(viewer, at)))
    return people.exclude(exclusions__membership=viewer).distinct()


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
    in_reach: bool


def cards(*, viewer: Membership, found: QuerySet[Person], at: datetime, most: int = 10) -> list[Card]:
    """Return name-match cards for the persons found; restricted and excluded ones are as absent."""
    if viewer.role not in (LW, SUP):
        raise NotVisible
    rows = _sifted(found, viewer, at).order_by("family_name", "given_name", "pk")[:most]
    rows = rows.prefetch_related(
        Prefetch("allocations", Allocation.objects.filter(ended_at=None).select_related("link_worker__account"))
    )
    people = list(rows)
    reach = set(
        people_in_reach(viewer=viewer, at=at).filter(pk__in=[row.pk for row in people]).values_list("pk", flat=True)
    )
    return [
        Card(
            row.pk,
            row.called,
            row.born_on,
            next((held.link_worker.name for held in row.allocations.all()), ""),
            row.pk in reach,
        )
        for row in people
    ]


def may_be_covered(*, viewer: Membership, person_id: int, at: datetime) -> Person:
    """Return an unrestricted person of the scheme outside the viewer's reach, for covering; raise NotVisible."""
    if viewer.role not in (LW, SUP):
        raise NotVisible
    rows = _sifted(Person.objects.filter(scheme_id=viewer.scheme_id, is_restricted=False), viewer, at)
    person = rows.filter(pk=person_id).first()
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
    row = rows.exclude(person__exclusions__membership=viewer).select_related("person").first()
    return row.person if row else None
