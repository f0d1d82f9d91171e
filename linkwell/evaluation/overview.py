"""Where the work stands now: for managers and team leads, by reference and link worker, without any person field.

This is a work list and not a statistic, so nothing is rounded. A team lead's view leaves out records
that are not theirs to see; a manager sees no record, and so all of the scheme by reference.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from linkwell.evaluation.methods.waits import median
from linkwell.referrals.models import Referral, State
from linkwell.referrals.queries import within_reach
from linkwell.support.models import Episode, EpisodeState, Review
from linkwell.team.access import SUP
from linkwell.team.models import Membership

SHOWN_OVERDUE = 100


@dataclass(frozen=True)
class Load:
    """One link worker's open support in numbers."""

    name: str
    is_current: bool
    hours_per_week: float | None
    people: int
    new_this_week: int
    waiting: int
    overdue: int


@dataclass(frozen=True)
class Overdue:
    """One thing that should have happened: by reference, with how many days it is over."""

    reference: str
    what: str  # "first_contact", "review" or "next_step"
    days: int
    worker: str  # empty while nobody has taken the person on


@dataclass(frozen=True)
class Overview:
    """The scheme at this moment."""

    stages: tuple[tuple[str, int], ...]
    waits: tuple[int, ...]  # whole days since the referral, of all who have not been tried yet
    median_wait: float | None
    target_days: int
    loads: tuple[Load, ...]
    overdue: tuple[Overdue, ...]
    overdue_count: int


@dataclass(frozen=True)
class _Open:
    """One open episode, by what decides whether anything is overdue."""

    pk: int
    worker_id: int
    state: str
    opened_at: datetime
    tried: bool
    next_step_on: date | None
    reference: str
    days: int
    target: int


def overview(*, viewer: Membership, at: datetime) -> Overview:
    """Return where the work of the viewer's scheme stands; 4 statements, of a team lead's reach some more."""
    on, target = timezone.localdate(at), viewer.scheme.first_contact_days
    queue = _queue(viewer, at)
    episodes = _open_episodes(viewer, at, on, target)
    workers = _workers(viewer, on, {row.worker_id for row in episodes})
    over = _overdue(queue, episodes, _reviews_overdue(viewer, on), workers, on, target)
    waiting = [days for state, _reference, days in queue if state != State.RETURNED]
    waits = sorted(waiting + [row.days for row in episodes if not row.tried])
    return Overview(
        stages=_stages(queue, episodes),
        waits=tuple(waits),
        median_wait=median(waits),
        target_days=target,
        loads=tuple(_load(worker, episodes, over, at, on) for worker in workers.values()),
        overdue=tuple(row for row, _worker_id in over[:SHOWN_OVERDUE]),
        overdue_count=len(over),
    )


def _in_reach(rows: QuerySet[Any], viewer: Membership, at: datetime) -> QuerySet[Any]:
    return rows.filter(within_reach(viewer=viewer, at=at)) if viewer.role == SUP else rows


def _queue(viewer: Membership, at: datetime) -> list[tuple[str, str, int]]:
    """Return (state, reference, days) of the referrals that nobody has taken on."""
    rows = Referral.objects.of_scheme(viewer.scheme_id).in_state(State.RECEIVED, State.RETURNED, State.ACCEPTED)
    rows = _in_reach(rows, viewer, at).values_list("state", "reference", "received_at")
    return [(state, reference, _days(received, at)) for state, reference, received in rows]


def _open_episodes(viewer: Membership, at: datetime, on: date, target: int) -> list[_Open]:
    rows = _in_reach(Episode.objects.filter(scheme_id=viewer.scheme_id, ended_at=None), viewer, at)
    values = rows.values_list(
        "pk", "link_worker_id", "state", "opened_at", "first_attempt_at", "next_step_on", "referral__reference",
        "referral__received_at", "referral__programme__first_contact_days",
    )  # fmt: skip
    return [
        _Open(pk, worker, state, opened, tried is not None, step, reference, _days(received, at), own_target or target)
        for pk, worker, state, opened, tried, step, reference, received, own_target in values
    ]


def _reviews_overdue(viewer: Membership, on: date) -> dict[int, date]:
    """Return {episode: day} of the reviews that should have been held, the earliest of each."""
    rows = Review.objects.filter(scheme_id=viewer.scheme_id, held_at=None, due_on__lt=on, episode__ended_at=None)
    return dict(rows.order_by("-due_on").values_list("episode_id", "due_on"))


def _workers(viewer: Membership, on: date, with_people: Iterable[int]) -> dict[int, Membership]:
    """Return the link workers of today and whoever else still has people, by name."""
    today = Membership.objects.current(on).of_scheme(viewer.scheme_id).link_workers().values("pk")
    rows = Membership.objects.filter(Q(pk__in=today) | Q(pk__in=list(with_people)), scheme_id=viewer.scheme_id)
    return {row.pk: row for row in rows.select_related("account").order_by("account__name", "pk")}


def _overdue(
    queue: list[tuple[str, str, int]],
    episodes: list[_Open],
    reviews: dict[int, date],
    workers: dict[int, Membership],
    on: date,
    target: int,
) -> list[tuple[Overdue, int | None]]:
    """Return what is overdue with the link worker's number, longest over first."""
    found: list[tuple[Overdue, int | None]] = [
        (Overdue(reference, "first_contact", days - target, ""), None)
        for state, reference, days in queue
        if state != State.RETURNED and days > target
    ]
    for row in episodes:
        name = workers[row.worker_id].name
        over = {
            "first_contact": 0 if row.tried else row.days - row.target,
            "review": (on - reviews[row.pk]).days if row.pk in reviews else 0,
            "next_step": (on - row.next_step_on).days if row.next_step_on and row.tried else 0,
        }
        found += [(Overdue(row.reference, what, days, name), row.worker_id) for what, days in over.items() if days > 0]
    return sorted(found, key=lambda pair: (-pair[0].days, pair[0].reference, pair[0].what))


def _stages(queue: list[tuple[str, str, int]], episodes: list[_Open]) -> tuple[tuple[str, int], ...]:
    states = [state for state, _reference, _days_waited in queue] + [row.state for row in episodes]
    order = (
        State.RECEIVED, State.RETURNED, State.ACCEPTED, EpisodeState.NEW, EpisodeState.CONTACTED, EpisodeState.ENGAGED,
        EpisodeState.STEPPING_DOWN,
    )  # fmt: skip
    return tuple((str(state), states.count(state)) for state in order)


def _load(
    worker: Membership, episodes: list[_Open], over: list[tuple[Overdue, int | None]], at: datetime, on: date
) -> Load:
    mine = [row for row in episodes if row.worker_id == worker.pk]
    return Load(
        name=worker.name,
        is_current=worker.began_on <= on and (worker.ended_on is None or worker.ended_on > on),
        hours_per_week=float(worker.hours_per_week) if worker.hours_per_week is not None else None,
        people=len(mine),
        new_this_week=sum(row.opened_at > at - timedelta(days=7) for row in mine),
        waiting=sum(not row.tried for row in mine),
        overdue=sum(worker_id == worker.pk for _row, worker_id in over),
    )


def _days(since: datetime, at: datetime) -> int:
    """Return whole calendar days between two moments."""
    return (timezone.localdate(at) - timezone.localdate(since)).days
