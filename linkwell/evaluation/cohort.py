"""Turns rows of the reporting views into cells: each referral of a quarter in exactly one, with who contributed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from linkwell.evaluation.disclosure import Cell
from linkwell.evaluation.methods import funnel, paired, waits
from linkwell.evaluation.queries import Pair, ReferralRow
from linkwell.outcomes.definitions import Scale

# Reasons come as the rooms below write them; "declined" is said of referrals and of support, so support's is renamed.
SUPPORT_REASON = {"declined": "declined_support"}
PHASES = {"referred": "start", "accepted": "start", "tried": "start", "met": "middle", "planned": "middle"}


@dataclass(frozen=True)
class Placed:
    """One referral with its place in the funnel."""

    row: ReferralRow
    stage: str
    came_of_it: str

    @property
    def has_left(self) -> bool:
        """Whether the referral or the support has ended."""
        return self.came_of_it not in (funnel.UNDECIDED, funnel.WAITING, funnel.WITH_US)

    @property
    def phase(self) -> str:
        """Return start, middle or end: before they were met, before they joined anything, after."""
        return PHASES.get(self.stage, "end")

    @property
    def was_met(self) -> bool:
        """Whether there was a first conversation."""
        return funnel.STAGES.index(self.stage) >= funnel.STAGES.index("met")


def placed(rows: Iterable[ReferralRow], *, until: date) -> list[Placed]:
    """Return each referral with its place, counting only what happened before `until`."""
    return [Placed(row, *funnel.place(course(row), until=until)) for row in rows]


def course(row: ReferralRow) -> funnel.Course:
    """Return the course of one referral."""
    joined = [day for day in (row.signposted_on, row.referred_on_on) if day is not None]
    reason = row.end_reason or ""
    return funnel.Course(
        milestones={
            "accepted": row.accepted_on,
            "tried": row.first_attempt_on,
            "met": row.first_conversation_on,
            "planned": row.plan_agreed_on,
            "connected": min(joined, default=None),
            "attended": row.first_attended_on,
            "attending": row.attending_on,
        },
        refused=(row.refused, row.refused_on) if row.refused and row.refused_on else None,
        allocated=row.allocated_on,
        ended=(SUPPORT_REASON.get(reason, reason), row.ended_on) if row.ended_on else None,
    )


def cells(names: Iterable[str], members: Iterable[tuple[str, ReferralRow]]) -> dict[str, Cell]:
    """Return a cell for each name, with the members counted into them."""
    made = {name: Cell() for name in names}
    for name, row in members:
        made[name].add(contributor=row.contributor, worker=row.worker_key)
    return made


def stage_cells(people: Iterable[Placed]) -> dict[str, Cell]:
    """Return, for each stage, a cell of those who left there and one of those who are still there."""
    names = [f"{stage}:{what}" for stage in funnel.STAGES for what in ("here", "left")]
    return cells(names, ((f"{one.stage}:{'left' if one.has_left else 'here'}", one.row) for one in people))


def reason_cells(people: Iterable[Placed], *, phase: str) -> dict[str, Cell]:
    """Return a cell for each reason why people left in one phase."""
    names = [*(funnel.NOT_TAKEN if phase == "start" else ()), *funnel.ENDINGS]
    return cells(names, ((one.came_of_it, one.row) for one in people if one.has_left and one.phase == phase))


def connection_cells(people: Iterable[Placed], *, until: date) -> dict[str, Cell]:
    """Return cells of those joined up with something: told about it, referred to it, or both."""
    names = ("signposted", "referred", "both")
    return cells(names, ((how, one.row) for one in people if (how := _how_joined(one.row, until))))


def _how_joined(row: ReferralRow, until: date) -> str:
    told = row.signposted_on is not None and row.signposted_on < until
    sent = row.referred_on_on is not None and row.referred_on_on < until
    return "both" if told and sent else "signposted" if told else "referred" if sent else ""


@dataclass(frozen=True)
class Waited:
    """How long those accepted waited: whole days of those for whom it has ended, and cells by target."""

    days: list[int]
    by_target: Mapping[str, Cell]
    happened: Mapping[str, Cell]


def waited(people: Iterable[Placed], *, ended: str, until: date) -> Waited:
    """Return the waits from referral to "first_attempt_on" or "first_conversation_on" of those accepted."""
    accepted = [one.row for one in people if one.stage != "referred"]
    days: list[int] = []
    by_target: list[tuple[str, ReferralRow]] = []
    happened: list[tuple[str, ReferralRow]] = []
    for row in accepted:
        day = getattr(row, ended)
        took = (day - row.received_on).days if day is not None and day < until else None
        if took is not None:
            days.append(max(took, 0))
        happened.append(("yes" if took is not None else "no", row))
        so_far = ((row.ended_on if row.ended_on and row.ended_on < until else until) - row.received_on).days
        by_target.append((waits.in_time(took, target=row.target_days, so_far=so_far), row))
    return Waited(days, cells(("in_time", "late", "open"), by_target), cells(("yes", "no"), happened))


STANDINGS = (paired.IMPROVED, paired.SAME, paired.WORSE, paired.LOST, paired.NOT_ASKED)


@dataclass(frozen=True)
class Changed:
    """One scale for those who were met: cells by standing, the changes in points (positive for the better), and
    the scores at the start of those with and without later answers."""

    cells: Mapping[str, Cell]
    changes: list[float]
    start_of_paired: list[float]
    start_of_lost: list[float]


def changed(people: Iterable[Placed], scale: Scale, pairs: Mapping[tuple[int, str], Pair]) -> Changed:
    """Return what changed on one scale; everyone who was met is in one cell, answered or not."""
    members: list[tuple[str, ReferralRow]] = []
    changes: list[float] = []
    start_of_paired: list[float] = []
    start_of_lost: list[float] = []
    for one in people:
        if not one.was_met:
            continue
        before, after = pairs.get((one.row.referral_key, scale.code), (None, None))
        least = scale.meaningful_change or scale.counts_as_change
        standing = paired.standing(before, after, better=scale.better, counts_as_change=least)
        members.append((standing, one.row))
        if before is not None and after is not None:
            changes.append(scale.gain(before, after))
            start_of_paired.append(before)
        elif before is not None:
            start_of_lost.append(before)
    return Changed(cells(STANDINGS, members), changes, start_of_paired, start_of_lost)
