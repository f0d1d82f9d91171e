"""The loop back: what the referrer is told, and that they read it."""

from datetime import datetime

from django.db import transaction

from linkwell.common import audit
from linkwell.common.errors import NotVisible
from linkwell.messages.actions import queue_message
from linkwell.referrals.models import FeedbackRead, FeedbackToReferrer, Referral, Source
from linkwell.referrals.queries import of_own_practice
from linkwell.team.models import Membership


def tell_referrer(referral: Referral, *, kind: str, text: str, by: Membership | None, at: datetime) -> None:
    """Write what the referrer is told, and send a neutral mail that there is news; it names nobody.

    Who has just sent a referral reads on the page that it arrived, so of that no mail goes out.
    """
    FeedbackToReferrer.objects.create(
        scheme_id=referral.scheme_id, referral=referral, kind=kind, text=text, at=at, by=by
    )
    if kind == FeedbackToReferrer.Kind.RECEIVED and referral.source != Source.STAFF:
        return
    for recipient_kind, recipient_id in (("practice", referral.practice_id), ("agency", referral.agency_id)):
        if recipient_id is not None:
            queue_message(
                template="referral_news", recipient_kind=recipient_kind, recipient_id=recipient_id,
                words={"reference": referral.reference}, scheme_id=referral.scheme_id, at=at,
            )  # fmt: skip


@transaction.atomic
def mark_read(*, referral_id: int, by: Membership, at: datetime) -> int:
    """Note that a referrer has seen all there is to read of a referral; return how much was new; raise NotVisible."""
    referral = of_own_practice(by).filter(pk=referral_id).first()
    if referral is None:
        raise NotVisible
    unread = FeedbackToReferrer.objects.filter(referral=referral).exclude(readings__by=by)
    made = FeedbackRead.objects.bulk_create(
        [FeedbackRead(scheme_id=referral.scheme_id, feedback=row, by=by, at=at) for row in unread],
        ignore_conflicts=True,
    )
    if made:
        audit.record("referral.feedback_read", about=referral, by=by, at=at)
    return len(made)
