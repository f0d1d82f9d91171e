"""The course of one episode of support, planned when it begins: contacts, plan, questions, connections, ending."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from linkwell.demo.generate import truth
from linkwell.demo.generate.calendar import plus_working, some_time, working
from linkwell.demo.generate.intake import Journey
from linkwell.demo.generate.joining import Chooser, Thread, plan_thread
from linkwell.demo.generate.rows import weighted

_ENDINGS = {"goals_met": 50, "partly_met": 27, "nothing_helped": 8, "moved_service": 9, "moved_away": 3.5, "died": 2.5}
_LEVELS = {"brief": ((6, 7), 7), "standard": ((7, 10), 10), "complex": ((9, 12), 10)}


@dataclass
class Step:
    """Something that happens in an episode."""

    at: datetime
    kind: str
    data: dict[str, Any] = field(default_factory=dict)


@dataclass
class Course:
    """All steps in order, and how and when it ends."""

    level: str
    kind: str
    steps: list[Step] = field(default_factory=list)
    threads: list[Thread] = field(default_factory=list)
    ends: datetime | None = None
    reason: str = ""

    def add(self, at: datetime, kind: str, **data: Any) -> datetime:
        """Add a step and return its moment."""
        self.steps.append(Step(at, kind, data))
        return at


def plan_course(journey: Journey, chooser: Chooser) -> Course:
    """Return the whole course of an episode that has just been opened."""
    assert journey.opened is not None
    rng = journey.rng
    weeks = (journey.opened - journey.received).days / 7
    level = weighted(rng, {"brief": 22, "standard": 58, "complex": 20})
    lost = min(0.4, 0.12 + 0.02 * max(0.0, weeks - 2))
    kind = weighted(rng, {"not_reached": lost, "declined": 0.09, "gone": 0.01, "engaged": 0.9 - lost})
    if kind == "engaged" and rng.random() < _stops(journey, weeks):
        kind = "disengaged"
    course = Course(level, kind)
    {"not_reached": _not_reached, "declined": _declined, "gone": _gone}.get(kind, _supported)(course, journey, chooser)
    course.steps.sort(key=lambda step: step.at)
    return course


def _stops(journey: Journey, weeks: float) -> float:
    latent = journey.human.latent
    before = latent.value(truth.SELECTED_ON, latent.state, 0.0)
    return truth.chance(truth.STOPS_COMING, 5 - before, weeks)


def _next(rng: Random, at: datetime, least: int, most: int, latest: int = 17) -> datetime:
    return some_time(rng, working((at + timedelta(days=rng.randint(least, most))).date()), 9, latest)


def _attempts(course: Course, journey: Journey, at: datetime, count: int) -> datetime:
    rng = journey.rng
    for number in range(count):
        mode = weighted(rng, {"phone": 80, "text": 12, "doorstep": 4, "letter": 4}) if number else "phone"
        course.add(at, "attempt", mode=mode)
        at = _next(rng, at, 2, 5)
    return at


def _first_try(journey: Journey) -> datetime:
    assert journey.opened is not None
    days = 0 if journey.urgent else weighted(journey.rng, {0: 12, 1: 28, 2: 22, 3: 16, 4: 10, 5: 8, 7: 4})
    day = plus_working(journey.opened.date(), days)
    if day == journey.opened.date():
        return journey.opened + timedelta(minutes=journey.rng.randrange(40, 200))
    return some_time(journey.rng, day, 9, 17)


def _not_reached(course: Course, journey: Journey, chooser: Chooser) -> None:
    rng = journey.rng
    at = _attempts(course, journey, _first_try(journey), rng.randint(3, 4))
    course.add(at, "attempt", mode="letter")
    course.ends, course.reason = _next(rng, at, 10, 18), "not_reached"


def _declined(course: Course, journey: Journey, chooser: Chooser) -> None:
    rng = journey.rng
    at = _attempts(course, journey, _first_try(journey), weighted(rng, {0: 5, 1: 3, 2: 2}))
    course.add(at, "contact", mode="phone", part="declines")
    course.ends, course.reason = at + timedelta(minutes=25), "declined"


def _gone(course: Course, journey: Journey, chooser: Chooser) -> None:
    at = _attempts(course, journey, _first_try(journey), 1)
    course.add(at, "contact", mode="phone", part="brief")
    course.ends, course.reason = at + timedelta(minutes=40), "moved_away"


def _supported(course: Course, journey: Journey, chooser: Chooser) -> None:
    rng = journey.rng
    at = _attempts(course, journey, _first_try(journey), weighted(rng, {0: 55, 1: 27, 2: 12, 3: 6}))
    if rng.random() < 0.35:  # a short call to agree when to meet
        course.add(at, "contact", mode="phone", part="brief")
        at = _next(rng, at, 2, 7)
    span, _ = _LEVELS[course.level]
    wanted = rng.randint(*span)
    stops_after = rng.randint(2, 4) if course.kind == "disengaged" else wanted
    home = "in_person" if rng.random() < 0.62 else "phone"
    course.add(at, "contact", mode=home, part="first")
    _ask(course, rng, at, "baseline", 0.66)
    at = _through(course, journey, at, home, wanted, stops_after)
    _connect(course, journey, chooser)
    if course.kind == "disengaged":
        at = _attempts(course, journey, at, rng.randint(2, 3))
        course.add(at, "attempt", mode="letter")
        course.ends, course.reason = _next(rng, at, 12, 20), "disengaged"
    else:
        course.reason = weighted(rng, _ENDINGS)
        if course.reason == "died":
            _dies(course, rng)


def _dies(course: Course, rng: Random) -> None:
    """Let support end by a death some days after the last contact, which nobody knew to be the last."""
    assert course.ends is not None
    course.steps = [step for step in course.steps if step.data.get("occasion") != "exit"]
    for step in course.steps:
        if step.data.get("part") in ("last", "stepping"):
            step.data["part"] = ""
    course.ends = _next(rng, course.ends, 5, 20)


def _through(course: Course, journey: Journey, at: datetime, home: str, wanted: int, stops_after: int) -> datetime:
    """Plan the contacts from the second to the last; return when the next would have been."""
    rng = journey.rng
    baseline_asked = any(step.kind == "ask" for step in course.steps)
    review_at, down_at = max(4, round(wanted * 0.55)), wanted - rng.randint(1, 2)
    for number in range(2, stops_after + 1):
        gap = (4, 8) if number <= 3 else (6, 11) if number < down_at else (12, 20)
        at = _next(rng, at, *gap)
        if rng.random() < 0.13:
            course.add(at, "attempt", mode="phone")
            at = _next(rng, at, 2, 6)
        part = (
            "last" if number == wanted else "stepping" if number == down_at else "review" if number == review_at else ""
        )
        mode = home if number in (2, review_at, wanted) and rng.random() < 0.75 else _mode(rng)
        course.add(at, "contact", mode=mode, part=part)
        if number == 2 and not baseline_asked:
            _ask(course, rng, at, "baseline", 1.0)
        if number == 2 or (number == 3 and rng.random() < 0.2):
            course.add(at + timedelta(minutes=50), "plan")
        if part == "review":
            course.add(at + timedelta(minutes=45), "plan")
            _ask(course, rng, at, "review", 0.78)
        if part == "last":
            _ask(course, rng, at, "exit", 0.8)
            course.ends = at + timedelta(minutes=rng.randrange(50, 240))
    return _next(rng, at, 6, 12)


def _mode(rng: Random) -> str:
    return weighted(rng, {"phone": 50, "in_person": 33, "video": 5, "text": 7, "group": 4, "doorstep": 1})


def _ask(course: Course, rng: Random, at: datetime, occasion: str, share: float) -> None:
    if rng.random() < share:
        course.add(at + timedelta(minutes=40), "ask", occasion=occasion)


def _connect(course: Course, journey: Journey, chooser: Chooser) -> None:
    rng = journey.rng
    contacts = [step for step in course.steps if step.kind == "contact" and step.data["part"] not in ("brief",)]
    talked = contacts[1:5] or contacts[:1]
    wanted = weighted(rng, {0: 10, 1: 38, 2: 34, 3: 18})
    taken: set[int] = set()
    for number in range(wanted):
        need = journey.needs[number % len(journey.needs)]
        at = rng.choice(talked).at + timedelta(minutes=30 + number)
        service = chooser.choose(rng, journey.human, need, at, taken)
        if service is None:
            course.add(at, "gap", need=need)
            continue
        taken.add(service.id)
        course.threads.append(plan_thread(rng, service, need, at))
    if wanted and rng.random() < 0.06:
        course.add(rng.choice(talked).at + timedelta(minutes=38), "gap", need=rng.choice(journey.needs))
