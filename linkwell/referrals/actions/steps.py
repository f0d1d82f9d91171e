"""One step of a referral, as the table of states allows it."""

from datetime import datetime

from linkwell.referrals import rules
from linkwell.referrals.models import Referral, ReferralEvent, State
from linkwell.team.models import Membership


def move(referral: Referral, *, to: str, by: Membership | None, at: datetime, reason: str = "") -> None:
    """Take one step: check the table, write the state and its event."""
    rules.STATES.check(referral.state, to)
    was, referral.state, referral.state_reason = referral.state, to, reason
    if to in (State.ACCEPTED, State.DECLINED, State.REDIRECTED):
        referral.decided_at = at
    if to in (State.DECLINED, State.REDIRECTED, State.CLOSED):
        referral.closed_at = at
    referral.save(update_fields=["state", "state_reason", "decided_at", "closed_at"])
    ReferralEvent.objects.create(
        scheme_id=referral.scheme_id, referral=referral, at=at, was=was, now=to, by=by, reason=reason
    )
