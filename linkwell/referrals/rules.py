"""The life of a referral, and what one must hold."""

from datetime import date

from linkwell.common.states import StateTable
from linkwell.referrals import errors
from linkwell.referrals.models import State

STATES = StateTable(
    name="referral",
    start=(State.DRAFT, State.RECEIVED),
    steps={
        State.DRAFT: (State.RECEIVED,),
        State.RECEIVED: (State.ACCEPTED, State.DECLINED, State.REDIRECTED, State.RETURNED),
        State.RETURNED: (State.RECEIVED,),
        State.ACCEPTED: (State.ALLOCATED,),
        State.ALLOCATED: (State.CLOSED,),
    },
    labels=dict(State.choices),
)

_ALPHABET = "23456789BCDFGHJKMNPQRTVWXY"  # nothing that is read out wrongly, and no vowels, so no words


def reference(number: int) -> str:
    """Return "LW-" and six signs for a random number; told to people on the phone, so it is short."""
    signs = ""
    for _ in range(6):
        number, rest = divmod(number, len(_ALPHABET))
        signs += _ALPHABET[rest]
    return f"LW-{signs}"


def check_enough(*, needs: list[str], reason: str) -> None:
    """Raise NothingToGoOn if neither a need nor a sentence is given."""
    if not needs and not reason.strip():
        raise errors.NothingToGoOn


def check_identified(*, health_number: str, born_on: date | None) -> None:
    """Raise NotIdentified if neither a health number nor a date of birth is given."""
    if not health_number.strip() and born_on is None:
        raise errors.NotIdentified


def check_agreement(*, agreed: bool, why_not: str) -> None:
    """Raise AgreementMissing unless the person agreed or it is said why they were not asked."""
    if not agreed and not why_not.strip():
        raise errors.AgreementMissing


def check_reason(reason: str) -> None:
    """Raise ReasonNeeded for an empty reason."""
    if not reason.strip():
        raise errors.ReasonNeeded


def check_answer(answer: str) -> None:
    """Raise AnswerMissing for an empty answer."""
    if not answer.strip():
        raise errors.AnswerMissing


def check_still_here(*, ended_on: date | None, on: date) -> None:
    """Raise LinkWorkerHasLeft if the worker's membership ended on or before `on`."""
    if ended_on is not None and ended_on <= on:
        raise errors.LinkWorkerHasLeft(left_on=ended_on)
