"""Statements that are asked with every page: put together once, then prepared by the server.

Django builds the text of a query anew each time, and PostgreSQL plans it anew. For the few queries of the pages that
are opened most, both cost more than the answer. `Prepared(build)` calls `build` once with values that stand out, keeps
the text, and gives each later call's own values to the server beside it, where the plan is kept with the connection.
"""

from collections.abc import Callable, Hashable
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection
from django.db.models import QuerySet
from psycopg.types.numeric import Int8

from linkwell.common.scope import current_scope

_FAR = datetime(9000, 1, 1, tzinfo=UTC)
_HIGH = 9 * 10**17


class _Cursor(psycopg.Cursor[Any]):
    """Has the server keep the plan, where the connection stays with one session of the server."""

    def execute(self, query: Any, params: Any = None, **_: Any) -> Any:
        usual = self.connection.prepare_threshold  # None with Django: nothing is kept
        self.connection.prepare_threshold = 0 if settings.LINKWELL_PREPARES else None
        try:
            return super().execute(query, params)
        finally:
            self.connection.prepare_threshold = usual


class Prepared:
    """A query whose text depends on `shape` alone; its values are whole numbers and moments.

    _rows = Prepared(lambda *, scheme_id, at: Episode.objects.filter(…).values_list(…))
    _rows(shape=(role,), scheme_id=3, at=now)  → list of tuples
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any]]) -> None:
        self.build = build
        self.texts: dict[Hashable, tuple[str, list[Any]]] = {}

    def __call__(self, *, shape: Hashable = (), **values: int | datetime) -> list[tuple[Any, ...]]:
        """Return the rows; the values that `build` was given first must be those that it is given now."""
        current_scope()
        found = self.texts.get((shape, *sorted(values)))
        if found is None:
            found = self.texts[(shape, *sorted(values))] = self._put_together(shape, values)
        text, places = found
        given = [_typed(values[place.name]) if isinstance(place, _Place) else place for place in places]
        connection.ensure_connection()
        with connection._prepare_cursor(_Cursor(connection.connection)) as cursor:  # type: ignore[attr-defined]
            cursor.execute(text, given)
            return list(cursor.fetchall())

    def _put_together(self, shape: Hashable, values: dict[str, int | datetime]) -> tuple[str, list[Any]]:
        standing_out: dict[str, int | datetime] = {}
        for number, (name, value) in enumerate(sorted(values.items())):
            is_moment = isinstance(value, datetime)
            standing_out[name] = _FAR + timedelta(days=number) if is_moment else _HIGH + number
        names = {value: name for name, value in standing_out.items()}
        text, params = self.build(shape, **standing_out).query.sql_with_params()
        places = [_Place(names[each]) if _may_stand_out(each) and each in names else each for each in params]
        unused = set(values) - {place.name for place in places if isinstance(place, _Place)}
        if unused or any(str(value) in text for value in standing_out.values()):
            raise ValueError(f"The query does not ask by {', '.join(sorted(unused)) or 'parameters alone'}.")
        return text, places


class _Place:
    """Where a call's own value goes."""

    def __init__(self, name: str) -> None:
        self.name = name


def _may_stand_out(value: Any) -> bool:
    return isinstance(value, int | datetime) and not isinstance(value, bool)


def _typed(value: int | datetime) -> Any:
    return value if isinstance(value, datetime) else Int8(value)
