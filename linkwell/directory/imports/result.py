"""What an import did, and its report."""

from dataclasses import dataclass, field
from typing import Any

from linkwell.directory.records import Issue


@dataclass
class ImportResult:
    """Counts of one run; `repairs` and `refusals` row by row, those of unchanged entries included."""

    source: str
    run: int | None
    is_dry_run: bool = False
    read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0
    unplaced: int = 0  # places with a postcode that no table knows
    closed: list[str] = field(default_factory=list)
    withheld: list[str] = field(default_factory=list)
    held: list[str] = field(default_factory=list)  # records that a person must look at first
    asked: int = 0  # corrected fields that the source has changed since
    repairs: list[Issue] = field(default_factory=list)
    refusals: list[Issue] = field(default_factory=list)

    def report(self) -> dict[str, Any]:
        """Return the report as it is written to a file (docs/reference/import-report.md)."""
        return {
            "source": self.source,
            "run": self.run,
            "dry_run": self.is_dry_run,
            "read": self.read,
            "created": self.created,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "refused": self.refused,
            "closed": len(self.closed),
            "withheld": len(self.withheld),
            "held": len(self.held),
            "asked": self.asked,
            "unplaced": self.unplaced,
            "repairs": [_row(issue) for issue in self.repairs],
            "refusals": [_row(issue) for issue in self.refusals],
            "closed_records": self.closed,
            "withheld_records": self.withheld,
            "held_records": self.held,
        }


def _row(issue: Issue) -> dict[str, str]:
    return {
        "record": issue.record,
        "path": issue.path,
        "was": issue.was,
        "now": issue.now,
        "reason": issue.reason,
    }
