"""The working plan, and the versions agreed."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from linkwell.matching import needs as vocabulary
from linkwell.support.models import (
    Action,
    Episode,
    Goal,
    PlanVersion,
    Strength,
)
from linkwell.support.queries.needs import NeedLine, needs_of
from linkwell.team.prepared import Prepared


def plan_content(episode: Episode) -> dict[str, Any]:
    """Return the plan as it stands now, in the shape kept in PlanVersion.content."""
    goals = Goal.objects.filter(episode=episode).exclude(status=Goal.Status.DROPPED).prefetch_related("actions")
    return {
        "strengths": list(
            Strength.objects.filter(episode=episode, removed_at=None)
            .order_by("added_at", "pk")
            .values_list("text", flat=True)
        ),
        "needs": [{"code": need.code, "own_words": need.own_words} for need in needs_of(episode.pk)],
        "goals": [
            {
                "text": goal.text,
                "importance": goal.importance,
                "confidence": goal.confidence,
                "status": goal.status,
                "actions": [
                    {
                        "text": action.text,
                        "who": action.who,
                        "due_on": action.due_on.isoformat() if action.due_on else None,
                        "status": action.status,
                    }
                    for action in sorted(goal.actions.all(), key=lambda action: action.pk)
                ],
            }
            for goal in goals.order_by("added_at", "pk")
        ],
    }


@dataclass(frozen=True)
class PlanAction:
    """Who does what, by when."""

    action_id: int
    text: str
    who: str
    due_on: date | None
    status: str
    status_label: str


@dataclass(frozen=True)
class PlanGoal:
    """One goal with its actions."""

    goal_id: int
    text: str
    need: str
    importance: int | None
    confidence: int | None
    status: str
    status_label: str
    actions: tuple[PlanAction, ...]


@dataclass(frozen=True)
class Agreed:
    """A version agreed with the person."""

    number: int
    at: datetime
    how: str
    review_on: date | None
    by: str


@dataclass(frozen=True)
class Plan:
    """The working plan, and what has been agreed."""

    episode_id: int
    strengths: tuple[tuple[int, str], ...]
    needs: tuple[NeedLine, ...]
    goals: tuple[PlanGoal, ...]
    agreed: tuple[Agreed, ...]  # newest first
    changes_since: int
    is_open: bool


def plan(*, episode: Episode) -> Plan:
    """Return the plan of an episode that is known to be in the viewer's reach; 5 statements."""
    goals, actions = _goals(episode_id=episode.pk), _actions(episode_id=episode.pk)
    shown = tuple(_goal(row, [action for action in actions if action.goal_id == row.pk]) for row in goals)
    versions = _versions(episode_id=episode.pk)
    since = versions[0].agreed_at if versions else None
    changed = [*(row.changed_at for row in goals), *(row.changed_at for row in actions)]
    return Plan(
        episode_id=episode.pk,
        strengths=tuple(_strengths(episode_id=episode.pk)),
        needs=needs_of(episode.pk),
        goals=shown,
        agreed=tuple(
            Agreed(row.number, row.agreed_at, row.get_agreed_how_display(), row.review_on, row.by.name)
            for row in versions
        ),
        changes_since=sum(since is None or at > since for at in changed),
        is_open=episode.ended_at is None,
    )


def _agreed(row: PlanVersion) -> Agreed:
    return Agreed(row.number, row.agreed_at, row.get_agreed_how_display(), row.review_on, row.by.name)


@Prepared
def _goals(shape: object, *, episode_id: int) -> QuerySet[Goal]:
    return Goal.objects.filter(episode_id=episode_id).order_by("added_at", "pk")


@Prepared
def _actions(shape: object, *, episode_id: int) -> QuerySet[Action]:
    return Action.objects.filter(goal__episode_id=episode_id).order_by("pk")


@Prepared
def _strengths(shape: object, *, episode_id: int) -> QuerySet[Strength, tuple[int, str]]:
    rows = Strength.objects.filter(episode_id=episode_id, removed_at=None).order_by("added_at", "pk")
    return rows.values_list("pk", "text")


@Prepared
def _versions(shape: object, *, episode_id: int) -> QuerySet[PlanVersion]:
    return PlanVersion.objects.filter(episode_id=episode_id).select_related("by__account").order_by("-number")


def _goal(row: Goal, held: list[Action]) -> PlanGoal:
    actions = tuple(
        PlanAction(item.pk, item.text, item.who, item.due_on, item.status, item.get_status_display()) for item in held
    )
    need = vocabulary.label(row.need_code) if row.need_code else ""
    return PlanGoal(
        row.pk, row.text, need, row.importance, row.confidence, row.status, row.get_status_display(), actions
    )
