"""Histories ready to be drawn, and whose questions are due (OU2, OU4)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from linkwell.common.errors import NotVisible
from linkwell.outcomes import actions, queries
from linkwell.outcomes.models import Occasion
from linkwell.support.models import Review
from tests.factories import EpisodeFactory, MembershipFactory

NOW = timezone.now()
WEEKS = timedelta(weeks=1)


def answer(episode, occasion, at, **answers):
    return actions.complete_measures(
        episode_id=episode.pk,
        occasion=occasion,
        how="phone",
        helped_by="",
        answers=answers,
        by=episode.link_worker,
        at=at,
    )


def scale(history, code):
    return next(found for measure in history.measures for found in measure.scales if found.code == code)


@pytest.fixture
def episode(scheme):
    return EpisodeFactory(first_conversation_at=NOW - 12 * WEEKS, state="engaged")


def test_a_history_runs_from_the_start_to_the_last_answers(episode):
    lonely = {"companionship": 3, "left_out": 3, "isolated": 2}
    answer(episode, Occasion.BASELINE, NOW - 12 * WEEKS, ucla3=lonely, ons4={"anxious": 4})
    answer(episode, Occasion.REVIEW, NOW, ucla3={**lonely, "companionship": 1}, ons4={"anxious": 7})
    history = queries.measures_of_episode(viewer=episode.link_worker, episode_id=episode.pk, at=NOW)
    found = scale(history, "ucla3")
    assert [(point.value, point.band, point.occasion) for point in found.points] == [
        (8, "High", "At the start"), (6, "Medium", "At a review"),
    ]  # fmt: skip
    assert (found.change, found.change_in_words) == (2, "better")
    assert (scale(history, "anxious").change, scale(history, "anxious").change_in_words) == (-3, "worse")
    assert history.any_answers


def test_a_corrected_start_is_what_later_answers_are_held_against(episode):
    answer(episode, Occasion.BASELINE, NOW - 12 * WEEKS, ons4={"happy": 1})
    answer(episode, Occasion.BASELINE, NOW - 11 * WEEKS, ons4={"happy": 4})
    answer(episode, Occasion.REVIEW, NOW, ons4={"happy": 4})
    history = queries.history(episode=episode)
    assert (scale(history, "happy").change, scale(history, "happy").change_in_words) == (0, "about the same")


def test_without_later_answers_no_change_is_claimed(episode):
    answer(episode, Occasion.BASELINE, NOW, ons4={"happy": 1})
    found = scale(queries.history(episode=episode), "happy")
    assert (found.change, found.change_in_words, found.norm.value) == (None, "", 7.39)


def test_what_was_not_asked_stands_beside_with_its_reason(episode):
    actions.skip_measures(
        episode_id=episode.pk, occasion=Occasion.BASELINE, why="Too upset", by=episode.link_worker, at=NOW
    )
    history = queries.history(episode=episode)
    assert [row.why for measure in history.measures for row in measure.not_asked] == ["Too upset"] * 3
    assert not history.any_answers


def test_a_history_takes_two_statements_however_long_it_is(episode, django_assert_num_queries):
    answer(episode, Occasion.BASELINE, NOW - 12 * WEEKS, ons4={"happy": 1}, lonely={"lonely": 1})
    for week in range(5):
        answer(episode, Occasion.REVIEW, NOW - week * WEEKS, ons4={"happy": 5}, lonely={"lonely": 2})
    with django_assert_num_queries(2):
        queries.history(episode=episode)


def test_t07_somebody_elses_measures_are_absent(episode):
    with pytest.raises(NotVisible):
        queries.measures_of_episode(viewer=MembershipFactory(), episode_id=episode.pk, at=NOW)


def test_the_start_is_due_after_a_first_conversation_and_no_longer_once_skipped(episode):
    (due,) = queries.due_measures(viewer=episode.link_worker, at=NOW)
    assert (due.episode_id, due.occasion, due.name) == (episode.pk, Occasion.BASELINE, episode.person.called)
    assert queries.due_of_episode(episode=episode, at=NOW).occasion == Occasion.BASELINE
    actions.skip_measures(
        episode_id=episode.pk, occasion=Occasion.BASELINE, why="Too upset", by=episode.link_worker, at=NOW
    )
    assert queries.due_measures(viewer=episode.link_worker, at=NOW) == []


def test_a_review_is_due_on_its_day(episode):
    answer(episode, Occasion.BASELINE, NOW - 12 * WEEKS, ons4={"happy": 1})
    Review.objects.create(scheme=episode.scheme, episode=episode, due_on=timezone.localdate(NOW))
    (due,) = queries.due_measures(viewer=episode.link_worker, at=NOW)
    assert due.occasion == Occasion.REVIEW


def test_three_months_after_an_ending_the_questions_are_due_but_never_after_a_death(scheme):
    over = NOW - 13 * WEEKS - timedelta(days=3)
    ended = EpisodeFactory(
        state="ended", opened_at=NOW - 40 * WEEKS, first_conversation_at=NOW - 40 * WEEKS, ended_at=over,
        referral__received_at=NOW - 40 * WEEKS, referral__closed_at=over,
    )  # fmt: skip
    answer(ended, Occasion.EXIT, NOW - 13 * WEEKS, ons4={"happy": 1})
    actions.Completion.objects.create(
        scheme=ended.scheme, person=ended.person, episode=ended, measure="ons4", occasion=Occasion.BASELINE,
        at=NOW - 40 * WEEKS, how="phone", answers={"happy": 1},
    )  # fmt: skip
    (due,) = queries.due_measures(viewer=ended.link_worker, at=NOW)
    assert due.occasion == Occasion.MONTHS_3
    ended.person.died_on = timezone.localdate(NOW)
    ended.person.save()
    assert queries.due_measures(viewer=ended.link_worker, at=NOW) == []


def test_due_questions_take_three_statements_for_any_number_of_people(episode, django_assert_num_queries):
    for _ in range(4):
        EpisodeFactory(link_worker=episode.link_worker, first_conversation_at=NOW, state="engaged")
    with django_assert_num_queries(3):
        assert len(queries.due_measures(viewer=episode.link_worker, at=NOW)) == 5
