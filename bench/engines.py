"""Matching: ours, PostgreSQL and tantivy on the same services and questions, in blocks and in turns.

PostgreSQL's statement is the definition: on every question our set, count, best ten and facets must be its. tantivy
is held against the numbers of the question it can ask (a square for the circle).
"""

import contextlib
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from bench import results
from bench.engine_ours import Ours
from bench.engine_postgres import Postgres, fill
from bench.engine_tantivy import Tantivy
from bench.engine_world import ASKED, SEED, Asked, EngineWorld
from bench.world import world

SIZES = (10_000, 100_000)
FLOORS = {  # per size: PostgreSQL in blocks, tantivy in blocks, PostgreSQL in turns, tantivy in turns
    100_000: {"postgresql_block": 60, "tantivy_block": 20, "postgresql_turns": 30, "tantivy_turns": 10},
    1_000_000: {"postgresql_block": 80, "tantivy_block": 20},
}
BYTES, SLACK = 600, 64 * 2**20
BLOCK = 500  # questions of a block of a slow contender; ours answers all
ROUNDS = 3
AREAS, NEEDS = 33_000, 100


def main(sizes: tuple[int, ...] = SIZES) -> None:
    """Measure at each size and write the results."""
    facts = results.machine()
    found, ratios, goals, same = {}, {}, {}, True
    for size in sizes:
        with world(size, kind="engines", fill=lambda admin, size, half: False) as of, contextlib.ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="linkwell-engine-")))
            measured = _Measured(size, of.admin, folder)
            same &= measured.agree()
            found |= {f"{name}_{size}": row for name, row in measured.contenders().items()}
            ratios |= {f"{name}_{size}": value for name, value in measured.ratios.items()}
            goals |= measured.goals()
    results.table(
        ["", "p50 ms", "p95 ms", "mean ms"],
        [[name, *(f"{row[key]:.3f}" for key in ("p50_ms", "p95_ms", "mean_ms"))] for name, row in found.items()
         if "p50_ms" in row],
    )  # fmt: skip
    results.write(
        "engines",
        workload={"sizes": list(sizes), "questions": ASKED, "seed": SEED, "block": BLOCK, "rounds": ROUNDS},
        contenders=found, ratios=ratios, facts=facts, same_answers=same, goals=goals,
    )  # fmt: skip


def _timed(run: Callable[[Any], Any], asked: list[Any]) -> list[float]:
    took = []
    for one in asked:
        began = time.perf_counter()
        run(one)
        took.append((time.perf_counter() - began) * 1000)
    return took


def _summary(took: list[float]) -> dict[str, float]:
    p50, p95 = np.percentile(took, [50, 95])
    return {"p50_ms": round(float(p50), 4), "p95_ms": round(float(p95), 4), "mean_ms": round(float(np.mean(took)), 4)}


