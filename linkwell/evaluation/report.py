"""The commissioner's report: closed quarters, shown numbers only. Nothing that leaves here names or counts a few.

Each quarter is disclosed by itself; a report on all of them adds up what their own reports show, so that
no report can be subtracted from another. Whatever happened after the last closed quarter is left out.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from linkwell.evaluation import cohort, queries
from linkwell.evaluation.cohort import Placed
from linkwell.evaluation.disclosure import Shown, Split, may_average, rate, split, total
from linkwell.evaluation.methods import funnel, paired, waits
from linkwell.evaluation.methods.paired import mean_interval
from linkwell.evaluation.methods.quarters import Quarter, closed_quarters, quarter_of
from linkwell.outcomes.catalogue import scales
from linkwell.outcomes.definitions import Scale
from linkwell.team.models import Membership

PHASES = ("start", "middle", "end")


@dataclass(frozen=True)
class Funnel:
    """How far people came: shown numbers by stage, by how they joined something, and by reason for leaving."""

    reached: Mapping[str, Shown]
    here: Mapping[str, Shown]
    left: Mapping[str, Shown]
    joined: Mapping[str, Shown]
    reasons: Mapping[str, Split]

    def share(self, stage: str) -> float | None:
        """Return the share of those referred who reached a stage."""
        return 1.0 if stage == "referred" else rate(self.reached[stage], self.reached["referred"])


@dataclass(frozen=True)
class Wait:
    """Waits of one quarter or of all: the middle one in days, and how many were within the target."""

    quarter: Quarter | None
    median: float | None
    people: Shown
    by_target: Split

    @property
    def share_in_time(self) -> float | None:
        """Return the share within the target, of those whose target has passed or was met."""
        known = total([self.by_target.cells["in_time"], self.by_target.cells["late"]])
        return rate(self.by_target.cells["in_time"], known)


@dataclass(frozen=True)
class Average:
    """A mean, and where it is known its interval, to one decimal."""

    mean: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Change:
    """One scale: who has which answers, and what changed, for those who were met."""

    scale: Scale
    split: Split
    change: Average | None  # points, positive for the better also where a lower score is better
    start_of_paired: Average | None
    start_of_lost: Average | None

    @property
    def paired(self) -> Shown:
        """Return those with answers at the start and later."""
        return total(self.split.cells[name] for name in (paired.IMPROVED, paired.SAME, paired.WORSE))

    @property
    def at_start(self) -> Shown:
        """Return those with answers at the start."""
        return total([self.paired, self.split.cells[paired.LOST]])

    @property
    def unknown(self) -> Shown:
        """Return those who were met and of whom it is not known whether anything changed."""
        return total(self.split.cells[name] for name in (paired.LOST, paired.NOT_ASKED))

    def share_of_paired(self, name: str) -> float | None:
        """Return improved, same or worse as a share of those with both answers."""
        return rate(self.split.cells[name], self.paired)

    def share_of_met(self, name: str) -> float | None:
        """Return improved, same or worse as a share of everyone who was met: nobody is left out."""
        return rate(self.split.cells[name], self.split.total)


@dataclass(frozen=True)
class Report:
    """All that the page shows for one quarter, or for all that have closed."""

    quarters: Sequence[Quarter]
    chosen: Quarter | None
    until: date
    funnel: Funnel
    first_contact: Wait
    conversation: Wait
    by_quarter: Sequence[tuple[Wait, Wait]]
    changes: Sequence[Change]

    @property
    def shows_nothing(self) -> bool:
        """Whether every number is too small, or points to one of too few contributors."""
        return self.funnel.reached["referred"] is None


@dataclass(frozen=True)
class NotYet:
    """There is nothing to report: no quarter has closed since the first referral."""

    first_closes_on: date


class NoSuchQuarter(Exception):
    """The quarter has not closed, or lies before the first referral."""


def report(*, viewer: Membership, today: date, quarter: Quarter | None = None) -> Report | NotYet:
    """Return the report of the viewer's scheme, read under the reporting role; 4 statements of its own.

    Raise NoSuchQuarter for any quarter that is not in the list.
    """
    with queries.reading() as cursor:
        first = queries.first_received_on(cursor, scheme_id=viewer.scheme_id)
        quarters = closed_quarters(first=first, today=today)
        if quarter is not None and quarter not in quarters:
            raise NoSuchQuarter
        if not quarters:
            return NotYet(quarter_of(first or today).ended_on)
        until, chosen = quarters[-1].ended_on, [quarter] if quarter else quarters
        rows = queries.referrals(
            cursor, scheme_id=viewer.scheme_id, since=chosen[0].began_on, until=chosen[-1].ended_on
        )
        pairs = queries.pairs(cursor, scheme_id=viewer.scheme_id, until=until)
    people = cohort.placed(rows, until=until)
    groups = {one: [row for row in people if quarter_of(row.row.received_on) == one] for one in chosen}
    by_quarter = [
        (_wait(group, "first_attempt_on", until, one), _wait(group, "first_conversation_on", until, one))
        for one, group in groups.items()
    ]
    return Report(
        quarters=quarters,
        chosen=quarter,
        until=until,
        funnel=_funnel(list(groups.values()), until),
        first_contact=_all_waits(people, [row[0] for row in by_quarter], "first_attempt_on", until),
        conversation=_all_waits(people, [row[1] for row in by_quarter], "first_conversation_on", until),
        by_quarter=by_quarter,
        changes=[_change(scale, people, list(groups.values()), pairs) for scale in scales().values()],
    )


def add_up(splits: Iterable[Split]) -> Split:
    """Return the sum of what several groups show, cell by cell."""
    found = list(splits)
    names = list(found[0].cells)
    return Split({name: total(one.cells[name] for one in found) for name in names}, total(one.rest for one in found))


def _funnel(groups: list[list[Placed]], until: date) -> Funnel:
    stages = add_up(split(cohort.stage_cells(group)) for group in groups)
    here = {stage: stages.cells[f"{stage}:here"] for stage in funnel.STAGES}
    left = {stage: stages.cells[f"{stage}:left"] for stage in funnel.STAGES}
    reached: dict[str, Shown] = {}
    for place, stage in enumerate(funnel.STAGES):
        beyond = [value for later in funnel.STAGES[place:] for value in (here[later], left[later])]
        reached[stage] = total([*beyond, stages.rest] if stage == "referred" else beyond)
    joined = add_up(split(cohort.connection_cells(group, until=until)) for group in groups)
    reasons = {phase: add_up(split(cohort.reason_cells(group, phase=phase)) for group in groups) for phase in PHASES}
    return Funnel(reached, here, left, joined.cells, reasons)


def _wait(group: list[Placed], ended: str, until: date, quarter: Quarter | None) -> Wait:
    found = cohort.waited(group, ended=ended, until=until)
    return _shown_wait(found.days, split(found.happened), split(found.by_target), quarter)


def _all_waits(people: list[Placed], by_quarter: list[Wait], ended: str, until: date) -> Wait:
    """Return the waits of all quarters: numbers added up from theirs, and the middle one of everybody's."""
    days = cohort.waited(people, ended=ended, until=until).days
    counted = total(wait.people for wait in by_quarter)
    by_target = add_up(wait.by_target for wait in by_quarter)
    return Wait(by_quarter[0].quarter if len(by_quarter) == 1 else None, _median(days, counted), counted, by_target)


