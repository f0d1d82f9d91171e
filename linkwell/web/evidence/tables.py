"""The report in words: tables for the page and, cell by cell the same, for the file."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from linkwell.evaluation.disclosure import SYMBOL, Shown
from linkwell.evaluation.methods import funnel, paired
from linkwell.evaluation.report import Average, Change, Report, Wait

STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


@dataclass(frozen=True)
class Share:
    """A share (0 to 1), None where it may not be shown."""

    value: float | None


@dataclass(frozen=True)
class Points:
    """Points to one decimal, None where they may not be shown; `signed` ones say whether it is more or less."""

    value: float | None
    signed: bool = False


Value = str | Shown | Share | Points


@dataclass(frozen=True)
class Table:
    """One table of the report, by its key."""

    key: str
    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]

    @property
    def on_page(self) -> list[list[str]]:
        """Return the rows as they are read on the page."""
        return [[as_read(value) for value in row] for row in self.rows]


def as_read(value: Value) -> str:
    """Return a value as it is read on a page."""
    if isinstance(value, Share):
        return SYMBOL if value.value is None else f"{round(100 * value.value)}%"
    if isinstance(value, Points):
        return SYMBOL if value.value is None else _points(value)
    return SYMBOL if value is None else f"{value:,}" if isinstance(value, int) else value


def _points(points: Points) -> str:
    value = points.value or 0.0
    sign = "−" if value < 0 else "+" if points.signed and value > 0 else ""
    return f"{sign}{abs(value):.1f}"


def as_typed(value: Value) -> str:
    """Return a value as it stands in a file: numbers plain, and no text that a spreadsheet would run."""
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Points) and value.value is not None:
        return f"{value.value:.1f}"
    text = as_read(value)
    return f"'{text}" if text.startswith(STARTS_A_FORMULA) else text


def as_file(tables: Iterable[Table], *, heading: Sequence[str]) -> str:
    """Return the tables one below the other as CSV, each with its title and its head."""
    out = io.StringIO()
    writer = csv.writer(out)
    for line in heading:
        writer.writerow([as_typed(line)])
    for table in tables:
        writer.writerow([])
        writer.writerow([as_typed(table.title)])
        writer.writerow([as_typed(name) for name in table.head])
        writer.writerows([as_typed(value) for value in row] for row in table.rows)
    return out.getvalue()


def stage_names() -> dict[str, str]:
    """Return the stages of the funnel in words."""
    return {
        "referred": _("Referred"),
        "accepted": _("Accepted"),
        "tried": _("We tried to reach them"),
        "met": _("Met: first conversation"),
        "planned": _("Plan agreed"),
        "connected": _("Told about or referred to a group or service"),
        "attended": _("Went the first time"),
        "attending": _("Kept going"),
    }


def reason_names() -> dict[str, str]:
    """Return why people went no further, in words."""
    return {
        "declined": _("Not taken on"),
        "redirected": _("Passed to who can help instead"),
        "returned": _("Returned to referrer"),
        "goals_met": _("Goals met"),
        "partly_met": _("Goals partly met"),
        "nothing_helped": _("What we tried did not help"),
        "not_reached": _("Could not be reached"),
        "declined_support": _("Person said no to support"),
        "disengaged": _("Stopped coming"),
        "moved_service": _("Moved to another service"),
        "moved_away": _("Moved away"),
        "died": _("Died"),
    }


def tables(report: Report) -> list[Table]:
    """Return every table of the report, in the order of the page."""
    return [
        funnel_table(report), joined_table(report), reasons_table(report), waits_table(report),
        change_table(report), shares_table(report), mean_table(report),
    ]  # fmt: skip


def funnel_table(report: Report) -> Table:
    """Return how many reached each stage, how many are still there, and how many went no further."""
    shown = report.funnel
    rows = tuple(
        (name, shown.reached[stage], Share(shown.share(stage)), shown.here[stage], shown.left[stage])
        for stage, name in stage_names().items()
    )
    head = (_("Stage"), _("People"), _("Of those referred"), _("Still at this stage"), _("Went no further"))
    return Table("funnel", _("From referral to taking part"), head, rows)


def joined_table(report: Report) -> Table:
    """Return how people joined up with something."""
    names = {
        "signposted": _("Told about it only: no details left the scheme"),
        "referred": _("Referred only"),
        "both": _("Both"),
    }
    rows = tuple((name, report.funnel.joined[code]) for code, name in names.items())
    return Table("joined", _("Told about it, or referred"), (_("How"), _("People")), rows)


def reasons_table(report: Report) -> Table:
    """Return why people went no further, by how far they had come."""
    found = report.funnel.reasons
    names = reason_names()
    rows: list[tuple[Value, ...]] = [
        (names[code], *("–" if code not in split.cells else split.cells[code] for split in found.values()))
        for code in (*funnel.NOT_TAKEN, *funnel.ENDINGS)
    ]
    rows.append((_("Reasons with small numbers, together"), *(split.rest for split in found.values())))
    head = (_("Reason"), _("Before they were met"), _("After they were met"), _("After joining something"))
    return Table("reasons", _("Why people went no further"), head, tuple(rows))


def waits_table(report: Report) -> Table:
    """Return the waits of each quarter, and of all of them where there are several."""
    rows = [_wait_row(first.quarter.name, first, met) for first, met in report.by_quarter if first.quarter]
    if len(rows) > 1:
        rows.append(_wait_row(_("All of these"), report.first_contact, report.conversation))
    head = (
        _("Referred in"), _("First contact: middle wait in days"), _("Within the target"), _("People tried"),
        _("First conversation: middle wait in days"), _("People met"),
    )  # fmt: skip
    return Table("first-contact", _("How long people wait"), head, tuple(rows))


def _wait_row(name: str, first: Wait, met: Wait) -> tuple[Value, ...]:
    return (name, _days(first), Share(first.share_in_time), first.people, _days(met), met.people)


def _days(wait: Wait) -> Shown:
    return None if wait.median is None else round(wait.median)


def change_table(report: Report) -> Table:
    """Return, for each score, how many were better, the same or worse, and of how many it is not known."""
    head = (
        _("Score"), _("People met"), _("Answers at the start"), _("Answers at the start and later"), _("Better"),
        _("About the same"), _("Worse"), _("We do not know"),
    )  # fmt: skip
    return Table("paired-change", _("What changed for people"), head, tuple(map(_change_row, report.changes)))


def _change_row(change: Change) -> tuple[Value, ...]:
    cells = change.split.cells
    return (
        change.scale.name, change.split.total, change.at_start, change.paired, cells[paired.IMPROVED],
        cells[paired.SAME], cells[paired.WORSE], change.unknown,
    )  # fmt: skip


def shares_table(report: Report) -> Table:
    """Return better and worse as shares: of those with both answers, and of everyone who was met."""
    head = (
        _("Score"), _("Better, of those with both answers"), _("Worse, of those with both answers"),
        _("Better, of all who were met"), _("Worse, of all who were met"),
    )  # fmt: skip
    return Table("shares", _("What changed for people, as shares"), head, tuple(map(_shares_row, report.changes)))


def _shares_row(change: Change) -> tuple[Value, ...]:
    of_both = [Share(change.share_of_paired(name)) for name in (paired.IMPROVED, paired.WORSE)]
    of_met = [Share(change.share_of_met(name)) for name in (paired.IMPROVED, paired.WORSE)]
    return (change.scale.name, *of_both, *of_met)


def mean_table(report: Report) -> Table:
    """Return the mean change of each score with its range, and how those lost differed at the start."""
    rows = tuple(
        (
            change.scale.name, change.paired, _mean(change.change, signed=True), _range(change.change),
            _mean(change.start_of_paired), _mean(change.start_of_lost), _norm(change),
        )
        for change in report.changes
        if change.scale.combine != "category"
    )  # fmt: skip
    head = (
        _("Score"), _("People"), _("Mean change in points, plus is better"), _("95% range"),
        _("Mean at the start: those followed"), _("Mean at the start: those lost"), _("UK average"),
    )  # fmt: skip
    return Table("mean-change", _("Mean change and its range"), head, rows)


def _mean(average: Average | None, *, signed: bool = False) -> Points:
    return Points(None if average is None else average.mean, signed=signed)


def _range(average: Average | None) -> str:
    if average is None or average.low is None or average.high is None:
        return SYMBOL
    low, high = as_read(Points(average.low, signed=True)), as_read(Points(average.high, signed=True))
    return _("%(low)s to %(high)s") % {"low": low, "high": high}


def _norm(change: Change) -> str:
    return f"{change.scale.norm.value:g}" if change.scale.norm else "–"
