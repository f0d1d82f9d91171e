"""Linkwell's own engine as a contender: the product's public call in the workload's setting."""

from datetime import date
from pathlib import Path
from typing import Any

from bench.engine_world import LANGUAGES, MODES, TOP_OF_CODE, TOPS, Asked, EngineWorld
from linkwell.matching import ranking
from linkwell.matching.index import ServiceIndex
from linkwell.matching.query import Query

TODAY = date(2026, 11, 23)
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
