"""What a practice or agency sees of its own referrals."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q
from django.utils.timezone import localdate

from linkwell.common.errors import NotVisible
from linkwell.matching import needs as vocabulary
from linkwell.people.keys import NHS_NUMBER, clean_health_number, nhs_number_is_valid
from linkwell.people.queries import feedback_agreed, kept_from, same_person
from linkwell.referrals.models import (
    FeedbackRead,
    FeedbackToReferrer,
    Referral,
    ReferralQuerySet,
    State,
    Urgency,
)
from linkwell.referrals.waiting import QUEUE, first_contact_by
from linkwell.team.access import LW, REF, SUP
from linkwell.team.models import Membership

OPEN = (*QUEUE, State.ALLOCATED)


def of_own_practice(viewer: Membership) -> ReferralQuerySet:
    """Return the referrals of the referrer's own practice or agency; restricted and excluded persons are absent."""
    rows = Referral.objects.of_scheme(viewer.scheme_id)
    if viewer.role != REF or not (viewer.practice_id or viewer.agency_id):
        return rows.none()
    own = Q(practice_id=viewer.practice_id) if viewer.practice_id else Q(agency_id=viewer.agency_id)
    return rows.filter(own, person__is_restricted=False).exclude(person__in=kept_from(viewer))


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
    by_when: date  # the day by which someone should have tried to reach the person
    closed_at: datetime | None
    latest: str
    latest_kind: str
    unread: bool
    may_hear: bool  # whether the person agreed that the referrer hears what becomes of it
    person_id: int


def _mine(viewer: Membership, show: str) -> ReferralQuerySet:
    rows = of_own_practice(viewer)
    if show == "open":
        return rows.in_state(*OPEN)
    return rows.filter(referrer=viewer) if show == "mine" else rows


def my_referrals(
    *, viewer: Membership, at: datetime, show: str = "all", limit: int = 50, offset: int = 0
) -> list[OwnReferral]:
    """Return the referrals of the viewer's practice or agency, newest first; 4 statements.

    show  "open" ones, "mine" (made by the viewer), or "all"
    """
    rows = _mine(viewer, show).select_related("person").order_by("-received_at", "-pk")
    found = list(rows[offset : offset + limit])
    if not found:
        return []
    latest = _latest_feedback([row.pk for row in found])
    read = set(
        FeedbackRead.objects.filter(by=viewer, feedback__in=[row.pk for row in latest.values()]).values_list(
            "feedback_id", flat=True
        )
    )
    agreed = feedback_agreed([row.person_id for row in found])
    return [_own_line(row, latest.get(row.pk), read, agreed, viewer, at) for row in found]


def how_many_referrals(*, viewer: Membership, show: str = "all") -> int:
    """Return how many referrals `my_referrals` has to show; 1 statement."""
    return _mine(viewer, show).count()


def _latest_feedback(referral_ids: Iterable[int]) -> dict[int, FeedbackToReferrer]:
    rows = FeedbackToReferrer.objects.filter(referral__in=list(referral_ids))
    return {row.referral_id: row for row in rows.order_by("referral_id", "-at", "-pk").distinct("referral_id")}


def _own_line(
    row: Referral,
    latest: FeedbackToReferrer | None,
    read: set[int],
    agreed: dict[int, bool],
    viewer: Membership,
    at: datetime,
) -> OwnReferral:
    urgent, target = row.urgency == Urgency.URGENT, viewer.scheme.first_contact_days
    return OwnReferral(
        referral_id=row.pk,
        reference=row.reference,
        name=f"{row.person.given_name} {row.person.family_name}",
        referrer=row.on_behalf_of or row.referrer_name,
        state=row.state,
        received_at=row.received_at,
        days=(localdate(at) - localdate(row.received_at)).days,
        by_when=first_contact_by(localdate(row.received_at), days=target, urgent=urgent),
        closed_at=row.closed_at,
        latest=latest.text if latest else "",
        latest_kind=latest.kind if latest else "",
        unread=bool(latest and latest.kind != FeedbackToReferrer.Kind.RECEIVED and latest.pk not in read),
        may_hear=agreed.get(row.person_id, True),
        person_id=row.person_id,
    )


