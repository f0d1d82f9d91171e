"""Pages as a signed-in link worker opens them, beside the stock page, at several sizes, and their statements.

Contenders alternate, round by round, on one machine with the database, the web processes and the load generator. A
worker of the large scheme and workers of its neighbours take turns, so that the viewer's scheme is the one that holds
nearly all and one of many.
"""

import contextlib
import json
import re
import statistics
import subprocess
import sys
from dataclasses import dataclass
from html import unescape

from bench import generate, load, results
from bench.serving import STOCK, served
from bench.world import ROOT, World, world

CONNECTIONS = 16
ROUNDS = 5
SIZES = (1_000, 100_000)
PRODUCT_STORE, STOCK_STORE = "linkwell.web.signin.sessions", "django.contrib.sessions.backends.db"


@dataclass(frozen=True)
class Site:
    """One served contender: its port and the requests that its people send."""

    port: int
    requests: tuple[bytes, ...]

    def taken(self, seconds: float, connections: int = CONNECTIONS) -> load.Taken:
        return load.saturate(self.port, self.requests, connections=connections, seconds=seconds)


def main(sizes: tuple[int, ...] = SIZES, seconds: float = 4.0) -> None:
    """Measure every size and write the results."""
    facts = results.machine()
    contenders: dict[str, dict[str, object]] = {}
    ratios: dict[str, float] = {}
    same = True
    with contextlib.ExitStack() as stack:
        worlds = [stack.enter_context(world(size)) for size in sizes]
        sites: dict[str, Site] = {}
        statements: dict[str, int] = {}
        for place, each in enumerate(worlds):
            found = _sites(stack, each, first=place == 0, statements=statements)
            same = same and _same_facts(found[f"caseload_{each.people}"], found[f"stock_{each.people}"])
            sites |= found
        noted = _alternating(sites, seconds)
    for name, taken in noted.items():
        contenders[name] = _medians(taken) | {"statements": statements[name]}
    ratios = _ratios(contenders, [each.people for each in worlds])
    shown = ["per_second", "p50_ms", "p95_ms", "max_ms", "failures", "statements"]
    results.table(["page", *shown], [[name, *(row[key] for key in shown)] for name, row in contenders.items()])
    results.write(
        "pages",
        workload={
            "people": list(sizes), "workers_per_20k": 20, "open_each": generate.OPEN_EACH, "connections": CONNECTIONS,
            "rounds": ROUNDS, "seconds_a_round": seconds, "services": 5000, "audit": "on", "row_level_security": "on",
        },
        contenders=contenders, ratios=ratios, facts=facts, same_answers=same, goals=_goals(contenders, ratios, same),
    )  # fmt: skip


def _ratios(contenders: dict[str, dict[str, object]], sizes: list[int]) -> dict[str, float]:
    def rate(name: str) -> float:
        return float(contenders[name]["per_second"]) or 1e-9

    ratios = {f"stock_{size}": rate(f"caseload_{size}") / rate(f"stock_{size}") for size in sizes}
    ratios |= {
        f"find_support_to_caseload_time_{size}": rate(f"caseload_{size}") / rate(f"find_{size}") for size in sizes
    }
    ratios["caseload_time_largest_to_smallest"] = rate(f"caseload_{sizes[0]}") / rate(f"caseload_{sizes[-1]}")
    return ratios


def _goals(
    contenders: dict[str, dict[str, object]], ratios: dict[str, float], same: bool
) -> dict[str, tuple[object, bool]]:
    caseloads = [row for name, row in contenders.items() if name.startswith("caseload_")]
    slowest = min(float(row["per_second"]) for row in caseloads)
    p95 = max(float(row["p95_ms"]) for row in caseloads)
    stock = min(value for name, value in ratios.items() if name.startswith("stock_"))
    find = max(value for name, value in ratios.items() if name.startswith("find_"))
    flat = ratios["caseload_time_largest_to_smallest"]
    lists = max(int(row["statements"]) for name, row in contenders.items() if name.split("_")[0] in ("caseload",))
    long = max(
        int(row["statements"]) for name, row in contenders.items() if name.split("_")[0] in ("person", "today", "find")
    )
    return {
        "both pages show the same facts": (same, same),
        "caseload at least 4 times the stock page": (round(stock, 2), stock >= 4),
        "caseload at least 100 pages a second": (slowest, slowest >= 100),
        f"caseload p95 at most 100 ms at {CONNECTIONS} connections": (p95, p95 <= 100),
        "find support at most twice the caseload's time": (round(find, 2), find <= 2),
        "caseload costs the same at every size (within a quarter)": (round(flat, 2), flat <= 1.25),
        "caseload asks at most 8 statements of its own": (lists, lists <= 8),
        "person, Today and find support ask at most 15": (long, long <= 15),
    }


