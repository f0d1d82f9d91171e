"""How days, times, distances and amounts are written on pages. None is written as nothing."""

from collections.abc import Iterable
from datetime import date, datetime
from datetime import time as clock_time
from decimal import Decimal
from functools import lru_cache

from django.utils import timezone
from django.utils.dateformat import format as dateformat
from django.utils.translation import get_language, gettext, ngettext, npgettext

Moment = date | datetime


def day(value: Moment | None) -> str:
    """Return the day in full, such as 23 November 2026."""
    return _written(value, "j F Y")


def short_day(value: Moment | None) -> str:
    """Return the day without its year, such as 23 Nov."""
    return _written(value, "j M")


def weekday(value: Moment | None) -> str:
    """Return the day as it is spoken, such as Monday 23 November."""
    return _written(value, "l j F")


def clock(value: datetime | clock_time | None) -> str:
    """Return the time of day as the NHS writes it: 2:30pm, 2pm, midday, midnight."""
    if value is None:
        return ""
    local = _local(value) if isinstance(value, datetime) else value
    if (local.hour, local.minute) == (12, 0):
        return gettext("midday")
    if (local.hour, local.minute) == (0, 0):
        return gettext("midnight")
    hour = local.hour % 12 or 12
    minutes = f":{local.minute:02}" if local.minute else ""
    return f"{hour}{minutes}{gettext('am') if local.hour < 12 else gettext('pm')}"


def moment(value: datetime | None) -> str:
    """Return day and time, such as 23 November 2026 at 2:30pm."""
    if value is None:
        return ""
    return gettext("%(day)s at %(clock)s") % {"day": day(value), "clock": clock(value)}


def iso(value: Moment | None) -> str:
    """Return the machine's form, for a time element."""
    if value is None:
        return ""
    return _local(value).isoformat() if isinstance(value, datetime) else value.isoformat()


def distance(metres: float | None) -> str:
    """Return a distance in the unit that suits it: 350 m, 1.2 km, 14 km."""
    if metres is None:
        return ""
    if metres < 995:
        return gettext("%(metres)s m") % {"metres": max(10, round(metres / 10) * 10)}
    kilometres = metres / 1000
    shown = f"{kilometres:.0f}" if kilometres >= 9.95 else f"{kilometres:.1f}"
    return gettext("%(kilometres)s km") % {"kilometres": shown}


def duration(minutes: float | None) -> str:
    """Return a number of minutes as it is spoken, such as 1 h 20 min."""
    if minutes is None:
        return ""
    hours, rest = divmod(round(minutes), 60)
    if not hours:
        return gettext("%(minutes)s min") % {"minutes": rest}
    if not rest:
        return gettext("%(hours)s h") % {"hours": hours}
    return gettext("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": rest}


def share(value: float | None) -> str:
    """Return a share (0 to 1) as a whole percentage."""
    return "" if value is None else f"{round(value * 100)}%"


def number(value: float | Decimal | None, places: int = 0) -> str:
    """Return a number with thousands apart and so many places."""
    return "" if value is None else f"{value:,.{places}f}"


def ago(days: int | None) -> str:
    """Return how long ago something was, from whole days: today, yesterday, 5 days ago, 3 weeks ago, 4 months ago."""
    return "" if days is None else _ago_in(get_language(), days)


@lru_cache(maxsize=4096)
def _ago_in(language: str | None, days: int) -> str:
    if days <= 0:
        return gettext("today")
    if days == 1:
        return gettext("yesterday")
    if days < 14:
        return ngettext("%(count)s day ago", "%(count)s days ago", days) % {"count": days}
    if days < 61:
        weeks = days // 7
        return ngettext("%(count)s week ago", "%(count)s weeks ago", weeks) % {"count": weeks}
    if days < 730:
        months = int(days // 30.44)
        return ngettext("%(count)s month ago", "%(count)s months ago", months) % {"count": months}
    years = int(days // 365.25)
    return npgettext("how long ago", "%(count)s year ago", "%(count)s years ago", years) % {"count": years}


def in_groups(code: str, size: int = 4) -> str:
    """Return a long code in groups that can be read aloud, such as JBSW Y3DP."""
    return " ".join(code[start : start + size] for start in range(0, len(code), size))


def _written(value: Moment | None, pattern: str) -> str:
    if value is None:
        return ""
    day = _local(value).date() if isinstance(value, datetime) else value
    return _written_in(get_language(), day, pattern)


@lru_cache(maxsize=4096)
def _written_in(language: str | None, day: date, pattern: str) -> str:
    return dateformat(day, pattern)  # in the language in force, which is the key's


def _local(value: datetime) -> datetime:
    return timezone.localtime(value) if timezone.is_aware(value) else value


def said_once(parts: Iterable[str]) -> str:
    """Return the parts in a line, without what a longer one says already: "For adults · Adults" → "For adults"."""
    said = [part for part in parts if part]
    plain = [part.casefold().strip(" .") for part in said]
    kept = [
        part
        for place, part in enumerate(said)
        if not any(
            plain[place] in other and (plain[place] != other or number < place)
            for number, other in enumerate(plain)
            if number != place
        )
    ]
    return " · ".join(kept)
