"""The folder of an index: which files are current, who may write, what a killed writer leaves behind.

`current` names the segments, oldest first, and is only ever replaced whole. A file that no `current` names is waste of
a writer that was killed; the next rebuild removes it. Readers take no lock.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import numpy as np

from linkwell.matching.index import segment
from linkwell.matching.index.encoding import Encoder, frozen
from linkwell.matching.index.facts import ServiceFacts
from linkwell.matching.index.segment import Segment

TRIES = 50


class NoIndex(Exception):
    """Nothing was built in this folder, or what was is damaged: build it."""


class Current(msgspec.Struct):
    """What the folder holds now."""

    serial: int
    main: str
    changes: list[str] = []  # segments of what changed since, older first
    removed: dict[int, int] = {}  # service → serial of its removal, where no segment of changes holds it
    mark: str = ""
    tops: dict[str, str] = {}


class Change(msgspec.Struct, array_like=True):
    """One service as it was written by a change."""

    serial: int
    facts: ServiceFacts


_changes = msgspec.msgpack.Decoder(list[Change])
Stamp = tuple[int, int, int]


def stamp(folder: Path) -> Stamp:
    """Return what tells whether `current` was replaced; raise NoIndex where there is none."""
    try:
        found = os.stat(folder / "current")
    except FileNotFoundError:
        raise NoIndex(f"Nothing was built in {folder.name} yet.") from None
    return found.st_ino, found.st_mtime_ns, found.st_ctime_ns


def read(folder: Path) -> Current:
    """Return what is current; raise NoIndex."""
    try:
        return msgspec.json.decode((folder / "current").read_bytes(), type=Current)
    except FileNotFoundError:
        raise NoIndex(f"Nothing was built in {folder.name} yet.") from None
    except msgspec.DecodeError:
        raise NoIndex(f"What was built in {folder.name} is damaged.") from None


def opened(folder: Path, known: dict[str, Segment]) -> tuple[Stamp, Current, list[Segment]]:
    """Return what is current and its segments, those that are known as they are; raise NoIndex."""
    for _ in range(TRIES):
        seen, current = stamp(folder), read(folder)
        try:
            names = [current.main, *current.changes]
            return seen, current, [known.get(name) or Segment(folder / name) for name in names]
        except FileNotFoundError:
            continue  # replaced between the two looks: what is current now has its files
        except ValueError as error:
            raise NoIndex(str(error)) from None
    raise NoIndex(f"Files that {folder.name} names are missing.")


@contextmanager
def locked(folder: Path, name: str) -> Iterator[None]:
    """Hold one of the folder's locks; the system releases it if the process dies."""
    with (folder / name).open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def switch(folder: Path, current: Current) -> None:
    """Make it current, all at once."""
    beside = folder / f"current.{os.getpid()}.part"
    beside.write_bytes(msgspec.json.encode(current))
    beside.replace(folder / "current")


def write_changes(folder: Path, name: str, held: dict[int, Change], tops: dict[str, str]) -> None:
    """Write changed services as a segment that also keeps their facts, for the next change to join."""
    encoder = Encoder(tops, is_small=True)
    for change in held.values():
        encoder.add(change.facts)
    head, arrays = frozen(encoder)
    arrays["facts"] = np.frombuffer(msgspec.msgpack.encode(list(held.values())), np.uint8)
    segment.write(folder / name, head, arrays, durable=False)


def held_changes(found: Segment) -> dict[int, Change]:
    """Return the changes that a segment keeps."""
    return {one.facts.id: one for one in _changes.decode(found.arrays["facts"].data)}


def tidy(folder: Path, current: Current) -> None:
    """Remove files that are not current; for a holder of both locks."""
    wanted = {"current", "changing", "building", current.main, *current.changes}
    for path in folder.iterdir():
        if path.name not in wanted and path.is_file():
            path.unlink(missing_ok=True)
