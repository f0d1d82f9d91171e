"""Write audit events: in the transaction of what they tell of, or after a refusal in one of their own."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import DatabaseError, OperationalError

from linkwell.common.models import AuditEvent
from linkwell.common.scope import current_scope


class NotAudited(OperationalError):
    """What may not happen without a trace could not leave one: nothing happens, as if the database were away."""


@dataclass(frozen=True)
class Origin:
    """Where an act comes from: the route or job, and the id that joins its log lines and audit rows."""

    route: str
    request_id: uuid.UUID


_origin: ContextVar[Origin | None] = ContextVar("linkwell_audit_origin", default=None)


@contextmanager
def origin(route: str) -> Iterator[Origin]:
    """Mark everything audited inside as coming from `route`."""
    entered = Origin(route, uuid.uuid4())
    token = _origin.set(entered)
    try:
        yield entered
    finally:
        _origin.reset(token)


def record(
    event: str,
    *,
    at: datetime,
    by: Any = None,
    about: Any = None,
    person_id: int | None = None,
    outcome: str = "done",
    purpose: str = "",
) -> AuditEvent:
    """Add one event about `about` (a row) by `by` (a Membership, None for the system or an organisation).

    Raises NotAudited, which undoes what it tells of.
    """
    came_from = _origin.get()
    scheme_id = getattr(about, "scheme_id", None) or current_scope().scheme_id
    if person_id is None and about is not None:
        person_id = about.pk if about._meta.label == "people.Person" else getattr(about, "person_id", None)
    try:
        return AuditEvent.objects.create(
            scheme_id=scheme_id,
            at=at,
            event=event,
            outcome=outcome,
            membership_id=getattr(by, "pk", None),
            role=getattr(by, "role", ""),
            person_id=person_id,
            object_kind=about._meta.label_lower if about is not None else "",
            object_id=getattr(about, "pk", None),
            route=came_from.route if came_from else "",
            request_id=came_from.request_id if came_from else None,
            purpose=purpose,
        )
    except DatabaseError as fault:
        raise NotAudited("The audit trail cannot be written.") from fault
