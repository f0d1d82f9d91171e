"""What a check finds, and how a check that itself fails is told."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg

from linkwell.cli.database import Urls


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: how it stands and, where it is not well, what to do."""

    name: str
    well: bool
    text: str
    do: str = ""


@dataclass(frozen=True)
class Patient:
    """What the checks look at."""

    home: Path
    urls: Urls
    owner: psycopg.Connection
    is_current: bool  # the tables are those of this Linkwell
    is_real: bool  # holds schemes of real people
    at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def one(self, query: str, *params: object) -> tuple:
        """Return the first row of a query asked as the owner, across schemes."""
        return self.owner.execute(query, params or None).fetchone() or ()


Check = Callable[[Patient], Finding]


def looked_at(name: str, check: Check, patient: Patient) -> Finding:
    """Return what a check finds; one that breaks is a finding too, told by its kind alone."""
    try:
        return check(patient)
    except Exception as fault:
        return Finding(name, False, f"could not be looked at ({type(fault).__name__})", "See the log of the database.")


def ago(span: timedelta) -> str:
    """Return "12 minutes", "3 hours" or "4 days"."""
    minutes = int(span.total_seconds() // 60)
    for size, word in ((1440, "day"), (60, "hour"), (1, "minute")):
        if minutes >= 2 * size or (size == 1 and minutes >= 0):
            number = minutes // size
            return f"{number} {word}{'' if number == 1 else 's'}"
    return "no time"


def things(number: int, word: str) -> str:
    """Return "1 job", "4 jobs"."""
    return f"{number:,} {word}{'' if number == 1 else 's'}"
