"""Opening times in words → schedules, only where every word was understood; otherwise nothing."""

import re
from datetime import time

from linkwell.directory.records import ScheduleRecord

_DAYS = {
    "mon": 0, "monday": 0, "tue": 1, "tues": 1, "tuesday": 1, "wed": 2, "weds": 2, "wednesday": 2, "thu": 3,
    "thur": 3, "thurs": 3, "thursday": 3, "fri": 4, "friday": 4, "sat": 5, "saturday": 5, "sun": 6, "sunday": 6,
}  # fmt: skip
_NAMES = "|".join(sorted(_DAYS, key=len, reverse=True))
_DAY = rf"(?:{_NAMES})s?\.?"
_DASH = r"\s*(?:-|–|—|to|until|till|through)\s*"
_CLOCK = r"(\d{1,2})(?:[:.](\d{2}))?\s*(am|pm|noon|a\.m\.?|p\.m\.?)?|(noon|midday|midnight)"
_DAY_RANGE = re.compile(rf"({_DAY}){_DASH}({_DAY})", re.IGNORECASE)
_DAY_LIST = re.compile(rf"{_DAY}(?:\s*(?:,|&|and|/|\+)\s*(?:and\s+)?{_DAY})*", re.IGNORECASE)
_HOURS = re.compile(rf"(?:from\s+)?(?:{_CLOCK}){_DASH}(?:{_CLOCK})", re.IGNORECASE)
_GROUPS = {
    "weekdays": range(5),
    "daily": range(7),
    "every day": range(7),
    "7 days a week": range(7),
    "weekends": (5, 6),
}
_ORDINALS = {"1st": 1, "first": 1, "2nd": 2, "second": 2, "3rd": 3, "third": 3, "4th": 4, "fourth": 4, "last": -1}
_ORDINAL = re.compile(
    rf"({'|'.join(_ORDINALS)})\s+({_DAY})\s+(?:of\s+)?(?:the|each|every|in the)?\s*month", re.IGNORECASE
)
_GAP = re.compile(r"(?:[\s,;:&.]|\band\b|\balso\b|\bopen\b|\bevery\b(?! day))+", re.IGNORECASE)


def schedules_of(text: str) -> list[ScheduleRecord]:
    """Return weekly (or nth-weekday) schedules, or [] where any word was not understood."""
    rest = " ".join(text.replace("\xa0", " ").split())
    found: list[ScheduleRecord] = []
    days: list[tuple[int, int | None]] = []
    used = True  # the days named last have been given hours
    while rest := _without_gap(rest):
        if read := _read_days(rest):
            if not used:
                found += [_schedule(day, None) for day in days]
            days, rest = read
            used = False
        elif (match := _HOURS.match(rest)) and days and (hours := _read_hours(match)):
            found += [_schedule(day, hours) for day in days]
            rest, used = rest[match.end() :], True
        else:
            return []
    if not used:
        found += [_schedule(day, None) for day in days]
    return found


def _without_gap(text: str) -> str:
    gap = _GAP.match(text)
    return text[gap.end() :] if gap else text


def _read_days(text: str) -> tuple[list[tuple[int, int | None]], str] | None:
    if match := _ORDINAL.match(text):
        return [(_day(match[2]), _ORDINALS[match[1].lower()])], text[match.end() :]
    for words, group in _GROUPS.items():
        if text.lower().startswith(words):
            return [(day, None) for day in group], text[len(words) :]
    if match := _DAY_RANGE.match(text):
        first, last = _day(match[1]), _day(match[2])
        if first > last:
            return None
        return [(day, None) for day in range(first, last + 1)], text[match.end() :]
    if match := _DAY_LIST.match(text):
        names = re.findall(rf"\b(?:{_NAMES})s?\b", match[0], re.IGNORECASE)
        return [(_day(name), None) for name in names], text[match.end() :]
    return None


def _day(name: str) -> int:
    word = name.lower().rstrip(".")
    return _DAYS[word] if word in _DAYS else _DAYS[word.removesuffix("s")]


def _read_hours(match: re.Match[str]) -> tuple[time, time] | None:
    half, other = match.groups()[:4], match.groups()[4:]
    end_mark = _mark(other[2]) or ("pm" if other[3] in ("noon", "midday") else "")
    begin_mark = _mark(half[2])
    closes = _clock(other, end_mark)
    opens = _clock(half, begin_mark)
    if not (begin_mark or end_mark or half[3] or other[3] or half[1] or other[1]):
        return None  # "2-4": morning or afternoon?
    if opens and closes and not begin_mark and end_mark == "pm" and half[0]:
        afternoon = _clock(half, "pm")
        opens = afternoon if afternoon and afternoon < closes else opens
    if opens and closes and begin_mark and not end_mark and other[0] and closes <= opens:
        closes = _clock(other, "pm")
    return (opens, closes) if opens and closes and opens < closes else None


def _mark(text: str | None) -> str:
    mark = (text or "").lower().replace(".", "")
    return "pm" if mark == "noon" else mark


def _clock(parts: tuple[str | None, ...], mark: str) -> time | None:
    hour_text, minute_text, _, word = parts
    if word:
        return time(23, 59) if word.lower() == "midnight" else time(12)
    hour, minute = int(hour_text or 0), int(minute_text or 0)
    if mark and not 1 <= hour <= 12:
        return None
    if mark == "pm" and hour < 12:
        hour += 12
    if mark == "am" and hour == 12:
        hour = 0
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _schedule(day: tuple[int, int | None], hours: tuple[time, time] | None) -> ScheduleRecord:
    weekday, week = day
    return ScheduleRecord(
        frequency="MONTHLY" if week else "WEEKLY",
        weekday=weekday,
        week_of_month=week,
        opens_at=hours[0] if hours else None,
        closes_at=hours[1] if hours else None,
    )
