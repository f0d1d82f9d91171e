"""What stands on the page around the tables: periods to choose, sentences to read, rows to draw."""

from dataclasses import dataclass
from datetime import timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from linkwell.evaluation.disclosure import SYMBOL, Shown, as_text
from linkwell.evaluation.methods import paired
from linkwell.evaluation.report import Change, Report
from linkwell.web.evidence import tables
from linkwell.web.evidence.tables import Points, as_read

ALL = "all"


@dataclass(frozen=True)
class Period:
    """One period to choose."""

    name: str
    href: str
    is_current: bool


@dataclass(frozen=True)
class Bar:
    """One score's change as it is drawn: (number, text) of each part, and what it means in a sentence."""

    name: str
    note: str
    improved: tuple[Shown, str]
    same: tuple[Shown, str]
    worse: tuple[Shown, str]
    unknown: tuple[Shown, str]


def period_code(report: Report) -> str:
    """Return how addresses name the period of a report."""
    return report.chosen.code if report.chosen else ALL


def period_name(report: Report) -> str:
    """Return the period in words."""
    if report.chosen:
        return report.chosen.name
    first, last = report.quarters[0], report.quarters[-1]
    if first == last:
        return first.name
    return _("All closed quarters: %(first)s up to %(last)s") % {"first": first.name, "last": last.name}


def periods(report: Report) -> list[Period]:
    """Return the fixed list of periods, newest first."""
    every = Period(_("All closed quarters"), reverse("evidence:report"), report.chosen is None)
    rows = [
        Period(quarter.name, reverse("evidence:quarter", args=[quarter.code]), quarter == report.chosen)
        for quarter in reversed(report.quarters)
    ]
    return [every, *rows]


def funnel_rows(report: Report) -> list[tuple[str, Shown, str]]:
    """Return the rows of the funnel's picture."""
    reached = report.funnel.reached
    return [(name, reached[stage], as_text(reached[stage])) for stage, name in tables.stage_names().items()]


def wait_rows(report: Report) -> list[tuple[str, float | None, str]]:
    """Return the middle wait for a first contact, quarter by quarter."""
    return [
        (f"{first.quarter.began_on:%b %y}", first.median, SYMBOL if first.median is None else f"{first.median:g}")
        for first, _met in report.by_quarter
        if first.quarter
    ]


def change_bars(report: Report) -> list[Bar]:
    """Return the picture of each score for which anything may be shown."""
    return [_bar(change) for change in report.changes if change.split.total is not None]


def _bar(change: Change) -> Bar:
    cells = change.split.cells
    counts = {"least": f"{change.scale.meaningful_change or change.scale.counts_as_change:g}"}
    note = (
        _("A move by one answer or more counts.")
        if change.scale.combine == "category"
        else _("A change of %(least)s point or more counts.") % counts
    )
    return Bar(
        change.scale.name,
        note,
        *((value, as_text(value)) for value in (
            cells[paired.IMPROVED], cells[paired.SAME], cells[paired.WORSE], change.unknown,
        )),
    )  # fmt: skip


def interval_rows(report: Report) -> list[tuple[str, float | None, float | None, float | None, str]]:
    """Return the mean changes with their ranges, for the picture."""
    rows = []
    for change in report.changes:
        found = change.change
        if change.scale.combine == "category":
            continue
        if found is None:
            rows.append((change.scale.name, None, None, None, SYMBOL))
            continue
        low, mean, high = (as_read(Points(value, signed=True)) for value in (found.low, found.mean, found.high))
        words = _("%(mean)s (%(low)s to %(high)s)") % {"mean": mean, "low": low, "high": high}
        rows.append((change.scale.name, found.low, found.mean, found.high, words))
    return rows


def context(report: Report) -> dict[str, object]:
    """Return all that the page shows."""
    made = {table.key: table for table in tables.tables(report)}
    return {
        "report": report,
        "last_day": report.until - timedelta(days=1),
        "period": period_name(report),
        "period_code": period_code(report),
        "periods": periods(report),
        "tables": made,
        "funnel_rows": funnel_rows(report),
        "wait_rows": wait_rows(report),
        "bars": change_bars(report),
        "intervals": interval_rows(report),
        "said": sentences(report),
    }


def sentences(report: Report) -> list[str]:
    """Return the report in a few plain sentences; a number that may not be shown is not spoken of."""
    reached, said = report.funnel.reached, []
    if reached["referred"] is not None and reached["met"] is not None:
        words = {"referred": as_text(reached["referred"]), "met": as_text(reached["met"])}
        said.append(_("Of about %(referred)s people referred, about %(met)s had a first conversation.") % words)
    if reached["attended"] is not None:
        said.append(_("About %(went)s went to a group or service.") % {"went": as_text(reached["attended"])})
    if report.first_contact.median is not None:
        days = {"days": f"{report.first_contact.median:g}"}
        said.append(_("Half of those we tried to reach waited %(days)s days or less for the first try.") % days)
    return said


def file_heading(report: Report, scheme_name: str) -> list[str]:
    """Return the lines that stand on top of the file."""
    return [
        _("Is it helping? %(scheme)s") % {"scheme": scheme_name},
        period_name(report),
        _("%(symbol)s is 0 to 7, or a number to which fewer than three practices or link workers contributed.")
        % {"symbol": SYMBOL},
        _("All other numbers of people are rounded to the nearest 5."),
        _("A change is not an effect: there is no comparison with people who had no support."),
    ]
