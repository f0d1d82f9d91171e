"""What waits for a directory editor, beside the entry as it stands."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min

from linkwell.directory.editing import entry, history
from linkwell.directory.editing.differences import Piece, difference, is_same
from linkwell.directory.editing.fields import FIELDS, LABELS, REFERRAL_ADDRESS
from linkwell.directory.errors import NoSuchChange
from linkwell.directory.models import ChangeRequest, Service

PAGE = 25
ORIGINS = dict(ChangeRequest.ORIGINS)


@dataclass(frozen=True)
class Waiting:
    """One submission in the list."""

    submission: uuid.UUID
    service_id: int
    service: str
    organisation: str
    origin: str
    at: datetime
    what: tuple[str, ...]  # the fields


@dataclass(frozen=True)
class WaitingPage:
    rows: tuple[Waiting, ...]
    count: int
    page: int
    pages: int


def waiting_changes(page: int = 1) -> WaitingPage:
    """Return the submissions that wait, oldest first. Three statements."""
    rows = ChangeRequest.objects.filter(state="waiting").exclude(field=REFERRAL_ADDRESS)
    groups = rows.values("submission").annotate(began=Min("at")).order_by("began", "submission")
    count = groups.count()
    pages = max(1, -(-count // PAGE))
    number = min(max(1, page), pages)
    chosen = [group["submission"] for group in groups[(number - 1) * PAGE : number * PAGE]]
    found: dict[uuid.UUID, list[ChangeRequest]] = {one: [] for one in chosen}
    for row in rows.filter(submission__in=chosen).select_related("service__organisation").order_by("pk"):
        found[row.submission].append(row)
    return WaitingPage(tuple(_waiting(changes) for changes in found.values() if changes), count, number, pages)


def _waiting(rows: list[ChangeRequest]) -> Waiting:
    first = rows[0]
    owner = first.service.organisation
    return Waiting(
        submission=first.submission,
        service_id=first.service_id,
        service=first.service.name,
        organisation=owner.name if owner else "",
        origin=ORIGINS[first.origin],
        at=first.at,
        what=tuple(LABELS.get(row.field, row.field) for row in rows),
    )


def count_waiting() -> int:
    """Return how many submissions wait for a directory editor."""
    waiting = ChangeRequest.objects.filter(state="waiting").exclude(field=REFERRAL_ADDRESS)
    return waiting.aggregate(n=Count("submission", distinct=True))["n"] or 0


@dataclass(frozen=True)
class Compared:
    """One field of a submission beside what stands."""

    pk: int
    field: str
    label: str
    kind: str
    was: str
    now: str
    suggested: str
    is_stale: bool  # the entry has changed since it was suggested
    pieces: tuple[Piece, ...]  # from what stands now to what is suggested
    seal: str
    may_take: bool


@dataclass(frozen=True)
class Submission:
    """Changes that are decided together."""

    submission: uuid.UUID
    service_id: int
    service: str
    organisation: str
    origin: str
    by: str
    at: datetime
    reason: str
    is_undisclosed: bool
    changes: tuple[Compared, ...]

    @property
    def is_stale(self) -> bool:
        return any(change.is_stale for change in self.changes)


def submission(which: uuid.UUID) -> Submission:
    """Return one waiting submission beside the entry as it stands; raise NoSuchChange. Nine statements."""
    rows = list(
        ChangeRequest.objects.filter(submission=which, state="waiting").select_related("by__account").order_by("pk")
    )
    if not rows:
        raise NoSuchChange
    service = entry.whole(Service.objects.filter(pk=rows[0].service_id)).get()
    stands = entry.texts_of(service)
    by = rows[0].by
    return Submission(
        submission=which,
        service_id=service.pk,
        service=service.name,
        organisation=service.organisation.name if service.organisation else "",
        origin=ORIGINS[rows[0].origin],
        by=by.account.name if by is not None else "",
        at=rows[0].at,
        reason=rows[0].reason,
        is_undisclosed=service.is_undisclosed,
        changes=tuple(_compared(row, stands) for row in rows),
    )


def _compared(row: ChangeRequest, stands: dict[str, str]) -> Compared:
    now = stands.get(row.field, "")
    known = row.field in FIELDS
    return Compared(
        pk=row.pk,
        field=row.field,
        label=LABELS.get(row.field, row.field),
        kind=FIELDS[row.field].kind if known else "words",
        was=row.was,
        now=now,
        suggested=row.suggested,
        is_stale=known and not is_same(row.was, now),
        pieces=tuple(difference(now, row.suggested)),
        seal=history.seal(now),
        may_take=known,
    )
