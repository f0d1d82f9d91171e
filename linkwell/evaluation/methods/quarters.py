"""Calendar quarters that have ended: the only periods a commissioner may choose."""

import re
from dataclasses import dataclass
from datetime import date

_NAMES = {1: "January to March", 2: "April to June", 3: "July to September", 4: "October to December"}


@dataclass(frozen=True, order=True)
class Quarter:
    """One calendar quarter, number 1 to 4."""

    year: int
    number: int

    @property
    def code(self) -> str:
        """Return the form used in addresses, such as 2026-q3."""
        return f"{self.year}-q{self.number}"

    @property
    def name(self) -> str:
        """Return the form used on pages, such as July to September 2026."""
        return f"{_NAMES[self.number]} {self.year}"

    @property
    def began_on(self) -> date:
        """Return the first day."""
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def ended_on(self) -> date:
        """Return the first day after it."""
        return self.following.began_on

    @property
    def following(self) -> "Quarter":
        """Return the quarter after this one."""
        return Quarter(self.year + 1, 1) if self.number == 4 else Quarter(self.year, self.number + 1)


def quarter_of(day: date) -> Quarter:
    """Return the quarter a day lies in."""
    return Quarter(day.year, (day.month - 1) // 3 + 1)


def closed_quarters(*, first: date | None, today: date) -> list[Quarter]:
    """Return the quarters that have ended before `today`, from the one of the first day on, oldest first."""
    found: list[Quarter] = []
    quarter = quarter_of(first) if first is not None else quarter_of(today)
    while quarter.ended_on <= today:
        found.append(quarter)
        quarter = quarter.following
    return found


def from_code(code: str) -> Quarter | None:
    """Return the quarter of a code such as 2026-q3; None for anything else."""
    match = re.fullmatch(r"([12][0-9]{3})-q([1-4])", code)
    return Quarter(int(match[1]), int(match[2])) if match else None
