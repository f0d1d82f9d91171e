"""Z08: the power is cut at the moment of an answer; what was synced is left, and it holds all that was answered."""

import random
import time
from contextlib import nullcontext

from tests.faults.campaigns import Outcome
from tests.faults.power import cut, without_sync
from tests.faults.site import site


def run(seconds: int, seed: int) -> Outcome:
    """Cut again and again for that long, at least twice."""
    return _cuts(seconds, seed, at_least=2)


def control(seconds: int, seed: int) -> Outcome:
    """The same where PostgreSQL answers before it has synced."""
    return _cuts(0, seed, at_least=1, loose=True)


def _cuts(seconds: float, seed: int, *, at_least: int, loose: bool = False) -> Outcome:
    chance, until = random.Random(seed), time.monotonic() + seconds
    cuts = acknowledged = lost = doubled = 0
    broken: list[str] = []
    with site() as made, without_sync(made) if loose else nullcontext():
        while cuts < at_least or time.monotonic() < until:
            verdict = cut(made, chance, acts=chance.randrange(5, 25), name=f"power-{cuts}")
            cuts += 1
            acknowledged += verdict.acknowledged
            lost += verdict.lost
            doubled += verdict.doubled
            broken += [] if loose else verdict.broken
    return Outcome(cuts, acknowledged, lost, doubled, tuple(broken))
