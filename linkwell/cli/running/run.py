"""`linkwell run`: brings everything up in order, watches over it, and takes all of it down again."""

import errno
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from linkwell.cli import migrations, roles
from linkwell.cli.database import Urls, database, prepare, restart
from linkwell.cli.errors import Refused
from linkwell.cli.home import ensure_home, try_lock
from linkwell.cli.running.assets import make_assets
from linkwell.cli.running.children import Child
from linkwell.cli.running.room import Room, say

STOPPING_SECONDS = 8
READY_SECONDS = 90
DEATHS_BEFORE_READY = 2
EMPTY, DEMO, REAL = "nothing", "the demo scheme", "real schemes"


def run_everything() -> None:
    """Serve until Ctrl-C or SIGTERM; raise Refused, with everything down again, if that cannot be."""
    host, port = _host_and_port()
    home = ensure_home()
    with _the_only_one(home, port) as after_a_crash, _stopped_by_signals():
        _check_port_is_free(host, port, patience=STOPPING_SECONDS + 2 if after_a_crash else 0)
        with database() as urls:
            prepare(urls)
            if migrations.state(urls.owner) != migrations.CURRENT:
                print("Bringing the database up to date", flush=True)
                migrations.migrate(urls.owner)
            make_assets(home, url=urls.app)
            demo = os.environ.get("LINKWELL_DEMO", "1") != "0"
            os.environ["LINKWELL_DEMO"] = "1" if demo else "0"
            holds = contents(urls.owner)
            check_mode(holds, demo=demo)
            if demo and holds == EMPTY:
                print("Loading the demo scheme", flush=True)
                _linkwell("demo", "load")
            _serve(urls, home, host, port, demo=demo)


def contents(owner_url: str) -> str:
    """Return what the database holds: EMPTY, DEMO or REAL schemes (accounts without a scheme are real)."""
    query = """
        SELECT EXISTS (SELECT FROM team_scheme WHERE NOT is_demo), EXISTS (SELECT FROM team_scheme),
               EXISTS (SELECT FROM team_account)
    """
    with roles.connect(roles.as_owner(owner_url)) as server:
        real, schemes, accounts = server.execute(query).fetchone()
    if real or (accounts and not schemes):
        return REAL
    return DEMO if schemes else EMPTY


def check_mode(holds: str, *, demo: bool) -> None:
    """Raise Refused where made-up people would stand beside real ones, or be taken for them."""
    if demo and holds == REAL:
        raise Refused(
            "This database holds a real scheme, so it is not opened in demo mode. Start with `make run DEMO=0` or"
            " LINKWELL_DEMO=0, or set LINKWELL_HOME to a new folder for the demo."
        )
    if not demo and holds == DEMO:
        raise Refused(
            "This database holds the demo scheme, so it is opened in demo mode only. Start without DEMO=0, or set"
            " LINKWELL_HOME to a new folder to start empty."
        )


def _serve(urls: Urls, home: Path, host: str, port: int, *, demo: bool) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "LINKWELL_OWNER_URL"}
    environment |= {"LINKWELL_HOST": host, "LINKWELL_PORT": str(port)}
    environment.setdefault("DJANGO_SETTINGS_MODULE", migrations.SETTINGS)
    module = [sys.executable, "-W", "ignore", "-m", "linkwell.cli.running"]
    children = [
        Child(f"{name} process", [*module[:-1], f"{module[-1]}.{file}"], environment)
        for name, file in (("web", "web_server"), ("worker", "worker"))
    ]
    try:
        for child in children:
            child.start()
        _wait_until_healthy(children, urls, home, host, port)
        say(f"Linkwell is running at http://localhost:{port}")
        if demo:
            _linkwell("demo", "sign-ins")
        room = Room(urls.server.places.data if urls.server else home)
        while True:
            _watch(children, urls, home)
            if line := room.look():
                say(line, file=sys.stderr)
            time.sleep(0.2)
    finally:
        for child in children:
            child.ask_to_stop()
        until = time.monotonic() + STOPPING_SECONDS
        for child in children:
            child.end(until)


