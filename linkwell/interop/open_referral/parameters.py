"""The parameters of the feed: each with what it means in the standard, how it is read, and its words in our OpenAPI.

One table is both: what a parameter is said to take is what it takes.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any
from uuid import UUID

from linkwell.common.errors import DomainError

LONGEST = 200
MOST_PER_PAGE = 500
PER_PAGE = 50
MOST_PAGES = 1_000_000
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class BadParameter(DomainError):
    """A parameter that cannot be read; the sentence names it."""

    code = "bad_parameter"

    def __init__(self, name: str, wants: str) -> None:
        self.name = name
        super().__init__(f"The parameter {name} {wants}.")


@dataclass(frozen=True)
class Parameter:
    """One parameter of an address."""

    name: str
    read: Callable[[str], Any]
    wants: str  # "must be a whole number from 1"
    description: str
    schema: Mapping[str, Any]

    def of(self, value: str) -> Any:
        """Return what a value means; raise BadParameter."""
        if len(value) > LONGEST or "\0" in value:
            raise BadParameter(self.name, f"may have at most {LONGEST} characters, none of them a zero byte")
        try:
            return self.read(value.strip())
        except (ValueError, OverflowError):
            raise BadParameter(self.name, self.wants) from None


def whole(least: int, most: int) -> Callable[[str], int]:
    """Return a reader of whole numbers between two bounds."""

    def read(value: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", value) or not least <= int(value) <= most:
            raise ValueError
        return int(value)

    return read


def number(most: float) -> Callable[[str], float]:
    """Return a reader of numbers from 0 on."""

    def read(value: str) -> float:
        found = float(value) if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,6})?", value) else math.nan
        if not 0 <= found <= most:
            raise ValueError
        return found

    return read


def yes_or_no(value: str) -> bool:
    answers = {"true": True, "1": True, "yes": True, "": True, "false": False, "0": False, "no": False}
    if value.lower() not in answers:
        raise ValueError
    return answers[value.lower()]


def clock(value: str) -> time:
    if not re.fullmatch(r"[0-9]{1,2}:[0-9]{2}(:[0-9]{2})?", value):
        raise ValueError
    hours, minutes, *seconds = (int(part) for part in value.split(":"))
    return time(hours, minutes, *seconds)


def day(value: str) -> int:
    """Return the day of the week (Monday 0) of "MO", "Mon" or "monday"."""
    if len(value) < 2:
        raise ValueError
    return [one.startswith(value.lower()) for one in _DAYS].index(True)


def moment(value: str) -> datetime:
    """Return a moment; a plus sign that the address made a blank is a plus again; without a zone it is UTC."""
    found = datetime.fromisoformat(re.sub(r" (\d\d:?\d\d)$", r"+\1", value) if value.count(":") > 1 else value)
    found = found if found.tzinfo else found.replace(tzinfo=UTC)
    return found.astimezone(UTC)


def identity(value: str) -> UUID:
    if not re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", value):
        raise ValueError
    return UUID(value)


def one_of(*words: str) -> Callable[[str], str]:
    def read(value: str) -> str:
        if value.lower() not in words:
            raise ValueError
        return value.lower()

    return read


def _text(value: str) -> str:
    return value


_UUID = {"type": "string", "format": "uuid"}
_BOOLEAN = {"type": "boolean"}
_TRUE = "must be true or false"
_ID = "must be an id as the feed writes them (a UUID)"
PARAMETERS = {
    one.name: one
    for one in (
        Parameter("search", _text, "must be text", "Words, each of which the entry holds; beginnings of words count.",
                  {"type": "string", "maxLength": LONGEST}),
        Parameter("page", whole(1, MOST_PAGES), "must be a whole number from 1", "The number of the page, from 1.",
                  {"type": "integer", "minimum": 1, "maximum": MOST_PAGES, "default": 1}),
        Parameter("per_page", whole(1, MOST_PER_PAGE), f"must be a whole number from 1 to {MOST_PER_PAGE}",
                  "How many results stand on a page.",
                  {"type": "integer", "minimum": 1, "maximum": MOST_PER_PAGE, "default": PER_PAGE}),
        Parameter("format", one_of("json", "ndjson"), "must be json or ndjson",
                  "ndjson streams every result, one on a line, without pages.",
                  {"type": "string", "enum": ["json", "ndjson"], "default": "json"}),
        Parameter("taxonomy_term_id", identity, _ID, "Services that bear this term.", _UUID),
        Parameter("taxonomy_id", identity, _ID, "Services that bear any term of this taxonomy.", _UUID),
        Parameter("organization_id", identity, _ID, "Services of this organization.", _UUID),
        Parameter("parent_id", identity, _ID, "Terms that stand below this term.", _UUID),
        Parameter("top_only", yes_or_no, _TRUE, "Terms that stand below no other.", _BOOLEAN),
        Parameter("minimum_age", number(200), "must be a number from 0 to 200",
                  "Services whose minimum age is at least this.", {"type": "number", "minimum": 0, "maximum": 200}),
        Parameter("maximum_age", number(200), "must be a number from 0 to 200",
                  "Services whose maximum age is at most this.", {"type": "number", "minimum": 0, "maximum": 200}),
        Parameter("start_time", clock, "must be a time of day such as 09:30",
                  "Services with a time that begins at this time of day or later.",
                  {"type": "string", "pattern": "^[0-9]{1,2}:[0-9]{2}(:[0-9]{2})?$"}),
        Parameter("end_time", clock, "must be a time of day such as 17:00",
                  "Services with a time that ends at this time of day or earlier.",
                  {"type": "string", "pattern": "^[0-9]{1,2}:[0-9]{2}(:[0-9]{2})?$"}),
        Parameter("day", day, "must be a day of the week such as MO or Monday",
                  "Services with a time on this day; with start_time and end_time, one and the same time.",
                  {"type": "string", "minLength": 2, "maxLength": 9}),
        Parameter("modified_after", moment, "must be a moment such as 2026-01-31T00:00:00Z",
                  "What was modified then or later. What has left the feed since is there too, as inactive or defunct.",
                  {"type": "string", "format": "date-time"}),
        Parameter("minimal", yes_or_no, _TRUE,
                  "Only id and last_modified of each service; without per_page, all of them on one page.", _BOOLEAN),
        Parameter("full", yes_or_no, _TRUE, "Everything that hangs on each result.", _BOOLEAN),
        Parameter("full_service", yes_or_no, _TRUE, "Each organization with its services in full.", _BOOLEAN),
        Parameter("postcode", _text, "must be a postcode that our tables know",
                  "Services for the area in which the postcode lies; with proximity, services that happen near it.",
                  {"type": "string", "maxLength": LONGEST}),
        Parameter("proximity", number(500_000), "must be a number of metres from 0 to 500000, and needs a postcode",
                  "Within so many metres of the middle of the postcode.",
                  {"type": "number", "minimum": 0, "maximum": 500_000}),
    )
}  # fmt: skip
PAGING = ("page", "per_page")
OF_SERVICES = (
    "search", *PAGING, "format", "taxonomy_term_id", "taxonomy_id", "organization_id", "minimum_age", "maximum_age",
    "start_time", "end_time", "day", "modified_after", "minimal", "full", "postcode", "proximity",
)  # fmt: skip
OF_AT_LOCATIONS = tuple(name for name in OF_SERVICES if name not in ("minimal", "format"))
ENDPOINTS: dict[str, tuple[str, ...]] = {
    "services": OF_SERVICES,
    "service_at_locations": OF_AT_LOCATIONS,
    "taxonomies": ("search", *PAGING),
    "taxonomy_terms": ("search", *PAGING, "taxonomy_id", "top_only", "parent_id"),
    "organizations": ("search", *PAGING, "full", "full_service"),
}


def read(endpoint: str, given: Mapping[str, str]) -> dict[str, Any]:
    """Return what the parameters of a question mean; raise BadParameter. An empty one was not given."""
    found = {}
    for name in ENDPOINTS[endpoint]:
        value = given.get(name)
        if value is None or (not value.strip() and PARAMETERS[name].read is not yes_or_no):
            continue
        found[name] = PARAMETERS[name].of(value)
    if "proximity" in found and "postcode" not in found:
        raise BadParameter("proximity", PARAMETERS["proximity"].wants)
    return found