def _shown_wait(days: list[int], happened: Split, by_target: Split, quarter: Quarter | None) -> Wait:
    counted = happened.cells["yes"]
    return Wait(quarter, _median(days, counted), counted, by_target)


def _median(days: list[int], counted: Shown) -> float | None:
    middle = waits.median(days)
    return round(middle) if middle is not None and may_average(counted) else None


def _change(
    scale: Scale,
    people: list[Placed],
    groups: list[list[Placed]],
    pairs: Mapping[tuple[int, str], queries.Pair],
) -> Change:
    found = cohort.changed(people, scale, pairs)
    shown = add_up(split(cohort.changed(group, scale, pairs).cells) for group in groups)
    made = Change(scale, shown, None, None, None)
    if scale.combine == "category":  # the order of answers is known, the distance between them is not
        return made
    return Change(
        scale,
        shown,
        _average(found.changes, made.paired, with_interval=True),
        _average(found.start_of_paired, made.paired),
        _average(found.start_of_lost, shown.cells[paired.LOST]),
    )


def _average(values: list[float], people: Shown, *, with_interval: bool = False) -> Average | None:
    """Return a mean to one decimal where so many people may be averaged and they are not all alike."""
    found = mean_interval(values)
    if found is None or not may_average(people) or round(found.low, 1) == round(found.high, 1):
        return None
    if not with_interval:
        return Average(round(found.mean, 1))
    return Average(round(found.mean, 1), round(found.low, 1), round(found.high, 1))
