"""How people and services come together: which service, and the course of one connection."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from linkwell.demo.generate.calendar import some_time, working
from linkwell.demo.generate.conditions import Condition
from linkwell.demo.generate.data import read
from linkwell.demo.generate.directory import ServiceRow
from linkwell.demo.generate.people import Human
from linkwell.demo.generate.rows import weighted
from linkwell.demo.generate.town import BY_NAME


@dataclass(frozen=True)
class Move:
    """One step of a connection; by whom: "worker", "group" or "system"."""

    at: datetime
    to: str
    by: str = "worker"
    reason: str = ""
    reply: str = ""
    wait_weeks: int | None = None


@dataclass
class Thread:
    """One connection as it is planned: a service, for a need, and its steps in order."""

    service: ServiceRow
    need: str
    shared: bool
    moves: list[Move] = field(default_factory=list)

    def add(self, at: datetime, to: str, **more: object) -> datetime:
        """Add a step and return its moment."""
        self.moves.append(Move(at, to, **more))  # type: ignore[arg-type]
        return at


class Chooser:
    """Finds a service that answers a need, near the person, that takes people of that age."""

    def __init__(self, services: list[ServiceRow]) -> None:
        self.by_need: dict[str, list[ServiceRow]] = {}
        for service in services:
            if service.is_usable:
                for code in service.needs:
                    self.by_need.setdefault(code, []).append(service)

    def choose(self, rng: Random, human: Human, need: str, on: datetime, taken: set[int]) -> ServiceRow | None:
        """Return one that fits, or None."""
        age = human.age(on.date())
        found = [
            row for row in self.by_need.get(need, []) if row.id not in taken and age >= row.min_age and not (
                row.modes == ("online",) and human.not_online)
        ]  # fmt: skip
        if not found:
            return None
        return rng.choices(
            found, weights=[_nearness(row, human) * (3 if row.needs[0] == need else 1) for row in found]
        )[0]


def _nearness(service: ServiceRow, human: Human) -> float:
    if "in_person" not in service.modes:
        return 0.5
    here, there = human.spot.area, BY_NAME[service.area]
    metres = ((here.east - there.east) ** 2 + (here.north - there.north) ** 2) ** 0.5
    return float(1.0 / (1.0 + (metres / 1500) ** 2))


def plan_thread(rng: Random, service: ServiceRow, need: str, at: datetime) -> Thread:
    """Return how a connection goes, from being talked about on."""
    drop_in = "in_person" in service.modes and rng.random() < 0.45
    thread = Thread(service, need, shared=not drop_in)
    words = read("phrases.toml")
    thread.add(at, "proposed")
    if rng.random() < 0.07:
        thread.add(_later(rng, at, 2, 14), "declined_person", reason=rng.choice(words["person_said_no"]))
        return thread
    if drop_in:
        told = thread.add(at + timedelta(minutes=2), "signposted")
        _goes(rng, thread, told, first=(4, 20), share=0.62)
        return thread
    shared = thread.add(_later(rng, at, 0, 3), "shared")
    if rng.random() < 0.06:
        return thread  # no answer
    opened = thread.add(_later(rng, shared, 0, 4), "received", by="group")
    _answers(rng, thread, _later(rng, opened, 0, 5))
    return thread


def _answers(rng: Random, thread: Thread, at: datetime) -> None:
    words = read("phrases.toml")
    waits = thread.service.condition in (Condition.WAITING, Condition.FULL)
    answer = weighted(rng, {"yes": 20 if waits else 66, "wait": 60 if waits else 14, "no": 11, "ring": 5, "": 4})
    if answer == "ring":
        thread.add(at, "", by="group", reply="ring", reason=rng.choice(words["org_ring"]))
        at, answer = _later(rng, at, 1, 4), "yes"
    if answer == "yes":
        accepted = thread.add(at, "accepted", by="group", reply="yes", reason=rng.choice(words["org_yes"]))
        _goes(rng, thread, accepted, first=(3, 21), share=0.8)
    elif answer == "wait":
        weeks = thread.service.wait_weeks or rng.choice([2, 3, 4, 6, 8])
        thread.add(at, "waiting", by="group", reply="wait", reason=rng.choice(words["org_wait"]), wait_weeks=weeks)
        over = _later(rng, at, weeks * 6, weeks * 8)
        if rng.random() < 0.75:
            _goes(rng, thread, thread.add(over, "accepted"), first=(3, 14), share=0.8)
        else:
            thread.add(over, "declined_person", reason=rng.choice(words["person_said_no"]))
    elif answer == "no":
        thread.add(at, "declined_org", by="group", reply="no", reason=rng.choice(words["org_said_no"]))


def _goes(rng: Random, thread: Thread, since: datetime, *, first: tuple[int, int], share: float) -> None:
    words = read("phrases.toml")
    luck = rng.random()
    if luck > share:
        if luck > share + (1 - share) * 0.5:
            thread.add(_later(rng, since, 5, 18), "declined_person", reason=rng.choice(words["person_said_no"]))
        return
    went = thread.add(_later(rng, since, *first), "first_attended")
    if rng.random() < 0.13:
        thread.add(_later(rng, went, 7, 21), "ended", reason=rng.choice(words["stopped"]))
    elif rng.random() < 0.88:
        going = thread.add(_later(rng, went, 7, 16), "attending")
        if rng.random() < 0.2:
            thread.add(_later(rng, going, 25, 90), "ended", reason=rng.choice(words["stopped"]))


def _later(rng: Random, at: datetime, least: int, most: int) -> datetime:
    days = rng.randint(least, most)
    if days == 0:
        return at + timedelta(minutes=rng.randrange(20, 90))
    return some_time(rng, working((at + timedelta(days=days)).date()), 9, 17)
