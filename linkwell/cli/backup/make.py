"""Make a backup: one snapshot into one encrypted file, tried by restoring that very file."""

import contextlib
import errno
import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from uuid import uuid4

import psycopg
import pyrage

from linkwell.cli import roles
from linkwell.cli.backup import census, homefiles, keys, package, records, servers, tools
from linkwell.cli.backup.envelope import encrypt
from linkwell.cli.backup.manifest import Manifest
from linkwell.cli.backup.trial import try_out
from linkwell.cli.database import Urls
from linkwell.cli.errors import Refused

ENDING, PART = ".tar.age", ".part"
UNTRIED = "-untried"


@dataclass(frozen=True)
class Made:
    """One backup as it lies on the disk."""

    file: Path
    bytes: int
    rows: int
    tables: int
    seconds_to_write: float
    seconds_to_try: float | None
    removed: tuple[Path, ...]


@dataclass(frozen=True)
class Wanted:
    """What the operator asked for."""

    to: Path
    recipients: Sequence[str] = ()
    with_keys: bool = True
    tried: bool = True
    keep: int | None = None


def back_up(urls: Urls, home: Path, wanted: Wanted, *, say: Callable[[str], None]) -> Made:
    """Write a backup, try it by restoring it, give it its name and thin out the older ones; raise Refused.

    Whatever goes wrong, no file is left that looks like a backup, and the older backups stay.
    """
    readers = keys.recipients(home=home, given=wanted.recipients)
    signing_key = keys.signing_key(home, make_it=bool(wanted.recipients or os.environ.get(keys.SETTING)))
    began, at = time.monotonic(), datetime.now(UTC)
    folder, target = _target(wanted, home, at)
    _remove_leftovers(folder)
    _check_room(urls, folder, tried=wanted.tried)
    draft = target.with_name(f"{target.name}{PART}")
    own = pyrage.x25519.Identity.generate()  # opens this one file, here and now; it is never written down
    try:
        with _disk_full(folder), _private_file(draft) as file, _snapshot(urls) as (server, snapshot):
            files = homefiles.gather(home, with_keys=wanted.with_keys)
            manifest = _manifest(server, home=home, at=at, with_keys=wanted.with_keys, say=say)
            say("Writing the backup")
            program = tools.program("pg_dump", urls=urls, server=server.info.server_version)
            dump = tools.dump(program, url=servers.admin(urls, servers.name_of(urls)), snapshot=snapshot)
            pieces = package.pack(manifest, files, dump, signing_key=signing_key)
            size = encrypt(pieces, file, [*readers, own.to_public()])
            file.flush()
            os.fsync(file.fileno())
        written = time.monotonic()
        if wanted.tried:
            say("Restoring it into a database of its own, to see that it is whole")
            with _disk_full(folder):
                try_out(
                    draft, [own], name=target.name, urls=urls, home=home, signer=keys.signer_of(signing_key), say=say,
                    keys=homefiles.keys_here(home),
                )  # fmt: skip
        _give_name(draft, target)
    finally:
        draft.unlink(missing_ok=True)
    tried = time.monotonic() - written if wanted.tried else None
    rows = manifest.census.rows
    records.note(home, file=target, made_at=at, bytes=size, rows=rows, tried_at=datetime.now(UTC) if tried else None)
    removed = _thin_out(folder, keep=wanted.keep) if wanted.tried and wanted.keep else ()
    return Made(target, size, rows, len(manifest.census.tables), written - began, tried, removed)


def _target(wanted: Wanted, home: Path, at: datetime) -> tuple[Path, Path]:
    to = wanted.to.expanduser().absolute()
    name = f"linkwell-{at:%Y-%m-%d-%H%M%S}{'' if wanted.tried else UNTRIED}{ENDING}"
    target = to if to.suffix == ".age" else to / name
    if target.exists():
        raise Refused(f"{target} exists already, and a backup is never written over. Choose another name or a folder.")
    try:
        if target.parent == home / "backups" or to.suffix != ".age":
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not target.parent.is_dir() or not os.access(target.parent, os.W_OK | os.X_OK):
            raise OSError(errno.EACCES, "no right to write, or no such folder")
    except OSError as error:
        raise Refused(f"The backup cannot be written into {target.parent} ({error.strerror}).") from None
    return target.parent, target


