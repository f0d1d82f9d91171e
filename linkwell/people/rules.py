"""What must be true of a person's details, and the keys that a person is found by."""

import re
import unicodedata
from datetime import date

from linkwell.common.crypto import keyed_hash
from linkwell.people import errors

NHS_NUMBER = "https://fhir.nhs.uk/Id/nhs-number"


def clean_health_number(text: str) -> str:
    """Return the digits of a health number; spaces and dashes are how people write it."""
    return re.sub(r"[\s-]", "", text)


def nhs_number_is_valid(digits: str) -> bool:
    """Say whether ten digits pass the NHS modulus 11 check (weights 10 to 2; a remainder of 10 is never issued)."""
    if not re.fullmatch(r"[0-9]{10}", digits):
        return False
    rest = 11 - sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=False)) % 11
    return rest != 10 and rest % 11 == int(digits[9])


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


def check_risk(text: str, *, none_known: bool) -> None:
    """Raise RiskUnclear unless exactly one of a text and "no known risks" is given."""
    if bool(text.strip()) == none_known:
        raise errors.RiskUnclear


def plain(text: str) -> str:
    """Return lower-case letters and digits alone, accents folded: "O'Brien-Núñez" → "obriennunez"."""
    folded = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in folded if letter.isalnum())


_SOUNDS = {"bfpv": "1", "cgjkqsxz": "2", "dt": "3", "l": "4", "mn": "5", "r": "6"}
_CODES = {letter: digit for letters, digit in _SOUNDS.items() for letter in letters}


def sound(name: str) -> str:
    """Return the American Soundex of a name ("Robert" → "R163"); names in other scripts return their letters.

    Source: US National Archives, The Soundex Indexing System.
    """
    letters = plain(name)
    if not letters or not letters.isascii():
        return letters[:8].upper()
    coded, before = letters[0].upper(), _CODES.get(letters[0], "")
    for letter in letters[1:]:
        digit = _CODES.get(letter, "")
        if digit and digit != before:
            coded += digit
        if letter not in "hw":
            before = digit
    return (coded + "000")[:4]


def keys_of(
    *, given_name: str, preferred_name: str, family_name: str, born_on: date | None, postcode: str, hashed_number: str
) -> list[tuple[str, str]]:
    """Return the (kind, key) rows by which a person is found; `hashed_number` is a keyed hash, never a number."""
    rows = {("family", plain(family_name)), ("sound", sound(family_name))}
    if born_on:
        rows.add(("born", born_on.isoformat()))
        rows.add(("sound_born", f"{sound(family_name)} {born_on.isoformat()}"))
        for first in (given_name, preferred_name):
            if first.strip():
                rows.add(("name_born", f"{plain(first)} {plain(family_name)} {born_on.isoformat()}"))
    if postcode:
        rows.add(("postcode", plain(postcode).upper()))
    if hashed_number:
        rows.add(("number", hashed_number))
    return sorted(row for row in rows if row[1].strip())


def hashed_number(scheme_id: int, number: str) -> str:
    """Return the keyed hash of a health number; it differs from scheme to scheme."""
    return keyed_hash(number, purpose=f"health-number:{scheme_id}") if number else ""
