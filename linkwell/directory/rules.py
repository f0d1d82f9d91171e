"""What may happen in the directory, and what its facts mean in words. No database, no clock."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from linkwell.directory.errors import AddressRefused, StatusRefused
from linkwell.matching.reasons import room
from linkwell.matching.vocabulary import ALL_PARTS, DAYS, in_words, parts_between, slots_of

WITHHELD_ABOVE = 10
WITHHELD_SHARE = 0.10
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


def is_on_break(row: Mapping[str, Any], *, on: date) -> bool:
    """Say whether the seasonal break of an entry holds that day."""
    break_from, break_until = row["break_from"], row["break_until"]
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
    weeks: int | None = None  # every so many weeks; every week where it is 1 or not known


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
    groups: dict[tuple[int | None, time | None, time | None, int], list[int]] = {}
    for one in schedules:
        if one.weekday is not None:
            days = groups.setdefault((one.week_of_month, one.opens_at, one.closes_at, one.weeks or 1), [])
            if one.weekday not in days:
                days.append(one.weekday)
    pieces = []
    for (week, opens, closes, weeks), days in groups.items():
        if weeks == 2 and not week:
            named = in_words([f"every other {DAYS[day]}" for day in sorted(days)])
        elif weeks > 2 and not week:
            named = f"{in_words([f'{DAYS[day]}s' for day in sorted(days)])} every {weeks} weeks"
        elif week:
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
_HOW = {"phone": " by phone", "visit": " on a visit", "web": " on their website"}
FACTS_OF_FRESHNESS = (
    "confirmed_at", "confirmed_by", "confirmed_how", "source_checked_on", "seen_at", "source", "sinks_on",
    "open_reports", "reported_at",
)  # fmt: skip


def freshness_of(row: Mapping[str, Any], *, on: date) -> Freshness:
    """Return what is known of when an entry was last found right, from a row that holds FACTS_OF_FRESHNESS."""
    return freshness(**{name: row[name] for name in FACTS_OF_FRESHNESS}, on=on)


def freshness(
    *, confirmed_at: datetime | None, confirmed_by: str, confirmed_how: str, source_checked_on: date | None,
    seen_at: datetime | None, source: str, sinks_on: date | None, open_reports: int, reported_at: datetime | None,
    on: date,
) -> Freshness:  # fmt: skip
    """Return what is known of when an entry was last found right; from `sinks_on` it says to ring first."""
    if open_reports and reported_at is not None:
        reported = ago((on - reported_at.date()).days)
        return Freshness(f"Reported as not right {reported}, not looked into: ring first", True)
    confirmed_on = confirmed_at.date() if confirmed_at else None
    days = confirmed_days(confirmed_at=confirmed_at, source_checked_on=source_checked_on, on=on)
    if days is None:
        if seen_at is None:
            return Freshness("Nobody has confirmed this yet: ring first", True)
        loaded = ago((on - seen_at.date()).days)
        return Freshness(f"From the list of {source}, loaded {loaded}; not confirmed: ring first", True)
    if sinks_on is None or sinks_on <= on:
        return Freshness(f"Nobody has confirmed this for {span(max(days, 0))}: ring first", True)
    if confirmed_on is not None and (source_checked_on is None or source_checked_on <= confirmed_on):
        how = _HOW.get(confirmed_how, "") if confirmed_by == "worker" else ""
        return Freshness(f"Confirmed by {_WHO.get(confirmed_by, 'someone')}{how} {ago(days)}", False)
    return Freshness(f"Checked by {source} {ago(days)}", False)


def confirmed_days(*, confirmed_at: datetime | None, source_checked_on: date | None, on: date) -> int | None:
    """Return days since somebody found the entry right, None where nobody did."""
    days = [value for value in (confirmed_at.date() if confirmed_at else None, source_checked_on) if value]
    return (on - max(days)).days if days else None


def how_it_stands(
    *, operating: str, wait_weeks: int | None, listing: str = "listed", until: date | None = None,
    back_on: date | None = None,
) -> str:  # fmt: skip
    """Return how a service works now, in words; "" where that is simply open."""
    if listing == "gone":
        return "No longer in its source's list"
    if back_on is not None and operating == "open":
        return f"On a break. Back on {back_on:%-d %B}"
    now = room(operating, wait_weeks)
    return f"{now}, until {until:%-d %B}" if now and until is not None else now


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
