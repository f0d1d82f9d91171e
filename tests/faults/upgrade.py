"""Kills `migrate` on its way, again and again, and runs it once more: it ends in the same tables with the same rows.

    python -m tests.faults.upgrade --people 2000 --kills 8 --seed 7

Security: Z38. The way leads from nothing to the tables of the first release, people are added, then on to those of
today. After each kill a page of the first release still reads and writes as the app role.
"""

import argparse
import json
import os
import random
import signal
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from django.db import OperationalError
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from linkwell.cli import migrations, roles
from linkwell.common import crash
from tests.database import Clone, TestServer, django_settings, test_server

FIRST_RELEASE = {
    "common": "0002", "team": "0003", "places": "0001", "outbox": "0002", "directory": "0003", "people": "0003",
    "referrals": "0003", "support": "0002", "connections": "0003", "outcomes": "0003", "evaluation": "0001",
}  # fmt: skip

SCHEMA = """
    SELECT 'column', format('%s.%s %s %s %s', table_name, column_name, udt_name, is_nullable, column_default)
      FROM information_schema.columns WHERE table_schema = 'public'
    UNION ALL SELECT 'constraint', format('%s %s', conrelid::regclass, pg_get_constraintdef(oid))
      FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT 'index', indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT 'policy', format('%s %s %s %s %s', tablename, policyname, cmd, qual, with_check) FROM pg_policies
    UNION ALL SELECT 'trigger', pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT 'view', format('%s %s', viewname, definition) FROM pg_views WHERE schemaname = 'public'
    UNION ALL SELECT 'function', format('%s %s', proname, md5(prosrc)) FROM pg_proc
      WHERE pronamespace = 'public'::regnamespace
    UNION ALL SELECT 'relation', format('%s %s %s %s', relname, relkind, relrowsecurity, relforcerowsecurity)
      FROM pg_class WHERE relnamespace = 'public'::regnamespace
    UNION ALL SELECT 'right', format('%s %s %s', relname, grantee::regrole, privilege_type)
      FROM pg_class, aclexplode(relacl) WHERE relnamespace = 'public'::regnamespace AND grantee <> 0
    UNION ALL SELECT 'migration', app || ' ' || name FROM django_migrations
    UNION ALL SELECT 'content type', app_label || ' ' || model FROM django_content_type
"""
PEOPLE = """
    INSERT INTO people_person ({columns}) SELECT {values} FROM generate_series(1, %s) AS number
"""
DIGEST = "SELECT count(*), coalesce(sum(hashtextextended({columns}, 0)), 0)::text FROM {table} AS t"
GAVE_UP = 3
EACH_PART_HAS = 200  # statements at least, so the first kill of a part always finds one to die at
LONGEST_RUN = 120  # seconds; one that waits for a table must not wait for ever
KEPT = ("people_person", "team_scheme", "team_host", "common_auditevent")


@dataclass
class Found:
    """What became of the tables."""

    kills: int = 0
    runs: int = 0
    people: int = 0
    broken: list[str] = field(default_factory=list)


