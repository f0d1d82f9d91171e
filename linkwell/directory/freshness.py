"""The freshness contract: how likely an entry is still right, and from which day that is too little.

Every number stands in this file; `docs/explanation/freshness.md` says where each comes from. The chance that all
facts of an entry are right, `days` after somebody found it right, is

    trust × e^(−fades × days / 365.25)

`trust` depends on who looked and how, `fades` on who runs it: each kind of fact goes wrong at its own rate, and an
entry is right while all of them are. Reports lower it. The trigger `directory_keeps_fresh` keeps the same numbers on
every entry; a test holds the two against each other. No database, no clock.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from math import exp, floor, log

YEAR = 365.25
# How often a kind of fact goes wrong, for a service that an authority runs: times a year
FACTS = {
    "times": 0.14,
    "cost": 0.08,
    "way_in": 0.06,
    "web": 0.06,
    "phone": 0.05,
    "place": 0.05,
    "running": 0.04,  # it is still there at all
    "name": 0.02,
}
# Who runs it: how much faster its facts go wrong
RUN_BY = {"council": 1.0, "nhs": 1.0, "public": 1.0, "business": 1.2, "unknown": 1.3, "voluntary": 1.6}
# Who looked, and how: the chance that every fact was right on that day
TRUST = {
    "group": 0.98,
    "phone": 0.97,
    "visit": 0.97,
    "web": 0.85,
    "public": 0.80,
    "feed_assured": 0.90,
    "feed_changed": 0.75,
    "feed_read": 0.60,
}
REPORT = 0.6  # what one report that nobody looked into yet leaves of it
MOST_REPORTS = 2  # more of them say no more
SINKS_BELOW = 0.5
LEAVES_BELOW = 0.25


@dataclass(frozen=True)
class Evidence:
    """Somebody found the entry right: how sure that was (a key of TRUST), and the day."""

    how: str
    on: date


@dataclass(frozen=True)
class Dates:
    """What is kept with an entry. `leaves_on` is empty for what never leaves search by itself."""

    right_from: date | None
    trust: float
    fades: float
    sinks_on: date | None
    leaves_on: date | None


def fades(run_by: str) -> float:
    """Return how fast an entry goes wrong: the sum over its kinds of fact, a year."""
    return sum(FACTS.values()) * RUN_BY.get(run_by, RUN_BY["unknown"])


def probability(*, trust: float, fades: float, days: float) -> float:
    """Return the chance that everything in an entry is still right, `days` after it was found right."""
    return trust * exp(-fades * max(days, 0) / YEAR)


def fact_probability(fact: str, *, run_by: str, days: float) -> float:
    """Return the chance that one kind of fact has not changed within `days`."""
    return exp(-FACTS[fact] * RUN_BY.get(run_by, RUN_BY["unknown"]) * max(days, 0) / YEAR)


def trust_of(*, who: str, how: str) -> str:
    """Return the key of TRUST for a confirmation: the group's own word, a call, a visit, a look at a page."""
    if who == "public":
        return "public"
    if how in ("visit", "web"):
        return how
    return "group" if who == "group" else "phone"


def after_reports(reports: int) -> float:
    """Return what open reports leave of the chance."""
    return float(REPORT ** min(max(reports, 0), MOST_REPORTS))


def days_until(threshold: float, *, trust: float, fades: float) -> int:
    """Return the first whole number of days after which the chance lies below a threshold; not above 0 if it does."""
    return floor(YEAR * log(trust / threshold) / fades) + 1


def best(found: Iterable[Evidence], *, run_by: str) -> Evidence | None:
    """Return the evidence that leaves the best chance today, whichever day today is: all fade alike."""
    pace = fades(run_by)
    return max(found, key=lambda one: log(TRUST[one.how]) + pace * one.on.toordinal() / YEAR, default=None)


def dates(found: Iterable[Evidence], *, run_by: str, open_reports: int = 0) -> Dates:
    """Return what is kept with an entry that has this evidence.

    A volunteer-run group only sinks; and reports, which anybody can send, never make an entry leave.
    """
    pace = fades(run_by)
    newest = best(found, run_by=run_by)
    if newest is None:
        return Dates(None, 0.0, pace, None, None)
    whole = TRUST[newest.how]
    left = whole * after_reports(open_reports)
    sinks = newest.on + timedelta(days_until(SINKS_BELOW, trust=left, fades=pace))
    leaves = newest.on + timedelta(days_until(LEAVES_BELOW, trust=whole, fades=pace))
    return Dates(newest.on, left, pace, sinks, None if run_by == "voluntary" else leaves)


def evidence(
    *, confirmed: Evidence | None, checked_on: date | None, changed_on: date | None, loaded_on: date | None,
    seen_on: date | None,
) -> list[Evidence]:  # fmt: skip
    """Return what speaks for an entry: a person's look, its list's own assurance, its list's change, its loading.

    A list that is read again says nothing new, and its loading counts only where it has no dates of its own.
    A date of its own that lies ahead counts as the day of reading.
    """
    found = [confirmed] if confirmed else []
    if checked_on is not None:
        found.append(Evidence("feed_assured", min(checked_on, seen_on) if seen_on else checked_on))
    if changed_on is not None:
        found.append(Evidence("feed_changed", min(changed_on, seen_on) if seen_on else changed_on))
    elif loaded_on is not None and checked_on is None:
        found.append(Evidence("feed_read", loaded_on))
    return found
