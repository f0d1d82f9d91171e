"""Databases beside the one that serves: made to try a backup in, or to take its place."""

import contextlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from linkwell.cli import roles
from linkwell.cli.database import NAME, Urls, running, urls_of
from linkwell.cli.errors import Refused
from linkwell.cli.postgres.places import MAJOR
from linkwell.cli.postgres.server import SUPERUSER

CHECKING, RESTORING, BEFORE = "_checking", "_restoring", "_before_"
TRIAL_HOME = "backup-trial"
BOOKKEEPING = r"^(django_|auth_|procrastinate_|linkwell_cache)"


@dataclass(frozen=True)
class Beside:
    """One database on a server, and how to log in to it: as who may do all, and as the app."""

    urls: Urls
    name: str

    @property
    def admin(self) -> str:
        return admin(self.urls, self.name)

    @property
    def app(self) -> str:
        straight = os.environ.get("LINKWELL_LISTEN_URL") if self.urls.server is None else None
        return make_conninfo(straight or self.urls.app, dbname=self.name)  # a pooler knows no new databases

    @property
    def is_embedded(self) -> bool:
        return self.urls.server is not None


def admin(urls: Urls, database: str) -> str:
    """Return the address of a database for who may make and rename databases there."""
    if urls.server is not None:
        return urls.server.url(user=SUPERUSER, database=database)
    return make_conninfo(urls.owner, dbname=database)


def name_of(urls: Urls) -> str:
    """Return the name of the database that the product works on."""
    return str(conninfo_to_dict(urls.owner).get("dbname") or NAME)


def exists(urls: Urls, name: str) -> bool:
    """Say whether the server has a database of this name."""
    with elsewhere(urls) as server:
        return bool(server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone())


@contextlib.contextmanager
def elsewhere(urls: Urls) -> Iterator[psycopg.Connection]:
    """Log in to a database of the server that is neither made, renamed nor removed here."""
    try:
        server = roles.connect(admin(urls, "postgres"))
    except Refused:
        server = roles.connect(admin(urls, "template1"))
    with server:
        yield server


def make(urls: Urls, name: str) -> Beside:
    """Make an empty database in place of any of this name that a killed command left; raise Refused."""
    with elsewhere(urls) as server:
        try:
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
            server.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(sql.Identifier(name))
            )
        except psycopg.errors.InsufficientPrivilege:
            raise Refused(
                "The role of LINKWELL_OWNER_URL may not create databases on this server. Let its administrator run"
                f" ALTER ROLE {conninfo_to_dict(urls.owner).get('user')} CREATEDB, then try again."
            ) from None
    return Beside(urls, name)


def drop(urls: Urls, name: str) -> None:
    """Remove a database and whoever is connected to it."""
    with elsewhere(urls) as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


@contextlib.contextmanager
def scratch(urls: Urls, *, home: Path) -> Iterator[Beside]:
    """Have an empty database while the block runs: beside ours, else on a server that lives as long as the block."""
    name = f"{name_of(urls)}{CHECKING}"
    with contextlib.ExitStack() as stack:
        if not may_create(urls):
            urls = stack.enter_context(trial_server(home))
        place = make(urls, name)
        stack.callback(drop, urls, name)
        yield place


@contextlib.contextmanager
def trial_server(home: Path) -> Iterator[Urls]:
    """Run an embedded server of its own and remove it and its data afterwards."""
    folder = home / TRIAL_HOME
    _remove(folder)
    folder.mkdir(parents=True)
    folder.chmod(0o711)
    try:
        with running(folder, fast_and_loose=True) as server:
            yield urls_of(server)
    finally:
        _remove(folder)


def _remove(folder: Path) -> None:
    if folder.exists():
        pointer = folder / "postgres-is-in"  # root's server may keep its data elsewhere
        if pointer.exists():
            shutil.rmtree(Path(pointer.read_text().strip()).parent, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)


def may_create(urls: Urls) -> bool:
    """Say whether databases can be made on the server of these addresses."""
    if urls.server is not None:
        return True
    with elsewhere(urls) as server:
        query = "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
        return bool((server.execute(query).fetchone() or (False,))[0])


def version(urls: Urls) -> int:
    """Return the version of the server on which a backup of these addresses is tried, as 180004."""
    if urls.server is None and not may_create(urls):
        return MAJOR * 10000
    with elsewhere(urls) as server:
        return server.info.server_version


def holds_something(urls: Urls, name: str) -> bool:
    """Say whether a database holds any row beside its own bookkeeping; False where there is none."""
    if not exists(urls, name):
        return False
    with roles.connect(admin(urls, name)) as server:
        tables = server.execute(
            "SELECT format('%%I.%%I', schemaname, tablename) FROM pg_tables"
            " WHERE schemaname !~ '^pg_' AND schemaname <> 'information_schema' AND tablename !~ %s",
            [BOOKKEEPING],
        ).fetchall()
        with server.transaction():
            server.execute("SET LOCAL row_security = off")
            return any(server.execute(f"SELECT EXISTS (SELECT FROM {table})").fetchone()[0] for (table,) in tables)  # noqa: S608


def connected(urls: Urls, name: str) -> int:
    """Return how many others are connected to a database."""
    with elsewhere(urls) as server:
        query = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND backend_type = 'client backend'"
        return int((server.execute(query, [name]).fetchone() or (0,))[0])


def swap(urls: Urls, *, new: str, name: str, old: str) -> None:
    """Give `new` the name, and what had it the name `old`: both or neither; raise Refused while one is in use."""
    rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
    with elsewhere(urls) as server:
        there = server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
        try:
            with server.transaction():
                if there:
                    server.execute(rename.format(sql.Identifier(name), sql.Identifier(old)))
                server.execute(rename.format(sql.Identifier(new), sql.Identifier(name)))
        except psycopg.errors.ObjectInUse:
            raise Refused(
                f"Somebody is connected to the database {name}, so it was not replaced. Stop Linkwell and every other"
                " program that uses it, then try again."
            ) from None


def kept(urls: Urls) -> list[str]:
    """Return the databases that were replaced and kept, oldest first."""
    with elsewhere(urls) as server:
        query = "SELECT datname FROM pg_database WHERE datname LIKE %s ORDER BY datname"
        pattern = f"{name_of(urls)}{BEFORE}%".replace("_", r"\_")
        return [name for (name,) in server.execute(query, [pattern]).fetchall()]
