"""Loads generated rows in bulk: every column without a default gets its type's empty value."""

import contextlib
from collections.abc import Iterable, Iterator
from typing import Any

import psycopg

EMPTY = {"character varying": "''", "text": "''", "boolean": "false", "ARRAY": "'{}'", "jsonb": "'{}'", "uuid":
         "gen_random_uuid()"}  # fmt: skip
NUMBERS = ("integer", "smallint", "bigint", "double precision", "numeric")
KEPT = ("django_migrations", "django_content_type", "procrastinate_version")


class Loader:
    """`load(table, "generate_series(1, 9) g", id="g", name="'n' || g")` inserts one row for each of the series."""

    def __init__(self, server: psycopg.Connection) -> None:
        self.server, self.rows = server, 0
        self.columns: dict[str, list[tuple[str, str, bool]]] = {}
        found = server.execute(
            "SELECT table_name, column_name, data_type, is_nullable = 'NO' AND column_default IS NULL AND NOT"
            " is_identity = 'YES' FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1,"
            " ordinal_position"
        )
        for table, column, kind, needed in found:
            self.columns.setdefault(table, []).append((column, kind, needed))

    def __call__(self, table: str, source: str, /, **values: object) -> None:
        """Insert a row for each of `source`; `values` are SQL expressions."""
        names = {column for column, _, _ in self.columns[table]}
        if unknown := set(values) - names:
            raise KeyError(f"{table} has no column {', '.join(sorted(unknown))}")
        filled = {name: str(value) for name, value in values.items()}
        for column, kind, needed in self.columns[table]:
            if needed and column not in filled:
                filled[column] = "0" if kind in NUMBERS else EMPTY[kind]
        columns = ", ".join(f'"{name}"' for name in filled)
        chosen = ", ".join(filled.values())
        text = f"INSERT INTO {table} ({columns}) SELECT {chosen} FROM {source}"  # noqa: S608
        self.rows += self.server.execute(text).rowcount

    def copy(self, table: str, names: Iterable[str], rows: Iterable[tuple[Any, ...]]) -> None:
        """Insert ready rows by COPY; columns left out keep their type's empty value."""
        names = list(names)
        filled = {c: ("0" if kind in NUMBERS else EMPTY[kind].strip("'")) for c, kind, needed in self.columns[table]
                  if needed and c not in names}  # fmt: skip
        import uuid

        columns = ", ".join(f'"{name}"' for name in [*names, *filled])
        with self.server.cursor() as cursor, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
            for row in rows:
                rest = (str(uuid.uuid4()) if value.startswith("gen_") else value for value in filled.values())
                copy.write_row((*row, *rest))
                self.rows += 1

    def empty(self) -> None:
        """Remove every row of every table but the record of migrations."""
        tables = [table for table in self._tables() if table not in KEPT and not table.startswith("procrastinate")]
        with self.server.transaction():
            self.server.execute("SET LOCAL session_replication_role = replica")  # append-only tables refuse it else
            for trigger, table in self.server.execute(
                "SELECT tgname, tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'keeps_the_table'"
            ).fetchall():
                self.server.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")
            self.server.execute(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY CASCADE")
            for (table,) in self.server.execute(
                "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'keeps_the_table'"
            ).fetchall():
                self.server.execute(f"ALTER TABLE {table} ENABLE TRIGGER keeps_the_table")

    def _tables(self) -> list[str]:
        rows = self.server.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        return [name for (name,) in rows]

    @contextlib.contextmanager
    def without_triggers(self, *, when: bool) -> Iterator[None]:
        """Load without foreign keys' and walls' triggers: tests load the same rows, fewer, with them."""
        if when:
            self.server.execute("SET session_replication_role = replica")
        yield
        if when:
            self.server.execute("SET session_replication_role = origin")

    @contextlib.contextmanager
    def without_indexes(self) -> Iterator[None]:
        """Drop the indexes that guard no constraint, and build them again over the finished tables."""
        found = self.server.execute(
            "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index i"
            " JOIN pg_class c ON c.oid = i.indrelid WHERE c.relnamespace = 'public'::regnamespace"
            " AND c.relname NOT LIKE 'procrastinate%' AND NOT indisprimary"
            " AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid)"
        ).fetchall()
        for name, _ in found:
            self.server.execute(f"DROP INDEX {name}")
        try:
            yield
        finally:
            self.server.execute("SET maintenance_work_mem = '512MB'")
            for _, definition in found:
                self.server.execute(definition)

    def sequences(self) -> None:
        """Let every table's next number follow its highest."""
        for table in self._tables():
            row = self.server.execute("SELECT pg_get_serial_sequence(%s, 'id') WHERE EXISTS (SELECT FROM"
                                      " information_schema.columns WHERE table_name = %s AND column_name = 'id')",
                                      [table, table]).fetchone()  # fmt: skip
            if row and row[0]:
                self.server.execute(f"SELECT setval('{row[0]}', coalesce((SELECT max(id) FROM {table}), 1))")


def quoted(words: Iterable[str]) -> str:
    """Return words as a PostgreSQL array."""
    return "ARRAY[" + ", ".join("'" + word.replace("'", "''") + "'" for word in words) + "]"
