"""How long `linkwell run` takes until pages are served: the first start, with the demo scheme, and later ones."""

import os
import shutil
import signal
import statistics
import subprocess
import sys
import time

from bench import results
from bench.serving import _free_port
from bench.world import BENCH, ROOT

COLD, WARM = 1, 3
COLD_GOAL, WARM_GOAL = 90.0, 10.0
RUNNING = "Linkwell is running"


def main(cold: int = COLD, warm: int = WARM) -> None:
    """Start so many times on an empty home, and so many times again; write the results."""
    facts, home = results.machine(), BENCH / "start"
    first, later = [], []
    for _ in range(cold):
        shutil.rmtree(home, ignore_errors=True)
        first.append(_start(home))
    for _ in range(warm):
        later.append(_start(home))
    shutil.rmtree(home, ignore_errors=True)
    rows = [[name, *(f"{what} {seconds:.1f} s" for what, seconds in phases)]
            for name, starts in (("first", first), ("later", later)) for phases in starts]  # fmt: skip
    for row in rows:
        print("  " + "; ".join(row), flush=True)
    medians = [statistics.median(phases[-1][1] for phases in starts) for starts in (first, later)]
    results.write(
        "start", workload={"demo": True, "cold_starts": cold, "warm_starts": warm},
        contenders={name: {"median_s": round(median, 2), "phases": [dict(phases) for phases in starts]}
                    for name, median, starts in (("first", medians[0], first), ("later", medians[1], later))},
        ratios={}, facts=facts, same_answers=True,
        goals={
            f"first start within {COLD_GOAL:g} s": (round(medians[0], 1), medians[0] <= COLD_GOAL),
            f"later starts within {WARM_GOAL:g} s": (round(medians[1], 1), medians[1] <= WARM_GOAL),
        },
    )  # fmt: skip


def _start(home: os.PathLike[str]) -> list[tuple[str, float]]:
    """Start the product, stop it once it serves; return each line it said with the seconds until then."""
    BENCH.mkdir(parents=True, exist_ok=True, mode=0o711)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LINKWELL_", "DATABASE_URL"))}
    environment = kept | {"LINKWELL_HOME": str(home), "LINKWELL_PORT": str(_free_port()), "LINKWELL_DEMO": "1"}
    began, said = time.monotonic(), []
    command = [sys.executable, "-W", "ignore", "-m", "linkwell.cli", "run"]
    process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        for line in process.stdout:
            said.append((" ".join(line.split()[:3]), round(time.monotonic() - began, 2)))
            if line.startswith(RUNNING):
                return said
        raise SystemExit("Linkwell ended before it served; the reason stands above.")
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)


if __name__ == "__main__":
    main()
