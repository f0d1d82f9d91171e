"""Z03: a process is killed before every SQL statement and around every commit of one act of each kind."""

import random
import time

from tests.faults.campaigns import Outcome
from tests.faults.statements import trial, try_act

SHARE = 2


def run(seconds: int, seed: int) -> Outcome:
    """Go through the acts, in another order each time, until the time is over; what is left out is said."""
    chance = random.Random(seed)
    until = time.monotonic() + seconds
    found = []
    with trial() as made:
        acts = list(made.acts)
        chance.shuffle(acts)
        for number, act in enumerate(acts):
            left = until - time.monotonic()
            share = time.monotonic() + max(left, 0) / (len(acts) - number)
            found.append(try_act(made, act, most=None, chance=chance, until=share))
    kills, points = sum(one.kills for one in found), sum(one.points for one in found)
    return Outcome(
        kills=kills,
        acknowledged=len(found),
        broken=tuple(sentence for one in found for sentence in one.broken),
        notes=f"{len(found)} acts of {points} points; {kills} kills, each left all of an act or none of it.",
    )
