"""Linkwell's own engine as a contender: the product's public call in the workload's setting."""

import time
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from bench.engine_world import LANGUAGES, MODES, TOP_OF_CODE, TOPS, Asked, EngineWorld
from linkwell.matching import ranking
from linkwell.matching.index import Questions, ServiceIndex
from linkwell.matching.query import Point, Query

TODAY = date(2026, 11, 23)
OPEN_NEEDS = 100_000
VALUES = (
    *(("need", f"t{top}") for top in range(TOPS)),
    *(("language", f"l{bit}") for bit in range(LANGUAGES)),
    *(("mode", mode) for mode in MODES),
    *(("day", str(day)) for day in range(7)),
    ("cost", "free"),
)


class Ours:
    """An index in a folder of its own."""

    def __init__(self, world: EngineWorld, folder: Path) -> None:
        self.index = ServiceIndex.build(world.services(), folder, tops=TOP_OF_CODE)
        self.reader = ServiceIndex.open(folder)

    def prepared(self, asked: Asked) -> Query:
        return asked.query

    def answer(self, query: Query) -> tuple[int, list[tuple[int, float]], tuple[int, ...]]:
        """Return count, the best ten (id, points), facet counts in the order that PostgreSQL gives them in."""
        answer: Any = self.index.search(query, on=TODAY, weights=ranking.WORKLOAD)
        best = list(zip(answer.suggestions.ids, answer.suggestions.scores, strict=True))
        return answer.count, best, answer.facets.counts()

    def facets(self, counts: Any) -> tuple[int, ...]:
        """Return facet counts in the order that PostgreSQL gives them in."""
        return tuple(counts.get(facet, {}).get(value, 0) for facet, value in VALUES)

    def ids(self, query: Query) -> list[int]:
        """Return all that match, ascending."""
        found: list[int] = self.index.all_of(query, on=TODAY, weights=ranking.WORKLOAD).tolist()
        return found

    def product(self, asked: Asked) -> Any:
        """Ask the same in the product's setting: near misses, other words, reasons of the ten best."""
        return self.index.search(asked.query, on=TODAY)

    def changed(self, world: EngineWorld, place: int) -> int:
        """Write one service again, and return how many of that number the next search of another reader finds."""
        (facts,) = world.services(range(place, place + 1))
        self.index.update([facts])
        self.reader = self.reader.latest()
        return int(self.reader.changes >= 1 and self.reader.parts[-1].segment.row_of(place + 1) >= 0)

    def beside(self, world: EngineWorld, *, areas: int, needs: int) -> dict[str, dict[str, float]]:
        """Measure the reverse question against 100,000 open needs, and the map."""
        queries = [asked.query for asked in world.asked]
        began = time.perf_counter()
        packed = Questions.pack([queries[place % len(queries)] for place in range(OPEN_NEEDS)], self.index)
        pack = time.perf_counter() - began
        some = list(world.services(range(0, 40)))
        took = []
        for facts in some:
            began = time.perf_counter()
            packed.fits(facts, on=TODAY)
            took.append((time.perf_counter() - began) * 1000)
        began = time.perf_counter()
        points = [Point(0.0, 0.0, *home) for home in world.homes(areas)]
        limits = Query(
            reach_metres=5_000, free_only=True, access_needs=("flag0",), modes=("in_person",), slots=0b111000
        )
        counts = self.index.gaps([(point, "") for point in points], [f"c{code}" for code in range(needs)], limits,
                                 on=TODAY)  # fmt: skip
        drawn = time.perf_counter() - began
        return {
            "linkwell reverse": {
                "open_needs": OPEN_NEEDS, "of_them_different": len(queries),
                "p50_ms": round(float(np.percentile(took, 50)), 2),
                "p95_ms": round(float(np.percentile(took, 95)), 2), "mean_ms": round(float(np.mean(took)), 2),
                "pack_s": round(pack, 2),
            },
            "linkwell map": {
                "areas": areas, "needs": needs, "seconds": round(drawn, 2),
                "areas_without": int((counts == 0).sum()),
            },
        }  # fmt: skip
