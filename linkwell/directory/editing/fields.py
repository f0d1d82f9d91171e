"""Every field of an entry that a person may change: what it is called, how it is typed, and what it may hold.

Each field has one way of being written as plain text; moderation compares, stores and takes that text.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email

from linkwell.directory.editing import texts
from linkwell.directory.errors import ChangeRefused
from linkwell.directory.markup import plain_text
from linkwell.matching import needs, vocabulary
from linkwell.places import postcodes

NEEDS = dict(needs.CHOICES)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069]")
_POSTCODE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2}\b", re.IGNORECASE)
_web = URLValidator(schemes=["http", "https"])


@dataclass(frozen=True)
class Field:
    """A field: `kind` says how it is typed, `group` where on the page, `codes` its closed list."""

    name: str
    label: str
    kind: str  # line, words, address, link, age, times, costs, numbers, codes, places
    group: str
    longest: int = 300
    codes: Mapping[str, str] = field(default_factory=dict)
    hint: str = ""
    by_groups: bool = True  # whether the group itself and the public may suggest it


GROUPS = {
    "about": "What it is",
    "times": "When",
    "place": "Where and how",
    "joining": "Getting in and the first visit",
    "cost": "Cost",
    "whom": "For whom",
    "contact": "How to reach you",
    "organisation": "Your organisation",
    "needs": "What it helps with",
}
_FIELDS = (
    Field("name", "Name", "line", "about", 200),
    Field("alternate_name", "Also called", "line", "about", 200),
    Field("description", "What happens there", "words", "about", 5_000),
    Field("alert", "Please note", "words", "about", 500, hint="Something that everybody should know for a while"),
    Field("times", "Days and times", "times", "times", 2_000),
    Field("times_text", "Times in other words", "words", "times", 500, hint="For example: not in school holidays"),
    Field("modes", "How people take part", "codes", "place", 200, vocabulary.MODES),
    Field("places", "Places", "places", "place", 3_000),
    Field("area_text", "Area served", "line", "place", 500),
    Field("how_to_join", "How to get in", "words", "joining", 1_000),
    Field("entry_routes", "Ways in", "codes", "joining", 400, vocabulary.ENTRY_ROUTES),
    Field("what_to_bring", "What to bring", "words", "joining", 500),
    Field("first_visit", "What the first visit is like", "words", "joining", 1_000),
    Field("who_greets", "Who greets somebody new", "line", "joining", 200),
    Field("costs", "Cost", "costs", "cost", 1_000, hint="A line each, like “Adults: £3.50 (a session)”, or “Free”"),
    Field("eligibility_text", "Who it is for", "words", "whom", 1_000),
    Field("minimum_age", "Youngest age", "age", "whom", 3),
    Field("maximum_age", "Oldest age", "age", "whom", 3),
    Field("languages", "Languages", "codes", "whom", 2_000, vocabulary.LANGUAGES),
    Field("access_yes", "Access: there is", "codes", "whom", 500, vocabulary.ACCESS_NEEDS),
    Field("access_no", "Access: there is not", "codes", "whom", 500, vocabulary.ACCESS_NEEDS),
    Field("phones", "Telephone", "numbers", "contact", 1_000, hint="A line each, like “0161 496 0000 (office)”"),
    Field("email", "E-mail for the public", "address", "contact", 254),
    Field("url", "Website", "link", "contact", 500),
    Field("organisation_name", "Organisation’s name", "line", "organisation", 200),
    Field("organisation_about", "About the organisation", "words", "organisation", 3_000),
    Field("organisation_website", "Organisation’s website", "link", "organisation", 500),
    Field("needs", "Needs that somebody here added", "codes", "needs", 2_000, NEEDS, by_groups=False),
)
FIELDS = {one.name: one for one in _FIELDS}
# Asked for by a group, confirmed by a member of staff on the phone, and never taken from here (security.md D10).
REFERRAL_ADDRESS = "referral_email"
LABELS = {one.name: one.label for one in _FIELDS} | {
    REFERRAL_ADDRESS: "Where referrals go",
    "note": "What they wrote",
}
SUGGESTED = frozenset(one.name for one in _FIELDS if one.by_groups)


def clean(name: str, text: str, *, is_undisclosed: bool = False) -> str:
    """Return the text as it is stored: plain, with lines that can be read back. Raise ChangeRefused otherwise."""
    made = FIELDS[name]
    words = _CONTROL.sub("", plain_text(text.replace("\r\n", "\n").replace("\r", "\n"))).strip()
    if len(words) > made.longest:
        raise ChangeRefused(f"{made.label}: at most {made.longest:,} characters fit.")
    if made.kind in ("line", "address", "link"):
        words = " ".join(words.split())
    words = _canonical(made, words)
    if is_undisclosed:
        _check_hides(made, words)
    return words


def _canonical(made: Field, words: str) -> str:
    if made.name in ("name", "organisation_name") and not words:
        raise ChangeRefused(f"{made.label}: it needs one.")
    if made.kind == "times":
        return texts.times_text(texts.read_times(words))
    if made.kind == "costs":
        return texts.costs_text(texts.read_costs(words))
    if made.kind == "numbers":
        return texts.numbers_text(texts.read_numbers(words))
    if made.kind == "places":
        return texts.places_text(_with_postcode(one) for one in texts.read_places(words))
    if made.kind == "codes":
        return texts.codes_text(texts.read_codes(words, made.codes), made.codes)
    check = {"age": _check_age, "address": _check_address, "link": _check_link}.get(made.kind)
    if check is not None and words:
        check(made, words)
    return words


def _with_postcode(typed: texts.PlaceText) -> texts.PlaceText:
    if not typed.postcode:
        return typed
    code = postcodes.normalise(typed.postcode) or postcodes.outward(typed.postcode)
    if not code:
        raise ChangeRefused(f"“{typed.postcode}” is not a postcode.")
    return replace(typed, postcode=code)


def _check_age(made: Field, words: str) -> None:
    if not words.isdecimal() or int(words) > 120:
        raise ChangeRefused(f"{made.label}: give an age in whole years, up to 120.")


def _check_address(made: Field, words: str) -> None:
    try:
        validate_email(words)
    except ValidationError:
        raise ChangeRefused(f"{made.label}: give one address, like name@example.org.") from None


def _check_link(made: Field, words: str) -> None:
    try:
        _web(words)
    except ValidationError:
        raise ChangeRefused(f"{made.label}: give the whole address, like https://example.org.") from None


def _check_hides(made: Field, words: str) -> None:
    """The address of such an entry can come in by no field: not as a place, not inside words."""
    places = texts.read_places(words) if made.kind == "places" else []
    if _POSTCODE.search(words) or any(one.address or one.postcode or one.name or one.transport for one in places):
        raise ChangeRefused(f"{made.label}: this entry’s address is not given out. Name the town or area alone.")


def check_together(values: Mapping[str, Any]) -> None:
    """Raise ChangeRefused for fields that contradict each other."""
    low, high = values.get("minimum_age") or "", values.get("maximum_age") or ""
    if low and high and int(low) > int(high):
        raise ChangeRefused("The youngest age is above the oldest.")
    both = set((values.get("access_yes") or "").splitlines()) & set((values.get("access_no") or "").splitlines())
    if both:
        raise ChangeRefused(f"Access: “{sorted(both)[0]}” cannot be there and not be there.")
