"""Jobs that declare what they may do: scheme, purpose and audit event, or the start-up stops.

A job's arguments are ids, never objects. It is put on the queue inside the transaction of what it
follows from (`enqueue`), so it exists if and only if that happened.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.manager import JobManager

from linkwell.common import audit, crash
from linkwell.common.scope import scope


@dataclass(frozen=True)
class JobPolicy:
    """What one job is for, and the audit event that it writes (empty: the action inside writes its own)."""

    name: str
    purpose: str
    audit_event: str
    per_scheme: bool


POLICIES: dict[str, JobPolicy] = {}


def check_ids(**ids: Any) -> None:
    """Raise TypeError unless every argument is a whole number: a job is told ids, never things or words."""
    wrong = sorted(name for name, value in ids.items() if type(value) is not int)
    if wrong:
        raise TypeError(f"A job's arguments are ids; these are not: {', '.join(wrong)[:200]}.")


def scheme_job(
    *, name: str, purpose: str, audit_event: str = "", retry: int = 0, lock: str | None = None, in_steps: bool = False
) -> Callable[[Callable[..., None]], Any]:
    """Make a job of `function(*, scheme_id, **ids)`; it runs in one transaction scoped to that scheme.

    With in_steps the function enters the scope itself, once for each step that must stand before the next.
    """

    def declare(function: Callable[..., None]) -> Any:
        POLICIES[name] = JobPolicy(name, purpose, audit_event, per_scheme=True)

        def run(*, scheme_id: int, **ids: int) -> None:
            check_ids(scheme_id=scheme_id, **ids)
            with audit.origin(f"job:{name}"), crash.job():
                if in_steps:
                    function(scheme_id=scheme_id, **ids)
                    return
                with scope(scheme_ids=[scheme_id], scheme_id=scheme_id):
                    function(scheme_id=scheme_id, **ids)

        return app.task(name=name, retry=retry, lock=lock)(run)

    return declare


def account_job(*, name: str, purpose: str, retry: RetryStrategy | int = 0) -> Callable[[Callable[..., None]], Any]:
    """Make a job of `function(**ids)` about a sign-in: it sees no scheme, for an account belongs to none."""

    def declare(function: Callable[..., None]) -> Any:
        POLICIES[name] = JobPolicy(name, purpose, "", per_scheme=False)

        def run(**ids: int) -> None:
            check_ids(**ids)
            with audit.origin(f"job:{name}"):
                function(**ids)

        return app.task(name=name, retry=retry)(run)

    return declare


def clock_job(*, name: str, purpose: str, cron: str, is_alone: bool = False) -> Callable[[Callable[[], None]], Any]:
    """Make a job of `function()` that a clock starts; it sees no scheme, it puts other jobs on the queue.

    With is_alone the next one waits until this one has ended, or until its worker is known to be dead.
    """

    def declare(function: Callable[[], None]) -> Any:
        POLICIES[name] = JobPolicy(name, purpose, "", per_scheme=False)

        def run(timestamp: int) -> None:
            with audit.origin(f"job:{name}"), crash.job():
                function()

        return app.periodic(cron=cron)(app.task(name=name, queueing_lock=name, lock=name if is_alone else None)(run))

    return declare


def enqueue(name: str, *, once: str | None = None, at: datetime | None = None, **ids: int) -> None:
    """Put a job on the queue within this transaction; with `once`, not if one of that name waits already."""
    check_ids(**ids)
    job = app.configure_task(name, queueing_lock=once, schedule_at=at)
    # always over Django's connection: in the worker the app has another one, outside this transaction
    job.job_manager = JobManager(DjangoConnector())
    try:
        with transaction.atomic():  # a refused second job must not undo what it follows from
            job.defer(**ids)
    except AlreadyEnqueued:
        return
