"""Deciding on referrals, giving them to link workers, and closing them; the referrer hears of each."""

from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate

from linkwell.common import audit
from linkwell.common.errors import NotVisible
from linkwell.people.queries import feedback_agreed, kept_from
from linkwell.referrals import errors, rules
from linkwell.referrals.actions.feedback import tell_referrer
from linkwell.referrals.actions.steps import move
from linkwell.referrals.models import Allocation, FeedbackToReferrer, Referral, State
from linkwell.referrals.queries import in_triage
from linkwell.team.access import LW
from linkwell.team.models import Membership

NOTHING_TO_TELL = "Support has ended. We can say no more, because the person has not agreed to it."


def _locked(referral_id: int, by: Membership) -> Referral:
    """Return a referral that the member may decide on, locked; raise NotVisible."""
    referral = in_triage(by).filter(pk=referral_id).select_for_update(of=("self",)).first()
    if referral is None:
        raise NotVisible
    return referral


@transaction.atomic
def accept_referral(*, referral_id: int, by: Membership, at: datetime) -> Referral:
    """Take a received referral on; raise NotVisible or TransitionRefused."""
    referral = _locked(referral_id, by)
    move(referral, to=State.ACCEPTED, by=by, at=at)
    tell_referrer(
        referral, kind=FeedbackToReferrer.Kind.ACCEPTED, by=by, at=at,
        text="We have accepted this referral. A link worker will get in touch with the person.",
    )  # fmt: skip
    audit.record("referral.accepted", about=referral, by=by, at=at)
    return referral


@transaction.atomic
def ensure_accepted(*, referral_id: int, by: Membership, at: datetime) -> Referral:
    """Accept a referral unless it waits for a link worker already; raise NotVisible or TooLate."""
    referral = _locked(referral_id, by)
    if referral.state == State.ACCEPTED:
        return referral
    if referral.state != State.RECEIVED:
        raise errors.TooLate
    return accept_referral(referral_id=referral_id, by=by, at=at)


@transaction.atomic
def decline_referral(*, referral_id: int, reason: str, by: Membership, at: datetime, who_instead: str = "") -> Referral:
    """Say no, or who can help instead; raise ReasonNeeded, NotVisible or TransitionRefused."""
    rules.check_reason(reason)
    referral = _locked(referral_id, by)
    to = State.REDIRECTED if who_instead.strip() else State.DECLINED
    words = reason.strip() + (f" Who can help instead: {who_instead.strip()}" if who_instead.strip() else "")
    move(referral, to=to, by=by, at=at, reason=words)
    tell_referrer(
        referral,
        kind=FeedbackToReferrer.Kind.DECLINED,
        text=f"We could not take this referral on. {words}",
        by=by,
        at=at,
    )
    audit.record(f"referral.{to}", about=referral, by=by, at=at)
    return referral


@transaction.atomic
def return_referral(*, referral_id: int, question: str, by: Membership, at: datetime) -> Referral:
    """Ask the referrer for more; raise ReasonNeeded, NotVisible or TransitionRefused."""
    rules.check_reason(question)
    referral = _locked(referral_id, by)
    move(referral, to=State.RETURNED, by=by, at=at, reason=question.strip())
    tell_referrer(
        referral, kind=FeedbackToReferrer.Kind.RETURNED, text=f"We need to know more: {question.strip()}", by=by, at=at
    )
    audit.record("referral.returned", about=referral, by=by, at=at)
    return referral


@transaction.atomic
def allocate_referral(*, referral_id: int, link_worker_id: int, by: Membership, at: datetime) -> Allocation:
    """Give an accepted referral to a link worker.

    Raises NotAccepted, NotALinkWorker, LinkWorkerHasLeft, CannotTakeOn or NotVisible.
    """
    rows = Membership.objects.filter(scheme_id=by.scheme_id, role=LW, account__is_active=True)
    worker = rows.filter(pk=link_worker_id, began_on__lte=localdate(at)).first()
    if worker is None:
        raise errors.NotALinkWorker
    rules.check_still_here(ended_on=worker.ended_on, on=localdate(at))
    referral = _locked(referral_id, by)
    if referral.state != State.ACCEPTED:
        raise errors.NotAccepted
    if kept_from(worker).filter(person=referral.person_id).exists():
        raise errors.CannotTakeOn
    allocation = Allocation.objects.create(
        scheme_id=referral.scheme_id, referral=referral, person_id=referral.person_id, link_worker=worker, began_at=at
    )
    move(referral, to=State.ALLOCATED, by=by, at=at)
    audit.record("referral.allocated", about=referral, by=by, at=at)
    return allocation


@transaction.atomic
def close_referral(*, referral: Referral, kind: str, told: str, by: Membership, at: datetime) -> None:
    """Close an allocated referral when its support ends; the referrer is told, whatever came of it.

    Where the person did not agree that the referrer hears more, they hear that it ended and nothing else.
    """
    move(referral, to=State.CLOSED, by=by, at=at)
    Allocation.objects.filter(referral=referral, ended_at=None).update(ended_at=at)
    agreed = feedback_agreed([referral.person_id]).get(referral.person_id, True)
    tell_referrer(referral, kind=kind, text=told if agreed else NOTHING_TO_TELL, by=by, at=at)
    audit.record("referral.closed", about=referral, by=by, at=at)
