"""Working days and hours in the town, told in UTC."""

from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

HERE = ZoneInfo("Europe/London")


def is_working(day: date) -> bool:
    """Say whether the scheme works on a day: no weekends, and closed from Christmas to New Year."""
    closed = (day.month == 12 and day.day >= 25) or (day.month == 1 and day.day == 1)
    return day.weekday() < 5 and not closed


def working(day: date) -> date:
    """Return the day itself or the next working day."""
    while not is_working(day):
        day += timedelta(days=1)
    return day


def plus_working(day: date, days: int) -> date:
    """Return the working day that lies `days` working days after `day`."""
    day = working(day)
    for _ in range(days):
        day = working(day + timedelta(days=1))
    return day


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """Return a moment of a day by the town's clock, in UTC."""
    return datetime.combine(day, time(hour, minute), tzinfo=HERE).astimezone(UTC)


def some_time(rng: Random, day: date, earliest: int = 9, latest: int = 17) -> datetime:
    """Return some moment between two hours of a day, in UTC."""
    minutes = rng.randrange(earliest * 60, latest * 60)
    return at(day, minutes // 60, minutes % 60)


def clock(at: datetime) -> str:
    """Return "2.30 pm" by the town's clock, to the quarter of an hour before."""
    here = at.astimezone(HERE)
    here = here.replace(minute=here.minute // 15 * 15)
    return f"{here.hour % 12 or 12}.{here:%M} {'am' if here.hour < 12 else 'pm'}"


def quarter_of(day: date) -> str:
    """Return "2026-Q1", the quarter of the calendar year."""
    return f"{day.year}-Q{(day.month - 1) // 3 + 1}"
