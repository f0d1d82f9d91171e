"""What every list reads in the database, at several sizes of its scheme: pages of memory, rows, sorts, whole tables.

No timing: the same plans touch the same pages on any machine. A list is flat when the largest scheme has it look at
no more than twice the rows and pages of the smallest, and a little; what grows by its nature is in GROWS, with why.
"""

import contextlib
import json
import subprocess
import sys
from typing import Any

from bench import results
from bench.world import ROOT, World, world

SIZES = (1_000, 100_000)
MORE_ROWS, MORE_PAGES = 500, 1_000  # trees of indexes are deeper; in a tiny table neighbours share a page
# What a page counts over the whole scheme grows with it: with what, in words
GROWS = {
    "overview": "open episodes and waiting referrals of the scheme",
    "overview of a lead": "open episodes and waiting referrals of the scheme",
    "report": "referrals of the scheme's reported quarters",
    "my referrals": "referrals of the practice, which its pages are numbered by",
    "inbox": "open allocations: how many people each worker has now",
    "team": "members of the scheme",
    "practices": "practices of the scheme",
}


def main(sizes: tuple[int, ...] = SIZES) -> None:
    """Explain every list at every size, print the table and write the results."""
    facts = results.machine()
    found: dict[int, dict[str, Any]] = {}
    for size in sizes:
        with contextlib.ExitStack() as stack:
            found[size] = explained(stack.enter_context(world(size)))
    names = list(found[sizes[0]])
    rows = [[name, *(_shown(found[size][name]) for size in sizes), _verdict(name, found, sizes)] for name in names]
    results.table(["list", *(f"{size:,}: pages/rows/sorted" for size in sizes), ""], rows)
    growing = [name for name in names if _verdict(name, found, sizes) == "GROWS"]
    failing = [name for name in names if any(isinstance(found[size][name], str) for size in sizes)]
    results.write(
        "plans", workload={"people": list(sizes), "explain": "ANALYZE, BUFFERS"},
        contenders={str(size): found[size] for size in sizes},
        ratios={f"{name}_largest_to_smallest": _ratio(name, found, sizes) for name in names if name not in failing},
        facts=facts, same_answers=True,
        goals={
            "every list opens": (failing or "all", not failing),
            "no list grows with its scheme, but those that count it": (growing or "none", not growing),
        },
    )  # fmt: skip


def explained(of: World) -> dict[str, Any]:
    """Return what every list touches in that database."""
    command = [sys.executable, "-W", "ignore", "-m", "bench.explain", str(of.people)]
    done = subprocess.run(command, env=of.environment(), cwd=ROOT, stdout=subprocess.PIPE, check=True)
    return dict(json.loads(done.stdout))


def _shown(page: Any) -> str:
    if isinstance(page, str):
        return page
    whole = ", ".join(f"{table} {rows:,}" for table, rows in page["whole_tables"].items() if rows > 1_000)
    return f"{page['buffers']:,} / {page['rows']:,} / {page['sorted_rows']:,}{f' whole: {whole}' if whole else ''}"


def _ratio(name: str, found: dict[int, dict[str, Any]], sizes: tuple[int, ...]) -> float:
    return float(found[sizes[-1]][name]["buffers"]) / max(found[sizes[0]][name]["buffers"], 1)


def _verdict(name: str, found: dict[int, dict[str, Any]], sizes: tuple[int, ...]) -> str:
    first, last = found[sizes[0]][name], found[sizes[-1]][name]
    if isinstance(first, str) or isinstance(last, str):
        return "fails"
    few_rows = last["rows"] <= 2 * first["rows"] + MORE_ROWS
    if few_rows and last["buffers"] <= 2 * first["buffers"] + MORE_PAGES:
        return "flat"
    return f"grows with {GROWS[name]}" if name in GROWS else "GROWS"


if __name__ == "__main__":
    main()
