"""What may happen in the directory, and what its facts mean in words. No database, no clock."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from linkwell.directory.errors import AddressRefused, StatusRefused
from linkwell.matching.vocabulary import ALL_PARTS, DAYS, in_words, parts_between, slots_of

WITHHELD_ABOVE = 10
WITHHELD_SHARE = 0.10
STALE_DAYS = 365
OPERATING = frozenset({"open", "paused", "full", "waiting", "phone_only", "online_only", "moved", "closed"})
TAKES_NO_ONE = frozenset({"paused", "closed"})
ENDS_FOR_GOOD = frozenset({"open", "moved", "closed"})
LONGEST_AHEAD = timedelta(days=731)
SETTLES_NOTHING = frozenset({"no_answer", "wrong_tel"})
_ORDINALS = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", -1: "last"}


def may_close_missing(*, missing: int, listed: int, read: int) -> bool:
    """Say whether entries missing from a whole list may be closed, or are too many to believe."""
    if read == 0:
        return False
    return not (missing > WITHHELD_ABOVE and missing > WITHHELD_SHARE * listed)


def check_status(*, status: str, wait_weeks: int | None, until: date | None = None, on: date | None = None) -> None:
    """Raise StatusRefused unless these make sense together."""
    if status not in OPERATING:
        raise StatusRefused("Choose how the service works now.")
    if wait_weeks is not None and status != "waiting":
        raise StatusRefused("Only a waiting list has a number of weeks.")
    if wait_weeks is not None and not 0 < wait_weeks <= 208:
        raise StatusRefused("Give the wait in weeks, from 1 to 208.")
    if until is not None and status in ENDS_FOR_GOOD:
        raise StatusRefused("Only what ends by itself has a last day: leave the day empty.")
    if until is not None and on is not None and not on < until <= on + LONGEST_AHEAD:
        raise StatusRefused("Give a day after today, and within two years.")


def check_break(*, from_on: date | None, until_on: date | None, on: date) -> None:
    """Raise StatusRefused unless a break has both its days, in order, and is not over; or neither."""
    if from_on is None and until_on is None:
        return
    if from_on is None or until_on is None:
        raise StatusRefused("Give the first day of the break and the day they are back.")
    if not from_on < until_on:
        raise StatusRefused("The day they are back must lie after the first day of the break.")
    if until_on <= on or until_on > on + LONGEST_AHEAD:
        raise StatusRefused("Give a day they are back that lies ahead, and within two years.")


def on_break(*, break_from: date | None, break_until: date | None, on: date) -> bool:
    """Say whether a seasonal break holds that day."""
    return break_from is not None and break_until is not None and break_from <= on < break_until


def check_referral_address(*, email: str, how: str) -> None:
    """Raise AddressRefused unless the address can be one and somebody says how it was confirmed."""
    if email and (email.count("@") != 1 or " " in email or "." not in email.rpartition("@")[2]):
        raise AddressRefused("Enter an e-mail address in the correct format, like name@example.org.")
    if email and not how.strip():
        raise AddressRefused("Say how you confirmed this address with the group, for example: rang them.")


@dataclass(frozen=True)
class Times:
    """One schedule, as words and slots are made from it."""

    weekday: int | None
    week_of_month: int | None = None
    opens_at: time | None = None
    closes_at: time | None = None
    valid_to: date | None = None


def slots(schedules: Iterable[Times], *, on: date) -> int | None:
    """Return the weekly slots of schedules still in force, None where no day is known."""
    found = 0
    for one in schedules:
        if one.weekday is None or (one.valid_to is not None and one.valid_to < on):
            continue
        parts: tuple[int, ...] = ALL_PARTS
        if one.opens_at is not None:
            opens = one.opens_at.hour * 60 + one.opens_at.minute
            closes = one.closes_at.hour * 60 + one.closes_at.minute if one.closes_at else opens + 1
            parts = parts_between(opens, closes if closes > opens else 24 * 60)
        found |= slots_of([one.weekday], parts)
    return found or None


def times_in_words(schedules: Iterable[Times]) -> str:
    """Return "Tuesdays and Fridays 1pm to 3pm; first Saturday of the month 10am to noon"."""
    groups: dict[tuple[int | None, time | None, time | None], list[int]] = {}
    for one in schedules:
        if one.weekday is not None:
            days = groups.setdefault((one.week_of_month, one.opens_at, one.closes_at), [])
            if one.weekday not in days:
                days.append(one.weekday)
    pieces = []
    for (week, opens, closes), days in groups.items():
        if week:
            named = in_words([f"{_ORDINALS.get(week, str(week))} {DAYS[day]} of the month" for day in sorted(days)])
        elif sorted(days) == list(range(7)):
            named = "Every day"
        elif sorted(days) == list(range(5)):
            named = "Monday to Friday"
        else:
            named = in_words([f"{DAYS[day]}s" for day in sorted(days)])
        hours = f"{clock(opens)} to {clock(closes)}" if opens and closes else f"from {clock(opens)}" if opens else ""
        pieces.append(f"{named} {hours}".strip())
    return "; ".join(piece[0].upper() + piece[1:] for piece in pieces)


def clock(moment: time) -> str:
    """Return "2pm", "10:30am", "noon"."""
    if moment == time(12):
        return "noon"
    if moment >= time(23, 59):
        return "midnight"
    hour = moment.hour % 12 or 12
    minutes = f":{moment.minute:02}" if moment.minute else ""
    return f"{hour}{minutes}{'am' if moment.hour < 12 else 'pm'}"


@dataclass(frozen=True)
class Freshness:
    """How far an entry may be trusted, in words, and whether to ring first."""

    words: str
    is_stale: bool


_WHO = {"group": "the group", "worker": "a member of staff", "public": "a visitor"}


def freshness(
    *,
    confirmed_at: datetime | None,
    confirmed_by: str,
    source_checked_on: date | None,
    seen_at: datetime | None,
    source: str,
    on: date,
) -> Freshness:
    """Return what is known of when an entry was last found right."""
    if confirmed_at is not None:
        days = (on - confirmed_at.date()).days
        if days <= STALE_DAYS:
            return Freshness(f"Confirmed by {_WHO.get(confirmed_by, 'someone')} {ago(days)}", False)
        if source_checked_on is None or source_checked_on <= confirmed_at.date():
            return Freshness(f"Nobody has confirmed this for {span(days)}: ring first", True)
    if source_checked_on is not None:
        days = (on - source_checked_on).days
        if days <= STALE_DAYS:
            return Freshness(f"Checked by {source} {ago(days)}", False)
        return Freshness(f"Nobody has confirmed this for {span(days)}: ring first", True)
    if seen_at is not None:
        return Freshness(
            f"From the list of {source}, loaded {ago((on - seen_at.date()).days)}; not confirmed: ring first", True
        )
    return Freshness("Nobody has confirmed this yet: ring first", True)


def confirmed_days(*, confirmed_at: datetime | None, source_checked_on: date | None, on: date) -> int | None:
    """Return days since somebody found the entry right, None where nobody did."""
    days = [value for value in (confirmed_at.date() if confirmed_at else None, source_checked_on) if value]
    return (on - max(days)).days if days else None


def ago(days: int) -> str:
    """Return "today", "yesterday", "3 weeks ago"."""
    if days <= 0:
        return "today"
    return "yesterday" if days == 1 else f"{span(days)} ago"


def span(days: int) -> str:
    """Return a number of days as people say it: "5 days", "3 weeks", "14 months", "4 years"."""
    if days < 14:
        return f"{days} day{'s' if days != 1 else ''}"
    if days < 61:
        return f"{days // 7} weeks"
    months = round(days / 30.44)
    return f"{months} months" if months < 24 else f"{round(days / 365.25)} years"
