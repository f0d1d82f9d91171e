"""The databases of the test suite: one server, one migrated template, clones of it.

The server is the embedded PostgreSQL with a home of its own (`var/test`), never the product's; or the
server of DATABASE_URL and LINKWELL_OWNER_URL where both are set (the owner's role must then be allowed
to create databases). The template is migrated once for each state of the migrations and kept for the
next run; a clone of it takes a fraction of a second and logs in as the app role.
"""

import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from linkwell.cli import database, migrations, roles
from linkwell.cli.home import locked
from linkwell.cli.postgres.server import SUPERUSER

ROOT = Path(__file__).resolve().parents[1]
KEPT_TEMPLATES = 3
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Clone:
    """One throw-away database and how to log in to it."""

    name: str
    app_url: str
    owner_url: str
    straight_url: str  # as the app role and past any pooler: for what holds on to its connection

    def environment(self) -> dict[str, str]:
        """Return what a process of the product needs to work on this database."""
        return {
            **os.environ,
            "DATABASE_URL": self.app_url,
            "LINKWELL_OWNER_URL": self.owner_url,
            "LINKWELL_LISTEN_URL": self.straight_url,
            "LINKWELL_SECRET_KEY": "a-key-for-tests-only",
        }


@dataclass(frozen=True)
class TestServer:
    """Makes and drops databases; `admin`, `app` and `owner` are the addresses to start from."""

    __test__ = False

    home: Path
    admin: str
    app: str
    owner: str
    straight: str

    def template(self) -> str:
        """Return the name of a database migrated to the present state, building it if need be."""
        name = f"linkwell_template_{migrations.fingerprint()}"
        with locked(self.home / "template.lock", waiting_for="migrating the tests' database"):
            with roles.connect(self.admin) as server:
                if not _exists(server, name):
                    self._drop_old_templates(server)
                    self._drop_databases_of_dead_runs(server)
                    self._build_template(server, name)
        return name

    def clone(self, template: str) -> Clone:
        """Return a new database like the template."""
        name = f"linkwell_test_{os.getpid()}_{next(_numbers)}"
        with roles.connect(self.admin) as server:
            server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return Clone(name, *(make_conninfo(url, dbname=name) for url in (self.app, self.owner, self.straight)))

    def drop(self, clone: Clone) -> None:
        """Remove the database and whoever is still connected to it."""
        with roles.connect(self.admin) as server:
            server.execute(f'DROP DATABASE IF EXISTS "{clone.name}" WITH (FORCE)')

    def _build_template(self, server: psycopg.Connection, name: str) -> None:
        draft = f"{name}_draft"
        server.execute(f'DROP DATABASE IF EXISTS "{draft}" WITH (FORCE)')
        server.execute(f"CREATE DATABASE \"{draft}\" ENCODING 'UTF8'")
        roles.prepare(
            make_conninfo(self.admin, dbname=draft),
            app_url=make_conninfo(self.app, dbname=draft),
            owner_logs_in=self.owner != self.admin,
        )
        migrations.migrate(make_conninfo(self.owner, dbname=draft))
        server.execute(f'ALTER DATABASE "{draft}" RENAME TO "{name}"')

    def _drop_old_templates(self, server: psycopg.Connection) -> None:
        query = "SELECT datname FROM pg_database WHERE datname LIKE 'linkwell_template_%' ORDER BY oid DESC"
        for (name,) in server.execute(query).fetchall()[KEPT_TEMPLATES - 1 :]:
            server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _drop_databases_of_dead_runs(self, server: psycopg.Connection) -> None:
        query = "SELECT datname FROM pg_database WHERE datname LIKE 'linkwell_test_%'"
        for (name,) in server.execute(query).fetchall():
            if not psutil.pid_exists(int(name.split("_")[2])):
                server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@contextmanager
def test_server() -> Iterator[TestServer]:
    """Have the tests' server run while the block runs; workers of one run share it."""
    home = Path(os.environ.get("LINKWELL_TEST_HOME") or ROOT / "var" / "test")
    home.mkdir(parents=True, exist_ok=True)
    given = database.named_by_environment() if os.environ.get("LINKWELL_OWNER_URL") else None
    if given is not None:
        yield TestServer(home, given.owner, given.app, given.owner, os.environ.get("LINKWELL_LISTEN_URL") or given.app)
        return
    with database.running(home, fast_and_loose=True) as server:
        admin = server.url(user=SUPERUSER, database="postgres")
        app, owner = (server.url(user=user, database="postgres") for user in (roles.APP, roles.OWNER))
        yield TestServer(home, admin, app, owner, app)


def django_settings(url: str) -> dict[str, object]:
    """Return the part of Django's database settings that says where to log in."""
    parts = dict(conninfo_to_dict(url))
    names = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
    return {name: parts.get(part) or "" for name, part in names.items()}


def _exists(server: psycopg.Connection, name: str) -> bool:
    return bool(server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone())
