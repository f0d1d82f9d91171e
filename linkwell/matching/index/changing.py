"""What writes to an index's folder: a rebuild of all, a change of some."""

import os
import time
from collections.abc import Iterable, Mapping
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

FEW = 256  # changed services that one change writes again; more of them are put aside in a segment of their own


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
                    current.changes = [_written(folder, current, held, "many")]
            switch(folder, current)
            tidy(folder, current)


def change(folder: Path, changed: Iterable[ServiceFacts], removed: Iterable[int], mark: str | None) -> None:
    """Write services that changed and switch; raise NoIndex where nothing was built."""
    with locked(folder, "changing"):
        current = read(folder)
        current.serial += 1
        stale = list(current.changes)
        held = [held_changes(Segment(folder / name)) for name in stale]
        few = held.pop() if held and len(held[-1]) <= FEW else {}
        many = held.pop() if held else {}
        for facts in changed:
            few[facts.id] = Change(current.serial, facts)
            current.removed.pop(facts.id, None)
        for one in removed:
            few.pop(one, None)
            current.removed[one] = current.serial
        if len(few) > FEW:
            many = {key: one for key, one in (many | few).items() if key not in current.removed}
            few = {}
            current.changes = [_written(folder, current, many, "many")]
        else:
            current.changes = stale[:1] if many else []
        if few:
            current.changes.append(_written(folder, current, few, "few"))
        if mark is not None:
            current.mark = mark
        switch(folder, current)
        for name in set(stale) - set(current.changes):
            (folder / name).unlink(missing_ok=True)


def _written(folder: Path, current: Current, held: dict[int, Change], kind: str) -> str:
    name = f"{current.serial}-{_token()}.{kind}"
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
