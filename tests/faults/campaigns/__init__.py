"""One file for each campaign of faults; README.md in the folder above says what a campaign is."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import Any


@dataclass(frozen=True)
class Outcome:
    """What a campaign did and what became of the writes that were acknowledged meanwhile.

    kills         processes killed, connections cut, disks filled: the faults that were made
    acknowledged  writes that the server answered with success
    lost          those of them that are not in the database afterwards
    doubled       those of them that are in the database more than once
    broken        other promises that did not hold, one sentence each
    notes         what is worth reading beside the counts
    """

    kills: int = 0
    acknowledged: int = 0
    lost: int = 0
    doubled: int = 0
    broken: tuple[str, ...] = field(default=())
    notes: str = ""

    @property
    def holds(self) -> bool:
        return not (self.lost or self.doubled or self.broken)


def names() -> list[str]:
    """Return the name of every campaign: whatever stands in this folder."""
    return sorted(module.name for module in iter_modules(__path__))


def campaign(name: str) -> ModuleType:
    """Return a campaign: `run(seconds, seed)`, perhaps `control(seconds, seed)`, perhaps SHARE."""
    return import_module(f"{__name__}.{name}")


def asked_of(name: str, what: str) -> Any:
    """Return what a campaign says of itself, or None; one that cannot be read breaks when it is run, and no other."""
    try:
        return getattr(campaign(name), what, None)
    except Exception:
        return None


def shares(chosen: list[str]) -> Iterator[tuple[str, float]]:
    """Yield each campaign with the part of the time that is its own; one without SHARE has one share."""
    weights = {name: float(asked_of(name, "SHARE") or 1) for name in chosen}
    for name, weight in weights.items():
        yield name, weight / sum(weights.values())