def _remove_leftovers(folder: Path) -> None:
    for file in folder.glob(f"*{ENDING}{PART}"):  # of a backup that was killed: this one holds the lock
        file.unlink(missing_ok=True)


def _check_room(urls: Urls, folder: Path, *, tried: bool) -> None:
    with roles.connect(urls.owner) as server:
        (size,) = server.execute("SELECT pg_database_size(current_database())").fetchone() or (0,)
    needs: dict[int, tuple[Path, float]] = {folder.stat().st_dev: (folder, size * 0.3)}
    if tried and urls.server is not None:
        data = urls.server.places.data
        device = data.stat().st_dev
        needs[device] = (data, needs.get(device, (data, 0.0))[1] + size * 1.3)
    for place, need in needs.values():
        free = shutil.disk_usage(place).free
        if free < need:
            raise Refused(
                f"The disk of {place} has {free / 1e9:.1f} GB free, and a backup of this database needs about"
                f" {need / 1e9:.1f} GB there while it is made and tried. Make room, or write it elsewhere with --to."
            )


@contextlib.contextmanager
def _private_file(path: Path) -> Iterator:
    with open(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb", buffering=1024 * 1024) as file:
        yield file


@contextlib.contextmanager
def _disk_full(folder: Path) -> Iterator[None]:
    """Turn what the system says of a disk into a sentence."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise Refused(f"The disk of {folder} is full. Nothing was kept; make room, then try again.") from None
        if error.errno is None:
            raise
        raise Refused(f"The backup cannot be written into {folder} ({error.strerror}). Nothing was kept.") from None


@contextlib.contextmanager
def _snapshot(urls: Urls) -> Iterator[tuple[psycopg.Connection, str]]:
    """Open one moment of the database, for the counts and for pg_dump alike."""
    with roles.connect(roles.as_owner(servers.admin(urls, servers.name_of(urls)))) as server:
        may = server.execute("SELECT rolbypassrls OR rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
        if not may or not may[0]:
            raise Refused(
                f"The role {roles.OWNER} may not pass row-level security, so a backup would miss rows. Let the server's"
                f" administrator run ALTER ROLE {roles.OWNER} BYPASSRLS."
            )
        with server.transaction():
            server.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            (snapshot,) = server.execute("SELECT pg_export_snapshot()").fetchone() or ("",)
            yield server, str(snapshot)


def _manifest(
    server: psycopg.Connection, *, home: Path, at: datetime, with_keys: bool, say: Callable[[str], None]
) -> Manifest:
    label, applied = census.migrations(server)
    counted = census.take(server, progress=lambda table: say(f"Counting {table}"))
    return Manifest(
        id=uuid4().hex,
        made_at=at.isoformat(timespec="seconds"),
        linkwell=version("linkwell"),
        postgresql=server.info.server_version,
        fingerprint=label,
        migrations=applied,
        census=counted,
        roles=census.grantees(server),
        audit_heads=census.audit_heads(server),
        field_key_check=homefiles.key_check(homefiles.field_key(homefiles.keys_here(home))),
        with_keys=with_keys,
    )


def _give_name(draft: Path, target: Path) -> None:
    try:
        os.link(draft, target)  # refuses what exists, which a rename would replace
    except FileExistsError:
        raise Refused(f"{target} exists already, and a backup is never written over.") from None
    except OSError:  # a disk without links
        draft.rename(target)
    draft.unlink(missing_ok=True)
    handle = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _thin_out(folder: Path, *, keep: int) -> tuple[Path, ...]:
    """Remove the oldest of the tried backups beyond the number to keep; untried ones neither count nor go."""
    tried = sorted(file for file in folder.glob(f"linkwell-*{ENDING}") if not file.name.endswith(UNTRIED + ENDING))
    old = tried[: max(len(tried) - keep, 0)]
    for file in old:
        file.unlink()
    return tuple(old)
