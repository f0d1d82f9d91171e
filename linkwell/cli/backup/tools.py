"""PostgreSQL's own pg_dump and pg_restore, fed and read as streams; no password on a command line."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from linkwell.cli import roles
from linkwell.cli.database import Urls
from linkwell.cli.errors import Refused
from linkwell.cli.postgres.places import MAJOR, wheel_programs

PIECE = 1024 * 1024
KNOWS_ITS_SETTINGS = 170000
UNKNOWN_SETTING = 'unrecognized configuration parameter "transaction_timeout"'
NOTHING_ELSE = "no reason was given."


def program(name: str, *, urls: Urls, server: int) -> str:
    """Return the path of pg_dump or pg_restore, at least as new as the server; raise Refused."""
    if urls.server is not None:
        return str(urls.server.places.programs / "bin" / name)
    if server // 10000 <= MAJOR:
        return str(wheel_programs() / "bin" / name)
    found = shutil.which(name)
    if found is None or major(found) < server // 10000:
        raise Refused(
            f"The server runs PostgreSQL {server // 10000}, and {name} of that version was not found. Install its"
            f" client tools (Debian: postgresql-client-{server // 10000})."
        )
    return found


def major(path: str) -> int:
    """Return the main version of a PostgreSQL program."""
    told = subprocess.run([path, "--version"], capture_output=True, text=True).stdout
    return int((re.findall(r"(\d+)", told) or ["0"])[0])


def dump(path: str, *, url: str, snapshot: str) -> Iterator[bytes]:
    """Return the dump of a database as of a snapshot, piece by piece; raise Refused if it does not end well."""
    words = ["--format=custom", "--compress=gzip:3", f"--snapshot={snapshot}", f"--role={roles.OWNER}"]
    words += ["--lock-wait-timeout=60s"]
    with _running(path, *words, url=url, stdout=subprocess.PIPE) as (process, complaint):
        assert process.stdout is not None
        while piece := process.stdout.read(PIECE):
            yield piece
        if process.wait() != 0:
            raise Refused(f"The database could not be read to its end: {complaint()}")


class Restoring:
    """A pg_restore that takes a dump by `write`; what it complains of is raised as Refused."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self.pipe, self.broke = pipe, False

    def write(self, part: bytes) -> None:
        """Hand on a part of the dump; one that pg_restore no longer takes is told of at the end."""
        if not self.broke:
            try:
                self.pipe.write(part)
            except OSError:
                self.broke = True


@contextmanager
def restoring(path: str, *, url: str, server: int) -> Iterator[Restoring]:
    """Run pg_restore into an empty database while the block feeds it; raise Refused if it does not end well.

    A pg_restore newer than the server first sets what the server does not know; that one complaint is passed over.
    """
    words = ["--exit-on-error"] if server >= KNOWS_ITS_SETTINGS else []
    with _running(path, *words, url=url, stdin=subprocess.PIPE) as (process, complaint):
        assert process.stdin is not None
        feeding = Restoring(process.stdin)
        yield feeding
        try:
            process.stdin.close()
        except OSError:
            feeding.broke = True
        code = process.wait()
        failed = code != 0 and (code != 1 or server >= KNOWS_ITS_SETTINGS or complaint() != NOTHING_ELSE)
        if failed or feeding.broke:
            raise Refused(f"The backup could not be put into a database: {complaint()}")


@contextmanager
def _running(path: str, *words: str, url: str, **pipes: int):
    parts = conninfo_to_dict(url)
    password = parts.pop("password", None)
    parts.pop("options", None)
    environment = os.environ | {"PGAPPNAME": Path(path).name, "LC_ALL": "C"}
    if password:
        environment["PGPASSWORD"] = str(password)
    with tempfile.TemporaryFile() as told:
        command = [path, *words, "--no-password", f"--dbname={make_conninfo('', **parts)}"]
        process = subprocess.Popen(command, env=environment, stderr=told, **pipes)  # type: ignore[call-overload]

        def complaint() -> str:
            told.seek(0)
            return _reason(told.read().decode(errors="replace"))

        try:
            yield process, complaint
        finally:
            if process.poll() is None:
                process.kill()
            for pipe in (process.stdout, process.stdin):
                if pipe is not None:
                    try:
                        pipe.close()
                    except OSError:
                        pass
            process.wait()


def _reason(told: str) -> str:
    """Return PostgreSQL's first error without the rows that its context may quote."""
    if "No space left on device" in told or "could not extend file" in told:
        return "the disk of the database is full. Make room on it, then try again."
    lines = [line for line in told.splitlines() if "error: " in line.lower() and UNKNOWN_SETTING not in line]
    found = re.sub(r"^.*?error:\s*", "", lines[0], flags=re.IGNORECASE) if lines else "no reason was given"
    found = re.sub(r"^.*?ERROR:\s*", "", found)
    return f"{found.strip().rstrip('.')}."
