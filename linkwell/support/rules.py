"""The life of an episode of support, and what its parts must hold."""

from collections.abc import Sequence
from datetime import datetime
from statistics import fmean, median

from linkwell.common.states import StateTable
from linkwell.people.models import AccessFlag
from linkwell.support import errors
from linkwell.support.models import EndReason, EpisodeState

STATES = StateTable(
    name="support",
    start=(EpisodeState.NEW,),
    steps={
        EpisodeState.NEW: (EpisodeState.CONTACTED, EpisodeState.ENGAGED, EpisodeState.ENDED),
        EpisodeState.CONTACTED: (EpisodeState.ENGAGED, EpisodeState.ENDED),
        EpisodeState.ENGAGED: (EpisodeState.STEPPING_DOWN, EpisodeState.ENDED),
        EpisodeState.STEPPING_DOWN: (EpisodeState.ENGAGED, EpisodeState.ENDED),
        EpisodeState.ENDED: (EpisodeState.ENGAGED,),
    },
    labels=dict(EpisodeState.choices),
)
LONGEST_MINUTES = 600


def check_open(state: str) -> None:
    """Raise EpisodeOver if the support has ended."""
    if state == EpisodeState.ENDED:
        raise errors.EpisodeOver


def check_contact(*, happened_at: datetime, minutes: int, at: datetime) -> None:
    """Raise InTheFuture or MinutesOutOfRange."""
    if happened_at > at:
        raise errors.InTheFuture
    if not 0 <= minutes <= LONGEST_MINUTES:
        raise errors.MinutesOutOfRange


def check_scale(*values: int | None) -> None:
    """Raise ScaleOutOfRange unless each value is 1 to 10 or was not asked."""
    if any(value is not None and not 1 <= value <= 10 for value in values):
        raise errors.ScaleOutOfRange


def after_contact(state: str, *, first_conversation: bool) -> str:
    """Return the state that a contact leads to: an attempt is "contacted", a first conversation "engaged"."""
    if first_conversation and state in (EpisodeState.NEW, EpisodeState.CONTACTED):
        return EpisodeState.ENGAGED
    if state == EpisodeState.NEW:
        return EpisodeState.CONTACTED
    return state


def ending_words(*, reason: str, contacts: int, attempts: int, joined: list[str], tried: list[str]) -> str:
    """Return what the referrer is told by default, good or bad.

    contacts, attempts  contacts reached, and attempts not reached
    joined, tried       names of services the person goes to, and of those that did not work out
    """
    if reason == EndReason.NOT_REACHED:
        return f"We could not reach the person after {_count(attempts, 'try', 'tries')}, so support did not start."
    met = f"We were in touch {_count(contacts, 'time', 'times')}."
    came_of_it = {
        EndReason.GOALS_MET: "The goals of the plan were met.",
        EndReason.PARTLY_MET: "The goals of the plan were partly met.",
        EndReason.NOTHING_HELPED: "What we tried did not help.",
        EndReason.DECLINED: "The person did not want support from us.",
        EndReason.DISENGAGED: "The person stopped coming.",
        EndReason.MOVED_SERVICE: "Another service supports the person now.",
        EndReason.MOVED_AWAY: "The person has moved away.",
        EndReason.DIED: "The person has died. No further messages will follow.",
    }[EndReason(reason)]
    parts = [came_of_it] if reason == EndReason.DIED else [met, came_of_it]
    if joined and reason != EndReason.DIED:
        parts.append(f"They now go to {_list(joined)}.")
    if tried and reason != EndReason.DIED:
        parts.append(f"Also tried: {_list(tried)}.")
    return " ".join(parts)


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _list(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


FEWEST_DAYS = 5  # with fewer days behind them nobody has a baseline yet
FLOOR = 20  # people a day; fewer is never many
FARTHEST = 3.5  # of the modified z-score


def usually_at_most(days: Sequence[int]) -> int:
    """Return how many different people a day are still usual for someone: above it is an outlier.

    days     people looked at on each of their last working days
    returns  people; the largest count whose modified z-score stays within 3.5, and never below 20

    Source: Iglewicz & Hoaglin 1993, How to Detect and Handle Outliers, p. 11-12: 0.6745 (x - median) / MAD;
    where more than half of the days are equal (MAD 0) the mean absolute deviation / 0.7979 stands in for MAD / 0.6745.
    """
    if len(days) < FEWEST_DAYS:
        return FLOOR
    middle = median(days)
    apart = [abs(count - middle) for count in days]
    spread = median(apart) / 0.6744897501960817 or fmean(apart) / 0.7978845608028654
    return max(FLOOR, int(middle + FARTHEST * spread))


def check_review_note(state: str, note: str) -> None:
    """Raise NoteMissing for a question without words."""
    if state == AccessFlag.State.CONCERN and not note.strip():
        raise errors.NoteMissing
