"""The database a command works with: the one the environment names, or the embedded one.

A command starts the embedded server if it is down and stops what it started. Every command that uses
it holds a shared lock for as long as it does, and the last one out stops the server; the system lets
the lock of a killed command go, so nothing is left to clean up by hand.
"""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict

from linkwell.cli import roles
from linkwell.cli.errors import Refused
from linkwell.cli.home import ensure_home, locked, open_lock, restored_keys, secret_key, try_lock
from linkwell.cli.postgres.places import places
from linkwell.cli.postgres.server import SUPERUSER, Server

NAME = "linkwell"
STAYS_UP = "database-stays-up"  # left by `linkwell database start`
BUSY = "starting or stopping the database"


@dataclass(frozen=True)
class Urls:
    """Where to log in: as the app role, and as the owner (to migrate, back up, examine)."""

    app: str
    owner: str
    server: Server | None = None  # the embedded server, if that is what they lead to


def named_by_environment() -> Urls | None:
    """Return the addresses the environment gives, or None for the embedded database."""
    app = os.environ.get("DATABASE_URL", "").strip()
    owner = os.environ.get("LINKWELL_OWNER_URL", "").strip()
    listen = os.environ.get("LINKWELL_LISTEN_URL", "").strip()
    if app and owner:
        _check_form(DATABASE_URL=app, LINKWELL_OWNER_URL=owner, **({"LINKWELL_LISTEN_URL": listen} if listen else {}))
        return Urls(app, owner)
    if listen and not app and not owner:
        raise Refused(
            "LINKWELL_LISTEN_URL is set but DATABASE_URL is not. Leave it out to use the embedded database, or set all"
            " three addresses."
        )
    if app or owner:
        given, missing = ("DATABASE_URL", "LINKWELL_OWNER_URL") if app else ("LINKWELL_OWNER_URL", "DATABASE_URL")
        raise Refused(
            f"{given} is set but {missing} is not. Set both (the app's role and the owner's), or"
            " neither to use the embedded database."
        )
    return None


def _check_form(**urls: str) -> None:
    for name, url in urls.items():
        try:
            known = bool(conninfo_to_dict(url)) and "://" in url
        except psycopg.ProgrammingError:
            known = False
        if not known:
            raise Refused(f"{name} is not an address of the form postgresql://role:password@host:5432/database.")


@contextlib.contextmanager
def database() -> Iterator[Urls]:
    """Have a prepared database while the block runs, and its addresses in the environment."""
    folder = ensure_home()
    urls = named_by_environment()
    with contextlib.ExitStack() as stack:
        if urls is None:
            server = stack.enter_context(running(folder))
            urls = urls_of(server)
            if not roles.exists(server.url(user=SUPERUSER, database="postgres"), database=NAME):
                prepare(urls)
        if (folder / "restore-pending.json").exists():
            from linkwell.cli.backup.restore import finish

            finish(urls, folder)  # a restore was killed: before its keys are read, it is undone or finished
        stack.enter_context(
            _environment(
                DATABASE_URL=urls.app,
                LINKWELL_OWNER_URL=urls.owner,
                LINKWELL_HOME=str(folder),
                LINKWELL_SECRET_KEY=os.environ.get("LINKWELL_SECRET_KEY") or secret_key(folder),
                **{name: os.environ.get(name) or key for name, key in restored_keys(folder).items()},
            )
        )
        yield urls


def urls_of(server: Server) -> Urls:
    """Return the addresses of the embedded server's database."""
    return Urls(server.url(user=roles.APP, database=NAME), server.url(user=roles.OWNER, database=NAME), server)


def prepare(urls: Urls) -> None:
    """Create the roles, the database and the rights; what is there already stays as it is."""
    if urls.server is not None:
        admin = urls.server.url(user=SUPERUSER, database="postgres")
        roles.create_database(admin, database=NAME)
        roles.prepare(urls.server.url(user=SUPERUSER, database=NAME), app_url=urls.app, owner_logs_in=True)
    else:
        roles.prepare(urls.owner, app_url=urls.app, owner_logs_in=False)
        _check_reached_straight(urls)


def _check_reached_straight(urls: Urls) -> None:
    """Raise Refused if a pooler stands before the server and no address goes past it."""
    listen = os.environ.get("LINKWELL_LISTEN_URL", "").strip()
    name = "LINKWELL_LISTEN_URL" if listen else "DATABASE_URL"
    with roles.connect(listen or urls.app) as server:
        if roles.is_pooled(server):
            raise Refused(
                f"{name} leads through a pooler, which passes no notification on. Set LINKWELL_LISTEN_URL to the app's"
                " address on the server itself; DATABASE_URL may go through the pooler."
            )
        if server.info.dbname != conninfo_to_dict(urls.app).get("dbname", server.info.dbname):
            raise Refused("LINKWELL_LISTEN_URL names another database than DATABASE_URL. Let both name the same.")


def embedded(folder: Path, *, fast_and_loose: bool = False) -> Server:
    """Return the embedded server of a home, running or not."""
    return Server(places(folder), fast_and_loose=fast_and_loose)


@contextlib.contextmanager
def running(folder: Path, *, fast_and_loose: bool = False) -> Iterator[Server]:
    """Have the embedded server run while the block runs; stop it if nobody else uses it then."""
    users = folder / "database-users.lock"
    with locked(folder / "database.lock", waiting_for=BUSY):
        server = embedded(folder, fast_and_loose=fast_and_loose)
        mine = open_lock(users)
        fcntl.flock(mine, fcntl.LOCK_SH)
    try:
        restart(folder, server)
        yield server
    finally:
        with locked(folder / "database.lock", waiting_for=BUSY):
            mine.close()
            nobody_else = try_lock(users)
            if nobody_else is not None:
                with nobody_else:
                    if not (folder / STAYS_UP).exists():
                        server.stop()


def restart(folder: Path, server: Server) -> bool:
    """Start the server if it is down, one command at a time; say whether it was down."""
    with locked(folder / "database.lock", waiting_for=BUSY):
        return server.start()


def stay_up(folder: Path) -> Server:
    """Start the embedded server and leave it running when commands end."""
    with running(folder) as server:
        (folder / STAYS_UP).touch()
    return server


def stop(folder: Path) -> bool:
    """Stop the embedded server, say whether it ran; raise Refused while a command uses it."""
    with locked(folder / "database.lock", waiting_for=BUSY):
        (folder / STAYS_UP).unlink(missing_ok=True)
        unused = try_lock(folder / "database-users.lock")
        if unused is None:
            raise Refused(
                "The database is in use by another Linkwell command. End that first; the database then stops by itself."
            )
        with unused:
            server = embedded(folder)
            was_running = server.pid() is not None
            server.stop()
    return was_running


@contextlib.contextmanager
def _environment(**values: str) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
