"""What entries mean, kept beside the index: `python -m linkwell.directory.searching.meaning FOLDER` sees to it.

It is done in a process of its own, with little claim to the processor: the sentence model takes some 30 ms for each
text that changed. It has a mark of its own, so that a killed process costs nothing but time, and looks every half
minute at most: until then an entry that changed is ranked by everything else, and by what it said before.
"""

import fcntl
import logging
import os
import subprocess
import sys
import time
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
from django.conf import settings

from linkwell.directory.searching import changes
from linkwell.directory.searching.loading import all_facts, facts_of
from linkwell.matching import ranking

if TYPE_CHECKING:
    from linkwell.matching.meaning.scorer import Meanings, Said

BUSY = 2
EVERY = 30.0  # seconds between two looks of this process
LOCK = "keeping.lock"
BEST, WORDS, OFF = "best", "words", "off"
log = logging.getLogger(__name__)


def said(folder: Path | None, words: str) -> "Said | None":
    """Return what a person's words mean to each entry; None for a search of a few words, or where it is off."""
    way = settings.LINKWELL_OWN_WORDS
    if folder is None or way == OFF or len(words.split()) < ranking.STATEMENT_WORDS:
        return None
    return opened(folder / "meaning", way).latest().statement(words)


@cache
def opened(folder: Path, way: str) -> "Meanings":
    """Return the meanings of a folder, as the sentence model (where it is installed) or the built-in words see them."""
    from linkwell.matching.meaning.scorer import Meanings, best, installed
    from linkwell.matching.meaning.sentence import UnknownModel

    if way == BEST and (model := installed()):
        try:
            return Meanings(folder, best(model))
        except (UnknownModel, OSError) as fault:
            log.warning(f"The sentence model cannot be used ({type(fault).__name__}); the built-in words are.")
    return Meanings(folder, best())


class Keeper:
    """Starts the process that keeps meanings, when there is something for it to do."""

    def __init__(self, url: str) -> None:
        self._url, self._done, self._next = url, -1, 0.0
        self._child: subprocess.Popen[bytes] | None = None

    def see_to(self, folder: Path, newest: int) -> None:
        """Have the meanings of a folder brought up to date, unless they are or it is too soon."""
        if settings.LINKWELL_OWN_WORDS == OFF or time.monotonic() < self._next:
            return
        ended = 0 if self._child is None else self._child.poll()
        if ended is None or (ended == 0 and newest == self._done):
            return
        self._done, self._next = newest, time.monotonic() + EVERY
        self._child = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "linkwell.directory.searching.meaning", str(folder)],
            env={**os.environ, "LINKWELL_SEARCH_DATABASE": self._url,
                 "LINKWELL_OWN_WORDS": settings.LINKWELL_OWN_WORDS,
                 "OPENBLAS_NUM_THREADS": "1"},
            stdin=subprocess.DEVNULL,
        )  # fmt: skip


def keep(folder: Path, way: str, cursor: Any) -> bool:
    """Put the texts of entries that changed into vectors; return False where another process is doing so."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o755)
    with (folder / LOCK).open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        meanings = opened(folder, way)
        path = folder / f"{meanings.name}.mark"
        mark = changes.mark_of(path.read_text()) if path.exists() else None
        if mark is None or time.time() - mark.looked_at > changes.KEPT.total_seconds() / 2:
            mark = changes.first_mark(cursor)
            meanings.keep(all_facts(cursor))
        else:
            mark, changed = changes.since(cursor, mark, with_own=True)
            facts = list(facts_of(cursor, changed))
            meanings.keep(facts, changed - {one.id for one in facts})
        part = path.with_suffix(".part")
        part.write_text(replace(mark, own=()).text())
        part.replace(path)
    return True


def main() -> int:
    """Keep the meanings of a folder; return 0, BUSY where another process does, or 1 with a line that says why not."""
    os.nice(10)
    try:
        url, way = os.environ["LINKWELL_SEARCH_DATABASE"], os.environ["LINKWELL_OWN_WORDS"]
        with psycopg.connect(url, autocommit=True, prepare_threshold=None) as server:
            if not keep(Path(sys.argv[1]) / "meaning", way, server.cursor()):
                return BUSY  # asked again later: the other may have looked before the change
    except (OSError, psycopg.Error) as fault:
        why = getattr(fault, "strerror", None) or type(fault).__name__
        print(f"What entries mean could not be kept ({why}); they are ranked without it.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