@dataclass(frozen=True)
class OwnReferralPage:
    """What a practice sees of its own referral: what it wrote, and all it was told."""

    line: OwnReferral
    needs: tuple[str, ...]
    reason: str
    told_person: str
    urgent: bool
    question: str  # what we asked, while we wait for the answer
    feedback: tuple[tuple[int, datetime, str, str], ...]  # newest first: id, at, kind in words, text


def own_referral(*, viewer: Membership, referral_id: int, at: datetime) -> OwnReferralPage:
    """Return one referral of the viewer's own practice or agency; raise NotVisible."""
    row = of_own_practice(viewer).select_related("person").prefetch_related("feedback").filter(pk=referral_id).first()
    if row is None:
        raise NotVisible
    told = sorted(row.feedback.all(), key=lambda feedback: (feedback.at, feedback.pk), reverse=True)
    agreed = feedback_agreed([row.person_id])
    return OwnReferralPage(
        line=_own_line(row, told[0] if told else None, {item.pk for item in told}, agreed, viewer, at),
        needs=tuple(vocabulary.label(code) for code in row.needs),
        reason=row.reason,
        told_person=row.told_person,
        urgent=row.urgency == Urgency.URGENT,
        question=row.state_reason if row.state == State.RETURNED else "",
        feedback=tuple((item.pk, item.at, item.get_kind_display(), item.text) for item in told),
    )


@dataclass(frozen=True)
class AlreadyOpen:
    """An open referral of the viewer's own practice for the person they are about to refer."""

    referral_id: int
    reference: str
    received_at: datetime


def already_open(
    *,
    viewer: Membership,
    health_number: str,
    given_name: str,
    family_name: str,
    born_on: date | None,
    but_not: UUID | str | None = None,
) -> AlreadyOpen | None:
    """Return an open referral of the person's own practice; never anything to an agency.

    but_not  the key of the form that is being sent: what it made itself is no duplicate
    """
    if viewer.role != REF or not viewer.practice_id:
        return None
    ids = same_person(
        scheme_id=viewer.scheme_id, given_name=given_name, family_name=family_name, born_on=born_on,
        postcode="", number=health_number,
    )  # fmt: skip
    rows = of_own_practice(viewer).in_state(*OPEN).filter(person__in=ids, person__practice_id=viewer.practice_id)
    if but_not:
        rows = rows.exclude(submission_key=but_not)
    row = rows.order_by("-received_at").first()
    return AlreadyOpen(row.pk, row.reference, row.received_at) if row else None


@dataclass(frozen=True)
class Receipt:
    """What stands on the page after a referral was sent."""

    referral_id: int
    reference: str
    name: str
    urgent: bool
    by_when: date
    number_untraced: bool  # the NHS number does not pass its own check


def receipt(*, viewer: Membership, referral_id: int) -> Receipt:
    """Return what someone is told who has just sent a referral, for themself or a referrer; raise NotVisible."""
    if viewer.role not in (REF, LW, SUP):
        raise NotVisible
    rows = Referral.objects.of_scheme(viewer.scheme_id).filter(referrer=viewer, person__is_restricted=False)
    rows = rows.exclude(person__in=kept_from(viewer))
    row = rows.select_related("person").filter(pk=referral_id).first()
    if row is None:
        raise NotVisible
    urgent, person = row.urgency == Urgency.URGENT, row.person
    is_nhs = person.health_number and person.health_number_system == NHS_NUMBER
    return Receipt(
        row.pk,
        row.reference,
        f"{person.given_name} {person.family_name}",
        urgent,
        first_contact_by(localdate(row.received_at), days=viewer.scheme.first_contact_days, urgent=urgent),
        bool(is_nhs and not nhs_number_is_valid(clean_health_number(person.health_number))),
    )
