"""Items of OpenActive feeds → services of the Open Referral shape: a series with its sessions, an event by itself."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

import msgspec

from linkwell.interop import cleaning
from linkwell.interop.open_activity import words

Line = dict[str, Any]

SERIES = frozenset({"SessionSeries", "EventSeries", "CourseInstance", "Course"})
SINGLE = frozenset({"Event", "HeadlineEvent", "OnDemandEvent", "SocialEvent", "SportsEvent"})
SESSION = frozenset({"ScheduledSession"})
MOST_DATES = 60  # of one service
DATES = ("name", "startDate", "endDate", "duration", "eventStatus")  # of further sessions no more is kept in memory
_DAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_DURATION = re.compile(r"P(?:(\d{1,4})D)?(?:T(?:(\d{1,4})H)?(?:(\d{1,4})M)?(?:\d{1,6}S)?)?")
_EVERY = re.compile(r"P(\d{1,2})([DWM])")


@dataclass(frozen=True, order=True)
class Sitting:
    """One dated session, in British time."""

    on: date
    begins: time | None
    ends: time | None


@dataclass
class Gathered:
    """The services of a feed, and what was left out."""

    services: list[Line]
    over: int = 0  # sessions that lie in the past
    cancelled: int = 0
    alone: int = 0  # sessions whose series is in another feed and that have no name
    not_taken: int = 0


@dataclass
class _Heads:
    """Series and single events, each under every name it goes by, with the sessions that name it."""

    by_key: dict[str, Line] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    sessions: dict[str, list[Line]] = field(default_factory=lambda: defaultdict(list))

    def add(self, name: str, kind: str, value: Line) -> None:
        own = _name(value)
        key = own if own.startswith("http") else f"{kind}/{name}"
        known = self.keys.get(own) or self.keys.get(name)
        if known is not None and not value.get("eventSchedule") and len(value) <= len(self.by_key[known]):
            return  # a session repeats its series in short
        self.by_key[known or key] = value
        for one in {own, name, key} - {""}:
            self.keys[one] = known or key

    def add_session(self, name: str, kind: str, value: Line) -> None:
        parent = value.get("superEvent")
        if isinstance(parent, dict) and parent.get("name"):
            self.add(_name(parent) or name, _kind(parent) or "SessionSeries", parent)
        several = self.sessions[_name(parent) or f"{kind}/{name}"]
        several.append({key: value[key] for key in DATES if key in value} if several else value)


def gather(items: Iterable[tuple[str, str, bytes]], *, today: date) -> Gathered:
    """Return each series and each single event that still takes place, with its sessions from today on."""
    found, heads = Gathered([]), _Heads()
    for kind, name, data in items:
        value = _value(data)
        kind = _kind(value) or kind
        if kind in SESSION:
            heads.add_session(name, kind, value)
        elif value and kind in SERIES | SINGLE:
            heads.add(name, kind, value)
        else:
            found.not_taken += 1
    for parent, several in list(heads.sessions.items()):
        if parent in heads.keys:
            continue
        named = next((one for one in several if one.get("name")), None)
        if named is None:
            found.alone += len(several)
        else:  # its series is not here: it stands by its own words
            heads.add(parent, "SessionSeries", {**named, "@id": parent, "startDate": None})
    names: dict[str, list[str]] = defaultdict(list)
    for name, key in heads.keys.items():
        names[key].append(name)
    for key in sorted(heads.by_key):
        dated = [one for name in sorted(names[key]) for one in heads.sessions.get(name, [])]
        service = _service(key, heads.by_key[key], dated, found, today)
        if service is not None:
            found.services.append(service)
    return found


def _value(data: bytes) -> Line:
    try:
        value = msgspec.json.decode(data)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return {}
    return value if isinstance(value, dict) else {}


def _kind(value: Any) -> str:
    said = (value.get("@type") or value.get("type") or "") if isinstance(value, dict) else ""
    said = said[0] if isinstance(said, list) and said else said
    return re.split(r"[/#:]", said)[-1] if isinstance(said, str) else ""


def _name(value: Any) -> str:
    """Return what a thing is referred to by: its own address, or the words of a mere reference."""
    if isinstance(value, dict):
        value = value.get("@id") or value.get("id") or value.get("identifier")
    return str(value)[:500] if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _service(key: str, head: Line, dated: list[Line], found: Gathered, today: date) -> Line | None:
    """Return a service with what is still to come; None where nothing is."""
    below = [one for one in _listed(head.get("subEvent")) if isinstance(one, dict)]
    own = [head] if head.get("startDate") and _kind(head) not in SERIES else []
    sittings, spoken = set[Sitting](), False
    for one in (*dated, *below, *own):
        sitting = _sitting(one)
        if sitting is None:
            continue
        spoken = True
        if "cancelled" in str(one.get("eventStatus", "")).casefold():
            found.cancelled += 1
        elif sitting.on < today:
            found.over += 1
        else:
            sittings.add(sitting)
    schedules = _weekly(sorted(sittings)[: MOST_DATES * 7])
    if not sittings and not spoken:
        schedules = [one for said in _listed(head.get("eventSchedule")) for one in _rule(said, today)]
        spoken = bool(_listed(head.get("eventSchedule")))
    if "cancelled" in str(head.get("eventStatus", "")).casefold() or (spoken and not schedules):
        return None
    return words.service(key, head, dated[0] if dated else {}, schedules[:MOST_DATES])


def _listed(value: Any) -> list[Any]:
    return value[:2_000] if isinstance(value, list) else [] if value in (None, "") else [value]


def _sitting(value: Line) -> Sitting | None:
    begins, ends = _moment(value.get("startDate")), _moment(value.get("endDate"))
    if begins is None:
        return None
    day_only = "T" not in str(value.get("startDate"))
    if ends is None and (length := _length(value.get("duration"))):
        ends = begins + length
    if day_only:
        return Sitting(begins.date(), None, None)
    same_day = ends is not None and ends.date() == begins.date() and ends > begins
    return Sitting(begins.date(), begins.time(), ends.time() if ends and same_day else None)


def _moment(value: Any) -> datetime | None:
    found = cleaning.moment(value).value if isinstance(value, str) and len(value) < 60 else None
    return found.astimezone(cleaning.LONDON).replace(second=0, microsecond=0) if found else None


def _length(value: Any) -> timedelta | None:
    found = _DURATION.fullmatch(value) if isinstance(value, str) and len(value) < 40 else None
    return timedelta(days=int(found[1] or 0), hours=int(found[2] or 0), minutes=int(found[3] or 0)) if found else None


def _weekly(sittings: list[Sitting]) -> list[Line]:
    """Return sessions as schedules: those a week apart together, each other one by its date."""
    runs: dict[tuple[int, time | None, time | None], list[list[date]]] = {}
    for one in sittings:
        series = runs.setdefault((one.on.weekday(), one.begins, one.ends), [])
        if series and one.on - series[-1][-1] == timedelta(days=7):
            series[-1].append(one.on)
        else:
            series.append([one.on])
    lines = [
        {"freq": "WEEKLY", "interval": 1, "byday": _CODES[day], **_hours(begins, ends),
         "valid_from": dates[0].isoformat(), "valid_to": dates[-1].isoformat()}
        for (day, begins, ends), series in runs.items()
        for dates in series
    ]  # fmt: skip
    return sorted(lines, key=lambda line: (line["valid_from"], line.get("opens_at", ""), line["valid_to"]))


def _hours(begins: time | None, ends: time | None) -> Line:
    hours = {"opens_at": begins.isoformat("minutes") if begins else None, "closes_at": None}
    hours["closes_at"] = ends.isoformat("minutes") if ends else None
    return {name: value for name, value in hours.items() if value}


def _rule(said: Any, today: date) -> list[Line]:
    """Return the schedules of one eventSchedule that is not over."""
    if not isinstance(said, dict):
        return []
    begins, ends = _day(said.get("startDate")), _day(said.get("endDate"))
    if ends is not None and ends < today:
        return []
    every = _EVERY.fullmatch(str(said.get("repeatFrequency", ""))[:10])
    count, unit = (int(every[1]), every[2]) if every else (1, "W")
    if unit == "D":
        count, unit = (count // 7, "W") if count % 7 == 0 and count else (1, "D" if count == 1 else "")
    line: Line = {
        "valid_from": begins.isoformat() if begins else None, "valid_to": ends.isoformat() if ends else None,
        "opens_at": _clock(said.get("startTime")), "closes_at": _clock(said.get("endTime")),
    }  # fmt: skip
    line = {name: value for name, value in line.items() if value}
    days = [code for one in _listed(said.get("byDay"))[:14] if (code := _byday(one))]
    if unit == "D":
        days = list(_CODES)
    if not days and begins is not None and unit == "W":
        days = [_CODES[begins.weekday()]]
    if unit not in ("W", "D", "M") or not days:
        return [line] if "opens_at" in line else []
    return [
        {**line, "freq": "MONTHLY" if unit == "M" else "WEEKLY", "interval": max(count, 1), "byday": ",".join(days)}
    ]


def _day(value: Any) -> date | None:
    return cleaning.day(value).value if isinstance(value, str) and len(value) < 60 else None


def _clock(value: Any) -> str:
    found = cleaning.clock(value) if isinstance(value, str) and len(value) < 30 else None
    return found.isoformat("minutes") if found else ""


def _byday(value: Any) -> str:
    """Return "MO" of "https://schema.org/Monday", "MO" or "2MO" (with its week)."""
    words = re.split(r"[/#:]", value)[-1] if isinstance(value, str) and len(value) < 60 else ""
    if words.casefold() in _DAY_NAMES:
        return _CODES[_DAY_NAMES.index(words.casefold())]
    return words.upper() if re.fullmatch(r"-?[1-5]?(?:MO|TU|WE|TH|FR|SA|SU)", words, re.IGNORECASE) else ""
