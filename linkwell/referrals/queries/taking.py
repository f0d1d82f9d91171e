"""Who could take a referral on, and why."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.timezone import localdate

from linkwell.people.models import Exclusion
from linkwell.referrals.models import Allocation
from linkwell.referrals.queries.reach import not_hidden
from linkwell.team.models import Membership

FULL_TIME = 37.5


@dataclass(frozen=True)
class Room:
    """A link worker's caseload in numbers, to choose who could take a referral and why."""

    membership_id: int
    name: str
    people_now: int
    taken_on_this_week: int
    languages: tuple[str, ...]
    hours_per_week: float | None
    knows_the_person: bool
    why: str


@dataclass(frozen=True)
class Wanted:
    """What a referral asks of a link worker; `person_ids` are the person and all who may be the same."""

    referral_id: int
    language: str
    person_ids: tuple[int, ...]


@dataclass(frozen=True)
class _Load:
    people_now: int
    this_week: int


def who_could_take(*, viewer: Membership, wanted: Iterable[Wanted], at: datetime) -> dict[int, list[Room]]:
    """Return, by referral, the current link workers, best choice first, each with why; 4 statements.

    First who has supported the person before, then who speaks their language, then who has most room.
    """
    wanted = list(wanted)
    if not wanted:
        return {}
    rows = Membership.objects.current(localdate(at)).of_scheme(viewer.scheme_id).link_workers()
    workers = list(rows.select_related("account").order_by("account__name", "pk"))
    loads = _loads(viewer, at)
    people = {pk for each in wanted for pk in each.person_ids}
    known = _pairs(Allocation.objects.filter(person_id__in=people).values_list("link_worker_id", "person_id"))
    kept = Exclusion.objects.filter(person_id__in=people)
    kept_apart = _pairs(kept.values_list("membership__account_id", "person_id"))
    return {each.referral_id: _in_order(each, workers, loads, known, kept_apart) for each in wanted}


def _loads(viewer: Membership, at: datetime) -> dict[int, _Load]:
    """Return the people with each worker, without those hidden from the viewer: the overview counts them so too."""
    week_ago = at - timedelta(days=7)
    loads: dict[int, _Load] = {}
    held = Allocation.objects.filter(scheme_id=viewer.scheme_id, ended_at=None)
    held = held.filter(not_hidden(viewer, at, "person"))
    for worker_id, began_at in held.values_list("link_worker_id", "began_at"):
        before = loads.get(worker_id, _Load(0, 0))
        loads[worker_id] = _Load(before.people_now + 1, before.this_week + (began_at > week_ago))
    return loads


def _pairs(rows: Iterable[tuple[int, int]]) -> set[tuple[int, int]]:
    return set(rows)


def _in_order(
    wanted: Wanted,
    workers: list[Membership],
    loads: dict[int, _Load],
    known: set[tuple[int, int]],
    kept_apart: set[tuple[int, int]],
) -> list[Room]:
    rooms = []
    for worker in workers:
        if any((worker.account_id, pk) in kept_apart for pk in wanted.person_ids):
            continue
        knows = any((worker.pk, pk) in known for pk in wanted.person_ids)
        speaks = wanted.language != "en" and wanted.language in worker.languages
        load = loads.get(worker.pk, _Load(0, 0))
        rooms.append((not knows, not speaks, _share(worker, load), worker.name, _room(worker, load, knows, speaks)))
    return [room for *_, room in sorted(rooms, key=lambda row: row[:4])]


def _share(worker: Membership, load: _Load) -> float:
    return load.people_now / float(worker.hours_per_week or FULL_TIME)


def _room(worker: Membership, load: _Load, knows: bool, speaks: bool) -> Room:
    hours = float(worker.hours_per_week) if worker.hours_per_week else None
    people = "1 person" if load.people_now == 1 else f"{load.people_now} people"
    parts = ["has supported them before"] if knows else []
    parts += ["speaks their language"] if speaks else []
    parts.append(f"{people} now, {load.this_week} new this week")
    if hours:
        parts.append(f"{hours:g} hours a week")
    return Room(
        worker.pk, worker.name, load.people_now, load.this_week, tuple(worker.languages), hours, knows, "; ".join(parts)
    )
