"""Which way of ranking finds what suits, for what somebody says: the kept half, and notes in another style."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict

from bench import results
from bench.own_words import contenders, data, measures
from bench.own_words.fit import encoders
from linkwell.matching.meaning.scorer import Encoder

HIT_3, MOST_MS = 0.85, 50.0
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
Ranker = Callable[[tuple[data.Statement, ...]], contenders.Points]


def main() -> None:
    """Measure every contender on the kept half and on the notes, and the time of a statement."""
    facts = results.machine()
    ways = rankers(encoders())
    found = {name: _found(rank, data.statements(data.KEPT)) for name, rank in ways.items()}
    notes = {name: _found(rank, data.notes()) for name, rank in ways.items()}
    times = {encoder.kind: milliseconds(encoder) for encoder in encoders()}
    _show("kept half", found)
    _show("notes in another style", notes)
    results.write(
        "own_words",
        workload={
            "services": len(data.services()),
            "statements_tuning": len(data.statements(data.TUNING)),
            "statements_kept": len(data.statements(data.KEPT)),
            "notes": len(data.notes()),
            "statement_to_ranked_services_ms_on": f"{len(data.services())} services, one thread of arithmetic",
        },
        contenders={
            name: {"kept": asdict(one), "notes": asdict(notes[name])} for name, one in found.items()
        } | {f"time_{kind}": taken for kind, taken in times.items()},
        ratios={f"{name}_to_bm25_hit_3": one.hit_3 / found["bm25"].hit_3 for name, one in found.items()},
        facts=facts,
        same_answers=True,
        goals=_goals(found, times),
    )  # fmt: skip


def rankers(all_encoders: list[Encoder]) -> dict[str, Ranker]:
    """Return the contenders by name."""
    ways: dict[str, Ranker] = {"bm25": contenders.bm25, "product_without_meaning": contenders.product}
    for encoder in all_encoders:
        ways[f"{encoder.kind}_alone"] = lambda asked, by=encoder: contenders.alone(asked, by)
        ways[f"{encoder.kind}_and_themes"] = lambda asked, by=encoder: contenders.nearness(asked, by)
        ways[f"product_with_{encoder.kind}"] = lambda asked, by=encoder: contenders.product(asked, by)
    return ways


def milliseconds(encoder: Encoder) -> dict[str, float]:
    """Return what a page waits for, in a process whose arithmetic has one thread."""
    child = [sys.executable, "-W", "ignore", "-m", "bench.own_words.waiting", encoder.kind]
    done = subprocess.run(child, env={**os.environ, **ONE_THREAD}, capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout))


def _found(rank: Ranker, asked: tuple[data.Statement, ...]) -> measures.Found:
    return measures.measured(measures.first_ranks(rank(asked), data.suited(asked)))


def _goals(
    found: dict[str, measures.Found], times: dict[str, dict[str, float]]
) -> dict[str, tuple[object, bool]]:  # fmt: skip
    words, plain = found["product_with_words"], found["bm25"]
    goals: dict[str, tuple[object, bool]] = {
        "built-in words: hit@3 clear of BM25's interval": (
            f"{words.hit_3} {list(words.hit_3_interval)}, BM25 {plain.hit_3} {list(plain.hit_3_interval)}",
            words.hit_3_interval[0] > plain.hit_3_interval[1],
        )
    }
    if model := found.get("product_with_sentence"):
        goals["sentence model: hit@3 at least 0.85"] = (model.hit_3, model.hit_3 >= HIT_3)
        goals["sentence model: hit@3 clear of BM25's interval"] = (
            f"{model.hit_3} {list(model.hit_3_interval)}",
            model.hit_3_interval[0] > plain.hit_3_interval[1],
        )
        goals["sentence model: statement to ranked services at most 50 ms of one core (p50)"] = (
            times["sentence"]["p50_cpu_ms"], times["sentence"]["p50_cpu_ms"] <= MOST_MS,
        )  # fmt: skip
    return goals


def _show(title: str, found: dict[str, measures.Found]) -> None:
    print(f"  {title}")
    results.table(
        ["", "hit@1", "hit@3", "95 %", "MRR"],
        [[name, one.hit_1, one.hit_3, f"{one.hit_3_interval[0]}-{one.hit_3_interval[1]}", one.mrr]
         for name, one in found.items()],
    )  # fmt: skip
