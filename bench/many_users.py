"""525 people at once who read and think: the published bar of DfE Family Hubs' stress profile.

Each opens a page, thinks for 5 to 15 seconds and opens the next: caseload, a person, Today, find support in the mix
below. Everything runs on the same machine. The bar's browser figures (LCP, INP) are not measured here.
"""

import asyncio
import contextlib
import json
import random
import subprocess
import sys
import time

from bench import load, results
from bench.serving import served
from bench.world import ROOT, World, world

USERS = 525
SIZE = 1_000
THINK = (5.0, 15.0)
MIX = {"caseload": 4, "person": 3, "today": 2, "find": 1}


def main(size: int = SIZE, seconds: float = 60.0) -> None:
    """Measure and write the results."""
    facts = results.machine()
    with contextlib.ExitStack() as stack:
        of = stack.enter_context(world(size))
        asked = _asked(of)
        port = stack.enter_context(served(of))
        load.saturate(port, asked[:16], connections=16, seconds=2.0)
        taken = asyncio.run(_all(port, asked, seconds))
    summary = taken.summary()
    share = taken.failures / max(len(taken.times) + taken.failures, 1)
    results.table(["users", *summary], [[str(USERS), *summary.values()]])
    results.write(
        "many_users", workload={"people": size, "users": USERS, "think_s": list(THINK), "mix": MIX, "seconds": seconds},
        contenders={"linkwell": summary}, ratios={}, facts=facts, same_answers=True,
        goals={
            "p95 below 200 ms": (summary["p95_ms"], summary["p95_ms"] < 200),
            "failures below 1 %": (round(share * 100, 2), share < 0.01),
        },
    )  # fmt: skip


def _asked(of: World) -> list[bytes]:
    command = [sys.executable, "-W", "ignore", "-m", "bench.viewers", str(of.people)]
    done = subprocess.run(command, env=of.environment(), cwd=ROOT, stdout=subprocess.PIPE, check=True)
    found = json.loads(done.stdout)
    pages = [name for name, weight in MIX.items() for _ in range(weight)]
    return [
        load.request(found["paths"][name][place], cookie)
        for place, cookie in enumerate(found["product"])
        for name in pages
    ]


async def _all(port: int, asked: list[bytes], seconds: float) -> load.Taken:
    whole = load.Taken(seconds=seconds)
    chance = random.Random(525)
    seeds = [chance.random() for _ in range(USERS)]
    await asyncio.gather(*(_user(port, asked, seed, seconds, whole) for seed in seeds))
    return whole


async def _user(port: int, asked: list[bytes], seed: float, seconds: float, whole: load.Taken) -> None:
    chance, until = random.Random(seed), time.perf_counter() + seconds
    await asyncio.sleep(chance.uniform(0, THINK[1]))
    reader = writer = None
    while time.perf_counter() < until:
        began = time.perf_counter()
        try:
            if writer is None:
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(chance.choice(asked))
            status = await asyncio.wait_for(_answer(reader), load.LONGEST)
            whole.times.append((time.perf_counter() - began) * 1000)
            whole.failures += status != 200
        except (OSError, asyncio.IncompleteReadError, TimeoutError):
            whole.failures += 1
            reader = writer = None
        await asyncio.sleep(chance.uniform(*THINK))
    if writer is not None:
        writer.close()


async def _answer(reader: asyncio.StreamReader) -> int:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    place = head.find(b"content-length:")
    if place >= 0:
        await reader.readexactly(int(head[place + 15 :].split(b"\r\n", 1)[0]))
    else:
        await reader.readuntil(b"0\r\n\r\n")
    return int(head[9:12])


if __name__ == "__main__":
    main()
