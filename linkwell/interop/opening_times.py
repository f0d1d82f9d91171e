"""Opening times in words → schedules, only where every word was understood; otherwise nothing.

A text is read from left to right, each pattern anchored where the reader stands, so that the work grows with
the length of the text and a text that is longer than any opening time is not begun. What limits the hours and
does not change them ("term time only", "by appointment") is kept in the words of each schedule.
"""

import re
from dataclasses import dataclass, field, replace
from datetime import time

from linkwell.directory.records import ScheduleRecord

LONGEST = 400  # characters of opening times that are read
MOST = 60  # schedules out of one text

_DAYS = {
    "mon": 0, "monday": 0, "tue": 1, "tues": 1, "tuesday": 1, "wed": 2, "weds": 2, "wednesday": 2, "thu": 3,
    "thur": 3, "thurs": 3, "thursday": 3, "fri": 4, "friday": 4, "sat": 5, "saturday": 5, "sun": 6, "sunday": 6,
}  # fmt: skip
_NAMES = "|".join(sorted(_DAYS, key=len, reverse=True))
_DAY = rf"(?:{_NAMES})s?\b\.?"
_DASH = r" ?(?:-|\bto\b|\buntil\b|\btill\b|\bthrough\b) ?"
_CLOCK = r"(\d{1,2})(?:[:.]?([0-5]\d))? ?(am|pm|noon|a\.m\.?|p\.m\.?)?(?: hrs?\b)?|(noon|midday|midnight)"
_DAY_RANGE = re.compile(rf"({_DAY}){_DASH}({_DAY})")
_DAY_LIST = re.compile(rf"{_DAY}(?: ?(?:,|&|\band\b|/|\+) ?(?:and )?{_DAY}(?! ?(?:-|to\b) ?(?:{_NAMES})))*")
_BETWEEN = re.compile(rf"between (?:{_CLOCK}) and (?:{_CLOCK})(?![\w:])")
_HOURS = re.compile(rf"(?:from )?(?:{_CLOCK}){_DASH}(?:{_CLOCK})(?![\w:])")
_START = re.compile(rf"(?:from |at )?(?:{_CLOCK})(?: onwards)?(?![\w:]|{_DASH}\d)")
_GROUPS = (
    (re.compile(r"weekdays\b"), range(5)),
    (re.compile(r"(?:daily|every ?day|(?:7|seven) days(?: a week)?)\b"), range(7)),
    (re.compile(r"(?:at )?weekends\b"), range(5, 7)),
)
_ORDINALS = {"1st": 1, "first": 1, "2nd": 2, "second": 2, "3rd": 3, "third": 3, "4th": 4, "fourth": 4, "last": -1}
_NTH = "|".join(_ORDINALS)
_MONTH = r"(?: (?:(?:of|in) )?(?:the |each |every |a )?month\b| monthly\b)"
_NTH_DAY = re.compile(
    rf"(?:(every|each|monthly on(?: the)?|the) )?((?:{_NTH})(?: ?(?:,|&|and) ?(?:{_NTH}))*) ({_DAY})({_MONTH})?"
)
_EVERY_OTHER = re.compile(rf"(?:every other|alternate|fortnightly(?: on)?|every two weeks on) ({_DAY})")
_ROUND_THE_CLOCK = re.compile(r"24 ?/ ?7\b|24 hours(?: a day)?,? ?(?:7|seven) days a week\b")
_PART = re.compile(
    r"(?:am ?(?:&|and|/) ?pm|mornings?|afternoons?|evenings?|all day)\b"
    r"(?: ?(?:&|and|,|/) ?(?:mornings?|afternoons?|evenings?)\b)*"
)
_CLOSED = re.compile(r"closed\b(?! (?:on|during|for|until|in|bank|public))")
_REMARK = re.compile(
    r"\(?(?:(?:strictly )?(?:by )?(?:prior )?appointment(?: only)?(?: please)?|please (?:ring|call|phone)(?: first)?"
    r"|drop[- ]?ins?|continuous|(?:during )?(?:local )?(?:school )?term[- ]?time(?: only)?"
    r"|(?:not open (?:on )?|closed (?:on )?|except (?:for )?|excluding |not (?:on )?)(?:bank |public |and )+holidays)"
    r"\)?(?= |[.,;)]|$)"
)
_GAP = re.compile(
    r"(?:[ ,;:&.()]|\band\b|\balso\b|\b(?:we are )?open(?:ing)?(?: (?:times|hours))?\b|\bhours\b|\beach week\b"
    rf"|\bweekly\b|\bon\b|\b(?:from|every|each)\b(?= (?:{_NAMES})))+"
)


