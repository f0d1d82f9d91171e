"""Z38: `migrate` is killed on its way from nothing to today, again and again, with 100,000 people in the tables."""

import random
import time

from tests.faults.campaigns import Outcome
from tests.faults.upgrade import Found, upgrade

SHARE = 2
PEOPLE = 100_000


def run(seconds: int, seed: int) -> Outcome:
    """Go the way again and again, each time killed at other statements, until the time is over."""
    chance, until = random.Random(seed), time.monotonic() + seconds
    ways: list[Found] = []
    while not ways or time.monotonic() < until:
        ways.append(upgrade(people=PEOPLE, kills=25, chance=chance))
    return Outcome(
        kills=sum(way.kills for way in ways),
        acknowledged=sum(way.people for way in ways),
        broken=tuple(sentence for way in ways for sentence in way.broken),
        notes=f"{len(ways)} ways of {PEOPLE} people, {sum(way.runs for way in ways)} runs of migrate.",
    )
