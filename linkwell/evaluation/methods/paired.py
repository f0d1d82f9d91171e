"""What changed for people with answers at the start and later, and what is unknown for the rest."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum, sqrt

from linkwell.evaluation.methods.student import half_width

IMPROVED, SAME, WORSE, LOST, NOT_ASKED = "improved", "same", "worse", "lost", "not_asked"


@dataclass(frozen=True)
class Mean:
    """A mean and its interval, in the unit of the values."""

    n: int
    mean: float
    sd: float
    low: float
    high: float


def mean_interval(values: Sequence[float], *, level: float = 0.95) -> Mean | None:
    """Return the mean of n values and its Student t interval; None for fewer than two.

    Two passes, so that large values with small differences keep their digits.
    """
    n = len(values)
    if n < 2:
        return None
    mean = fsum(values) / n
    sd = sqrt(fsum((value - mean) ** 2 for value in values) / (n - 1))
    half = half_width(n, sd, level=level)
    return Mean(n, mean, sd, mean - half, mean + half)


def direction(before: float, after: float, *, better: str, counts_as_change: float) -> str:
    """Return improved, same or worse.

    better            "higher" or "lower"
    counts_as_change  points; a smaller difference counts as the same
    """
    gain = after - before if better == "higher" else before - after
    if abs(gain) < counts_as_change:
        return SAME
    return IMPROVED if gain > 0 else WORSE


def standing(before: float | None, after: float | None, *, better: str, counts_as_change: float) -> str:
    """Return which of five groups someone who was met belongs to; each belongs to exactly one.

    improved, same, worse   with both answers
    lost                    with answers at the start only
    not_asked               without answers at the start
    """
    if before is None:
        return NOT_ASKED
    if after is None:
        return LOST
    return direction(before, after, better=better, counts_as_change=counts_as_change)
