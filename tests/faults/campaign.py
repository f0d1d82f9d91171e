"""`make faults`: every campaign in turn, a table of what became of the acknowledged writes.

    python -m tests.faults.campaign [--seconds 600] [--only random_kills] [--seed 7]

Ends with 1 if anything acknowledged was lost or doubled, if another promise broke, or if a control,
in which durability is off, showed no loss: then the campaign could not have noticed one.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
import traceback
from dataclasses import asdict
from pathlib import Path

from tests.faults.campaigns import Outcome, asked_of, campaign, names, shares

REPORT = Path(__file__).resolve().parents[2] / "artefacts" / "faults.json"
LONGEST_OVERRUN = 900  # seconds over its time that a campaign gets to finish its last round and to judge


def main() -> int:
    """Run what was asked for; return the exit code."""
    asked = _asked()
    if asked.one:
        _run_here(asked.one, asked.seconds, asked.seed, asked.control, Path(asked.into))
        return 0
    chosen = [name for name in names() if asked.only in (None, "", name)]
    if not chosen:
        print(f"There is no campaign {asked.only}. There are: {', '.join(names())}.", file=sys.stderr)
        return 2
    seed = asked.seed or random.randrange(1, 1_000_000)
    print(f"Faults for about {asked.seconds} s, seed {seed} (SEED={seed} makes the same choices again)\n", flush=True)
    rows = []
    print(_line("campaign", "kills", "acknowledged", "lost", "doubled", "seconds", ""), flush=True)
    for name, share in shares(chosen):
        seconds = max(1, round(asked.seconds * share))
        for control in (False, True) if asked_of(name, "control") else (False,):
            rows.append(_row(name, seconds, seed, control=control))
            _print_row(rows[-1])
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(json.dumps({"seconds": asked.seconds, "seed": seed, "campaigns": rows}, indent=2) + "\n")
    wrong = [row["campaign"] for row in rows if not row["as_it_must"]]
    print(f"\nNot as it must be: {', '.join(wrong)}." if wrong else "\nNothing acknowledged was lost or doubled.")
    return 1 if wrong else 0


def _asked() -> argparse.Namespace:
    asked = argparse.ArgumentParser(description="Runs the campaigns of faults.")
    asked.add_argument("--seconds", type=int, default=600, help="for all campaigns together")
    asked.add_argument("--only", help="the one campaign to run")
    asked.add_argument("--seed", type=int, default=0)
    asked.add_argument("--one", help=argparse.SUPPRESS)
    asked.add_argument("--control", action="store_true", help=argparse.SUPPRESS)
    asked.add_argument("--into", help=argparse.SUPPRESS)
    return asked.parse_args()


def _row(name: str, seconds: int, seed: int, *, control: bool) -> dict[str, object]:
    """Run a campaign in a process of its own, so that none disturbs the next."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        into = Path(folder) / "outcome.json"
        words = ["--one", name, "--seconds", str(seconds), "--seed", str(seed), "--into", str(into)]
        command = [sys.executable, "-W", "ignore", "-m", "tests.faults.campaign", *words]
        try:
            subprocess.run([*command, "--control"] if control else command, timeout=seconds + LONGEST_OVERRUN)
            outcome = Outcome(**json.loads(into.read_text()))
        except subprocess.TimeoutExpired:
            outcome = Outcome(broken=(f"It did not end within {seconds + LONGEST_OVERRUN} s.",))
        except (OSError, ValueError):
            outcome = Outcome(broken=("It ended without an outcome; the reason stands above.",))
    if control:
        as_it_must = outcome.lost + outcome.doubled > 0 and not outcome.broken
    else:
        as_it_must = outcome.holds
    return {
        "campaign": name, "control": control, "as_it_must": as_it_must, "took": round(time.monotonic() - began),
        **asdict(outcome),
    }  # fmt: skip


def _run_here(name: str, seconds: int, seed: int, control: bool, into: Path) -> None:
    try:
        act = campaign(name).control if control else campaign(name).run
        outcome = act(seconds, seed)
    except Exception as fault:  # a campaign that breaks is a finding, and the next one still runs
        traceback.print_exc()
        outcome = Outcome(broken=(f"{type(fault).__name__}: {fault}"[:500],))
    into.write_text(json.dumps(asdict(outcome)))


def _line(name: str, *values: object) -> str:
    widths = (8, 13, 6, 8, 8)
    cells = "".join(f"{value!s:>{width}}" for value, width in zip(values, widths, strict=False))
    return f"{name:<34}{cells}  {values[-1]}".rstrip()


def _print_row(row: dict[str, object]) -> None:
    name = f"{row['campaign']} (control: must lose)" if row["control"] else str(row["campaign"])
    verdict = "" if row["as_it_must"] else "NOT AS IT MUST BE"
    counts = [row[key] for key in ("kills", "acknowledged", "lost", "doubled", "took")]
    print(_line(name, *counts, verdict), flush=True)
    for sentence in [*row["broken"], row["notes"]]:  # type: ignore[misc]
        if sentence:
            print(f"    {sentence}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
