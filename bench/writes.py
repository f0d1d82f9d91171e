"""Twenty link workers who only save contact notes, and one reader: how many a second, and is each of them kept?

The product's own action saves a note of 600 characters: reach, the row locked, the note, the counters of the episode,
the audit event, one commit that waits for the disk. The stock way does the same the way one writes it first. Both take
turns, in the same processes on the same database.
"""

import contextlib
import json
import subprocess
import sys

from bench import results
from bench.world import ROOT, World, world

WRITERS = 20
SIZE = 1_000
ROUNDS = 3
LONGEST_WAIT = 1.0


def main(size: int = SIZE, seconds: float = 60.0) -> None:
    """Measure and write the results; `seconds` is for each contender, over all rounds."""
    facts = results.machine()
    with contextlib.ExitStack() as stack:
        found = saved(stack.enter_context(world(size)), seconds=seconds)
    contenders = {name: _sum(rounds) for name, rounds in found.items()}
    shown = ["per_second", "errors", "lost", "longest_wait_s", "fewest_to_most", "reads", "read_p95_ms"]
    results.table(["notes saved", *shown], [[name, *(row[key] for key in shown)] for name, row in contenders.items()])
    ours = contenders["linkwell"]
    results.write(
        "writes",
        workload={"people": size, "writers": WRITERS, "note_characters": 600, "seconds": seconds, "rounds": ROUNDS,
                  "durability": "fsync, synchronous_commit, full_page_writes on"},
        contenders=contenders, ratios={"stock": ours["per_second"] / max(contenders["stock"]["per_second"], 1e-9)},
        facts=facts, same_answers=all(row["lost"] == 0 for row in contenders.values()),
        goals={
            "no error": (ours["errors"], ours["errors"] == 0),
            "none lost": (ours["lost"], ours["lost"] == 0),
            f"nobody waits longer than {LONGEST_WAIT:g} s": (
                ours["longest_wait_s"], ours["longest_wait_s"] <= LONGEST_WAIT,
            ),
        },
    )  # fmt: skip


def saved(of: World, *, seconds: float) -> dict[str, list[dict[str, float]]]:
    """Return, by contender, what each round noted."""
    command = [sys.executable, "-W", "ignore", "-m", "bench.writing", str(of.people), str(seconds), str(ROUNDS)]
    done = subprocess.run(command, env=of.environment(), cwd=ROOT, stdout=subprocess.PIPE, check=True)
    return dict(json.loads(done.stdout))


def _sum(rounds: list[dict[str, float]]) -> dict[str, float]:
    rates = sorted(row["per_second"] for row in rounds)
    return {
        "per_second": round(rates[len(rates) // 2], 1),
        "saved": sum(row["saved"] for row in rounds),
        "errors": sum(row["errors"] for row in rounds),
        "lost": sum(row["lost"] for row in rounds),
        "longest_wait_s": round(max(row["longest_wait_s"] for row in rounds), 3),
        "fewest_to_most": round(min(row["fewest"] / max(row["most"], 1) for row in rounds), 2),
        "reads": sum(row["reads"] for row in rounds),
        "read_p95_ms": round(max(row["read_p95_ms"] for row in rounds), 1),
    }


if __name__ == "__main__":
    main()
