"""How each service stands: fresh or stale, open, paused, full, waiting, moved, closed, gone."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import Enum
from random import Random
from typing import Any

from linkwell.demo.generate.calendar import at, some_time
from linkwell.demo.generate.rows import weighted


class Condition(Enum):
    """One of the states that a real directory is found in; `used` says whether people were sent there."""

    FRESH = "fresh"
    CONFIRMED_BY_GROUP = "confirmed by the group"
    AGEING = "ageing"
    STALE = "stale"
    NEVER = "never confirmed"
    PAUSED = "paused"
    FULL = "full"
    WAITING = "waiting"
    PHONE_ONLY = "phone only"
    MOVED = "moved"
    CLOSED = "closed"
    ENDED = "ended by its source"
    REPORTED = "reported as closed"

    @property
    def used(self) -> bool:
        return self not in (Condition.ENDED, Condition.NEVER)


_SHARES = {
    Condition.FRESH: 34, Condition.CONFIRMED_BY_GROUP: 14, Condition.AGEING: 16, Condition.STALE: 9, Condition.NEVER: 6,
    Condition.PAUSED: 3, Condition.FULL: 4, Condition.WAITING: 6, Condition.PHONE_ONLY: 1, Condition.MOVED: 2,
    Condition.CLOSED: 2, Condition.ENDED: 2, Condition.REPORTED: 2,
}  # fmt: skip
_STATUS = {
    Condition.PAUSED: ("paused", "Organiser is ill; back after the holidays"),
    Condition.FULL: ("full", "No room in the hall"),
    Condition.WAITING: ("waiting", "They ring when a place comes up"),
    Condition.PHONE_ONLY: ("phone_only", "Building works"),
    Condition.MOVED: ("moved", "Now two doors down"),
    Condition.CLOSED: ("closed", "The volunteers could not keep it going"),
}


@dataclass
class Stands:
    """A service's columns of standing, and the rows that explain them."""

    fields: dict[str, Any]
    confirmed: tuple[datetime, str] | None = None
    rows: list[dict[str, Any]] = field(default_factory=list)


def draw_condition(rng: Random, kind: dict[str, Any], *, first: bool) -> Condition:
    """Return how one service stands; the first of a kind is well kept, so that every need has a good answer."""
    if kind.get("busy"):
        return weighted(rng, {Condition.WAITING: 5, Condition.FRESH: 4, Condition.FULL: 2, Condition.PAUSED: 1})
    if first:
        return weighted(rng, {Condition.FRESH: 3, Condition.CONFIRMED_BY_GROUP: 1})
    return weighted(rng, _SHARES)


def describe(rng: Random, condition: Condition, kind: dict[str, Any], last_day: date) -> Stands:
    """Return the columns and rows that make a condition true."""
    days = {
        Condition.FRESH: (3, 85), Condition.CONFIRMED_BY_GROUP: (5, 120), Condition.AGEING: (130, 260),
        Condition.STALE: (400, 720), Condition.REPORTED: (200, 300),
    }.get(condition, (20, 200))  # fmt: skip
    confirmed_at = some_time(rng, last_day - timedelta(days=rng.randrange(*days)), 9, 16)
    who = "group" if condition is Condition.CONFIRMED_BY_GROUP else "worker"
    status, note = _STATUS.get(condition, ("open", ""))
    since = at(last_day - timedelta(days=rng.randrange(4, 70)), 11, rng.randrange(60))
    weeks = rng.choice([2, 3, 4, 6, 8, 12, 16]) if status == "waiting" else None
    never = condition in (Condition.NEVER, Condition.ENDED)
    stands = Stands(
        {
            "operating": status, "operating_note": note, "operating_since": since if status != "open" else None,
            "wait_weeks": weeks, "confirmed_at": None if never else confirmed_at, "confirmed_by": "" if never else who,
            "listing": "defunct" if condition is Condition.ENDED else "listed", "gone_on": None,
            "source_checked_on": (confirmed_at - timedelta(days=rng.randrange(30, 300))).date(),
        },
        confirmed=None if never else (confirmed_at, who),
    )  # fmt: skip
    if status != "open":
        stands.rows.append(
            {"table": "directory.OperatingStatus", "status": status, "wait_weeks": weeks, "note": note, "at": since,
             "by_id": None}
        )  # fmt: skip
    if condition is Condition.REPORTED:
        stands.rows.append(
            {"table": "directory.Report", "kind": "closed", "note": "Stood outside for half an hour, nobody came.",
             "at": at(last_day - timedelta(days=rng.randrange(2, 20)), 15), "by_id": None, "settled_at": None}
        )  # fmt: skip
    return stands
