"""The index in its folder on this machine: LINKWELL_HOME/matching/<database>.

Every process maps the same files. One at a time changes them (`catching-up.lock`), one at a time makes them anew
(`rebuild.lock`); a lock goes with the process that holds it, so that a killed one is in nobody's way.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from linkwell.directory.searching import changes
from linkwell.directory.searching.changes import Mark
from linkwell.directory.searching.loading import all_facts, facts_of
from linkwell.matching.index import NoIndex, ServiceIndex, warming
from linkwell.matching.query import Query

MOST_AT_ONCE = 5_000  # changed entries that are taken in one by one; for more the index is made anew
MOST_CHANGES = 2_000  # taken in since it was made
MOST_SHARE = 0.05
LOOKED_EVERY = 3_600.0  # seconds after which a mark is written although nothing changed
BUILT_EVERY = 24 * 3_600.0


class FarBehind(Exception):
    """So much changed that the index is to be made anew; meanwhile the database answers."""


@dataclass(frozen=True)
class Kept:
    """An index and how far it knows the directory."""

    index: ServiceIndex
    mark: Mark

    def latest(self) -> "Kept":
        """Return this, or what was written since by whichever process; costs one look at a file."""
        index = self.index.latest()
        return self if index is self.index else _kept(index)

    def is_worn(self) -> bool:
        """Say whether so much was changed since it was made, or so long ago, that it should be made anew."""
        many = self.index.changes > max(MOST_CHANGES, MOST_SHARE * len(self.index))
        return many or self.mark.looked_at - self.mark.built_at > BUILT_EVERY


def folder_of(home: Path, database: str) -> Path:
    return home / "matching" / database


def opened(folder: Path) -> Kept | None:
    """Return the index of a folder, None where there is none that this Linkwell can read."""
    try:
        return _kept(ServiceIndex.open(folder))
    except NoIndex:
        return None


def caught_up(kept: Kept, folder: Path, cursor: Any, *, with_own: bool = False) -> Kept:
    """Return the index with all that the cursor sees committed; raise FarBehind, OwnChanges, NoIndex or OSError.

    `with_own` takes what this transaction changed itself as well; for tests, which are rolled back.
    """
    with locked(folder / "catching-up.lock"):
        kept = kept.latest()
        mark, changed = changes.since(cursor, kept.mark, with_own=with_own)
        if len(changed) > MOST_AT_ONCE:
            raise FarBehind
        if not changed and mark.own == kept.mark.own and mark.looked_at - kept.mark.looked_at < LOOKED_EVERY:
            return kept
        facts = list(facts_of(cursor, changed))
        index = kept.index.update(facts, changed - {one.id for one in facts}, mark=mark.text())
        return Kept(index, mark)


def warm(kept: Kept) -> None:
    """Search once and load all compiled code, or make it where this machine has none yet; read the list of words."""
    warming.warm()
    kept.index.meant("lonelyness")
    kept.index.search(Query(needs=("loneliness",), words="lunch club"), on=datetime.now(UTC).date())


def build(folder: Path, cursor: Any) -> Kept:
    """Make the index anew of all that the cursor sees; what searches goes on with the old one until this stands."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o755)
    mark = changes.first_mark(cursor)
    ServiceIndex.build(all_facts(cursor), folder, mark=mark.text())
    kept = opened(folder)
    if kept is None:
        raise OSError("The index that was just made cannot be read.")
    return kept


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock while the block runs; others wait."""
    handle = os.open(path, os.O_CREAT | os.O_RDONLY | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def try_lock(path: Path) -> int | None:
    """Return the handle of a lock, held until it is closed here and in every process that got it; None if taken."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o755)
    handle = os.open(path, os.O_CREAT | os.O_RDONLY | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None
    return handle


def _kept(index: ServiceIndex) -> Kept:
    mark = changes.mark_of(index.mark)
    if mark is None:
        raise NoIndex
    return Kept(index, mark)
