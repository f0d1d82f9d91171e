"""The keys that a person is found by, and the traits that a search gives."""

import re
import unicodedata
from dataclasses import dataclass
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


@dataclass(frozen=True, kw_only=True)
class Traits:
    """What a search for a person gives; it counts how many, and never writes down what they are."""

    family_name: str = ""
    born_on: date | None = None
    postcode: str = ""
    number: str = ""

    def kinds(self) -> tuple[str, ...]:
        """Return which kinds are given, for the audit trail."""
        given = {
            "family name": plain(self.family_name),
            "date of birth": self.born_on,
            "postcode": plain(self.postcode),
            "number": plain(self.number),
        }
        return tuple(kind for kind, value in given.items() if value)

    def check(self) -> None:
        """Raise TooFewTraits for fewer than two, or NumberAlone for fewer than two beside a health number."""
        others = [kind for kind in self.kinds() if kind != "number"]
        if len(others) < 2:
            raise errors.NumberAlone if "number" in self.kinds() else errors.TooFewTraits

    def keys(self, scheme_id: int) -> list[tuple[str, str]]:
        """Return the (kind, key) rows that the person must have; a name is matched by its sound."""
        rows = [
            ("sound", sound(self.family_name)),
            ("born", self.born_on.isoformat() if self.born_on else ""),
            ("postcode", plain(self.postcode).upper()),
            ("number", hashed_number(scheme_id, clean_health_number(self.number))),
        ]
        return [row for row in rows if row[1]]