def _watch(children: list[Child], urls: Urls, home: Path) -> None:
    if urls.server is not None and urls.server.pid() is None:
        say("PostgreSQL ended; it starts again.", file=sys.stderr)
        try:
            restart(home, urls.server)
        except Refused as refusal:  # pages answer 503 until it works
            say(refusal, file=sys.stderr)
            time.sleep(2)
    for child in children:
        if line := child.watch():
            say(line, file=sys.stderr)


def _wait_until_healthy(children: list[Child], urls: Urls, home: Path, host: str, port: int) -> None:
    until = time.monotonic() + READY_SECONDS
    while not _healthy(host, port):
        _watch(children, urls, home)
        for child in children:
            if child.deaths >= DEATHS_BEFORE_READY:
                raise Refused(f"The {child.name} does not start; the reason stands above.")
        if time.monotonic() > until:
            raise Refused(
                f"Linkwell did not become ready in {READY_SECONDS} s; http://localhost:{port}/healthz says why."
            )
        time.sleep(0.1)


def _healthy(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1" if host == "0.0.0.0" else host, port, timeout=5)
    try:
        connection.request("GET", "/healthz", headers={"Host": f"localhost:{port}"})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _linkwell(*words: str) -> None:
    done = subprocess.run([sys.executable, "-W", "ignore", "-m", "linkwell.cli", *words])
    if done.returncode != 0:
        raise Refused(f"`linkwell {' '.join(words)}` did not finish; the reason stands above.")


def _host_and_port() -> tuple[str, int]:
    host, given = os.environ.get("LINKWELL_HOST") or "127.0.0.1", os.environ.get("LINKWELL_PORT") or "8000"
    if not given.isdecimal() or not 0 < int(given) < 65536:
        raise Refused(f"LINKWELL_PORT is {given}, which is no port. Choose a number from 1 to 65535, such as 8000.")
    return host, int(given)


def _check_port_is_free(host: str, port: int, *, patience: float) -> None:
    """Raise Refused if the port is taken; after a crash, what was left behind gets time to end."""
    until = time.monotonic() + patience
    while not _port_is_free(host, port):
        if time.monotonic() >= until:
            raise Refused(
                f"Port {port} on {host} is in use by another program. Stop that one, or choose another port with"
                f" LINKWELL_PORT={port + 1 if port < 65535 else 8000}."
            )
        time.sleep(0.1)


def _port_is_free(host: str, port: int) -> bool:
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except PermissionError:
        raise Refused(f"This user may not use port {port}. Choose one above 1023: LINKWELL_PORT=8000.") from None
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return False
        raise Refused(
            f"LINKWELL_HOST is {host}, which is no address of this machine ({error.strerror}). Leave it out, or set"
            " it to 0.0.0.0 to listen on all."
        ) from None
    return True


@contextmanager
def _the_only_one(home: Path, port: int) -> Iterator[bool]:
    """Refuse a second run on the same data; say whether the last one was killed."""
    lock, note = home / "run.lock", home / "running"
    held = try_lock(lock)
    if held is None:
        raise Refused(
            f"Linkwell is already running on the data in {home} ({_text(note)}). Stop that one first, or set"
            " LINKWELL_HOME to another folder for a second one."
        )
    with held:
        was_killed = note.exists()
        note.write_text(f"process {os.getpid()}, http://localhost:{port}")
        try:
            yield was_killed
        finally:
            note.unlink(missing_ok=True)


def _text(note: Path) -> str:
    try:
        return note.read_text()
    except OSError:
        return "just starting"


@contextmanager
def _stopped_by_signals() -> Iterator[None]:
    """Turn the first Ctrl-C, SIGTERM or hang-up into an orderly end; further ones do not disturb it."""

    def stop(number: int, _: object) -> None:
        for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(each, signal.SIG_IGN)
        say("Stopping")
        raise SystemExit(0)

    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, stop)
    yield
