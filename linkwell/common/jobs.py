"""Jobs that declare what they may do: scheme, purpose and audit event, or the start-up stops."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from procrastinate.contrib.django import app

from linkwell.common import audit
from linkwell.common.scope import scope


@dataclass(frozen=True)
class JobPolicy:
    """What one job is for, and the audit event that it writes (empty: the action inside writes its own)."""

    name: str
    purpose: str
    audit_event: str
    per_scheme: bool


POLICIES: dict[str, JobPolicy] = {}


def scheme_job(
    *, name: str, purpose: str, audit_event: str = "", retry: int = 0, lock: str | None = None
) -> Callable[[Callable[..., None]], Any]:
    """Make a job of `function(*, scheme_id, **ids)`; it runs in one transaction scoped to that scheme."""

    def declare(function: Callable[..., None]) -> Any:
        POLICIES[name] = JobPolicy(name, purpose, audit_event, per_scheme=True)

        def run(*, scheme_id: int, **ids: int) -> None:
            with audit.origin(f"job:{name}"), scope(scheme_ids=[scheme_id], scheme_id=scheme_id):
                function(scheme_id=scheme_id, **ids)

        return app.task(name=name, retry=retry, lock=lock)(run)

    return declare
