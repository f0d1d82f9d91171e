"""Named points at which a trial may have this process killed, as `kill -9` would; nothing of it runs otherwise.

    LINKWELL_CRASH_AT=before_commit        the first time that a transaction is about to be committed
    LINKWELL_CRASH_AT=statement:17         when the 17th SQL statement of this process is about to be sent

The variable is read once, at the start; a Linkwell that is served over https refuses to start with it.
"""

import os
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from threading import Lock
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.signals import request_started
from psycopg import Connection, Cursor
from psycopg.pq import TransactionStatus

VARIABLE = "LINKWELL_CRASH_AT"
POINTS = {
    "request": "a request has arrived",
    "statement": "an SQL statement, COPY included, is about to be sent",
    "before_commit": "a transaction is about to be committed",
    "after_commit": "a transaction is committed, and nobody has been answered yet",
    "after_alone": "a statement that is a transaction by itself is done",
    "job_start": "a job begins",
    "job_end": "a job has done its work; the queue does not know yet",
    "mail_before": "a mail is about to be handed over",
    "mail_after": "a mail was taken, and that is not noted yet",
    "record": "an import has taken one record",
}


class _Armed:
    """One point and how often it must still be reached."""

    def __init__(self, name: str, times: int) -> None:
        self.name, self.left, self.lock = name, times, Lock()

    def reach(self, name: str) -> None:
        if name != self.name:
            return
        with self.lock:
            self.left -= 1
            if self.left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


_armed: _Armed | None = None


def point(name: str) -> None:
    """Die here if this is the point that was asked for."""
    if _armed is not None:
        _armed.reach(name)


@contextmanager
def job() -> Iterator[None]:
    """Mark the beginning and the end of a job."""
    point("job_start")
    yield
    point("job_end")


def arm_from(environment: Mapping[str, str], *, served_over_https: bool) -> None:
    """Arm the point that the environment names, if it names one; raise ImproperlyConfigured for a wrong one."""
    asked = environment.get(VARIABLE, "").strip()
    if not asked:
        return
    if served_over_https:
        raise ImproperlyConfigured(
            f"{VARIABLE} is set, which makes Linkwell kill itself in trials, and LINKWELL_PUBLIC_URL is https, which"
            f" means that people rely on it. Unset {VARIABLE}."
        )
    name, _, times = asked.partition(":")
    if name not in POINTS or not (times or "1").isdecimal() or int(times or 1) < 1:
        raise ImproperlyConfigured(f"{VARIABLE} is {asked}. It is one of {', '.join(POINTS)}, or {name}:2 and so on.")
    arm(name, int(times or 1))


def arm(name: str, times: int = 1) -> None:
    """Have this process die when the point is reached for that time."""
    global _armed
    if _armed is None:
        _watch_psycopg()
        request_started.connect(_request_arrives)
    _armed = _Armed(name, times)


def _request_arrives(**_: Any) -> None:
    point("request")


def _watch_psycopg() -> None:
    for name in ("execute", "executemany", "copy"):
        setattr(Cursor, name, _before(getattr(Cursor, name)))
    commit = Connection.commit

    @wraps(commit)
    def watched(self: Any) -> None:
        point("before_commit")
        commit(self)
        point("after_commit")

    Connection.commit = watched  # type: ignore[method-assign]


def _before(method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def watched(self: Any, *args: Any, **kwargs: Any) -> Any:
        point("statement")
        alone = self.connection.autocommit and self.connection.info.transaction_status == TransactionStatus.IDLE
        done = method(self, *args, **kwargs)
        if alone:
            point("after_alone")
        return done

    return watched
