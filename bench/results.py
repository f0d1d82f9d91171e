"""Writes what a bench found, with the facts of the machine that its figures depend on and none that name it."""

import json
import os
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent / "results"


def machine() -> dict[str, Any]:
    """Return the number of cores, memory and versions."""
    from linkwell.cli.postgres.places import MAJOR

    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "cores": os.cpu_count(),
        "memory_gib": round(memory),
        "python": platform.python_version(),
        "postgresql": MAJOR,
        "load_at_start": round(os.getloadavg()[0], 2),
    }


def commit() -> str:
    """Return the short name of the commit measured, or "" outside a clone."""
    done = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, cwd=FOLDER.parent)
    return done.stdout.strip()


def write(
    name: str,
    *,
    workload: dict[str, Any],
    contenders: dict[str, Any],
    ratios: dict[str, float],
    facts: dict[str, Any],
    same_answers: bool,
    goals: dict[str, Any],
) -> Path:
    """Write `results/<name>.json`; print each goal with what was found."""
    FOLDER.mkdir(exist_ok=True)
    for goal, (found, met) in goals.items():
        print(f"  {'met   ' if met else 'MISSED'}  {goal}: {found}", flush=True)
    path = FOLDER / f"{name}.json"
    held = {
        "bench": name,
        "measured_at": datetime.now(UTC).isoformat(timespec="minutes"),
        "commit": commit(),
        "machine": facts,
        "workload": workload,
        "contenders": contenders,
        "ratios": {key: round(value, 3) for key, value in ratios.items()},
        "same_answers": same_answers,
        "goals": {goal: {"found": found, "met": met} for goal, (found, met) in goals.items()},
    }
    path.write_text(json.dumps(held, indent=1, ensure_ascii=False) + "\n")
    return path


def table(head: list[str], rows: list[list[Any]]) -> None:
    """Print rows under their heads, in columns."""
    shown = [[str(cell) for cell in row] for row in [head, *rows]]
    widths = [max(len(row[place]) for row in shown) for place in range(len(head))]
    for row in shown:
        cells = [cell.rjust(width) for cell, width in zip(row, widths, strict=True)]
        print("  " + "  ".join([row[0].ljust(widths[0]), *cells[1:]]), flush=True)
