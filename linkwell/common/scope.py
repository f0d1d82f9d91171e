"""The database scope of one request or job: which schemes it may read, and the one it writes into.

The row-level policies made by `linkwell.common.walls` read both settings. They are set for one
transaction only (`set_config(…, true)`), so a pooled connection never carries them on.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.db import connection, transaction

from linkwell.common.errors import DomainError


@dataclass(frozen=True)
class Scope:
    """Schemes that may be read, and the scheme written into (None: nothing may be written)."""

    scheme_ids: tuple[int, ...]
    scheme_id: int | None


class NoScope(DomainError):
    code = "no_scope"

    def __init__(self) -> None:
        super().__init__("This needs a scheme to work in, and none was named.")


_current: ContextVar[Scope | None] = ContextVar("linkwell_scope", default=None)


def current_scope() -> Scope:
    """Return the scope in force; raise NoScope where there is none, never fall back to all schemes."""
    scope_now = _current.get()
    if scope_now is None:
        raise NoScope
    return scope_now


def _set(scheme_ids: Iterable[int], scheme_id: int | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('linkwell.scheme_ids', %s, true), set_config('linkwell.scheme_id', %s, true)",
            [",".join(str(int(number)) for number in scheme_ids), str(scheme_id or "")],
        )


@contextmanager
def scope(*, scheme_ids: Iterable[int], scheme_id: int | None) -> Iterator[Scope]:
    """Open one transaction that reads `scheme_ids` and writes `scheme_id`; all or nothing."""
    entered = Scope(tuple(scheme_ids), scheme_id)
    before = _current.get()
    token = _current.set(entered)
    try:
        with transaction.atomic():
            _set(entered.scheme_ids, entered.scheme_id)
            yield entered
            if before is not None:  # inside another scope's transaction: hand its settings back
                _set(before.scheme_ids, before.scheme_id)
            elif connection.in_atomic_block and connection.savepoint_ids:
                _set((), None)
    finally:
        _current.reset(token)


@contextmanager
def reporting() -> Iterator[None]:
    """Run the queries inside as the reporting role, which can read the de-identified views alone."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        (role,) = cursor.fetchone()
        cursor.execute("SET LOCAL ROLE linkwell_report")
        yield
        cursor.execute("SELECT set_config('role', %s, true)", [role])
