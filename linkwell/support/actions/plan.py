"""The plan: strengths, goals and actions as they stand, and the versions agreed with the person."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Max

from linkwell.common import audit
from linkwell.common.errors import NotVisible
from linkwell.support import errors, rules
from linkwell.support.actions.contacts import locked_episode
from linkwell.support.models import AGREED_HOW, Action, Episode, Goal, PlanVersion, Strength
from linkwell.support.queries import plan_content
from linkwell.team.models import Membership


@transaction.atomic
def add_strength(*, episode_id: int, text: str, by: Membership, at: datetime) -> Strength:
    """Add something the person brings; raise GoalEmpty for an empty sentence."""
    if not text.strip():
        raise errors.GoalEmpty
    episode = locked_episode(episode_id=episode_id, by=by, at=at)
    strength = Strength.objects.create(scheme_id=episode.scheme_id, episode=episode, text=text.strip(), added_at=at)
    audit.record("plan.strength_added", about=strength, by=by, at=at, person_id=episode.person_id)
    return strength


@transaction.atomic
def remove_strength(*, strength_id: int, by: Membership, at: datetime) -> None:
    """Take a strength out of the plan; it stays in the versions already agreed."""
    strength = Strength.objects.filter(scheme_id=by.scheme_id, pk=strength_id, removed_at=None).first()
    if strength is None:
        raise NotVisible
    episode = locked_episode(episode_id=strength.episode_id, by=by, at=at)
    strength.removed_at = at
    strength.save(update_fields=["removed_at"])
    audit.record("plan.strength_removed", about=strength, by=by, at=at, person_id=episode.person_id)


@transaction.atomic
def add_goal(
    *, episode_id: int, text: str, by: Membership, at: datetime, need_code: str = "",
    importance: int | None = None, confidence: int | None = None,
) -> Goal:  # fmt: skip
    """Add a goal in the person's words; raise GoalEmpty, ScaleOutOfRange, NotVisible or EpisodeOver."""
    if not text.strip():
        raise errors.GoalEmpty
    rules.check_scale(importance, confidence)
    episode = locked_episode(episode_id=episode_id, by=by, at=at)
    goal = Goal.objects.create(
        scheme_id=episode.scheme_id, episode=episode, text=text.strip(), need_code=need_code, importance=importance,
        confidence=confidence, added_at=at, changed_at=at,
    )  # fmt: skip
    audit.record("plan.goal_added", about=goal, by=by, at=at, person_id=episode.person_id)
    return goal


def _goal(goal_id: int, by: Membership, at: datetime) -> tuple[Goal, Episode]:
    goal = Goal.objects.filter(scheme_id=by.scheme_id, pk=goal_id).first()
    if goal is None:
        raise NotVisible
    return goal, locked_episode(episode_id=goal.episode_id, by=by, at=at)


@transaction.atomic
def change_goal(
    *, goal_id: int, text: str, status: str, by: Membership, at: datetime, importance: int | None = None,
    confidence: int | None = None,
) -> Goal:  # fmt: skip
    """Change a goal's words or where it stands; raise GoalEmpty, ScaleOutOfRange or NotVisible."""
    if not text.strip() or status not in Goal.Status.values:
        raise errors.GoalEmpty
    rules.check_scale(importance, confidence)
    goal, episode = _goal(goal_id, by, at)
    goal.text, goal.status, goal.importance, goal.confidence = text.strip(), status, importance, confidence
    goal.changed_at = at
    goal.save()
    audit.record("plan.goal_changed", about=goal, by=by, at=at, person_id=episode.person_id)
    return goal


@transaction.atomic
def add_action(
    *, goal_id: int, text: str, who: str, by: Membership, at: datetime, due_on: date | None = None
) -> Action:
    """Add who does what, by when; raise ActionEmpty or NotVisible."""
    if not text.strip() or not who.strip():
        raise errors.ActionEmpty
    goal, episode = _goal(goal_id, by, at)
    action = Action.objects.create(
        scheme_id=goal.scheme_id,
        goal=goal,
        text=text.strip(),
        who=who.strip(),
        due_on=due_on,
        added_at=at,
        changed_at=at,
    )
    audit.record("plan.action_added", about=action, by=by, at=at, person_id=episode.person_id)
    return action


@transaction.atomic
def change_action(*, action_id: int, status: str, by: Membership, at: datetime) -> Action:
    """Say where an action stands; raise ActionEmpty or NotVisible."""
    if status not in Action.Status.values:
        raise errors.ActionEmpty
    action = Action.objects.filter(scheme_id=by.scheme_id, pk=action_id).first()
    if action is None:
        raise NotVisible
    _, episode = _goal(action.goal_id, by, at)
    action.status, action.changed_at = status, at
    action.save(update_fields=["status", "changed_at"])
    audit.record("plan.action_changed", about=action, by=by, at=at, person_id=episode.person_id)
    return action


@transaction.atomic
def agree_plan(
    *, episode_id: int, agreed_how: str, review_on: date | None, by: Membership, at: datetime
) -> PlanVersion:
    """Keep the plan as it stands as the version agreed with the person; raise NothingToAgree or HowAgreedMissing."""
    if agreed_how not in dict(AGREED_HOW):
        raise errors.HowAgreedMissing
    episode = locked_episode(episode_id=episode_id, by=by, at=at)
    content = plan_content(episode)
    if not content["goals"]:
        raise errors.NothingToAgree
    last = PlanVersion.objects.filter(episode=episode).aggregate(last=Max("number"))["last"] or 0
    version = PlanVersion.objects.create(
        scheme_id=episode.scheme_id, episode=episode, number=last + 1, content=content, agreed_how=agreed_how,
        agreed_at=at, review_on=review_on, by=by,
    )  # fmt: skip
    if review_on is not None:
        _set_review(episode, review_on)
    audit.record("plan.agreed", about=version, by=by, at=at, person_id=episode.person_id)
    return version


def _set_review(episode: Episode, review_on: date) -> None:
    changed = episode.reviews.filter(held_at=None).update(due_on=review_on)
    if not changed:
        episode.reviews.create(scheme_id=episode.scheme_id, due_on=review_on)
