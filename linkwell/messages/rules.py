"""Which way a message may go, and when a failed one is tried again."""

from datetime import datetime, timedelta

from linkwell.common.states import StateTable
from linkwell.messages.models import MessageState

QUEUED, HELD, SENT, FAILED = MessageState.QUEUED, MessageState.HELD, MessageState.SENT, MessageState.FAILED

# What is sent stays sent. A person may ask to try again what was held or failed.
STEPS = StateTable(
    name="message",
    start=(QUEUED,),
    steps={QUEUED: (SENT, HELD, FAILED), HELD: (QUEUED,), FAILED: (QUEUED,), SENT: ()},
    labels=dict(MessageState.choices),
)
TRY_FOR = timedelta(days=3)
LONGEST_DELAY = timedelta(hours=1)
STUCK_AFTER = timedelta(minutes=10)  # longer than any conversation with a mail server
MOST_UNCLEAR = 2  # the first try and one more: at most one duplicate


def next_attempt_at(*, attempts: int, at: datetime) -> datetime:
    """Return when to try again: after 1, 2, 4 … minutes, then every hour."""
    return at + min(timedelta(minutes=2 ** max(attempts - 1, 0)), LONGEST_DELAY)


def has_been_tried_long_enough(*, created_at: datetime, at: datetime) -> bool:
    """Say whether a message is given up: its news is older than three days."""
    return at - created_at >= TRY_FOR


def is_running(*, attempt_began_at: datetime | None, at: datetime) -> bool:
    """Say whether an attempt may still be on its way in another process."""
    return attempt_began_at is not None and at - attempt_began_at < STUCK_AFTER
