"""What a practice or agency sees of its own referrals."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from linkwell.common.errors import NotVisible
from linkwell.matching import needs as vocabulary
from linkwell.people.queries import same_person
from linkwell.referrals.models import (
    FeedbackRead,
    FeedbackToReferrer,
    Referral,
    State,
)
from linkwell.referrals.queries.inbox import QUEUE
from linkwell.team.access import REF
from linkwell.team.models import Membership

OPEN = (*QUEUE, State.ALLOCATED)


def of_own_practice(viewer: Membership) -> QuerySet[Referral]:
    """Return the referrals of the referrer's own practice or agency."""
    rows = Referral.objects.of_scheme(viewer.scheme_id)
    if viewer.role != REF or not (viewer.practice_id or viewer.agency_id):
        return rows.none()
    return (
        rows.filter(practice_id=viewer.practice_id) if viewer.practice_id else rows.filter(agency_id=viewer.agency_id)
    )


@dataclass(frozen=True)
class OwnReferral:
    """One line of "my referrals"; the person's name is what the practice itself wrote."""

    referral_id: int
    reference: str
    name: str
    referrer: str
    state: str
    received_at: datetime
    days: int
    closed_at: datetime | None
    latest: str
    unread: bool
    person_id: int


def my_referrals(
    *,
    viewer: Membership,
    at: datetime,
    open_only: bool = False,
    mine_only: bool = False,
    limit: int = 50,
    offset: int = 0,
) -> list[OwnReferral]:
    """Return the referrals of the viewer's practice or agency, newest first; 3 statements."""
    rows = of_own_practice(viewer).select_related("person").order_by("-received_at", "-pk")
    if open_only:
        rows = rows.in_state(*OPEN)
    if mine_only:
        rows = rows.filter(referrer=viewer)
    found = list(rows[offset : offset + limit])
    latest = _latest_feedback([row.pk for row in found])
    read = set(
        FeedbackRead.objects.filter(by=viewer, feedback__referral__in=[row.pk for row in found]).values_list(
            "feedback_id", flat=True
        )
    )
    return [_own_line(row, latest.get(row.pk), read, at) for row in found]


def _latest_feedback(referral_ids: Iterable[int]) -> dict[int, FeedbackToReferrer]:
    rows = FeedbackToReferrer.objects.filter(referral__in=list(referral_ids)).order_by("at", "pk")
    return {row.referral_id: row for row in rows}


def _own_line(row: Referral, latest: FeedbackToReferrer | None, read: set[int], at: datetime) -> OwnReferral:
    return OwnReferral(
        referral_id=row.pk,
        reference=row.reference,
        name=f"{row.person.given_name} {row.person.family_name}",
        referrer=row.on_behalf_of or row.referrer_name,
        state=row.state,
        received_at=row.received_at,
        days=(at.date() - row.received_at.date()).days,
        closed_at=row.closed_at,
        latest=latest.text if latest else "",
        unread=bool(latest and latest.kind != FeedbackToReferrer.Kind.RECEIVED and latest.pk not in read),
        person_id=row.person_id,
    )


@dataclass(frozen=True)
class OwnReferralPage:
    """What a practice sees of its own referral: what it wrote, and all it was told."""

    line: OwnReferral
    needs: tuple[str, ...]
    reason: str
    told_person: str
    state_reason: str
    feedback: tuple[tuple[int, datetime, str, str], ...]


def own_referral(*, viewer: Membership, referral_id: int, at: datetime) -> OwnReferralPage:
    """Return one referral of the viewer's own practice or agency; raise NotVisible."""
    row = of_own_practice(viewer).select_related("person").prefetch_related("feedback").filter(pk=referral_id).first()
    if row is None:
        raise NotVisible
    told = sorted(row.feedback.all(), key=lambda feedback: (feedback.at, feedback.pk), reverse=True)
    return OwnReferralPage(
        line=_own_line(row, told[0] if told else None, {item.pk for item in told}, at),
        needs=tuple(vocabulary.label(code) for code in row.needs),
        reason=row.reason,
        told_person=row.told_person,
        state_reason=row.state_reason,
        feedback=tuple((item.pk, item.at, item.get_kind_display(), item.text) for item in told),
    )


@dataclass(frozen=True)
class AlreadyOpen:
    """An open referral of the viewer's own practice for the person they are about to refer."""

    referral_id: int
    reference: str
    received_at: datetime


def already_open(
    *, viewer: Membership, health_number: str, given_name: str, family_name: str, born_on: date | None
) -> AlreadyOpen | None:
    """Return an open referral of the person's own practice; never anything to an agency."""
    if viewer.role != REF or not viewer.practice_id:
        return None
    ids = same_person(
        scheme_id=viewer.scheme_id, given_name=given_name, family_name=family_name, born_on=born_on,
        postcode="", number=health_number,
    )  # fmt: skip
    rows = of_own_practice(viewer).in_state(*OPEN).filter(person__in=ids, person__practice_id=viewer.practice_id)
    rows = rows.filter(person__is_restricted=False)
    row = rows.order_by("-received_at").first()
    return AlreadyOpen(row.pk, row.reference, row.received_at) if row else None
