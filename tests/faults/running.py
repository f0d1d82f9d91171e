"""A whole Linkwell in processes of its own, to be killed."""

import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import psutil

from linkwell.cli import migrations
from linkwell.cli.home import locked

ROOT = Path(__file__).resolve().parents[2]
KEPT = Path(os.environ.get("LINKWELL_TEST_HOME") or ROOT / "var" / "test")
STATIC = KEPT / "static"
OURS = ("DATABASE_URL", "DJANGO_SETTINGS_MODULE")


@contextmanager
def open_folder() -> Iterator[Path]:
    """Give a throw-away folder that PostgreSQL's user can pass; pytest closes its own to all others."""
    folder = Path(tempfile.mkdtemp(prefix="linkwell-test-"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def borrow_static(home: Path) -> None:
    """Give a new home the static files that another made; Linkwell makes them anew if they are not as it wants them."""
    if STATIC.exists() and not (home / "static").exists():
        home.mkdir(mode=0o711, parents=True, exist_ok=True)
        try:
            shutil.copytree(STATIC, home / "static")
        except OSError:  # somebody lends newer ones just now
            shutil.rmtree(home / "static", ignore_errors=True)


def lend_static(home: Path) -> None:
    """Keep a home's static files for the next one, if they are newer than those that are kept."""
    ours, kept = home / "static" / ".state", STATIC / ".state"
    if not ours.exists() or (kept.exists() and kept.read_text() == ours.read_text()):
        return
    draft, old = (STATIC.with_name(f"static-{word}-{os.getpid()}") for word in ("new", "old"))
    with suppress(OSError):
        shutil.copytree(home / "static", draft)
        if STATIC.exists():
            STATIC.rename(old)
        draft.rename(STATIC)
    for folder in (draft, old):
        shutil.rmtree(folder, ignore_errors=True)


def migrated_home(home: Path) -> None:
    """Fill a new home as `linkwell migrate` leaves it, from the one that was migrated first and is kept."""
    KEPT.mkdir(parents=True, exist_ok=True)
    kept = KEPT / f"home-{migrations.fingerprint()}"
    with locked(KEPT / "home.lock", waiting_for="migrating the tests' home"):
        if not kept.exists():
            for old in KEPT.glob("home-*"):
                shutil.rmtree(old)
            draft = KEPT / "home-draft"
            made = linkwell("migrate", home=draft)
            if made.returncode != 0:
                raise AssertionError(made.stderr)
            draft.rename(kept)
    home.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
    subprocess.run(["cp", "-a", str(kept), str(home)], check=True)  # with its owner, who is PostgreSQL's user
    (home / "secret-key").unlink(missing_ok=True)  # each home makes its own


def environment(home: Path, **others: str) -> dict[str, str]:
    """Return the environment of a Linkwell with this home and nothing else of ours; the database answers searches."""
    plain = {name: value for name, value in os.environ.items() if name not in OURS and not name.startswith("LINKWELL_")}
    return {**plain, "LINKWELL_HOME": str(home), "LINKWELL_DEMO": "0", "LINKWELL_SEARCH_INDEX": "0", **others}


def linkwell(*words: str, home: Path, **others: str) -> subprocess.CompletedProcess[str]:
    """Run one command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "linkwell.cli", *words],
        env=environment(home, **others),
        capture_output=True,
        text=True,
        timeout=300,
    )


def free_port() -> int:
    """Return a port that nobody listens on, below those that the system gives to outgoing connections."""
    while True:
        port = random.randrange(20_000, 32_000)
        with closing(socket.socket()) as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def eventually(true: Callable[[], bool], *, within: float, what: str) -> float:
    """Wait until something is true and return the seconds it took."""
    began = time.monotonic()
    while not true():
        if time.monotonic() - began > within:
            raise AssertionError(f"{what}: not within {within} s")
        time.sleep(0.05)
    return time.monotonic() - began


class Linkwell:
    """`linkwell run` on one home, started again as often as a test wants."""

    def __init__(self, home: Path, **others: str) -> None:
        self.home, self.port, self.log = home, free_port(), home.parent / "run.log"
        self.others = others
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *, within: float = 300) -> float:
        """Start it and return the seconds until it says that it is running."""
        borrow_static(self.home)
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "linkwell.cli", "run"],
                env=environment(self.home, LINKWELL_PORT=str(self.port), **self.others),
                stdout=log,
                stderr=log,
            )
        took = eventually(self._says_it_runs, within=within, what="Linkwell is running")
        lend_static(self.home)
        return took

    def _says_it_runs(self) -> bool:
        assert self.process is not None and self.process.poll() is None, self.log.read_text()
        return "Linkwell is running at" in self.log.read_text()

    def is_up(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Ask it to stop and return its exit code."""
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(timeout=60)

    def child(self, name: str) -> psutil.Process:
        """Return the process named web_server or worker that `run` itself started."""
        assert self.process is not None
        return next(child for child in psutil.Process(self.process.pid).children() if name in " ".join(child.cmdline()))

    def postgres(self) -> psutil.Process | None:
        """Return the main process of PostgreSQL, or None when it is down."""
        try:
            found = psutil.Process(int((self.home / "postgres" / "postmaster.pid").read_text().split()[0]))
            return found if found.status() != psutil.STATUS_ZOMBIE else None
        except (OSError, ValueError, IndexError, psutil.NoSuchProcess):
            return None

    def health(self) -> tuple[int, dict[str, str]]:
        """Return the status and content of /healthz; status 0 when nobody answers."""
        try:
            with urllib.request.urlopen(f"http://localhost:{self.port}/healthz", timeout=10) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)
        except OSError:
            return 0, {}

    def well(self) -> bool:
        return self.health()[0] == 200
