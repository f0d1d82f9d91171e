"""The plan: goals, actions, strengths, versions agreed with the person (SU4)."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from linkwell.common.errors import NotVisible
from linkwell.support import actions, errors
from linkwell.support.models import Goal, PlanVersion, Review
from linkwell.support.queries import plan
from linkwell.team.access import LW
from tests.factories import EpisodeFactory, MembershipFactory

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def episode(scheme):
    return EpisodeFactory(link_worker=MembershipFactory(role=LW))


def a_goal(episode, text="Go out twice a week", **more):
    return actions.add_goal(episode_id=episode.pk, text=text, by=episode.link_worker, at=NOW, **more)


def agree(episode, at=NOW, how="in_person", review_on=None):
    return actions.agree_plan(episode_id=episode.pk, agreed_how=how, review_on=review_on, by=episode.link_worker, at=at)


def test_a_version_keeps_the_plan_as_it_stood_when_it_was_agreed(episode):
    goal = a_goal(episode, importance=9)
    actions.add_action(goal_id=goal.pk, text="Ring the club", who="Asha", by=episode.link_worker, at=NOW)
    actions.add_strength(episode_id=episode.pk, text="Knows everyone", by=episode.link_worker, at=NOW)
    version = agree(episode)
    actions.change_goal(
        goal_id=goal.pk, text="Go out daily", status="open", by=episode.link_worker, at=NOW + timedelta(days=1)
    )

    version.refresh_from_db()
    assert version.number == 1
    assert version.content["strengths"] == ["Knows everyone"]
    assert version.content["goals"][0]["text"] == "Go out twice a week"
    assert version.content["goals"][0]["actions"][0]["who"] == "Asha"
    assert plan(episode=episode).changes_since == 1
    assert agree(episode, at=NOW + timedelta(days=2)).number == 2


def test_an_agreed_version_cannot_be_changed_or_removed(episode):
    a_goal(episode)
    version = agree(episode)
    with pytest.raises(DatabaseError), transaction.atomic():
        PlanVersion.objects.filter(pk=version.pk).update(number=7)


def test_agreeing_sets_the_day_of_the_review(episode):
    a_goal(episode)
    day = NOW.date() + timedelta(weeks=6)
    agree(episode, review_on=day)
    agree(episode, review_on=day + timedelta(weeks=1))
    assert list(Review.objects.values_list("due_on", flat=True)) == [day + timedelta(weeks=1)]


def test_a_plan_without_a_goal_or_without_saying_how_it_was_agreed_is_refused(episode):
    with pytest.raises(errors.NothingToAgree):
        agree(episode)
    a_goal(episode)
    with pytest.raises(errors.HowAgreedMissing):
        agree(episode, how=" ")
    assert not PlanVersion.objects.exists()


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"text": "  "}, errors.GoalEmpty),
        ({"importance": 0}, errors.ScaleOutOfRange),
        ({"confidence": 11}, errors.ScaleOutOfRange),
    ],
)
def test_a_goal_that_says_nothing_or_too_much_is_refused(episode, fields, refusal):
    with pytest.raises(refusal):
        a_goal(episode, **fields)
    assert not Goal.objects.exists()


def test_an_action_says_what_and_who(episode):
    goal = a_goal(episode)
    with pytest.raises(errors.ActionEmpty):
        actions.add_action(goal_id=goal.pk, text="Ring", who="", by=episode.link_worker, at=NOW)
    action = actions.add_action(goal_id=goal.pk, text="Ring", who="Asha", by=episode.link_worker, at=NOW)
    actions.change_action(action_id=action.pk, status="done", by=episode.link_worker, at=NOW)
    assert plan(episode=episode).goals[0].actions[0].status == "done"
    with pytest.raises(errors.ActionEmpty):
        actions.change_action(action_id=action.pk, status="sideways", by=episode.link_worker, at=NOW)


def test_a_strength_taken_out_stays_in_the_version_agreed(episode):
    a_goal(episode)
    strength = actions.add_strength(episode_id=episode.pk, text="Sings", by=episode.link_worker, at=NOW)
    version = agree(episode)
    actions.remove_strength(strength_id=strength.pk, by=episode.link_worker, at=NOW)
    assert plan(episode=episode).strengths == ()
    assert version.content["strengths"] == ["Sings"]


def test_a_colleague_cannot_touch_any_part_of_the_plan(episode):
    goal = a_goal(episode)
    action = actions.add_action(goal_id=goal.pk, text="Ring", who="Asha", by=episode.link_worker, at=NOW)
    strength = actions.add_strength(episode_id=episode.pk, text="Sings", by=episode.link_worker, at=NOW)
    other = MembershipFactory(role=LW)
    for attempt in (
        lambda: a_goal_by(other, episode),
        lambda: actions.change_goal(goal_id=goal.pk, text="x", status="open", by=other, at=NOW),
        lambda: actions.add_action(goal_id=goal.pk, text="x", who="x", by=other, at=NOW),
        lambda: actions.change_action(action_id=action.pk, status="done", by=other, at=NOW),
        lambda: actions.remove_strength(strength_id=strength.pk, by=other, at=NOW),
        lambda: actions.agree_plan(episode_id=episode.pk, agreed_how="phone", review_on=None, by=other, at=NOW),
    ):
        with pytest.raises(NotVisible):
            attempt()
    assert Goal.objects.get().text == "Go out twice a week"


def a_goal_by(member, episode):
    return actions.add_goal(episode_id=episode.pk, text="x", by=member, at=NOW)
