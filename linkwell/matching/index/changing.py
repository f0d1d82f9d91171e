"""What writes to an index's folder: a rebuild of all, a change of some."""

import os
import time
from collections.abc import Iterable, Mapping
from math import inf
from pathlib import Path

from linkwell.matching.index import segment
from linkwell.matching.index.encoding import Encoder, frozen
from linkwell.matching.index.facts import ServiceFacts
from linkwell.matching.index.segment import Segment
from linkwell.matching.index.store import (
    Change,
    Current,
    NoIndex,
    held_changes,
    locked,
    read,
    switch,
    tidy,
    write_changes,
)

# Changed services lie in segments by how many they are: a change writes the smallest again, and the next larger one
# when that is full, so that most changes write few services.
TIERS: tuple[tuple[str, float], ...] = ((".few", 16), (".some", 256), (".many", inf))


def build(
    services: Iterable[ServiceFacts], folder: Path, *, tops: Mapping[str, str] | None = None, mark: str = ""
) -> None:
    """Write all services anew and switch; changes that are written meanwhile stay."""
    folder.mkdir(parents=True, exist_ok=True)
    with locked(folder, "building"):
        began = _serial(folder)
        encoder = Encoder(tops)
        for facts in services:
            encoder.add(facts)
        head, arrays = frozen(encoder)
        del encoder
        name = f"{began + 1}-{_token()}.all"
        segment.write(folder / name, head, arrays, durable=True)
        with locked(folder, "changing"):
            current = Current(serial=began + 1, main=name, mark=mark, tops=dict(tops or {}))
            try:
                before = read(folder)
            except NoIndex:
                before = None
            if before is not None and before.serial > began:
                current.serial = before.serial + 1
                current.removed = {one: at for one, at in before.removed.items() if at > began}
                held = {
                    key: one
                    for found in before.changes
                    for key, one in held_changes(Segment(folder / found)).items()
                    if one.serial > began
                }
                if held:
                    current.changes = [_written(folder, current, held, ".many")]
            switch(folder, current)
            tidy(folder, current)


def change(folder: Path, changed: Iterable[ServiceFacts], removed: Iterable[int], mark: str | None) -> None:
    """Write services that changed and switch; raise NoIndex where nothing was built."""
    with locked(folder, "changing"):
        current = read(folder)
        current.serial += 1
        stale = list(current.changes)
        kept = {Path(name).suffix: name for name in stale}
        new = {facts.id: Change(current.serial, facts) for facts in changed}
        current.removed = {one: at for one, at in current.removed.items() if one not in new}
        current.removed |= {one: current.serial for one in removed}
        for tier, most in TIERS if new else ():
            before = held_changes(Segment(folder / kept.pop(tier))) if tier in kept else {}
            new = {key: one for key, one in (before | new).items() if key not in current.removed}
            if len(new) <= most:
                if new:
                    kept[tier] = _written(folder, current, new, tier)
                break
        current.changes = [kept[tier] for tier, _ in reversed(TIERS) if tier in kept]
        if mark is not None:
            current.mark = mark
        switch(folder, current)
        for name in set(stale) - set(current.changes):
            (folder / name).unlink(missing_ok=True)


def _written(folder: Path, current: Current, held: dict[int, Change], kind: str) -> str:
    name = f"{current.serial}-{_token()}{kind}"
    write_changes(folder, name, held, current.tops)
    return name


def _serial(folder: Path) -> int:
    try:
        return read(folder).serial
    except NoIndex:
        return 0


def _token() -> str:
    """Return what keeps two files of one serial apart: a rebuild and a change may begin at the same one."""
    return f"{os.getpid():x}{time.monotonic_ns():x}"
