"""The index as one process sees it, and the thread that follows what the database tells.

The thread has a connection of its own, which listens; it looks whenever it is told, every few seconds besides, and
whenever it had to connect anew, so that a lost notification delays a change by seconds and loses none. A page
that finds, with what it reads anyway, that the directory has moved on, has the index catch up at once
(`caught_up`).
"""

import logging
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.db import connections
from psycopg import sql
from psycopg.conninfo import make_conninfo

from linkwell.directory.searching import changes, keeping, meaning
from linkwell.directory.searching.keeping import Kept
from linkwell.matching.index import NoIndex

LOOKS_EVERY = 5.0  # seconds, told or not
WHILE_BUILDING = 0.2
LONGEST_PAUSE = 30.0
AFTER_A_FAILED_BUILD = 60.0
log = logging.getLogger(__name__)


class View:
    """What one process knows: the index, unless the database must answer for now."""

    def __init__(self, url: str, home: Path) -> None:
        self.url, self.home = url, home
        self.folder: Path | None = None
        self.kept: Kept | None = None
        self._meanings = meaning.Keeper(url)
        self._build: subprocess.Popen[bytes] | None = None
        self._no_build_before = 0.0
        self._said = ""
        self.stops = threading.Event()
        self.thread = threading.Thread(target=self._follow, name="search index", daemon=True)

    def current(self) -> Kept | None:
        """Return the index as the last process to change it left it, None where the database must answer."""
        kept = self.kept
        if kept is None:
            return None
        try:
            latest = kept.latest()
        except (OSError, NoIndex):
            return None
        if latest is not kept:
            self.kept = latest
        return latest

    def caught_up(self, cursor: Any) -> Kept | None:
        """Return the index with all that this cursor sees, None where the database must answer."""
        kept, folder = self.current(), self.folder
        if kept is None or folder is None:
            return None
        try:
            self.kept = keeping.caught_up(kept, folder, cursor)
        except changes.OwnChanges:
            return None
        except (keeping.FarBehind, NoIndex, OSError) as fault:
            self._give_up(fault)
            return None
        return self.kept

    def _follow(self) -> None:
        pause = 0.5
        while not self.stops.is_set():
            try:
                with psycopg.connect(self.url, autocommit=True, prepare_threshold=None) as server:
                    self.folder = keeping.folder_of(self.home, changes.database_of(server.cursor()))
                    if not _is_pooled(server):  # else it would stay with a connection that others get next
                        server.execute(sql.SQL("LISTEN {}").format(sql.Identifier(changes.CHANNEL)))
                    while not self.stops.is_set():
                        self._look(server.cursor())
                        pause = 0.5
                        wait = WHILE_BUILDING if self._build else LOOKS_EVERY
                        for _ in server.notifies(timeout=wait, stop_after=1):
                            pass
            except psycopg.Error as fault:
                self._say(f"The search index cannot hear of changes ({type(fault).__name__}); it tries again.")
                self.stops.wait(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
            except Exception as fault:
                self._give_up(fault)
                self.stops.wait(pause)
                pause = min(2 * pause, LONGEST_PAUSE)

    def _look(self, cursor: Any) -> None:
        """Take in what changed; have the index made anew where that is due."""
        assert self.folder is not None
        self._see_to_build()
        try:
            kept = self.current() or keeping.opened(self.folder)
            if kept is None or changes.is_too_old(kept.mark, _now(cursor)):
                raise NoIndex
            kept = keeping.caught_up(kept, self.folder, cursor)
            if self.kept is None:
                keeping.warm(kept)  # the first search of a process loads compiled code: nobody waits for it
            self.kept = kept
        except (NoIndex, keeping.FarBehind):
            self.kept = None
            self._begin_build()
        except OSError as fault:
            self._give_up(fault)
        else:
            self._said = ""
            self._meanings.see_to(self.folder, self.kept.mark.newest)
            if self.kept.is_worn():
                self._begin_build()

    def _begin_build(self) -> None:
        assert self.folder is not None
        if self._build is not None or time.monotonic() < self._no_build_before:
            return
        try:
            lock = keeping.try_lock(self.folder / "rebuild.lock")
            if lock is None:  # another process sees to it
                return
            try:
                self._build = subprocess.Popen(
                    [sys.executable, "-W", "ignore", "-m", "linkwell.directory.searching.rebuild", str(self.folder)],
                    env={**os.environ, "LINKWELL_SEARCH_DATABASE": self.url}, stdin=subprocess.DEVNULL,
                    pass_fds=(lock,),
                )  # fmt: skip
            finally:
                os.close(lock)
        except OSError as fault:
            self._no_build_before = time.monotonic() + AFTER_A_FAILED_BUILD
            self._give_up(fault)

    def _see_to_build(self) -> None:
        if self._build is not None and self._build.poll() is not None:
            if self._build.returncode != 0:
                self._no_build_before = time.monotonic() + AFTER_A_FAILED_BUILD
            self._build = None

    def _give_up(self, fault: Exception) -> None:
        """Let the database answer until the index can be used again."""
        self.kept = None
        self._say(
            f"The search index cannot be kept ({getattr(fault, 'strerror', None) or type(fault).__name__}); the"
            " database answers searches instead."
        )

    def _say(self, words: str) -> None:
        if words != self._said:  # once, not every few seconds
            self._said = words
            log.warning(words)


_view: View | None = None
_pid = 0
_starting = threading.Lock()


def start() -> View:
    """Return this process's view; the first call, in each process, has it follow the directory."""
    global _view, _pid
    if _view is None or _pid != os.getpid():
        with _starting:
            if _view is None or _pid != os.getpid():
                view = View(database_url(), Path(settings.HOME))
                view.thread.start()
                _view, _pid = view, os.getpid()
    return _view


def use(view: View | None) -> View | None:
    """Search with this view from now on, and return the one before; for tests."""
    global _view, _pid
    before, _view, _pid = _view, view, os.getpid()
    return before


def database_url() -> str:
    """Return where this process may listen: the server itself where DATABASE_URL leads through a pooler."""
    if settings.LINKWELL_LISTEN_URL:
        return str(settings.LINKWELL_LISTEN_URL)
    place = connections["default"].settings_dict
    names = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    given = {part: str(place[name]) for part, name in names.items() if place.get(name)}
    options = {name: value for name, value in place["OPTIONS"].items() if name not in ("pool", "prepare_threshold")}
    return make_conninfo(**{**options, **given})


def _now(cursor: Any) -> Any:
    cursor.execute("SELECT clock_timestamp()")
    return cursor.fetchone()[0]


def _is_pooled(server: Any) -> bool:
    """Say whether something stands between us and the server's process: then nobody tells us, and we look."""
    return bool(server.info.backend_pid != server.execute("SELECT pg_backend_pid()").fetchone()[0])
