"""How long people wait."""

from collections.abc import Sequence


def median(values: Sequence[float]) -> float | None:
    """Return the middle value, or the mean of the two in the middle; None for no values."""
    if not values:
        return None
    ordered, middle = sorted(values), len(values) // 2
    return ordered[middle] if len(values) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def in_time(waited: float | None, *, target: float, so_far: float) -> str:
    """Return "in_time", "late" or "open" for one wait.

    waited  days until it happened, None while it has not
    target  days it should take at most
    so_far  days that have passed since the beginning
    """
    if waited is not None:
        return "in_time" if waited <= target else "late"
    return "late" if so_far > target else "open"