class Upgrade:
    """One database on its way; `run` migrates it in a process of its own that may be killed."""

    def __init__(self, server: TestServer, database: Clone, found: Found) -> None:
        self.server, self.database, self.found = server, database, found
        self.url = migrations.address(database.owner_url, longest_wait="300ms")

    def run(self, targets: dict[str, str] | None, statement: int | None) -> bool:
        """Migrate (to the targets, or to the end), dying at that statement; say whether it came to its end."""
        child = os.fork()
        if child == 0:
            code = 1
            signal.alarm(LONGEST_RUN)
            try:
                crash.arm("statement", statement or sys.maxsize)
                _migrate(targets)
                code = 0
            except OperationalError as fault:
                code = GAVE_UP if "lock timeout" in str(fault) else 1
            except BaseException as fault:
                print(f"migrate: {type(fault).__name__}: {fault}", file=sys.stderr, flush=True)
            finally:
                os._exit(code)
        _, status = os.waitpid(child, 0)
        ended = os.waitstatus_to_exitcode(status)
        self.found.runs += 1
        self.found.kills += ended == -signal.SIGKILL
        if ended not in (0, -signal.SIGKILL, GAVE_UP):
            raise AssertionError(f"migrate ended with {ended} after a kill; it cannot run again")
        self.gave_up = ended == GAVE_UP
        return ended == 0

    def gives_up_where_somebody_reads(self, tables: dict[str, Any]) -> None:
        """Have somebody read every table for long: migrate does not wait, for all others would wait behind it."""
        with psycopg.connect(self.url) as reader:
            reader.execute(f"LOCK TABLE {', '.join(tables)} IN ACCESS SHARE MODE")
            if self.run(None, None) or not self.gave_up:
                self.found.broken.append("migrate changed tables under somebody who reads them.")
            self.old_page_works()

    def kill_on_the_way(self, targets: dict[str, str] | None, chance: random.Random, *, kills: int) -> None:
        """Kill it that often, each time somewhere further on, then let it come to its end."""
        for _ in range(kills):
            if self.run(targets, min(int(chance.paretovariate(0.5) * 3), EACH_PART_HAS)):
                break
            self.old_page_works()
        assert self.run(targets, None)
        self.old_page_works()

    def add_people(self, number: int) -> None:
        """Write people as the first release did."""
        with psycopg.connect(self.url) as owner:
            (host,) = _one(owner, "INSERT INTO team_host (name) VALUES ('Host') RETURNING id")
            columns = _columns(owner, "team_scheme")
            values = {name: _filler(kind) for name, kind in columns}
            values |= {"host_id": str(host), "name": "'Trafford'", "nation": "'england'", "is_demo": "false"}
            _fill(owner, "team_scheme", values)
            (self.scheme_id,) = _one(owner, "SELECT id FROM team_scheme")
            made = {name: _filler(kind) for name, kind in _columns(owner, "people_person")}
            made |= {"scheme_id": str(self.scheme_id), "family_name": "'Example' || number"}
            self.old_person = made
            query = PEOPLE.format(columns=", ".join(made), values=", ".join(made.values()))
            owner.execute(query, [number])
        self.found.people = number

    def old_page_works(self) -> None:
        """Read and write a person as the first release does, as the app role, while the tables are half new."""
        if not hasattr(self, "old_person"):
            return
        with psycopg.connect(self.database.app_url, options="-c lock_timeout=5000") as app:
            scheme = str(self.scheme_id)
            app.execute(
                "SELECT set_config('linkwell.scheme_ids', %s, true), set_config('linkwell.scheme_id', %s, true)",
                [scheme, scheme],
            )
            names = ", ".join(self.old_person)
            try:
                app.execute(f"SELECT {names} FROM people_person ORDER BY id LIMIT 20")
                app.execute(PEOPLE.format(columns=names, values=", ".join(self.old_person.values())), [1])
            except psycopg.Error as fault:
                self.found.broken.append(f"The first release cannot work meanwhile: {type(fault).__name__}.")
            app.rollback()


def _migrate(targets: dict[str, str] | None) -> None:
    from django.core.management import call_command

    if targets is None:
        call_command("migrate", verbosity=0, skip_checks=True)
        return
    for room, number in targets.items():
        call_command("migrate", room, number, verbosity=0, skip_checks=True)


def _one(owner: psycopg.Connection, query: str) -> tuple[Any, ...]:
    row = owner.execute(query).fetchone()
    assert row is not None
    return row


def _columns(owner: psycopg.Connection, table: str) -> set[Any]:
    """Return the columns that must be given a value, with their types."""
    query = """SELECT column_name, udt_name FROM information_schema.columns
               WHERE table_schema = 'public' AND table_name = %s AND is_nullable = 'NO' AND column_name <> 'id'"""
    return set(owner.execute(query, [table]).fetchall())


def _filler(kind: str) -> str:
    """Return a plain value of a column's type, in SQL."""
    numbers = {"int2", "int4", "int8", "float8", "numeric"}
    fixed = {
        "bool": "false",
        "timestamptz": "now()",
        "date": "current_date",
        "jsonb": "'{}'",
        "uuid": "gen_random_uuid()",
    }
    return "0" if kind in numbers else fixed.get(kind, "'{}'" if kind.startswith("_") else "''")


