"""How far each referral came, and why it went no further. Every referral has exactly one place."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

# Each stage is reached by its own milestone or any later one: who attended was met, whether or not it was written down.
STAGES = (
    "referred",
    "accepted",
    "tried",
    "met",
    "planned",
    "connected",
    "attended",
    "attending",
)
UNDECIDED, WAITING, WITH_US = "undecided", "waiting", "with_us"
NOT_TAKEN = ("declined", "redirected", "returned")
ENDINGS = (
    "goals_met",
    "partly_met",
    "nothing_helped",
    "not_reached",
    "declined_support",
    "disengaged",
    "moved_service",
    "moved_away",
    "died",
)


@dataclass(frozen=True)
class Course:
    """What happened to one referral, by days; None where it did not happen.

    milestones  stage → day, for the stages after "referred"
    refused     "declined", "redirected" or "returned" with its day
    ended       one of ENDINGS with its day
    allocated   the day a link worker took the person on
    """

    milestones: Mapping[str, date | None]
    refused: tuple[str, date] | None = None
    allocated: date | None = None
    ended: tuple[str, date] | None = None


def place(course: Course, *, until: date) -> tuple[str, str]:
    """Return (furthest stage, what came of it), counting only what happened before the day `until`."""
    reached = "referred"
    for stage in STAGES[1:]:
        day = course.milestones.get(stage)
        if day is not None and day < until:
            reached = stage
    if course.ended is not None and course.ended[1] < until:
        return reached, course.ended[0]
    if reached == "referred":
        if course.refused is not None and course.refused[1] < until:
            return reached, course.refused[0]
        return reached, UNDECIDED
    if course.allocated is None or course.allocated >= until:
        return reached, WAITING if reached == "accepted" else WITH_US
    return reached, WITH_US
