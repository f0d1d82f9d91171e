"""`python -m bench [ONLY] [--n N] [--seconds S]`: one bench or all, within a quarter of an hour."""

import argparse
from collections.abc import Callable

from bench import engines, feed, freshness, imports, many_users, pages, plans, report, start, writes
from bench.own_words import run as own_words

DEFAULTS = (1_000, 100_000)


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(prog="make bench", description="Benchmarks; results go to bench/results.")
    names = "engines, own_words, start, freshness, pages, plans, writes, imports, feed or many_users"
    parser.add_argument("only", nargs="?", default="", help=f"{names}; empty: all")
    parser.add_argument("--n", type=int, default=0, help="people of the largest scheme (1,000 stands beside it)")
    parser.add_argument("--seconds", type=float, default=0.0, help="of each measurement")
    asked = parser.parse_args()
    sizes = tuple(dict.fromkeys((DEFAULTS[0], asked.n))) if asked.n else DEFAULTS
    benches: dict[str, Callable[[], None]] = {
        "engines": lambda: engines.main((asked.n,) if asked.n else engines.SIZES),
        "own_words": own_words.main,
        "start": start.main,
        "freshness": freshness.main,
        "plans": lambda: plans.main(sizes),
        "pages": lambda: pages.main(sizes, asked.seconds or 4.0),
        "writes": lambda: writes.main(asked.n or writes.SIZE, asked.seconds or 60.0),
        "imports": lambda: imports.main(asked.n or imports.SIZE),
        "feed": lambda: feed.main((1_000, asked.n) if asked.n else feed.SIZES, asked.seconds or 2.0),
        "many_users": lambda: many_users.main(asked.n or many_users.SIZE, asked.seconds or 60.0),
    }
    if asked.only and asked.only not in benches:
        parser.error(f"there is no bench {asked.only}; there are {', '.join(benches)}")
    for name, run in benches.items():
        if asked.only in ("", name):
            print(f"== {name}", flush=True)
            run()
            report.write()


if __name__ == "__main__":
    main()
