"""The network between the product and its database is cut, for a minute once, and breaks answers in every way.

Security: Z10. A proxy stands between; clients write as in the other campaigns and send again until they hear success.
"""

import random
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from linkwell.cli import roles
from linkwell.cli.database import embedded
from tests.faults.campaigns import Outcome
from tests.faults.ledger import judge
from tests.faults.load import Load
from tests.faults.proxy import FAULTS, Proxy
from tests.faults.running import Linkwell, eventually, migrated_home, open_folder
from tests.faults.scheme import cast

LONG_AWAY = 60


def run(seconds: int, seed: int) -> Outcome:
    """Break the network for that long, and once for a minute, then judge."""
    chance, made = random.Random(seed), Counter()
    with product() as (run, proxy, owner_url):
        others = {"DATABASE_URL": proxy.url, "LINKWELL_OWNER_URL": owner_url}
        load = Load(run.port, cast(run.home, **others), run.home.parent / "ledgers", chance)
        load.start()
        until, recoveries = time.monotonic() + seconds, []
        while time.monotonic() < until or not recoveries:
            recoveries.append(one_fault(run, proxy, chance, made, long=not recoveries))
        wrong = load.stop()
        verdict = judge(owner_url, load.acknowledged(), sent=load.sent())
    told = ", ".join(f"{name} {number}" for name, number in made.most_common())
    return Outcome(
        kills=made.total(), acknowledged=verdict.acknowledged, lost=verdict.lost, doubled=verdict.doubled,
        broken=(*wrong, *verdict.broken),
        notes=f"Made: {told}. Well {recoveries[0]:.1f} s after {LONG_AWAY} s away; at most {max(recoveries):.1f} s.",
    )  # fmt: skip


def one_fault(run: Linkwell, proxy: Proxy, chance: random.Random, made: Counter[str], *, long: bool) -> float:
    """Make one fault and return how long it took until all was well."""
    time.sleep(chance.uniform(0.5, 3))
    kind = "away" if long else chance.choice(("away", "cut", "delay", *FAULTS))
    made[kind] += 1
    if kind == "away":
        proxy.away()
        time.sleep(LONG_AWAY if long else chance.uniform(0.1, 8))
    elif kind == "cut":
        proxy.cut()
    elif kind == "delay":
        proxy.delay = chance.uniform(0.1, 1)
        time.sleep(chance.uniform(1, 5))
    else:
        proxy.once(kind)
    proxy.mend()
    return eventually(run.well, within=120, what="well again")


@contextmanager
def product() -> Iterator[tuple[Linkwell, Proxy, str]]:
    """Have a product that reaches an embedded server through a proxy."""
    with open_folder() as folder:
        home = folder / "home"
        migrated_home(home)
        server = embedded(home)
        server.start()
        (folder / "through").mkdir()
        app, owner = (server.url(user=user, database="linkwell") for user in (roles.APP, roles.OWNER))
        try:
            with Proxy.to_server(app, folder / "through") as proxy:
                run = Linkwell(home, DATABASE_URL=proxy.url, LINKWELL_OWNER_URL=owner)
                run.start()
                try:
                    yield run, proxy, owner
                finally:
                    run.stop()
        finally:
            server.stop()
