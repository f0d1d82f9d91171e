"""Loading reference tables: whole files by COPY, one transaction, a repeat changes nothing."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, NamedTuple

from django.db import connection, transaction

BATCH = 20_000
ODS = "https://fhir.nhs.uk/Id/ods-organization-code"


class PostcodeRow(NamedTuple):
    code: str
    latitude: float
    longitude: float
    easting: float | None
    northing: float | None
    lsoa: str = ""
    district: str = ""


class OutcodeRow(NamedTuple):
    code: str
    latitude: float
    longitude: float
    easting: float | None
    northing: float | None
    town: str = ""
    region: str = ""
    country: str = ""


class PracticeRow(NamedTuple):
    system: str
    code: str
    name: str
    address: str
    postcode: str
    phone: str
    commissioner: str
    is_active: bool


class Refused(NamedTuple):
    """A line that is not taken."""

    record: str
    path: str
    was: str
    reason: str


@dataclass
class Loaded:
    """What a load did; `left_out` counts lines that are rightly not for this table."""

    read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    left_out: int = 0
    refusals: list[Refused] = field(default_factory=list)


Progress = Callable[[int], None]
_TABLES = {
    PostcodeRow: ("places_postcode", ("code",)),
    OutcodeRow: ("places_outcode", ("code",)),
    PracticeRow: ("places_referencepractice", ("system", "code")),
}


@transaction.atomic
def load(rows: Iterable[Any], *, kind: type, progress: Progress | None = None) -> Loaded:
    """Load rows of one kind; a None is a line left out, a Refused one that cannot be read."""
    loaded = Loaded()
    table, key = _TABLES[kind]
    columns = kind._fields  # type: ignore[attr-defined]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        names = ", ".join(columns)
        cursor.execute(f"CREATE TEMP TABLE loading ON COMMIT DROP AS SELECT {names} FROM {table} WITH NO DATA")
        taken = _taken(rows, loaded, progress)
        if kind is PracticeRow:
            taken = _open_or_known(cursor, taken, loaded)
        for batch in _batches(taken):
            with cursor.copy(f"COPY loading ({names}) FROM STDIN") as copy:
                for row in batch:
                    copy.write_row(row)
            _merge(cursor, table, key, columns, loaded)
            cursor.execute("TRUNCATE loading")
        cursor.execute("DROP TABLE loading")
        if kind is PostcodeRow:
            _outcodes_from_postcodes(cursor)
    return loaded


def _taken(rows: Iterable[Any], loaded: Loaded, progress: Progress | None) -> Iterator[Any]:
    for row in rows:
        loaded.read += 1
        if progress and loaded.read % 500 == 0:
            progress(500)
        if row is None:
            loaded.left_out += 1
        elif isinstance(row, Refused):
            loaded.refusals.append(row)
        else:
            yield row


def _open_or_known(cursor: Any, rows: Iterator[Any], loaded: Loaded) -> Iterator[Any]:
    """Leave out practices that have closed, unless one of them stands in the table and must be marked."""
    cursor.execute("SELECT system, code FROM places_referencepractice")
    known = set(cursor.fetchall())
    for row in rows:
        if row.is_active or (row.system, row.code) in known:
            yield row
        else:
            loaded.left_out += 1


def _batches(rows: Iterator[Any]) -> Iterator[list[Any]]:
    while batch := list(islice(rows, BATCH)):
        yield batch


def _merge(cursor: Any, table: str, key: tuple[str, ...], columns: tuple[str, ...], loaded: Loaded) -> None:
    names, keys = ", ".join(columns), ", ".join(key)
    values = [column for column in columns if column not in key]
    before, after = ", ".join(f"t.{value}" for value in values), ", ".join(f"excluded.{value}" for value in values)
    cursor.execute(
        f"WITH given AS (SELECT DISTINCT ON ({keys}) {names} FROM loading),"
        f" written AS (INSERT INTO {table} AS t ({names}) SELECT {names} FROM given"
        f" ON CONFLICT ({keys}) DO UPDATE SET ({', '.join(values)}) = ROW ({after})"
        f" WHERE ({before}) IS DISTINCT FROM ({after})"
        " RETURNING (xmax = 0) AS fresh)"
        " SELECT (SELECT count(*) FROM loading), count(*) FILTER (WHERE fresh), count(*) FILTER (WHERE NOT fresh)"
        " FROM written"
    )
    given, created, updated = cursor.fetchone()
    loaded.created += created
    loaded.updated += updated
    loaded.unchanged += given - created - updated


def _outcodes_from_postcodes(cursor: Any) -> None:
    """Give outward codes that no list named the middle of their postcodes."""
    cursor.execute(
        "INSERT INTO places_outcode (code, latitude, longitude, easting, northing, town, region, country)"
        " SELECT left(code, length(code) - 3), avg(latitude), avg(longitude), avg(easting), avg(northing), '', '', ''"
        " FROM places_postcode GROUP BY 1 ON CONFLICT (code) DO NOTHING"
    )
