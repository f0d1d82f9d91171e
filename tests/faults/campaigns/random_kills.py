"""Every process of a Linkwell under load is killed at random: web, worker, backends, PostgreSQL, the supervisor.

Security: Z01, Z06, Z36. Clients write contacts, goals, remarks, referrals, allocations and people referred on; mails go
to a mailbox. Afterwards: the ledger, one audit event and one history for each act, each mail once and at
most twice, and no job left lying.
"""

import random
import time
from collections import Counter
from collections.abc import Container

from tests.faults.campaigns import Outcome
from tests.faults.site import Site, counts, site, wait_until_well

SHARE = 4
WEIGHTS = {"web process": 30, "web_server": 8, "worker": 25, "backend": 15, "postmaster": 14, "supervisor": 8}


def run(seconds: int, seed: int) -> Outcome:
    """Kill for that long, at least six times, then judge."""
    with site() as made:
        return try_for(made, seconds, random.Random(seed))


def try_for(
    made: Site, seconds: float, chance: random.Random, *, at_least: int = 6, name: str = "ledgers",
    spare: Container[str] = (),
) -> Outcome:  # fmt: skip
    """Load and kill a site for that long and judge what became of what was acknowledged."""
    load = made.load(chance, name=name)
    load.start()
    killed: Counter[str] = Counter()
    until = time.monotonic() + seconds
    slowest = 0.0
    weights = {what: weight for what, weight in WEIGHTS.items() if what not in spare}
    while time.monotonic() < until or killed.total() < at_least:
        time.sleep(chance.uniform(0.2, 3.0))
        what = chance.choices(list(weights), weights=list(weights.values()))[0]
        if made.kill(what, chance):
            killed[what] += 1
        if chance.random() < 0.6:  # otherwise the next kill falls into the recovery
            slowest = max(slowest, wait_until_well(made))
    wait_until_well(made)
    wrong = load.stop()
    made.settle()
    verdict = made.judge(load)
    what = ", ".join(f"{name} {number}" for name, number in killed.most_common())
    return Outcome(
        kills=killed.total(),
        acknowledged=verdict.acknowledged,
        lost=verdict.lost,
        doubled=verdict.doubled,
        broken=(*wrong, *verdict.broken),
        notes=f"Killed: {what}. Answers: {counts(load)}. Slowest recovery {slowest:.1f} s.",
    )
