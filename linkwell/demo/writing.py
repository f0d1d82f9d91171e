"""Writes plain rows into tables, many at a time, as the app role: behind the walls, like everything else.

PostgreSQL refuses COPY into a table with row-level security, so a table's rows go in as one JSON value and
come out as rows on the other side; that is as quick. Ids are taken from the table's own sequence.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from django.apps import apps
from django.db import connection, models

from linkwell.common.crypto import EncryptedTextField

Row = dict[str, Any]
CHUNK = 4000
LINK = ("support.Task", "link")  # a path with the id of a row in it
# Columns that name a row of another table without a foreign key of Django.
NAMES_A_ROW = {
    ("directory.Organisation", "referral_email_verified_by"): "team.Membership",
    ("common.AuditEvent", "membership_id"): "team.Membership",
    ("common.AuditEvent", "person_id"): "people.Person",
}


class Writer:
    """Writes the tables of one scheme in an order in which parents come first; knows every new id."""

    def __init__(self) -> None:
        self.ids: dict[str, list[int]] = {}

    def id_of(self, table: str, number: int) -> int:
        """Return the id that a row of the generator has in the database."""
        return self.ids[table][number - 1]

    def write(self, table: str, rows: Sequence[Row], *, scheme_id: int | None = None, keep: bool = False) -> None:
        """Insert rows; `keep` leaves what is there already, for reference tables."""
        model = apps.get_model(table)
        fields = model._meta.concrete_fields
        key = model._meta.pk
        numbered = isinstance(key, models.AutoField)
        if numbered:
            self.ids[table] = _take_ids(model, len(rows))
        present = rows[0].keys() if rows else set()
        columns, constants = [], {}
        for field in fields:
            if field.column == "scheme_id" and scheme_id is not None:
                constants[field.column] = scheme_id
            elif field.column in present:
                columns.append(_Column(self, table, field))
            else:
                constants[field.column] = field.get_db_prep_save(field.get_default(), connection)
        for start in range(0, len(rows), CHUNK):
            chunk = rows[start : start + CHUNK]
            values = [{column.name: column.value(row) for column in columns} for row in chunk]
            if numbered:
                for row, value in zip(chunk, values, strict=True):
                    value[key.column] = self.id_of(table, row["id"])
            _insert(model, [column.name for column in columns], constants, values, keep=keep)


class _Column:
    """One column of a table: what it holds for a row of the generator."""

    def __init__(self, writer: Writer, table: str, field: Any) -> None:
        self.writer, self.field, self.name = writer, field, field.column
        related = field.related_model._meta.label if field.related_model else NAMES_A_ROW.get((table, field.name))
        self.ids = writer.ids.get(related) if related else None
        self.is_secret = isinstance(field, EncryptedTextField)
        self.is_link = (table, field.name) == LINK

    def value(self, row: Row) -> Any:
        """Return what to write."""
        given = row[self.name]
        if given is None:
            return None
        if self.ids is not None:
            return self.ids[given - 1]
        if self.is_link and isinstance(given, dict):
            return given["path"].format(self.writer.id_of(given["about"], given["id"]))
        return self.field.get_prep_value(given) if self.is_secret else given


def _take_ids(model: Any, count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [f'"{model._meta.db_table}"', model._meta.pk.column, count],
        )
        return [number for (number,) in cursor.fetchall()]


def _insert(model: Any, columns: Sequence[str], constants: Mapping[str, Any], values: list[Row], *, keep: bool) -> None:
    table = model._meta.db_table
    into = ", ".join(f'"{name}"' for name in [*columns, *constants])
    out = ", ".join([*(f'"{name}"' for name in columns), *["%s"] * len(constants)])
    conflict = " ON CONFLICT DO NOTHING" if keep else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{table}" ({into}) SELECT {out} FROM json_populate_recordset(NULL::"{table}", %s::json)'
            + conflict,
            [*constants.values(), msgspec.json.encode(values).decode()],
        )
