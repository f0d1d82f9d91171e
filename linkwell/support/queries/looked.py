"""Who looked at whom: the looks at one person, and the flags that a reviewer may see."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.utils.timezone import localdate

from linkwell.common.errors import NotVisible
from linkwell.common.models import AuditEvent
from linkwell.people.models import AccessFlag, RecordOpening
from linkwell.people.queries import kept_from
from linkwell.referrals.models import Referral
from linkwell.referrals.queries import people_in_reach, person_in_reach
from linkwell.team.access import IG, MGR, SUP
from linkwell.team.models import Membership
from linkwell.team.queries import named

PAGE = 25
SUMMARY_DAYS = 90
MOST_ACTS = 20
Kind, State = AccessFlag.Kind, AccessFlag.State
PRIVATE = frozenset({Kind.OWN, Kind.HOUSEHOLD, Kind.SURNAME, Kind.COLLEAGUE})  # they tell something of the person


@dataclass(frozen=True)
class Look:
    """What one member did with one person's record on one day."""

    day: date
    name: str
    role_name: str
    times: int
    why: str  # the reason given for opening a record that is not one's own


@dataclass(frozen=True)
class Looks:
    """One page of the looks at a record, newest first."""

    rows: tuple[Look, ...]
    page: int
    pages: int


_LOOKS = """
    SELECT (event.at AT TIME ZONE %(zone)s)::date AS day, event.membership_id, count(*), count(*) OVER ()
      FROM common_auditevent AS event
     WHERE event.scheme_id = %(scheme)s AND event.person_id = %(person)s AND event.outcome = 'done'
       AND event.membership_id IS NOT NULL AND event.event NOT LIKE 'access\\_flag.%%'
     GROUP BY 1, 2 ORDER BY 1 DESC, 2 LIMIT %(most)s OFFSET %(skip)s"""


def who_looked(*, viewer: Membership, person_id: int, at: datetime, page: int = 1) -> Looks:
    """Return who looked at the record of a person in the viewer's reach, day by day; raise NotVisible."""
    person = person_in_reach(viewer=viewer, person_id=person_id, at=at)
    page = max(1, page)
    given: dict[str, Any] = {"zone": settings.TIME_ZONE, "scheme": viewer.scheme_id, "person": person.pk, "most": PAGE}
    with connection.cursor() as cursor:
        cursor.execute(_LOOKS, given | {"skip": (page - 1) * PAGE})
        found = cursor.fetchall()
    members = Membership.objects.of_scheme(viewer.scheme_id).filter(pk__in={row[1] for row in found})
    known = {member.pk: member for member in members.select_related("account", "scheme")}
    reasons = _reasons(viewer.scheme_id, person.pk)
    looks = tuple(
        Look(
            day,
            known[who].name,
            named(known[who].role, known[who].scheme.role_name),
            times,
            reasons.get((who, day), ""),
        )
        for day, who, times, _all in found
        if who in known
    )
    return Looks(looks, page, _pages(found[0][3] if found else 0))


def _reasons(scheme_id: int, person_id: int) -> dict[tuple[int, date], str]:
    rows = RecordOpening.objects.filter(scheme_id=scheme_id, person_id=person_id).order_by("began_at")
    return {(row.membership_id, localdate(row.began_at)): row.reason for row in rows}


