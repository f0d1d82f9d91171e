"""Statements that are asked with every page: put together once, then prepared by the server.

Django builds the text of a query anew each time, and PostgreSQL plans it anew. For the few queries of the pages that
are opened most, both cost more than the answer. `Prepared(build)` calls `build` once with values that stand out, keeps
the text, and gives each later call's own values to the server beside it, where the plan is kept with the connection.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
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
            done = super().execute(query, params)
            if self._query is None:  # a kept plan goes without its text, for which those who count statements ask
                self._query = self._convert_query(query, params)
            return done
        finally:
            self.connection.prepare_threshold = usual


class Prepared:
    """A query whose text depends on `shape` alone; its values are whole numbers, days and moments.

        _rows = Prepared(lambda shape, *, scheme_id, at: Episode.objects.filter(…).values_list(…))
        _rows(shape=(role,), scheme_id=3, at=now)  → list of tuples

    walled   it reads tables behind the walls, so it raises NoScope where no scheme is in force
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any]], *, walled: bool = True) -> None:
        self.build, self.walled = build, walled
        self.made: dict[Hashable, _Made] = {}

    def __call__(self, *, shape: Hashable = (), **values: int | date) -> list[tuple[Any, ...]]:
        """Return the rows; raise ValueError for a value that became part of the text."""
        if self.walled:
            current_scope()
        key = (shape, *sorted(values))
        made = self.made.get(key)
        if made is None:
            made = self.made[key] = _put_together(self.build, shape, values)
        given = [_typed(values[place.name]) if isinstance(place, _Place) else place for place in made.places]
        connection.ensure_connection()
        with connection._prepare_cursor(_Cursor(connection.connection)) as cursor:  # type: ignore[attr-defined]
            cursor.execute(made.text, given)
            return [made.converted(row) for row in cursor.fetchall()] if made.converters else list(cursor.fetchall())


@dataclass(frozen=True)
class _Made:
    """The text, where each parameter comes from, and what Django does to columns that it reads."""

    text: str
    places: list[Any]
    converters: dict[int, tuple[list[Callable[..., Any]], Any]]

    def converted(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        values = list(row)
        for place, (steps, expression) in self.converters.items():
            for step in steps:
                values[place] = step(values[place], expression, connection)
        return tuple(values)


def _put_together(build: Callable[..., QuerySet[Any, Any]], shape: Hashable, values: dict[str, int | date]) -> _Made:
    standing_out: dict[str, int | date] = {}
    for number, (name, value) in enumerate(sorted(values.items())):
        far = _FAR + timedelta(days=number)
        is_whole = not isinstance(value, date)
        standing_out[name] = _HIGH + number if is_whole else far if isinstance(value, datetime) else far.date()
    names = {value: name for name, value in standing_out.items()}
    compiler = build(shape, **standing_out).query.get_compiler(using=connection.alias)
    text, params = compiler.as_sql()
    places = [_Place(names[each]) if _may_stand_out(each) and each in names else each for each in params]
    if any(str(value) in text for value in standing_out.values()):
        raise ValueError("A value stands in the text of the query, where every call would ask for it.")
    return _Made(text, places, compiler.get_converters([column for column, _, _ in compiler.select]))


class _Place:
    """Where a call's own value goes."""

    def __init__(self, name: str) -> None:
        self.name = name


def _may_stand_out(value: Any) -> bool:
    return isinstance(value, int | date) and not isinstance(value, bool)


def _typed(value: int | date) -> Any:
    return value if isinstance(value, date) else Int8(value)