class _Measured:
    """All contenders at one size."""

    def __init__(self, size: int, connect: Callable[[], Any], folder: Path) -> None:
        self.size, self.world, self.folder = size, EngineWorld(size), folder
        self.asked = self.world.asked
        self.facts: dict[str, dict[str, float]] = {}
        began = time.perf_counter()
        self.ours = Ours(self.world, folder)
        self._built("linkwell", began)
        self.facts["linkwell"]["bytes_a_service"] = round(
            sum(path.stat().st_size for path in folder.iterdir()) / size, 1
        )
        self.connection = connect()
        began = time.perf_counter()
        self.postgres = Postgres(self.connection, fill(self.connection, self.world), size)
        self._built("postgresql", began)
        began = time.perf_counter()
        self.tantivy = Tantivy(self.world)
        self._built("tantivy", began)
        self.contestants = {"linkwell": self.ours, "postgresql": self.postgres, "tantivy": self.tantivy}
        self.ratios: dict[str, float] = {}
        self.took: dict[str, dict[str, float]] = {}

    def _built(self, name: str, began: float) -> None:
        self.facts[name] = {"build_s": round(time.perf_counter() - began, 2)}

    def agree(self) -> bool:
        """Hold every answer against the definition; say what differs, and whether nothing does."""
        differ = 0
        for place, asked in enumerate(self.asked):
            query = self.ours.prepared(asked)
            count, best, counts = self.ours.answer(query)
            ids = self.ours.ids(query)
            definition = self.postgres.answer(self.postgres.statement(asked))
            same = (count, self.ours.facets(counts)) == (definition[0], definition[2])
            same &= ids == self.postgres.ids(asked)
            same &= np.allclose([score for _, score in best], [score for _, score in definition[1]], atol=1e-4)
            square = self.tantivy.answer(asked)
            same &= (square[0], square[2]) == self._square(asked)
            differ += not same
            if not same and differ < 4:
                print(f"  differs at {self.size}, question {place}: {asked}", flush=True)
        print(f"  {self.size:,} services: {len(self.asked) - differ} of {len(self.asked)} answers agree", flush=True)
        return differ == 0

    def _square(self, asked: Asked) -> tuple[int, tuple[int, ...]]:
        """Return count and facets of the question that tantivy can ask, from the definition's table."""
        circle = f"at <@ circle '(({asked.x},{asked.y}),{asked.reach})'"
        x, y, reach = asked.x, asked.y, asked.reach
        square = f"at[0] BETWEEN {x - reach!r} AND {x + reach!r} AND at[1] BETWEEN {y - reach!r} AND {y + reach!r}"
        found = self.postgres.answer(self.postgres.statement(asked).replace(circle, square))
        return found[0], found[2]

    def contenders(self) -> dict[str, dict[str, float]]:
        """Measure in blocks and in turns, and what stands beside."""
        ready = {name: [one.prepared(asked) for asked in self.asked] for name, one in self.contestants.items()}
        statements = [self.postgres.statement(asked) for asked in self.asked]
        ready["postgresql"] = statements
        for name, one in self.contestants.items():
            _timed(one.answer, ready[name][:100])
        blocks: dict[str, list[float]] = {name: [] for name in self.contestants}
        for turn in range(ROUNDS):
            begin = turn * BLOCK % len(self.asked)
            for name, one in self.contestants.items():
                blocks[name] += _timed(one.answer, ready[name][begin : begin + BLOCK])
        turns: dict[str, list[float]] = {name: [] for name in self.contestants}
        for place in range(0, len(self.asked), 4):
            for name, one in self.contestants.items():
                turns[name] += _timed(one.answer, ready[name][place : place + 1])
        for name in ("postgresql", "tantivy"):
            self.ratios[f"{name}_block"] = float(np.mean(blocks[name]) / np.mean(blocks["linkwell"]))
            self.ratios[f"{name}_turns"] = float(np.mean(turns[name]) / np.mean(turns["linkwell"]))
        found = {name: self.facts[name] | _summary(blocks[name]) for name in self.contestants}
        found["linkwell with all of the product"] = _summary(_timed(self.ours.product, self.asked[:BLOCK]))
        return found | self._beside(found)

    def _beside(self, found: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
        """Measure changes, the reverse question and the map."""
        places = range(0, min(self.size, 200), 10)
        theirs = [_seconds(lambda place=place: self.tantivy.changed(self.world, place)) for place in places]
        ours = [_seconds(lambda place=place: self.ours.changed(self.world, place)) for place in places]
        found["linkwell"]["visible_ms"] = round(float(np.median(ours)) * 1000, 3)
        found["tantivy"]["visible_ms"] = round(float(np.median(theirs)) * 1000, 3)
        self.ratios["tantivy_change"] = float(np.median(theirs) / np.median(ours))
        return self.ours.beside(self.world, areas=AREAS if self.size >= 100_000 else AREAS // 10, needs=NEEDS)

    def goals(self) -> dict[str, Any]:
        """Return each floor of this size with what was found."""
        size, held = f"{self.size:,}", self.facts["linkwell"]["bytes_a_service"]
        goals = {
            f"at {size}, times {name.replace('_', ' in a ' if 'block' in name else ' in ')}": (
                round(self.ratios[name], 1), self.ratios[name] >= floor)
            for name, floor in FLOORS.get(self.size, {}).items()
        }  # fmt: skip
        goals[f"at {size}, a change is visible in a fifth of tantivy's time"] = (
            round(self.ratios["tantivy_change"], 1), self.ratios["tantivy_change"] >= 5)  # fmt: skip
        goals[f"at {size}, bytes a service at most {BYTES} and 64 MiB"] = (held, held <= BYTES + SLACK / self.size)
        return goals


def _seconds(run: Callable[[], Any]) -> float:
    began = time.perf_counter()
    assert run() == 1
    return time.perf_counter() - began
