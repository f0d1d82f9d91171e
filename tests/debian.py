"""`make test-debian`: the whole suite on a throw-away PostgreSQL of the system, over TCP with passwords.

The roles and the database are made by the statements of docs/how-to/run-on-a-server.md and by `linkwell
database prepare`, as an operator would; then the suite runs on the server itself, and once more with
DATABASE_URL leading through pgbouncer in transaction mode. POOLER=0 or POOLER=1 chooses one of the two;
PYTEST="tests/web -x" is handed on. What was started is stopped and removed, whatever happens.
"""

import contextlib
import os
import re
import secrets
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg

from linkwell.cli.postgres.user import closed_folder
from tests import pooler
from tests.faults.running import free_port

ROOT = Path(__file__).resolve().parents[1]
HOW_TO = ROOT / "docs" / "how-to" / "run-on-a-server.md"
PREFIX = "test-debian-"
SHARED_CONNECTIONS = 3
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "max_connections": 100,
    "fsync": "off",  # thrown away afterwards
    "synchronous_commit": "off",
    "full_page_writes": "off",
}


class Server:
    """PostgreSQL of this system in a folder of its own."""

    def __init__(self, folder: Path, programs: Path) -> None:
        self.folder, self.programs, self.port = folder, programs, free_port()
        self.password = secrets.token_urlsafe(16)

    def start(self) -> None:
        """Make the data folder and start the server; raise CalledProcessError if it does not come up."""
        words = self.folder / "password"
        words.write_text(self.password)
        data = self.folder / "data"
        data.mkdir(mode=0o700)
        if os.geteuid() == 0:
            for path in (words, data):
                shutil.chown(path, "postgres", "postgres")
        self._run(
            "initdb", "-D", data, "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--username=postgres",
            "--auth=scram-sha-256", f"--pwfile={words}",
        )  # fmt: skip
        settings = SETTINGS | {"port": self.port, "unix_socket_directories": ""}
        told = " ".join(f"-c {name}={shlex.quote(str(value))}" for name, value in settings.items())
        self._run("pg_ctl", "start", "-D", data, "-w", "-t", "60", "-l", data / "start.log", "-o", told)

    def stop(self) -> None:
        """Stop the server, at once."""
        with contextlib.suppress(subprocess.CalledProcessError):
            self._run("pg_ctl", "stop", "-D", self.folder / "data", "-m", "immediate", "-w")

    def url(self, user: str, password: str, database: str) -> str:
        """Return an address of the form that people give."""
        return f"postgresql://{user}:{password}@127.0.0.1:{self.port}/{database}"

    def _run(self, program: str, *words: object) -> None:
        plain = {"stdout": subprocess.DEVNULL, "stdin": subprocess.DEVNULL, "cwd": "/"}
        if os.geteuid() == 0:
            plain |= {"user": "postgres", "group": "postgres", "extra_groups": []}
        subprocess.run([str(self.programs / program), *map(str, words)], check=True, **plain)


def documented_statements(password: str) -> list[str]:
    """Return the statements that the how-to has an administrator run, with this password in them."""
    text = HOW_TO.read_text()
    (block,) = re.findall(r"```sql\n(.*?)```", text[text.index("## Your own PostgreSQL") :], re.DOTALL)[:1]
    return [line.strip() for line in block.replace("'…'", f"'{password}'").split(";") if line.strip()]


