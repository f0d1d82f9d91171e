"""When an organisation may be asked, at which address, and what comes first. No database, no clock."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import log

MONTH = timedelta(days=31)  # the longest month: never two requests within one
REMINDED_AFTER = timedelta(days=14)
SILENT_AFTER = timedelta(days=28)
LINK_LIVES = timedelta(days=60)
ASKED_AHEAD = timedelta(days=30)  # before the day an entry sinks
TRIED_AGAIN_AFTER = timedelta(days=3)  # nobody picked up the phone
SHOWN_USED = 0.05  # how often an entry that a search shows is then used: one of twenty on two pages of results
WEEKS_A_YEAR = 52.18
UNSEEN_USE = 0.05  # uses a week of an entry that nobody counted: brochures, other people's lists

OFFICES = frozenset(
    """admin bookings centre club committee community contact contactus coordinator enquiries enquiry group hello help
    info information library mail main manager office post reception referrals secretary services support team
    volunteering volunteers welcome""".split()
)


@dataclass(frozen=True)
class Candidate:
    """An address that an entry or its organisation gives; `checked` if it was confirmed with the group by hand."""

    address: str
    checked: bool = False


def choose_address(candidates: Iterable[Candidate]) -> str:
    """Return the mailbox to write to: an office before one confirmed by hand, and a person's own last."""
    given = [one for one in candidates if one.address]
    given.sort(key=lambda one: (not is_office(one.address), not one.checked, looks_personal(one.address)))
    return given[0].address if given else ""


def is_office(address: str) -> bool:
    """Say whether an address is an office's rather than a person's: info@, hello.sale@."""
    return bool(set(re.split(r"[^a-z]+", address.partition("@")[0].lower())) & OFFICES)


def looks_personal(address: str) -> bool:
    """Say whether an address reads like a person's name: jo.bloggs@, j_bloggs@."""
    return (
        not is_office(address) and re.fullmatch(r"[a-z]+[._-][a-z]+\d*", address.partition("@")[0].lower()) is not None
    )


def mobile(numbers: Iterable[str]) -> str:
    """Return the first mobile number of Great Britain among some, as +447…, or nothing."""
    for number in numbers:
        digits = re.sub(r"\D", "", number)
        digits = digits[2:] if digits.startswith("00") else digits
        national = "0" + digits[2:].removeprefix("0") if digits.startswith("44") else digits
        if re.fullmatch(r"07[1-57-9]\d{8}", national):
            return f"+44{national[1:]}"
    return ""


def may_ask(*, last_asked_at: datetime | None, at: datetime) -> bool:
    """Say whether a month has passed since an organisation, or its mailbox, was last asked."""
    return last_asked_at is None or at - last_asked_at >= MONTH


def falls_in_break(*, break_from: date | None, break_until: date | None, on: date) -> bool:
    """Say whether a question of that day would wait for its answer into, or come in, a seasonal break."""
    if break_from is None or break_until is None:
        return False
    return break_from - SILENT_AFTER < on < break_until


def harm(*, shown_a_week: float, connections: float, right: float, fades: float) -> float:
    """Return how many uses of a wrong entry it avoids to look now rather than later.

    Use × chance of being wrong alone would look again and again at what is used most, and gain nothing over equal
    turns; so the chance counts with how long it would have lasted: (1 − p · (1 − ln p)) ÷ yearly rate, in weeks.
    That order spends checks as the square root of use × rate, which is the best there is.
    """
    lasting = (1 - right * (1 - log(max(right, 1e-9)))) / fades
    return (SHOWN_USED * shown_a_week + connections + UNSEEN_USE) * lasting * WEEKS_A_YEAR
