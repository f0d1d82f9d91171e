"""Z09: PostgreSQL is restarted under load, fast and immediate, twenty times; nothing stays stuck."""

import random
import signal
import time

from tests.faults.campaigns import Outcome
from tests.faults.running import eventually
from tests.faults.site import Site, counts, site, wait_until_well

SHARE = 2
RESTARTS = 20
WAYS = {"fast": signal.SIGINT, "immediate": signal.SIGQUIT}


def run(seconds: int, seed: int) -> Outcome:
    """Restart twenty times, or as often as the time allows, but four times."""
    with site() as made:
        return try_for(made, random.Random(seed), restarts=RESTARTS, seconds=seconds)


def try_for(
    made: Site,
    chance: random.Random,
    *,
    restarts: int,
    seconds: float,
    at_least: int = 4,
    name: str = "ledgers",
    with_mails: bool = True,
) -> Outcome:
    """Restart PostgreSQL under load that often and judge."""
    load = made.load(chance, name=name, each=2)
    load.start()
    until, done, slowest = time.monotonic() + seconds, 0, 0.0
    while done < restarts and (done < at_least or time.monotonic() < until):
        before = load.answers[302]
        eventually(lambda before=before: load.answers[302] > before + 10, within=120, what="clients are served again")
        server = made.linkwell.postgres()
        assert server is not None
        server.send_signal(WAYS["fast" if done % 2 else "immediate"])
        server.wait(timeout=120)
        slowest = max(slowest, wait_until_well(made))
        done += 1
    before = load.answers[302]
    eventually(lambda: load.answers[302] > before + 10, within=120, what="clients are served at the end")
    wrong = load.stop()
    if with_mails:
        made.settle()
    verdict = made.judge(load) if with_mails else made.judge_ledger(load)
    return Outcome(
        kills=done,
        acknowledged=verdict.acknowledged,
        lost=verdict.lost,
        doubled=verdict.doubled,
        broken=(*wrong, *verdict.broken),
        notes=f"Answers: {counts(load)}. Slowest recovery {slowest:.1f} s.",
    )
