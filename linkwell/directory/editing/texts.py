"""Lists of an entry as lines of text and back: times, prices, numbers, places, codes. Pure.

One line is one row, so that two versions can be compared word by word and either can be stored as text.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import time
from decimal import Decimal

from linkwell.directory.errors import ChangeRefused
from linkwell.matching.vocabulary import DAYS

MOST_LINES = 40
_WEEKS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "last": -1}
EVERY = {1: "every week", 2: "every second week", 3: "every third week", 4: "every fourth week"}
WEEK_WORDS = {number: word for word, number in _WEEKS.items()}
_COST = re.compile(r"^(?:(?P<option>[^:£]{1,80}): )?£(?P<amount>\d{1,6}(?:\.\d\d)?)(?: \((?P<note>[^)]{1,200})\))?$")
_TIME = re.compile(
    rf"(?:(first|second|third|fourth|fifth|last) )?({'|'.join(DAYS)})s?(?: of the month)?(| .{{1,40}}?)"
    r"(?:, every (week|second week|third week|fourth week))?",
    re.IGNORECASE,
)
_PHONE = re.compile(r"^(?P<number>\+?[0-9][0-9 ()-]{4,24}(?: ext\.? \d{1,6})?)(?: \((?P<label>[^)]{1,120})\))?$")
PLACE_LINES = ("Name", "Address", "Town", "Postcode", "Getting there")


@dataclass(frozen=True, order=True)
class Time:
    """One row of times. `weeks`: 1 every week, 2 every second. `of_month`: 1 the first such day, −1 the last."""

    weekday: int
    opens_at: time | None = None
    closes_at: time | None = None
    weeks: int = 1
    of_month: int | None = None


@dataclass(frozen=True)
class Cost:
    """One price; without an amount its words alone."""

    option: str
    amount: Decimal | None
    note: str


@dataclass(frozen=True)
class Number:
    number: str
    label: str


@dataclass(frozen=True)
class PlaceText:
    """A place as it is typed."""

    name: str = ""
    address: str = ""
    town: str = ""
    postcode: str = ""
    transport: str = ""

    @property
    def is_empty(self) -> bool:
        return not any((self.name, self.address, self.town, self.postcode, self.transport))


def lines(text: str) -> list[str]:
    """Return the lines that say something, without runs of blanks; raise ChangeRefused for too many."""
    found = [" ".join(line.split()) for line in text.splitlines()]
    found = [line for line in found if line]
    if len(found) > MOST_LINES:
        raise ChangeRefused(f"At most {MOST_LINES} lines fit here.")
    return found


def times_text(rows: Iterable[Time]) -> str:
    """Return "Tuesday 14:00 to 16:00, every week", a line for each row."""
    return "\n".join(_time_line(row) for row in rows)


def _time_line(row: Time) -> str:
    day = DAYS[row.weekday]
    if row.of_month is not None:
        day = f"{WEEK_WORDS.get(row.of_month, str(row.of_month)).capitalize()} {day} of the month"
    hours = f" {row.opens_at:%H:%M}" if row.opens_at else ""
    hours += f" to {row.closes_at:%H:%M}" if row.opens_at and row.closes_at else ""
    return f"{day}{hours}" + ("" if row.of_month is not None else f", {EVERY.get(row.weeks, 'every week')}")


def read_times(text: str) -> list[Time]:
    """Return the rows of lines such as "Tuesday 2pm to 4pm"; raise ChangeRefused for a line that is not one."""
    return [_read_time(line) for line in lines(text)]


def _read_time(line: str) -> Time:
    found = _TIME.fullmatch(line[:200])
    if found is None:
        raise _unread_time(line)
    week, day, hours, every = found.groups()
    opens = closes = None
    if hours.strip():
        parts = [part for part in re.split(r"\s*(?:\bto\b|-|–)\s*", hours.strip()) if part]
        if len(parts) > 2:
            raise _unread_time(line)
        read = [_clock(part) for part in parts]
        if None in read:
            raise _unread_time(line)
        opens, closes = read[0], read[1] if len(read) == 2 else None
    if opens and closes and closes <= opens:
        raise ChangeRefused(f"“{line}” ends before it begins.")
    weeks = {"second week": 2, "third week": 3, "fourth week": 4}.get((every or "").lower(), 1)
    of_month = _WEEKS[week.lower()] if week else None
    return Time([name.lower() for name in DAYS].index(day.lower()), opens, closes, weeks, of_month)


def _clock(text: str) -> time | None:
    if text.strip().lower() in ("noon", "midday"):
        return time(12)
    found = re.fullmatch(r"(\d{1,2})(?:[:.](\d{2}))?\s?(am|pm)?", text.strip(), re.IGNORECASE)
    if found is None:
        return None
    hour, minute, half = int(found[1]), int(found[2] or 0), (found[3] or "").lower()
    if half and not 1 <= hour <= 12:
        return None
    hour = hour % 12 + (12 if half == "pm" else 0) if half else hour
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _unread_time(line: str) -> ChangeRefused:
    return ChangeRefused(f"Write times a line for each day, like “Tuesday 14:00 to 16:00, every week”. Not: “{line}”.")


def costs_text(rows: Iterable[Cost]) -> str:
    """Return "Adults: £3.50 (a session)", a line for each price; words alone where there is no amount."""
    return "\n".join(filter(None, (_cost_line(row) for row in rows)))


def _cost_line(row: Cost) -> str:
    if row.amount is None:
        return " ".join(filter(None, [row.option and f"{row.option}:", row.note])).rstrip(":")
    named = f"{row.option}: " if row.option else ""
    return f"{named}£{row.amount:.2f}" + (f" ({row.note})" if row.note else "")


def read_costs(text: str) -> list[Cost]:
    """Return prices; a line without a sum is kept in its words."""
    found = []
    for line in lines(text):
        match = _COST.match(line)
        if match:
            found.append(Cost(match["option"] or "", Decimal(match["amount"]), match["note"] or ""))
        else:
            found.append(
                Cost("", Decimal(0) if line.lower() == "free" else None, "" if line.lower() == "free" else line)
            )
    return found


def numbers_text(rows: Iterable[Number]) -> str:
    """Return "0161 496 0000 (office)", a line for each number."""
    return "\n".join(row.number + (f" ({row.label})" if row.label else "") for row in rows)


def read_numbers(text: str) -> list[Number]:
    """Return telephone numbers; raise ChangeRefused for a line that is none."""
    found = []
    for line in lines(text):
        match = _PHONE.match(line)
        if match is None:
            raise ChangeRefused(f"Write a telephone number a line, like “0161 496 0000 (office)”. Not: “{line}”.")
        found.append(Number(match["number"].strip(), match["label"] or ""))
    return found


def codes_text(codes: Iterable[str], labels: Mapping[str, str]) -> str:
    """Return the labels of codes in the order of the list, a line each."""
    chosen = set(codes)
    return "\n".join(label for code, label in labels.items() if code in chosen)


def read_codes(text: str, labels: Mapping[str, str]) -> list[str]:
    """Return the codes of labels (or codes); raise ChangeRefused for one that is not in the list."""
    by_label = {label.casefold(): code for code, label in labels.items()} | {code: code for code in labels}
    found = []
    for line in lines(text):
        code = by_label.get(line.casefold())
        if code is None:
            raise ChangeRefused(f"“{line}” is not one of: {', '.join(labels.values())}.")
        found.append(code)
    return [code for code in labels if code in found]


def places_text(rows: Iterable[PlaceText]) -> str:
    """Return each place as named lines, with an empty line between two."""
    return "\n\n".join(_place_lines(row) for row in rows if not row.is_empty)


def _place_lines(row: PlaceText) -> str:
    values = (row.name, row.address, row.town, row.postcode, row.transport)
    named = zip(PLACE_LINES, values, strict=True)
    return "\n".join(f"{label}: {' '.join(value.split())}" for label, value in named if value)


def read_places(text: str) -> list[PlaceText]:
    """Return places of named lines; a block without names is an address. Raise ChangeRefused for too many."""
    blocks = [block for block in re.split(r"\n\s*\n", text.replace("\r", "")) if block.strip()]
    if len(blocks) > MOST_LINES:
        raise ChangeRefused(f"At most {MOST_LINES} places fit here.")
    return [_read_place(block) for block in blocks]


def _read_place(block: str) -> PlaceText:
    said: dict[str, str] = {}
    for line in lines(block):
        label, colon, value = line.partition(": ")
        if colon and label in PLACE_LINES:
            said[label] = value
        else:
            said["Address"] = ", ".join(filter(None, [said.get("Address", ""), line]))
    return PlaceText(*(said.get(label, "") for label in PLACE_LINES))
