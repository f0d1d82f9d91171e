"""The inbox in groups."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from linkwell.referrals.models import State
from linkwell.referrals.queries import (
    MOST_SHOWN,
    OpeningToReview,
    QueueEntry,
    how_many_wait,
    inbox,
    openings_to_review,
)
from linkwell.team.models import Membership
from linkwell.team.queries import members


@dataclass(frozen=True)
class Group:
    """Referrals that wait for the same thing."""

    title: str
    entries: tuple[QueueEntry, ...]


@dataclass(frozen=True)
class Inbox:
    """All that waits for someone who triages."""

    groups: tuple[Group, ...]
    shown: int
    total: int
    openings: tuple[OpeningToReview, ...]


def inbox_page(*, viewer: Membership, at: datetime) -> Inbox:
    """Return the inbox of someone who triages."""
    entries = inbox(viewer=viewer, at=at)
    urgent = [row for row in entries if row.urgent and row.state != State.RETURNED]
    rest = [row for row in entries if row not in urgent]
    groups = [
        Group(_("Urgent"), tuple(urgent)),
        Group(_("New"), tuple(row for row in rest if row.state == State.RECEIVED)),
        Group(_("Accepted, waiting for a link worker"), tuple(row for row in rest if row.state == State.ACCEPTED)),
        Group(_("Waiting for the referrer’s answer"), tuple(row for row in rest if row.state == State.RETURNED)),
    ]
    return Inbox(
        groups=tuple(group for group in groups if group.entries),
        shown=len(entries),
        total=how_many_wait(viewer=viewer) if len(entries) == MOST_SHOWN else len(entries),
        openings=tuple(openings_to_review(viewer=viewer, at=at)),
    )


def who_triages(*, viewer: Membership, at: datetime) -> list[str]:
    """Return the names of those who decide on referrals."""
    return [member.name for member in members(viewer=viewer, on=localdate(at)) if member.triages]
