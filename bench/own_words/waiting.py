"""What a page waits for, from a statement to ranked services: `python -m bench.own_words.waiting words`."""

import json
import sys
import time

import numpy as np

from bench.own_words import contenders, data
from bench.own_words.fit import encoders
from linkwell.matching.query import Query

STATEMENTS = 60


def main(kind: str) -> None:
    """Print p50 and p95 in milliseconds, and the processor's time beside them, for one way of making vectors."""
    encoder = next(one for one in encoders() if one.kind == kind)
    taken, worked = [], []
    held = contenders.meanings(encoder)
    for number, one in enumerate(data.statements(data.TUNING)[: STATEMENTS + 1]):
        began, begun = time.perf_counter(), time.process_time()
        contenders.index().search(Query(words=one.said), on=contenders.ON, meaning=held.statement(one.said))
        if number:  # the first compiles
            taken.append((time.perf_counter() - began) * 1e3)
            worked.append((time.process_time() - begun) * 1e3)
    p50, p95 = np.quantile(taken, [0.5, 0.95]).round(2)
    print(json.dumps({"p50_ms": float(p50), "p95_ms": float(p95), "p50_cpu_ms": round(float(np.median(worked)), 2)}))


if __name__ == "__main__":
    main(sys.argv[1])
