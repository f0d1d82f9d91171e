"""The clock of a referral, and the states in which it waits."""

from datetime import date, timedelta

from linkwell.referrals.models import State

QUEUE = (State.RECEIVED, State.RETURNED, State.ACCEPTED)
URGENT_DAYS = 2


def first_contact_by(received_on: date, *, days: int, urgent: bool) -> date:
    """Return the day by which someone should have tried to reach the person: `days` later, 2 at most if urgent."""
    return received_on + timedelta(days=min(days, URGENT_DAYS) if urgent else days)
