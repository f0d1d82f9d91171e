"""Statements that are asked with every page: put together once, then prepared by the server.

Django builds the text of a query anew each time, and PostgreSQL plans it anew. For the queries of the pages that
are opened most, both cost more than the answer. `Prepared(build)` calls `build` once with values that stand out, keeps
the text, and gives each later call's own values to the server beside it, where the plan is kept with the connection.
"""

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Generic, TypeVar

import psycopg
from django.conf import settings
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet
from django.db.models.query import ModelIterable, get_related_populators
from psycopg.types.numeric import Int8

from linkwell.common.scope import current_scope
from linkwell.team.models import Membership, Scheme

Row = TypeVar("Row")
Value = int | str | date | Membership

_FAR = datetime(9000, 1, 1, tzinfo=UTC)
_HIGH = 9 * 10**17
_WORD = "stands out as no. "


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


class Prepared(Generic[Row]):
    """A query whose text depends on `shape` alone; its values are whole numbers, words, days, moments and members.

        _rows = Prepared(lambda shape, *, viewer, at: Episode.objects.filter(within_reach(viewer=viewer, at=at)))
        _rows(viewer=viewer, at=now)  → list of episodes, or of tuples where the query ends in values_list

    Of a member the build sees role, account, scheme and the scheme's access of a team; anything else fails.

    walled   it reads tables behind the walls, so it raises NoScope where no scheme is in force
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Row]], *, walled: bool = True) -> None:
        self.build, self.walled = build, walled
        self.made: dict[Hashable, _Made] = {}

    def __call__(self, *, shape: Hashable = (), **values: Value) -> list[Row]:
        """Return the rows; raise ValueError for a value that became part of the text or was reckoned with."""
        if self.walled:
            current_scope()
        key = (shape, *sorted(_shapes(values)))
        made = self.made.get(key)
        if made is None:
            made = self.made[key] = _put_together(self.build, shape, values)
        if not made.text:
            return []
        own = dict(_parts(values))
        given = [own[place.name] if isinstance(place, _Place) else place for place in made.places]
        connection.ensure_connection()
        with connection._prepare_cursor(_Cursor(connection.connection)) as cursor:  # type: ignore[attr-defined]
            cursor.execute(made.text, given)
            return [made.read(row) for row in cursor.fetchall()]

    def first(self, *, shape: Hashable = (), **values: Value) -> Row | None:
        """Return the first row, None where there is none; the query itself says how many it asks for."""
        return next(iter(self(shape=shape, **values)), None)


@dataclass(frozen=True)
class _Place:
    """Where a call's own value goes."""

    name: str


@dataclass(frozen=True)
class _Made:
    """The text, where each parameter comes from, and what becomes of a row."""

    text: str
    places: list[Any]
    read: Callable[[tuple[Any, ...]], Any]


def _shapes(values: dict[str, Value]) -> Iterator[tuple[str, Hashable]]:
    for name, value in values.items():
        if isinstance(value, Membership):
            yield name, f"{value.role} {value.scheme.team_access}"
        else:
            yield name, ""


def _parts(values: dict[str, Value]) -> Iterator[tuple[str, Any]]:
    """Return the values that go to the server, by name."""
    for name, value in values.items():
        if isinstance(value, Membership):
            parts = {"id": value.pk, "account": value.account_id, "scheme": value.scheme_id}
            yield from ((f"{name}.{part}", Int8(number)) for part, number in parts.items())
        else:
            yield name, Int8(value) if isinstance(value, int) else value


def _put_together(build: Callable[..., QuerySet[Any, Any]], shape: Hashable, values: dict[str, Value]) -> _Made:
    names: dict[Any, str] = {}

    def standing_out(name: str, value: Any) -> Any:
        number = len(names)
        far = _FAR + timedelta(days=number)
        if isinstance(value, str):
            chosen: Any = f"{_WORD}{number}"
        elif isinstance(value, date):
            chosen = far if isinstance(value, datetime) else far.date()
        else:
            chosen = _HIGH + number
        names[chosen] = name
        return chosen

    def stand_in(name: str, value: Value) -> Any:
        if not isinstance(value, Membership):
            return standing_out(name, value)
        scheme_id = standing_out(f"{name}.scheme", 0)
        row = [standing_out(f"{name}.id", 0), standing_out(f"{name}.account", 0), scheme_id, value.role]
        member = Membership.from_db("default", ["id", "account_id", "scheme_id", "role"], row)
        member.scheme = Scheme.from_db("default", ["id", "team_access"], [scheme_id, value.scheme.team_access])
        return member

    rows = build(shape, **{name: stand_in(name, value) for name, value in values.items()})
    compiler = rows.query.get_compiler(using=connection.alias)
    try:
        text, params = compiler.as_sql()
    except EmptyResultSet:  # nothing can fit, for example for a role that opens no record
        return _Made("", [], tuple)
    if any(str(value) in text for value in names):
        raise ValueError("A value stands in the text of the query, where every call would ask for it.")
    places = [_Place(names[each]) if _may_stand_out(each) and each in names else each for each in params]
    if any(_is_reckoned(place) for place in places):
        raise ValueError("The query reckons with a value; every call would be answered for that of the first.")
    return _Made(text, places, _reader(compiler, gives_models=rows._iterable_class is ModelIterable))


def _may_stand_out(value: Any) -> bool:
    return isinstance(value, int | str | date) and not isinstance(value, bool)


def _is_reckoned(place: Any) -> bool:
    if isinstance(place, str):
        return _WORD in place
    if isinstance(place, date):
        return place.year > _FAR.year - 100
    return isinstance(place, int) and place > _HIGH // 2


def _reader(compiler: Any, *, gives_models: bool) -> Callable[[tuple[Any, ...]], Any]:
    """Return what Django makes of a row: its columns read, and a model with its relations unless values are asked."""
    converters = compiler.get_converters([column for column, _, _ in compiler.select])

    def columns(row: tuple[Any, ...]) -> tuple[Any, ...]:
        if not converters:
            return row
        values = list(row)
        for place, (steps, expression) in converters.items():
            for step in steps:
                values[place] = step(values[place], expression, connection)
        return tuple(values)

    return _model_reader(compiler, columns) if gives_models else columns


def _model_reader(compiler: Any, columns: Callable[[tuple[Any, ...]], tuple[Any, ...]]) -> Callable[..., Any]:
    """Return what `django.db.models.query.ModelIterable` does with each row."""
    info, alias = compiler.klass_info, connection.alias
    first, last = info["select_fields"][0], info["select_fields"][-1] + 1
    names = [column.target.attname for column, _, _ in compiler.select[first:last]]
    related = get_related_populators(info, compiler.select, alias)
    annotations = list((compiler.annotation_col_map or {}).items())

    def read(row: tuple[Any, ...]) -> Any:
        values = columns(row)
        found = info["model"].from_db(alias, names, values[first:last])
        for each in related:
            each.populate(values, found)
        for name, place in annotations:
            setattr(found, name, values[place])
        return found

    return read
