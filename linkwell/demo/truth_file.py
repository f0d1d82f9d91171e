"""Where the known truth of the loaded scheme is kept: beside the database, never in it."""

import json
from datetime import date
from pathlib import Path
from typing import Any

from linkwell.demo.generate.rows import DemoScheme

TRUTH = "demo-truth.json"


def write_truth(made: DemoScheme, home: Path) -> Path:
    """Write the truth as JSON into the data folder and return its file."""
    home.mkdir(parents=True, exist_ok=True)
    path = home / TRUTH
    draft = home / f".{TRUTH}.new"  # whole or not at all
    try:
        draft.write_text(json.dumps(made.truth, indent=2, ensure_ascii=False, default=_day) + "\n", encoding="utf-8")
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
    return path


def _day(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is not plain")
