"""What must be true of a person's details, and when a record may be opened that is not one's own."""

import re
from datetime import date, datetime, timedelta

from linkwell.people import errors
from linkwell.people.keys import NHS_NUMBER

GIVEN_LABELS = {
    "preferred_name": "Preferred name",
    "pronouns": "Pronouns",
    "phone": "Phone",
    "email": "E-mail",
    "address": "Address",
    "postcode": "Postcode",
}
PLACE = ("address", "postcode")
PLACE_LABELS = tuple(GIVEN_LABELS[name] for name in PLACE)
OTHER_REASON = "Another reason"
OPENING_REASONS = ("Taking a call", "Colleague away", "Emergency", OTHER_REASON)
RESTRICTED_REASONS = ("Emergency", "Safeguarding", "Asked to by the team lead", OTHER_REASON)
SECOND_FACTOR_FRESH = timedelta(minutes=5)
NUMBER_SEARCHES_A_DAY = 20  # more than this, and the team leads are told


def check_health_number(system: str, digits: str) -> None:
    """Raise NotAHealthNumber for an NHS number that is not ten digits; a wrong check digit is only "not traced"."""
    if system == NHS_NUMBER and digits and not re.fullmatch(r"[0-9]{10}", digits):
        raise errors.NotAHealthNumber


def check_names(given_name: str, family_name: str) -> None:
    """Raise NameMissing unless both names hold something."""
    if not given_name.strip() or not family_name.strip():
        raise errors.NameMissing


def check_born(born_on: date | None, on: date) -> None:
    """Raise BornInTheFuture if the birth lies after `on`."""
    if born_on is not None and born_on > on:
        raise errors.BornInTheFuture


def check_reachable(phone: str, email: str, address: str, *, no_fixed_abode: bool) -> None:
    """Raise NoWayToReach if nothing is given to reach the person by."""
    if not (phone.strip() or email.strip() or address.strip() or no_fixed_abode):
        raise errors.NoWayToReach


def is_mobile(phone: str) -> bool:
    """Say whether a number can take a text: a British mobile, or a number with another country's code."""
    digits = re.sub(r"[^0-9+]", "", phone)
    return bool(re.fullmatch(r"(\+447|00447|07)[0-9]{9}|\+(?!44)[0-9]{8,14}", digits))


def check_risk(text: str, *, none_known: bool) -> None:
    """Raise RiskUnclear unless exactly one of a text and "no known risks" is given."""
    if bool(text.strip()) == none_known:
        raise errors.RiskUnclear


def without_place(given: str) -> str:
    """Return the lines of what a referral gave, without address and postcode."""
    kept, is_place = [], False
    labels = (*GIVEN_LABELS.values(), "How to reach them")
    for line in given.splitlines():
        label = line.partition(":")[0]
        is_place = label in PLACE_LABELS if label in labels else is_place  # an address may go over several lines
        if not is_place:
            kept.append(line)
    return "\n".join(kept)


def check_opening_reason(reason: str, text: str) -> None:
    """Raise ReasonMissing without a reason, or if "another reason" is not told."""
    if not reason.strip() or (reason == OTHER_REASON and not text.strip()):
        raise errors.ReasonMissing


def check_second_factor(given_at: datetime | None, at: datetime) -> None:
    """Raise SecondFactorNeeded unless the second factor was given again in the last five minutes."""
    if given_at is None or not timedelta(0) <= at - given_at <= SECOND_FACTOR_FRESH:
        raise errors.SecondFactorNeeded
