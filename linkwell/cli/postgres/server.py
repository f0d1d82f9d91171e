"""Drives the embedded PostgreSQL: make its data folder, start it, stop it, see whether it runs.

The programs of the wheel are called directly. The server listens on no network address; its socket
stands in a folder that its user alone may enter, and it asks the system who is calling (peer).
"""

import contextlib
import shlex
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psutil

from linkwell.cli.errors import Refused
from linkwell.cli.postgres.places import MAJOR, SOCKET_FILE, Places

SUPERUSER = "postgres"
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "jit": "off",
    "default_text_search_config": "pg_catalog.english",  # homes of before hold a name no parallel worker can read
    "max_connections": "60",
    "shared_buffers": "256MB",
    # a week of logs without any value of a row: no statement, no parameter, no detail
    "logging_collector": "on",
    "log_directory": "log",
    "log_filename": "postgresql-%a.log",
    "log_rotation_age": "1d",
    "log_truncate_on_rotation": "on",
    "log_timezone": "UTC",
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}


@dataclass(frozen=True)
class Server:
    """One embedded server. `fast_and_loose` gives up durability, for throw-away test data."""

    places: Places
    fast_and_loose: bool = False

    def url(self, *, user: str, database: str) -> str:
        """Return the address of a database for this role, over the server's own socket."""
        return f"postgresql://{user}@/{database}?host={quote(str(self._socket_folder()), safe='')}"

    def pid(self) -> int | None:
        """Return the number of the running server's main process, or None when it is down."""
        try:
            pid = int(self._pid_file()[0])
            process = psutil.Process(pid)
            ours = process.name().startswith("postgres") and process.username() == self.places.user.name
        except (OSError, ValueError, IndexError, psutil.Error):
            return None
        return pid if ours and process.status() != psutil.STATUS_ZOMBIE else None

    def start(self) -> bool:
        """Have the server run and accept connections; say whether this call started it."""
        self._check_version()
        if self._is_ready():
            return False
        if not (self.places.data / "PG_VERSION").exists():
            self._initialise()
        self._write_access_rules()
        self._remove_stale_locks()
        until = time.monotonic() + 20
        while not self._try_start():
            # after a kill -9 the old server's helpers need a moment to notice and leave
            if "shared memory block" not in self._start_log() or time.monotonic() > until:
                raise Refused(self._why_it_did_not_start())
            time.sleep(0.3)
        return True

    def stop(self) -> None:
        """Stop the server if it runs: open work is rolled back, nothing committed is lost."""
        if self.pid() is None:
            return
        for mode, seconds in (("fast", 20), ("immediate", 10)):
            done = self._run("pg_ctl", "stop", "-D", self.places.data, "-m", mode, "-w", "-t", seconds)
            if done.returncode == 0 or self.pid() is None:
                return
        raise Refused(f"PostgreSQL (process {self.pid()}) does not stop; end it with kill -9.")

    def _try_start(self) -> bool:
        options = dict(SETTINGS)
        if self.fast_and_loose:
            options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        words = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        words += ["-k", str(self.places.sockets)]
        log = self.places.data / "start.log"
        with contextlib.suppress(OSError):
            log.unlink()
        command = ["pg_ctl", "start", "-D", self.places.data, "-w", "-t", 120, "-l", log]
        return self._run(*command, "-o", shlex.join(words)).returncode == 0

    def _initialise(self) -> None:
        data = self.places.data
        if data.is_dir() and any(data.iterdir()):
            raise Refused(
                f"The folder {data} holds something that is not a PostgreSQL data folder. Move it"
                " away, or set LINKWELL_HOME to another folder."
            )
        draft = data.with_name("postgres.new")  # renamed when whole: a killed start leaves no half
        shutil.rmtree(draft, ignore_errors=True)
        self.places.user.make_folder(draft)
        options = ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        options += ["--locale=C", "--auth=peer", "--data-checksums", "--no-instructions"]
        options += ["--text-search-config=english", f"--username={SUPERUSER}"]
        if self.fast_and_loose:
            options.append("--no-sync")
        done = self._run("initdb", "-D", draft, *options)
        if done.returncode != 0:
            shutil.rmtree(draft, ignore_errors=True)
            raise Refused(f"PostgreSQL could not make its data folder {data}: {_reason(done)}")
        if data.is_dir():
            data.rmdir()
        draft.rename(data)

    def _write_access_rules(self) -> None:
        """Let the server's user, this user and root in, as any role; nobody else."""
        names = dict.fromkeys([self.places.user.name, _this_user(), "root"])
        self._write("pg_hba.conf", "local all all peer map=linkwell\n")
        self._write("pg_ident.conf", "".join(f'linkwell "{name}" all\n' for name in names))

    def _write(self, name: str, text: str) -> None:
        # written by the server's own user, so that no link in its folder can lead root astray
        done = subprocess.run(
            ["/bin/sh", "-c", 'printf %s "$2" > "$1"', "sh", str(self.places.data / name), text],
            capture_output=True,
            **self.places.user.options(),
        )
        if done.returncode != 0:
            raise Refused(
                f"The user {self.places.user.name} cannot write to {self.places.data}. Give the"
                " folder back to that user with chown, and see that the disk is not full."
            )

    def _check_version(self) -> None:
        file = self.places.data / "PG_VERSION"
        try:
            found = file.read_text().strip() if file.exists() else str(MAJOR)
        except OSError as error:
            raise Refused(
                f"Linkwell cannot read {self.places.data} ({error.strerror}). Give the folder back"
                " to the user that made it with chown, then start again."
            ) from None
        if found != str(MAJOR):
            raise Refused(
                f"The data in {self.places.data} was made by PostgreSQL {found}, and this Linkwell"
                f" runs PostgreSQL {MAJOR}. Bring it over with pg_upgrade or with a dump of"
                f" PostgreSQL {found}, or set LINKWELL_HOME to another folder to start empty."
            )

    def _remove_stale_locks(self) -> None:
        """Remove lock files whose number now belongs to another program, or to one that has died.

        PostgreSQL itself sees that a number is gone; one that still exists it must believe. A
        server of this folder that lives on is still found by its shared memory.
        """
        for file in (self.places.data / "postmaster.pid", self._socket_folder() / f"{SOCKET_FILE}.lock"):
            with contextlib.suppress(OSError, ValueError, IndexError):
                number = int(file.read_text().split()[0])
                if psutil.pid_exists(abs(number)) and self.pid() is None:
                    file.unlink()

    def _is_ready(self) -> bool:
        """Say whether the server runs and accepts connections, waiting while it is recovering."""
        until = time.monotonic() + 120
        ask = ["pg_isready", "-q", "-U", SUPERUSER, "-d", "postgres", "-h", self._socket_folder()]
        while self.pid() is not None:
            if self._run(*ask).returncode == 0:
                return True
            if time.monotonic() > until:
                raise Refused(
                    f"PostgreSQL (process {self.pid()}) runs but accepts no connection. Its log is"
                    f" in {self.places.data / 'log'}."
                )
            time.sleep(0.1)
        return False

    def _socket_folder(self) -> Path:
        with contextlib.suppress(OSError, IndexError):
            if self.pid() is not None and (folder := self._pid_file()[4].strip()):
                return Path(folder)
        return self.places.sockets

    def _pid_file(self) -> list[str]:
        return (self.places.data / "postmaster.pid").read_text().splitlines()

    def _start_log(self) -> str:
        """Return what the server wrote in its latest attempt to start."""
        try:
            logs = sorted((self.places.data / "log").glob("*.log"), key=lambda p: p.stat().st_mtime)
            newest = logs[-1].read_text(errors="replace") if logs else ""
            early = (self.places.data / "start.log").read_text(errors="replace")
        except OSError:
            return ""
        return early + newest[max(newest.rfind("starting PostgreSQL"), 0) :]

    def _why_it_did_not_start(self) -> str:
        log, data = self._start_log(), self.places.data
        if "No space left on device" in log:
            return f"The disk that holds {data} is full. Make room on it, then start again."
        if "Permission denied" in log or "has wrong ownership" in log:
            return (
                f"PostgreSQL may not read or write all of {data}. Give the folder back to the user"
                f" {self.places.user.name} with chown -R, then start again."
            )
        fatal = [line for line in log.splitlines() if "FATAL" in line or "PANIC" in line]
        reason = fatal[-1].split(":", 3)[-1].strip() if fatal else "no reason was logged"
        return f"PostgreSQL did not start: {reason}. Its log is {data / 'start.log'}."

    def _run(self, program: str, *words: object) -> subprocess.CompletedProcess[bytes]:
        command = [str(self.places.programs / "bin" / program), *(str(word) for word in words)]
        # a pipe would be inherited by the server and never close; initdb leaves nothing running
        told = subprocess.PIPE if program == "initdb" else subprocess.DEVNULL
        return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=told, **self.places.user.options())


def _this_user() -> str:
    return psutil.Process().username()


def _reason(done: subprocess.CompletedProcess[bytes]) -> str:
    """Return the first error that a program told, for those after it are about cleaning up."""
    lines = [line.strip() for line in (done.stderr or b"").decode(errors="replace").splitlines() if line.strip()]
    errors = [line.split("error: ", 1)[1] for line in lines if "error: " in line]
    return f"{(errors or lines or ['no reason was given'])[0].rstrip('.')}."