def _medians(rounds: list[load.Taken]) -> dict[str, object]:
    each = [taken.summary() for taken in rounds]
    return {key: round(statistics.median(row[key] for row in each), 2) for key in each[0]} | {
        "failures": sum(row["failures"] for row in each), "rounds": len(each),
    }  # fmt: skip


def _alternating(sites: dict[str, Site], seconds: float) -> dict[str, list[load.Taken]]:
    noted: dict[str, list[load.Taken]] = {name: [] for name in sites}
    for site in sites.values():
        site.taken(1.0)  # every process opens its connections and loads what it loads once
    for turn in range(ROUNDS):
        names = list(sites) if turn % 2 == 0 else list(reversed(sites))
        for name in names:
            noted[name].append(sites[name].taken(seconds))
    return noted


def _sites(stack: contextlib.ExitStack, of: World, *, first: bool, statements: dict[str, int]) -> dict[str, Site]:
    """Serve product and stock page over one database; return who asks for what."""
    asked = _asked_in_a_process(of)
    statements |= asked["statements"]
    product = stack.enter_context(served(of))
    stock = stack.enter_context(served(of, STOCK, settings="bench.stock.settings"))
    made = {"stock": Site(stock, tuple(load.request("/people/", cookie) for cookie in asked["stock"]))}
    for name, paths in asked["paths"].items():
        made[name] = Site(product, tuple(load.request(path, cookie)
                                         for path, cookie in zip(paths, asked["product"], strict=True)))  # fmt: skip
    return {f"{name}_{of.people}": site for name, site in made.items()}


def _asked_in_a_process(of: World) -> dict[str, dict[str, list[str]]]:
    """Sign the viewers in and count statements, in a process that works on that database."""
    command = [sys.executable, "-W", "ignore", "-m", "bench.viewers", str(of.people)]
    done = subprocess.run(command, env=of.environment(), cwd=ROOT, stdout=subprocess.PIPE, check=True)
    found = json.loads(done.stdout)
    found["statements"] = {f"{name}_{of.people}": count for name, count in found["statements"].items()}
    found["statements"][f"stock_{of.people}"] = 2
    return dict(found)


def _same_facts(product: Site, stock: Site) -> bool:
    """Say whether both pages show every viewer the same people with the same facts, in the same order."""
    for mine, theirs in zip(product.requests, stock.requests, strict=True):
        pages = [load.Connection(site.port).ask(asked) for site, asked in ((product, mine), (stock, theirs))]
        facts = [_facts(body.decode()) for _, body in pages]
        if facts[0] != facts[1] or len(facts[0]) != generate.OPEN_EACH:
            differing = [pair for pair in zip(*facts, strict=False) if pair[0] != pair[1]][:1]
            print(f"  The pages differ: {len(facts[0])} and {len(facts[1])} rows; {differing}")
            return False
    return True


def _facts(page: str) -> list[tuple[str, ...]]:
    """Return the words in each cell of the table's rows."""
    body = page.partition("<tbody")[2].partition("</tbody>")[0]
    rows = re.findall(r"<tr.*?</tr>", body, re.S)
    cells = [re.findall(r"<t[hd].*?</t[hd]>", row, re.S) for row in rows]
    return [tuple(" ".join(unescape(re.sub(r"<[^>]*>", " ", cell)).split()) for cell in row) for row in cells]


if __name__ == "__main__":
    main()
