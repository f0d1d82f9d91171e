"""How old a session is, by two clocks: the wall clock, which may be set, and one that only ever goes forward.

The forward clock counts since the machine started, so it tells sessions apart only within one run of
one machine; there the older of both ages holds, and setting the clock back gives nobody a minute more.
After a restart, or on another machine, the wall clock alone is left: an age below zero ends the session.
"""

import time
from collections.abc import MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

SLACK_SECONDS = 60  # machines behind one address differ by so much
_RUN = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True)
class Moment:
    """A moment by both clocks, in seconds, and the run of the machine that the second belongs to."""

    wall: int
    steady: int
    run: str


def now() -> Moment:
    """Return this moment."""
    clock = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)  # counts while the machine sleeps, too
    return Moment(int(time.time()), int(time.clock_gettime(clock)), _this_run())


def is_over(session: MutableMapping[str, Any], at: Moment) -> bool:
    """Say whether a session has been idle for too long, is too old, or lies in the future."""
    idle, age = _age(session, "seen", at), _age(session, "began", at)
    if idle < -SLACK_SECONDS or age < -SLACK_SECONDS:
        return True
    return idle > settings.SESSION_IDLE_SECONDS or age > settings.SESSION_ABSOLUTE_SECONDS


def note(session: MutableMapping[str, Any], at: Moment) -> None:
    """Note when a session began and was last seen; once a minute is enough."""
    for name in ("began", "seen"):
        if name not in session or (name == "seen" and abs(_age(session, name, at)) >= SLACK_SECONDS):
            session[name] = at.wall
            session[f"{name}_steady"] = [at.steady, at.run]


def _age(session: MutableMapping[str, Any], name: str, at: Moment) -> int:
    if name not in session:
        return 0
    by_wall = at.wall - int(session[name])
    steady, run = session.get(f"{name}_steady", (0, ""))
    if by_wall < -SLACK_SECONDS or run != at.run or not run:
        return by_wall
    return max(by_wall, at.steady - int(steady))


def _this_run() -> str:
    try:
        return _RUN.read_text(encoding="ascii").strip()
    except OSError:
        return ""
