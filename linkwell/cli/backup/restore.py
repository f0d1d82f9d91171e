"""Restore a backup: tried in a database beside, then put in place in one step, or not at all."""

import contextlib
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from linkwell.cli import database, roles
from linkwell.cli.backup import homefiles, inside, keys, records, servers, trial
from linkwell.cli.backup.package import Contents
from linkwell.cli.database import Urls
from linkwell.cli.errors import Refused
from linkwell.cli.home import try_lock

JOURNAL, STAGED = "restore-pending.json", "restore-pending"


@dataclass(frozen=True)
class Restored:
    """What a restore brought back."""

    contents: Contents
    settled: dict[str, int]
    kept_database: str
    settings_file: Path | None


def check(file: Path, identity_file: Path, urls: Urls, home: Path, *, say: Callable[[str], None]) -> Contents:
    """Restore a backup into a database that is removed again, and note that it is whole; raise Refused."""
    identity = keys.read_identity(identity_file)
    arguments = {"name": file.name, "signer": identity.signer}
    say("Reading the backup")
    seen = trial.look_through(file, identity.keys, server=servers.version(urls), **arguments)
    at_hand = homefiles.check_keys(seen.files, home=home, check=seen.manifest.field_key_check)
    contents = trial.try_out(file, identity.keys, urls=urls, home=home, keys=at_hand, say=say, **arguments)
    told = contents.manifest
    records.note(home, file=file.absolute(), made_at=told.at, bytes=file.stat().st_size, rows=told.census.rows,
                 tried_at=datetime.now(UTC))  # fmt: skip
    return contents


def restore(
    file: Path, identity_file: Path, urls: Urls, home: Path, *, replace: bool, say: Callable[[str], None]
) -> Restored:
    """Put a backup in the place of the database; raise Refused, with what was there unchanged, if it cannot be.

    What it replaces is kept under another name. A restore that is killed is undone, or finished where
    the new database already serves, by the next command.
    """
    identity = keys.read_identity(identity_file)
    arguments = {"name": file.name, "signer": identity.signer}
    say("Reading the backup")
    contents = trial.look_through(file, identity.keys, server=_version(urls), **arguments)
    at_hand = homefiles.check_keys(contents.files, home=home, check=contents.manifest.field_key_check)
    name = servers.name_of(urls)
    full = _check_may_replace(urls, home, contents, replace=replace)
    _check_room(urls)
    say("Restoring into a new database")
    with _removed_on_failure(urls, home, f"{name}{servers.RESTORING}"):
        place = servers.make(urls, f"{name}{servers.RESTORING}")
        trial.fill(place, file, identity.keys, say=say, **arguments)
        trial.judge(place, contents, keys=at_hand, name=file.name, say=say)
        settled = _settle(place, contents, at_hand, home)
        old = f"{name}{servers.BEFORE}{datetime.now(UTC):%Y%m%d_%H%M%S}"
        journal = {"name": name, "new": place.name, "old": old, "id": contents.manifest.id}
        _mark(urls, place.name, contents.manifest.id)
        keys.write_private(home / JOURNAL, json.dumps(journal).encode(), over=True)
        say("Putting the new database in place")
        servers.swap(urls, new=place.name, name=name, old=old)
    finish(urls, home)
    if not full and servers.exists(urls, old):
        servers.drop(urls, old)  # it held nothing
    settings = home / "restored-settings.env"
    kept = old if full else ""
    return Restored(contents, settled, kept, settings if settings.exists() else None)


def finish(urls: Urls, home: Path) -> None:
    """Finish a restore whose database is in place, or undo one that was killed before; nothing else to do is fine."""
    path = home / JOURNAL
    if path.exists():
        journal = json.loads(path.read_text())
        if _marked(urls, journal["name"]) == journal["id"]:
            homefiles.install(home / STAGED, home, suffix=journal["old"].removeprefix(journal["name"]))
        elif servers.exists(urls, journal["new"]):
            servers.drop(urls, journal["new"])
    shutil.rmtree(home / STAGED, ignore_errors=True)
    path.unlink(missing_ok=True)


@contextlib.contextmanager
def alone(home: Path) -> Iterator[None]:
    """Hold the lock of `linkwell run` while the block runs; raise Refused if Linkwell serves."""
    held = try_lock(home / "run.lock")
    if held is None:
        raise Refused("Linkwell is running on this data. Stop it, then restore.")
    with held:
        yield


def _version(urls: Urls) -> int:
    with servers.elsewhere(urls) as server:
        return server.info.server_version


def _check_may_replace(urls: Urls, home: Path, contents: Contents, *, replace: bool) -> bool:
    """Say whether there is something to replace; raise Refused if that was not asked for, or is in use."""
    name = servers.name_of(urls)
    full = servers.holds_something(urls, name)
    if full and not replace:
        raise Refused(
            f"The database {name} is not empty, so nothing was changed. With --replace the backup takes its place, and"
            " what is there now is kept under another name."
        )
    others = servers.connected(urls, name) if servers.exists(urls, name) else 0
    if others:
        raise Refused(
            f"{others} programs are connected to the database {name}. Stop Linkwell and whatever else uses it, then"
            " restore."
        )
    return full


def _check_room(urls: Urls) -> None:
    if urls.server is None or not servers.exists(urls, servers.name_of(urls)):
        return
    with roles.connect(servers.admin(urls, servers.name_of(urls))) as server:
        (size,) = server.execute("SELECT pg_database_size(current_database())").fetchone() or (0,)
    free = shutil.disk_usage(urls.server.places.data).free
    if free < size:
        raise Refused(
            f"The disk of {urls.server.places.data} has {free / 1e9:.1f} GB free, too little to restore beside the"
            " database that is there. Make room, then try again."
        )


@contextlib.contextmanager
def _removed_on_failure(urls: Urls, home: Path, name: str) -> Iterator[None]:
    try:
        yield
    except BaseException:
        with contextlib.suppress(Refused):
            if (home / JOURNAL).exists():
                finish(urls, home)
            else:
                servers.drop(urls, name)
                shutil.rmtree(home / STAGED, ignore_errors=True)
        raise


def _settle(place: servers.Beside, contents: Contents, at_hand: dict[str, str], home: Path) -> dict[str, int]:
    staged = home / STAGED
    shutil.rmtree(staged, ignore_errors=True)
    staged.mkdir(mode=0o700)
    heads = staged / homefiles.HEADS_FILE
    settled = inside.settle(place, keys=at_hand, heads=heads, made_at=contents.manifest.made_at)
    homefiles.stage(staged, {name: raw for name, raw in contents.files.items() if name != homefiles.HEADS_FILE})
    return settled


def _mark(urls: Urls, name: str, backup: str) -> None:
    with servers.elsewhere(urls) as server:
        server.execute(f"COMMENT ON DATABASE \"{name}\" IS 'linkwell restored {backup}'")


def _marked(urls: Urls, name: str) -> str:
    with servers.elsewhere(urls) as server:
        query = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s"
        row = server.execute(query, [name]).fetchone()
    return str(row[0] if row and row[0] else "").removeprefix("linkwell restored ")


@contextlib.contextmanager
def server_of(home: Path) -> Iterator[Urls]:
    """Have a server to restore into: the environment's, or the embedded one, still without a database or key."""
    urls = database.named_by_environment()
    if urls is not None:
        yield urls
        return
    with database.running(home) as server:
        yield database.urls_of(server)
