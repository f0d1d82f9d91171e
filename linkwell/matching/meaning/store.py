"""What services mean, kept in a folder: one row of bytes a service, appended, mapped by every process.

A folder holds one way of making vectors. `N.ids` names what `N.rows` holds, row by row; the last row of a service
counts. Who writes holds the lock, writes rows before it names them, and cuts off what a killed writer left half;
readers take no lock. When most rows are stale, `keep` writes those that count under the next number.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]

NAMED = np.dtype([("id", "<i8"), ("digest", "<u8")])  # digest 0: the service is gone
TRIES = 5
SMALL = 1_000  # rows that are never worth writing anew


class Rows:
    """The rows of a folder as they were when it was opened."""

    def __init__(self, folder: Path, width: int) -> None:
        self.folder, self.width = folder, width
        for left in reversed(range(TRIES)):
            try:
                self._map(_newest(folder))
                break
            except FileNotFoundError:  # written anew between the two looks
                if not left:
                    raise

    def _map(self, number: int) -> None:
        width, self.number = self.width, number
        ids, rows = _paths(self.folder, number)
        self._size = ids.stat().st_size if ids.exists() else 0
        self.count = min(self._size // NAMED.itemsize, rows.stat().st_size // width if rows.exists() else 0)
        self.named = np.fromfile(ids, NAMED, self.count) if self.count else np.zeros(0, NAMED)
        shape = (self.count, width)
        self.rows: Bytes = np.memmap(rows, np.uint8, "r", 0, shape) if self.count else np.zeros(shape, np.uint8)
        self._order = np.lexsort((np.arange(self.count), self.named["id"]))
        self._sorted = self.named["id"][self._order]

    def latest(self) -> "Rows":
        """Return these rows, or a fresh look where something was written since; costs one look at a file."""
        try:
            size = _paths(self.folder, self.number)[0].stat().st_size
        except FileNotFoundError:
            size = 0
        is_same = size == self._size and (size or _newest(self.folder) == self.number)
        return self if is_same else Rows(self.folder, self.width)

    def places(self, ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the row of each service, -1 where there is none."""
        if not self.count:
            return np.full(len(ids), -1, np.int64)
        at = np.searchsorted(self._sorted, ids, side="right") - 1
        found = self._order[at]
        is_known = (at >= 0) & (self._sorted[at] == ids) & (self.named["digest"][found] != 0)
        return np.where(is_known, found, -1)

    def digests(self, ids: NDArray[np.int64]) -> NDArray[np.uint64]:
        """Return the digest each service was kept with, 0 where it is not known."""
        found = self.places(ids)
        return np.where(found >= 0, self.named["digest"][found] if self.count else 0, 0).astype(np.uint64)

    def append(self, ids: NDArray[np.int64], digests: NDArray[np.uint64], rows: Bytes) -> "Rows":
        """Write rows and return the folder as it is then; for the holder of the lock."""
        named, begin = np.zeros(len(ids), NAMED), self.latest()
        named["id"], named["digest"] = ids, digests
        names, bodies = _paths(self.folder, begin.number)
        _write(bodies, begin.count * self.width, np.ascontiguousarray(rows))
        _write(names, begin.count * NAMED.itemsize, named)
        return Rows(self.folder, self.width)

    def compacted(self) -> "Rows":
        """Return the folder without stale rows, where more than half are; for the holder of the lock."""
        now = self.latest()
        last = np.r_[now._sorted[1:] != now._sorted[:-1], True] if now.count else np.zeros(0, bool)
        counted = np.sort(now._order[last])
        counted = counted[now.named["digest"][counted] != 0]
        if now.count < SMALL or len(counted) * 2 > now.count:
            return now
        names, bodies = _paths(self.folder, now.number + 1)
        _write(bodies, 0, np.ascontiguousarray(now.rows[counted]))
        part = names.with_suffix(".part")
        _write(part, 0, now.named[counted])
        part.replace(names)
        for old in _paths(self.folder, now.number):
            old.unlink(missing_ok=True)
        return Rows(self.folder, self.width)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the folder's lock; the system releases it if the process dies."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _write(path: Path, begin: int, rows: NDArray[Any]) -> None:
    with path.open("r+b" if path.exists() else "w+b") as file:
        file.truncate(begin)
        file.seek(begin)
        file.write(rows.data)


def _newest(folder: Path) -> int:
    return max((int(path.stem) for path in folder.glob("*.ids")), default=0)


def _paths(folder: Path, number: int) -> tuple[Path, Path]:
    return folder / f"{number}.ids", folder / f"{number}.rows"
