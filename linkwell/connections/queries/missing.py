"""What was recorded as missing for a person."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils.timezone import localdate

from linkwell.common.errors import NotVisible
from linkwell.connections import rules
from linkwell.connections.models import UnmetNeed
from linkwell.matching import needs
from linkwell.referrals.queries import within_reach
from linkwell.team.models import Membership


@dataclass(frozen=True)
class UnmetLine:
    """One need for which nothing fitted, as its record stands."""

    unmet_need_id: int
    code: str
    need: str
    what_failed: str
    kept_out: str  # "3 fit but for the days"
    main_reason: str
    reason: str
    origin: str
    group: str  # who could not help, where a group said so
    at: datetime
    by: str
    may_change: bool  # until its quarter closes


def visible_unmet_needs(*, viewer: Membership, at: datetime) -> QuerySet[UnmetNeed]:
    """Return the unmet needs of the people in the viewer's reach."""
    rows = UnmetNeed.objects.filter(scheme_id=viewer.scheme_id)
    return rows.filter(within_reach(viewer=viewer, at=at, person="episode__person"))


def unmet_needs(*, viewer: Membership, episode_id: int, at: datetime) -> list[UnmetLine]:
    """Return what was recorded as missing for an episode, newest first; withdrawn records are left out."""
    rows = visible_unmet_needs(viewer=viewer, at=at).filter(episode_id=episode_id, withdrawn_at=None)
    named = rows.select_related("by__account", "connection__service").order_by("-at", "-pk")
    return [_line(row, at) for row in named]


def unmet_need(*, viewer: Membership, episode_id: int, unmet_need_id: int, at: datetime) -> UnmetLine:
    """Return one record of an episode; raise NotVisible."""
    for line in unmet_needs(viewer=viewer, episode_id=episode_id, at=at):
        if line.unmet_need_id == unmet_need_id:
            return line
    raise NotVisible


def _line(row: UnmetNeed, at: datetime) -> UnmetLine:
    return UnmetLine(
        unmet_need_id=row.pk,
        code=row.code,
        need=needs.label(row.code),
        what_failed=row.what_failed,
        kept_out=rules.kept_out_in_words(row.kept_out),
        main_reason=row.main_reason,
        reason=UnmetNeed.Reason(row.main_reason).label,
        origin=UnmetNeed.Origin(row.origin).label,
        group=row.connection.service.name if row.connection else "",
        at=row.at,
        by=row.by.name,
        may_change=not rules.is_counted(localdate(row.at), on=localdate(at)),
    )