def _fill(owner: psycopg.Connection, table: str, values: dict[str, str]) -> None:
    owner.execute(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({', '.join(values.values())})")


def rows(url: str, columns: dict[str, list[str]]) -> dict[str, Any]:
    """Return a digest of these columns of all rows of the tables."""
    with psycopg.connect(url) as owner:
        return {
            table: owner.execute(
                DIGEST.format(table=table, columns=f"concat_ws('|', {', '.join(f't.{name}' for name in names)})")
            ).fetchone()
            for table, names in columns.items()
        }


def all_columns(url: str) -> dict[str, list[str]]:
    query = """SELECT table_name, array_agg(column_name::text ORDER BY 1) FROM information_schema.columns
               WHERE table_schema = 'public' AND table_name = ANY (%s) GROUP BY 1"""
    with psycopg.connect(url) as owner:
        return dict(owner.execute(query, [list(KEPT)]).fetchall())


def demands(url: str) -> dict[str, dict[str, bool]]:
    """Return for each table its columns, and whether a new row must give them a value."""
    query = """SELECT table_name, jsonb_object_agg(column_name, is_nullable = 'NO' AND column_default IS NULL
                      AND is_identity = 'NO' AND is_generated = 'NEVER')
               FROM information_schema.columns JOIN pg_tables ON tablename = table_name AND schemaname = 'public'
               WHERE table_schema = 'public' GROUP BY 1"""
    with psycopg.connect(url) as owner:
        return dict(owner.execute(query).fetchall())


def what_the_first_release_lacks(old: dict[str, dict[str, bool]], new: dict[str, dict[str, bool]]) -> list[str]:
    """Return what the tables of today demand of the first release, which knows neither new names nor new columns."""
    sentences = []
    for table, columns in old.items():
        now = new.get(table, {})
        sentences += [f"{table}.{name} is gone, and the first release reads it." for name in columns if name not in now]
        sentences += [
            f"{table}.{name} must be given, and the first release does not."
            for name, must in now.items()
            if must and name not in columns
        ]
    return sentences


def schema(url: str) -> set[tuple[str, str]]:
    """Return everything that the tables are made of."""
    with psycopg.connect(url) as owner:
        return set(owner.execute(SCHEMA).fetchall())


@contextmanager
def empty_database(server: TestServer) -> Iterator[Clone]:
    """Have a prepared database without a table."""
    name = f"linkwell_test_{os.getpid()}_upgrade"
    clone = Clone(name, *(make_conninfo(url, dbname=name) for url in (server.app, server.owner, server.straight)))
    with roles.connect(server.admin) as admin:
        admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        admin.execute(f"CREATE DATABASE \"{name}\" ENCODING 'UTF8'")
    try:
        admin_url = make_conninfo(server.admin, dbname=name)
        roles.prepare(admin_url, app_url=clone.app_url, owner_logs_in=server.owner != server.admin)
        yield clone
    finally:
        server.drop(clone)


def upgrade(*, people: int, kills: int, chance: random.Random) -> Found:
    """Go all the way with that many kills on each part of it, and compare with the way without."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "linkwell.config.settings_test"
    import django
    from django.db import connections

    django.setup()
    warnings.filterwarnings("ignore")
    found = Found()
    with test_server() as server, empty_database(server) as database:
        wanted = schema(make_conninfo(server.owner, dbname=server.template()))
        way = Upgrade(server, database, found)
        connections.close_all()
        where = connections.settings["default"]
        where.update(django_settings(way.url))
        where["OPTIONS"] = {"options": conninfo_to_dict(way.url)["options"]}
        way.kill_on_the_way(FIRST_RELEASE, chance, kills=kills)
        way.add_people(people)
        columns = all_columns(way.url)
        old = demands(way.url)
        way.gives_up_where_somebody_reads(old)
        before = rows(way.url, columns)
        way.kill_on_the_way(None, chance, kills=kills)
        if rows(way.url, columns) != before:
            found.broken.append("What stood in the rows before is not what stands there now.")
        found.broken += what_the_first_release_lacks(old, demands(way.url))
        if differs := sorted(schema(way.url) ^ wanted):
            found.broken.append(f"The tables are not as without kills: {differs[:5]}.")
    return found


def main() -> None:
    """Go the way and print what was found as JSON."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--people", type=int, default=2000)
    asked.add_argument("--kills", type=int, default=8)
    asked.add_argument("--seed", type=int, default=0)
    given = asked.parse_args()
    found = upgrade(people=given.people, kills=given.kills, chance=random.Random(given.seed))
    print(json.dumps(vars(found)))


if __name__ == "__main__":
    main()