def _pages(count: int) -> int:
    return max(1, -(-count // PAGE))


@dataclass(frozen=True)
class FlagLine:
    """A flag as a reviewer reads it; `about` is empty where they may not know who it is, the kind then "private"."""

    flag_id: int
    kind: str
    member: str
    role_name: str
    about: str
    person_id: int | None  # where the reviewer may open the record
    day: date
    acts: int
    persons: int
    usual: int | None
    state: str
    state_label: str
    note: str
    decided_by: str
    decided_at: datetime | None


@dataclass(frozen=True)
class FlagPage:
    """One page of flags, newest day first, and how many there are in each state."""

    lines: tuple[FlagLine, ...]
    page: int
    pages: int
    counts: Mapping[str, int]


def reviewable(viewer: Membership) -> QuerySet[AccessFlag]:
    """Return the flags a viewer may judge: never of their own looks, nor of a person they are kept from."""
    if viewer.role not in (IG, SUP):
        return AccessFlag.objects.none()
    rows = AccessFlag.objects.filter(scheme_id=viewer.scheme_id).exclude(membership__account_id=viewer.account_id)
    hidden = AccessFlag.objects.filter(scheme_id=viewer.scheme_id, person__in=kept_from(viewer))
    return rows.exclude(pk__in=hidden.values("pk"))


def access_flags(*, viewer: Membership, state: str, kind: str, at: datetime, page: int = 1) -> FlagPage:
    """Return a page of the flags that a viewer may judge; 4 statements."""
    rows = reviewable(viewer)
    counts = dict(rows.order_by().values_list("state").annotate(count=Count("pk")))
    if kind in Kind.values:
        rows = rows.filter(kind=kind)
    if state in State.values:
        rows = rows.filter(state=state)
    pages = _pages(rows.count())
    page = min(max(1, page), pages)
    lines = _lines(rows.order_by("-day", "-pk")[(page - 1) * PAGE : page * PAGE], viewer, at)
    return FlagPage(lines, page, pages, counts)


def access_flag(*, viewer: Membership, flag_id: int, at: datetime) -> FlagLine:
    """Return one flag that a viewer may judge; raise NotVisible."""
    lines = _lines(reviewable(viewer).filter(pk=flag_id), viewer, at)
    if not lines:
        raise NotVisible
    return lines[0]


def _lines(rows: QuerySet[AccessFlag], viewer: Membership, at: datetime) -> tuple[FlagLine, ...]:
    newest = Referral.objects.filter(person=OuterRef("person")).order_by("-received_at", "-pk").values("reference")
    found = list(
        rows.annotate(reference=Subquery(newest[:1])).select_related(
            "membership__account", "membership__scheme", "person", "decided_by__account"
        )
    )
    ids = {row.person_id for row in found if row.person_id}
    open_to_me = set(people_in_reach(viewer=viewer, at=at).filter(pk__in=ids).values_list("pk", flat=True))
    return tuple(_line(row, viewer, row.person_id in open_to_me) for row in found)


def _line(row: AccessFlag, viewer: Membership, in_reach: bool) -> FlagLine:
    hidden = row.person is not None and row.person.is_restricted and not in_reach
    private = hidden and row.kind in PRIVATE
    reference = getattr(row, "reference", None) or ""
    about = reference if viewer.role == IG else row.person.called if in_reach and row.person else ""
    return FlagLine(
        flag_id=row.pk,
        kind="private" if private else row.kind,
        member=row.membership.name,
        role_name=named(row.membership.role, row.membership.scheme.role_name),
        about=about,
        person_id=row.person_id if in_reach else None,
        day=row.day,
        acts=row.acts,
        persons=row.persons,
        usual=row.usual,
        state=row.state,
        state_label=State(row.state).label,
        note=row.note,
        decided_by=row.decided_by.name if row.decided_by else "",
        decided_at=row.decided_at,
    )


@dataclass(frozen=True)
class Act:
    """One act of the member on the day of a flag."""

    at: datetime
    event: str


def acts_of(*, viewer: Membership, flag_id: int) -> list[Act]:
    """Return the first acts behind a flag about one person that the viewer may judge; none for one about many."""
    flag = reviewable(viewer).filter(pk=flag_id, person__isnull=False).first()
    if flag is None:
        return []
    begins = datetime.combine(flag.day, time.min, tzinfo=ZoneInfo(settings.TIME_ZONE))
    rows = AuditEvent.objects.filter(
        scheme_id=viewer.scheme_id, membership_id=flag.membership_id, person_id=flag.person_id,
        at__gte=begins, at__lt=begins + timedelta(days=1),
    )  # fmt: skip
    return [Act(*row) for row in rows.order_by("at", "pk").values_list("at", "event")[:MOST_ACTS]]


@dataclass(frozen=True)
class FlagCount:
    """How many flags of a kind there were, by what became of them."""

    kind: str
    open: int
    cleared: int
    concern: int


def flag_counts(*, viewer: Membership, at: datetime) -> list[FlagCount]:
    """Return the scheme's flags of the last 90 days as counts alone, for a manager; raise NotVisible."""
    if viewer.role != MGR:
        raise NotVisible
    since = (at - timedelta(days=SUMMARY_DAYS)).date()
    rows = AccessFlag.objects.filter(scheme_id=viewer.scheme_id, day__gte=since).order_by()
    counted = {
        (kind, state): count for kind, state, count in rows.values_list("kind", "state").annotate(count=Count("pk"))
    }
    return [
        FlagCount(
            kind.value,
            *(counted.get((kind.value, state), 0) for state in (State.OPEN, State.CLEARED, State.CONCERN)),
        )
        for kind in Kind
        if any(key[0] == kind.value for key in counted)
    ]
