"""Who is with me, and who is slipping."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import F, QuerySet

from linkwell.referrals.queries import within_reach
from linkwell.support.models import (
    Episode,
    EpisodeState,
)
from linkwell.team.access import LW
from linkwell.team.models import Membership
from linkwell.team.prepared import Prepared

MOST = 250
_LABELS = dict(EpisodeState.choices)


@dataclass(frozen=True)
class CaseloadLine:
    """One person of a caseload on one line."""

    person_id: int
    episode_id: int
    name: str
    practice: str
    state: str
    state_label: str
    last_heard_at: datetime | None
    silent_days: int
    next_step: str
    next_step_on: date | None
    overdue: bool
    waiting_on: str
    link_worker: str


def caseload(*, viewer: Membership, at: datetime, practice_id: int | None = None) -> list[CaseloadLine]:
    """Return the open episodes in the viewer's reach, longest silent first, MOST of them; 1 statement."""
    chosen = {} if practice_id is None else {"practice_id": practice_id}
    rows = _lines(viewer=viewer, at=at, **chosen)
    on = at.date()
    if viewer.role == LW:
        return [_line((*row, viewer.name), on) for row in rows]
    return [_line(row, on) for row in rows]


@Prepared
def _lines(
    shape: object, *, viewer: Membership, at: datetime, practice_id: int | None = None
) -> QuerySet[Episode, tuple[Any, ...]]:
    rows = Episode.objects.filter(within_reach(viewer=viewer, at=at), scheme_id=viewer.scheme_id, ended_at=None)
    if viewer.role == LW:
        rows = rows.filter(link_worker=viewer)
    if practice_id is not None:
        rows = rows.filter(person__practice_id=practice_id)
    rows = rows.order_by(F("last_heard_at").asc(nulls_first=True), "opened_at", "pk")
    return rows.values_list(
        "person_id", "pk", "person__preferred_name", "person__given_name", "person__family_name",
        "person__practice__name", "state", "last_heard_at", "opened_at", "next_step", "next_step_on", "waiting_on",
        *([] if viewer.role == LW else ["link_worker__account__name"]),
    )[:MOST]  # fmt: skip


def _line(row: tuple[Any, ...], on: date) -> CaseloadLine:
    person_id, pk, preferred, given, family, practice, state, heard, opened, step, step_on, waiting, worker = row
    return CaseloadLine(
        person_id=person_id,
        episode_id=pk,
        name=f"{preferred or given} {family}",
        practice=practice or "",
        state=state,
        state_label=_LABELS[state],
        last_heard_at=heard,
        silent_days=(on - (heard or opened).date()).days,
        next_step=step,
        next_step_on=step_on,
        overdue=step_on is not None and step_on < on,
        waiting_on=waiting,
        link_worker=worker,
    )
