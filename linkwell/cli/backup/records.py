"""What was backed up and tried, when: lines in LINKWELL_HOME that `linkwell doctor` reads."""

import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any

RECORDS = "backups.jsonl"


def note(home: Path, *, file: Path, made_at: datetime, bytes: int, rows: int, tried_at: datetime | None) -> None:  # noqa: A002
    """Add a line about a backup, durably; tried_at is empty where it was not restored to see that it is whole."""
    line = {
        "file": str(file),
        "made_at": made_at.isoformat(timespec="seconds"),
        "bytes": bytes,
        "rows": rows,
        "tried_at": tried_at.isoformat(timespec="seconds") if tried_at else None,
    }
    with open(os.open(home / RECORDS, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600), "a") as records:
        records.write(json.dumps(line) + "\n")
        records.flush()
        os.fsync(records.fileno())


def all_of(home: Path) -> list[dict[str, Any]]:
    """Return every line that can be read, oldest first."""
    path, found = home / RECORDS, []
    for line in path.read_text().splitlines() if path.exists() else []:
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return found


def last_tried(home: Path) -> dict[str, Any] | None:
    """Return the newest backup that was restored to see that it is whole, by when it was made."""
    tried = [line for line in all_of(home) if line.get("tried_at")]
    return max(tried, key=lambda line: str(line["made_at"]), default=None)