@dataclass
class _Days:
    """Days named together, and how often they come round."""

    weekdays: list[int]
    weeks: list[int] = field(default_factory=list)  # of the month
    frequency: str = "WEEKLY"
    interval: int | None = None


def schedules_of(text: str) -> list[ScheduleRecord]:
    """Return the schedules of a text, or [] where any word was not understood.

    Days alone have no hours; a beginning alone has no end. Where the days are sure but not how often they come
    round ("every 2nd Thursday": of the month, or once in two weeks?), `frequency` is empty.
    """
    if len(text) > LONGEST:
        return []
    plain = re.sub(r"[‐-―−]", "-", text).replace("\xa0", " ").replace("\n", " ; ").casefold()
    reader = _Reader(" ".join(plain.split()))
    found = reader.read()[:MOST]
    if any(one.frequency == "" for one in found):
        reader.remarks.insert(0, " ".join(text.split()))
    words = "; ".join(dict.fromkeys(reader.remarks))
    return [replace(one, description="; ".join(filter(None, [one.description, words]))) for one in found]


class _Reader:
    """Where in a text the reader stands, and what it has found so far."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        self.days: list[_Days] = []  # named last, to be given hours together
        self.is_used = True
        self.is_closed = False  # a remark ended what it belongs to: no more days may follow it
        self.hours_before: tuple[time, time | None] | None = None  # "9-5 Mon-Fri"
        self.gap = ""  # what stood before the place where the reader is
        self.found: list[ScheduleRecord] = []
        self.remarks: list[str] = []

    def read(self) -> list[ScheduleRecord]:
        """Return every schedule; [] where a word is not understood."""
        while self.at < len(self.text):
            if gap := self._take(_GAP):
                self.gap = gap[0]
                continue
            if not (self._remark() or self._closed() or self._group() or self._hours() or self._part()):
                return []
        if not self.is_used:  # days without hours
            self._give(None, None)
        return self.found if self.hours_before is None else []

    def _take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        match = pattern.match(self.text, self.at)
        if match and match.end() > self.at:
            self.at = match.end()
            return match
        return None

    def _remark(self) -> bool:
        if match := self._take(_REMARK):
            self.remarks.append(match[0].strip("() "))
            self.is_closed = bool(self.days or self.found)
        return match is not None

    def _closed(self) -> bool:
        if not self.days or self.is_used or not self._take(_CLOSED):
            return False
        self.days, self.is_used = [], True
        return True

    def _group(self) -> bool:
        if self.is_closed or (days := self._days()) is None:
            return False
        unsure = any(one.interval or not one.frequency for one in self.days)
        if not self.is_used and (unsure or re.search(r"[;.]", self.gap)):
            return False  # "Mondays. Tuesdays 2-4pm", "alternate Mondays and Fridays": what belongs to both?
        self.days, self.is_used = [days] if self.is_used else [*self.days, days], False
        if self.hours_before is not None:
            if self.found:  # hours before the days: which of several do they belong to?
                return False
            self._give(*self.hours_before)
            self.hours_before, self.days = None, []
        return True

    def _days(self) -> _Days | None:
        if self._take(_ROUND_THE_CLOCK):
            self.found += _schedules(_Days(list(range(7))), time(0), time(23, 59))
            return _Days([])
        if match := self._take(_NTH_DAY):
            return _nth(match)
        if match := self._take(_EVERY_OTHER):
            return _Days([_day(match[1])], interval=2)
        for pattern, group in _GROUPS:
            if self._take(pattern):
                return _Days(list(group))
        if match := self._take(_DAY_RANGE):
            first, last = _day(match[1]), _day(match[2])
            return _Days(list(range(first, last + 1))) if first <= last else None
        if match := self._take(_DAY_LIST):
            return _Days([_day(name) for name in re.findall(rf"\b(?:{_NAMES})s?\b", match[0])])
        return None

    def _hours(self) -> bool:
        start = self.at
        if match := self._take(_BETWEEN) or self._take(_HOURS):
            hours = _span(match)
        elif match := self._take(_START):
            opens = _clock(match.groups()[:4], _mark(match[3])) if match[3] or match[4] else None
            hours = (opens, None) if opens else None
        else:
            return False
        if hours is None or (not self.days and (self.found or self.hours_before)):
            self.at = start
            return False
        if not self.days:
            self.hours_before = hours
        else:
            self._give(*hours)
        return True

    def _part(self) -> bool:
        if not self.days or self.is_used or not (match := self._take(_PART)):
            return False
        self._give(None, None, match[0])
        return True

    def _give(self, opens: time | None, closes: time | None, words: str = "") -> None:
        for days in self.days:
            self.found += [replace(one, description=words) for one in _schedules(days, opens, closes)]
        self.is_used = True


def _nth(match: re.Match[str]) -> _Days:
    weeks = [_ORDINALS[word] for word in re.findall(rf"\b(?:{_NTH})\b", match[2])]
    every = "every" in match[0].split() or "each" in match[0].split()
    if every and not match[4] and len(weeks) == 1 and weeks[0] in (2, 3, 4):
        return _Days([_day(match[3])], frequency="")
    return _Days([_day(match[3])], weeks=weeks, frequency="MONTHLY")


def _day(name: str) -> int:
    word = name.rstrip(".")
    return _DAYS[word] if word in _DAYS else _DAYS[word.removesuffix("s")]


def _span(match: re.Match[str]) -> tuple[time, time] | None:
    """Return hours of which it is sure whether they are before or after noon."""
    half, other = match.groups()[:4], match.groups()[4:]
    begin_mark, end_mark = _mark(half[2]), _mark(other[2]) or ("pm" if other[3] in ("noon", "midday") else "")
    opens, closes = _clock(half, begin_mark), _clock(other, end_mark)
    if not opens or not closes:
        return None
    if not (begin_mark or end_mark or half[3] or other[3]):
        closes = _without_marks(half, other, opens, closes)
    elif not begin_mark and end_mark == "pm" and half[0]:
        afternoon = _clock(half, "pm")
        opens = afternoon if afternoon and afternoon < closes else opens
    elif begin_mark and not end_mark and other[0] and closes <= opens:
        closes = _clock(other, "pm")
    return (opens, closes) if closes and opens < closes else None


def _without_marks(
    half: tuple[str | None, ...], other: tuple[str | None, ...], opens: time, closes: time
) -> time | None:
    """Return when "9-5", "10.00-12.00" or "14:00-16:00" ends; None for "2-4" and "9-11", which may be either."""
    on_24_hours = closes.hour >= 13 or (half[0] or "").startswith("0") and half[1]
    if on_24_hours:
        return closes
    if 8 <= opens.hour <= 12 and 1 <= closes.hour <= 6 and not (other[0] or "").startswith("0"):
        return closes.replace(hour=closes.hour + 12)
    return closes if 8 <= opens.hour <= 11 and closes.hour == 12 else None


def _mark(text: str | None) -> str:
    mark = (text or "").replace(".", "")
    return "pm" if mark == "noon" else mark


def _clock(parts: tuple[str | None, ...], mark: str) -> time | None:
    hour_text, minute_text, _, word = parts
    if word:
        return time(23, 59) if word == "midnight" else time(12)
    hour, minute = int(hour_text or 0), int(minute_text or 0)
    if mark and not 1 <= hour <= 12:
        return None
    if mark == "pm" and hour < 12:
        hour += 12
    if mark == "am" and hour == 12:
        hour = 0
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _schedules(days: _Days, opens: time | None, closes: time | None) -> list[ScheduleRecord]:
    return [
        ScheduleRecord(
            frequency=days.frequency, interval=days.interval, weekday=weekday, week_of_month=week,
            opens_at=opens, closes_at=closes,
        )
        for week in days.weeks or [None]
        for weekday in days.weekdays
    ]  # fmt: skip