def prepared(server: Server) -> dict[str, str]:
    """Do what the how-to says and return the environment that it ends with."""
    owner, app = secrets.token_urlsafe(16), secrets.token_urlsafe(16)
    admin = server.url("postgres", server.password, "postgres")
    with psycopg.connect(admin, autocommit=True) as connection:
        print("PostgreSQL", connection.info.parameter_status("server_version"), flush=True)
        for statement in documented_statements(owner):
            connection.execute(statement)
        # the tests', not the product's: they make databases, and drop them while the pooler is still connected
        connection.execute("ALTER ROLE linkwell_owner CREATEDB")
        connection.execute("GRANT pg_signal_backend TO linkwell_owner")
    addresses = {
        "DATABASE_URL": server.url("linkwell_app", app, "linkwell"),
        "LINKWELL_OWNER_URL": server.url("linkwell_owner", owner, "linkwell"),
    }
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LINKWELL_")} | addresses
    environment |= {"LINKWELL_HOME": str(server.folder / "home"), "LINKWELL_TEST_HOME": str(server.folder / "home")}
    environment["LINKWELL_DEMO"] = "0"
    subprocess.run([sys.executable, "-m", "linkwell.cli", "database", "prepare"], env=environment, check=True)
    del environment["LINKWELL_HOME"], environment["LINKWELL_DEMO"]
    return environment


def run_suite(environment: dict[str, str], words: list[str]) -> int:
    """Run pytest and return its exit code."""
    return subprocess.run([sys.executable, "-m", "pytest", *words], env=environment, cwd=ROOT).returncode


def both_ways(server: Server, words: list[str], wanted: str) -> int:
    """Run the suite on the server itself and through a pooler; return 0 if all of it passed."""
    environment = prepared(server)
    codes = []
    if wanted != "1":
        print("== On the server itself", flush=True)
        codes.append(run_suite(environment, words))
    if wanted != "0":
        if pooler.program() is None:
            raise SystemExit(pooler.MISSING)
        print("== Through pgbouncer in transaction mode", flush=True)
        straight = environment["DATABASE_URL"]
        with pooler.pooler(straight, server.folder / "pooler", size=SHARED_CONNECTIONS) as pooled:
            environment |= {"DATABASE_URL": pooled, "LINKWELL_LISTEN_URL": straight}
            codes.append(run_suite(environment, words))
    return max(codes)


def programs() -> Path:
    """Return the folder of the newest PostgreSQL of this system, installing it where that can be done."""
    if found := _found():
        return found
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise SystemExit(
            "PostgreSQL was not found. Install it (Debian: apt-get install postgresql pgbouncer), then again."
        )
    print("Installing PostgreSQL and pgbouncer", flush=True)
    quiet = {"check": True, "stdout": subprocess.DEVNULL}
    quiet["env"] = os.environ | {"DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}  # starts no service
    subprocess.run(["apt-get", "update", "-qq"], **quiet)
    subprocess.run(["apt-get", "install", "-y", "-qq", "postgresql", "pgbouncer"], **quiet)
    found = _found()
    if found is None:
        raise SystemExit("PostgreSQL was installed, but its programs are not in /usr/lib/postgresql.")
    return found


def _found() -> Path | None:
    folders = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = sorted(folders, key=lambda path: int(path.parent.parent.name), reverse=True)
    beside = shutil.which("initdb")
    return newest[0].parent if newest else Path(beside).parent if beside else None


@contextlib.contextmanager
def throw_away_server(found: Path) -> Iterator[Server]:
    """Have a server run while the block runs; nothing of it is left."""
    above = ROOT / "var"
    above.mkdir(exist_ok=True)
    if os.geteuid() == 0 and closed_folder(above) != above:
        above = Path(tempfile.gettempdir())  # PostgreSQL's user could not pass
    _remove_left_over(above, found)
    folder = above / f"{PREFIX}{os.getpid()}"
    folder.mkdir(mode=0o711)
    (folder / "home").mkdir()
    server = Server(folder, found)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _remove_left_over(above: Path, found: Path) -> None:
    """Remove the servers of runs that were killed."""
    for folder in above.glob(f"{PREFIX}*"):
        if not psutil.pid_exists(int(folder.name.removeprefix(PREFIX))):
            Server(folder, found).stop()
            shutil.rmtree(folder, ignore_errors=True)


def main(words: list[str]) -> int:
    """Run it all and return the exit code."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(1))
    with throw_away_server(programs()) as server:
        return both_ways(server, words or ["-n", "2", "--dist=loadfile"], os.environ.get("POOLER", ""))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
