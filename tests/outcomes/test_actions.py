"""Recording answers: stored with their scores, refused in words, changed by nobody (OU2, OU3)."""

import uuid
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from linkwell.common.errors import NotVisible
from linkwell.common.models import AuditEvent
from linkwell.outcomes import actions, errors
from linkwell.outcomes.models import Completion, Help, Occasion, Score
from linkwell.team.access import MGR, SUP
from tests.factories import EpisodeFactory, MembershipFactory, in_scheme

WELLBEING = {"satisfied": 4, "worthwhile": 5, "happy": 5, "anxious": 7}
LONELINESS = {"companionship": 3, "left_out": 2, "isolated": 3}


@pytest.fixture
def episode(scheme):
    return EpisodeFactory(person__born_on=date(1950, 1, 1))


def complete(episode, **changes):
    what = {
        "episode_id": episode.pk, "occasion": Occasion.BASELINE, "how": "phone", "helped_by": "",
        "answers": {"ons4": WELLBEING, "ucla3": LONELINESS}, "by": episode.link_worker, "at": timezone.now(),
    }  # fmt: skip
    return actions.complete_measures(**{**what, **changes})


def scores(episode):
    rows = Score.objects.filter(completion__episode=episode).order_by("pk")
    return dict(rows.values_list("scale", "value"))


def test_answers_are_stored_with_their_scores_and_audited(episode):
    complete(episode, helped_by=Help.INTERPRETER)
    assert scores(episode) == {"life_satisfaction": 4, "worthwhile": 5, "happy": 5, "anxious": 7, "ucla3": 8}
    row = Completion.objects.get(measure="ons4")
    assert (row.answers, row.how, row.helped_by, row.person_id) == (
        WELLBEING,
        "phone",
        "interpreter",
        episode.person_id,
    )
    event = AuditEvent.objects.get(event="measures.completed")
    assert (event.person_id, event.membership_id) == (episode.person_id, episode.link_worker_id)


def test_one_sitting_may_answer_one_measure_and_skip_another(episode):
    complete(episode, answers={"ons4": WELLBEING}, skipped={"ucla3": "The person did not want to"})
    rows = dict(Completion.objects.values_list("measure", "skipped_why"))
    assert rows == {"ons4": "", "ucla3": "The person did not want to"}
    assert "ucla3" not in scores(episode)


def test_an_incomplete_set_of_loneliness_answers_is_kept_without_a_score(episode):
    complete(episode, answers={"ucla3": {"left_out": 2}})
    assert Completion.objects.get().answers == {"left_out": 2}
    assert scores(episode) == {}


def test_all_measures_can_be_skipped_with_one_reason(episode):
    actions.skip_measures(
        episode_id=episode.pk, occasion=Occasion.BASELINE, why="Not the right moment", by=episode.link_worker,
        at=timezone.now(),
    )  # fmt: skip
    assert list(Completion.objects.order_by("pk").values_list("measure", flat=True)) == ["ons4", "ucla3", "lonely"]
    assert AuditEvent.objects.filter(event="measures.skipped").count() == 1


def test_skipping_without_a_reason_is_refused(episode):
    with pytest.raises(errors.ReasonMissing):
        actions.skip_measures(
            episode_id=episode.pk, occasion=Occasion.BASELINE, why="  ", by=episode.link_worker, at=timezone.now()
        )
    assert not Completion.objects.exists()


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"answers": {}}, errors.NothingAnswered),
        ({"answers": {"ons4": {}}}, errors.NothingAnswered),
        ({"answers": {"phq9": {"a": 1}}}, errors.UnknownMeasure),
        ({"skipped": {"phq9": "No time"}}, errors.UnknownMeasure),
        ({"answers": {"ons4": {"happy": 11}}}, errors.AnswerOutOfRange),
        ({"helped_by": Help.PROXY}, errors.ProxyNotAllowed),
        ({"how": ""}, errors.HowMissing),
        ({"skipped": {"ons4": "No time"}}, errors.AnsweredAndSkipped),
        ({"occasion": Occasion.MONTHS_3}, errors.SupportNotOver),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_stored(episode, changes, error):
    with pytest.raises(error):
        complete(episode, **changes)
    assert not Completion.objects.exists()
    assert not AuditEvent.objects.filter(event__startswith="measures").exists()


def test_a_young_person_is_refused(scheme):
    young = EpisodeFactory(person__born_on=timezone.localdate() - timedelta(days=15 * 365))
    with pytest.raises(errors.TooYoung):
        complete(young)


def test_a_start_can_be_answered_again_until_there_is_a_review(episode):
    complete(episode)
    complete(episode, answers={"ons4": {**WELLBEING, "happy": 6}})
    complete(episode, occasion=Occasion.REVIEW)
    with pytest.raises(errors.LaterAnswersExist):
        complete(episode)
    complete(episode, answers={"lonely": {"lonely": 1}})  # not asked at the review, so this still is its start


def test_after_the_ending_the_end_is_recorded_and_a_review_refused(scheme):
    now = timezone.now()
    ended = EpisodeFactory(state="ended", ended_at=now, referral__closed_at=now)
    complete(ended, occasion=Occasion.EXIT)
    with pytest.raises(errors.SupportIsOver):
        complete(ended, occasion=Occasion.REVIEW)


def test_the_same_submission_twice_is_recorded_once(episode):
    key = uuid.uuid4()
    first = complete(episode, submission_key=key)
    again = complete(episode, submission_key=key)
    assert [row.pk for row in again] == [row.pk for row in first]
    assert Completion.objects.count() == 2
    assert AuditEvent.objects.filter(event="measures.completed").count() == 1


def test_t07_another_worker_a_team_lead_and_a_manager_cannot_record(episode):
    for member in (MembershipFactory(), MembershipFactory(role=SUP), MembershipFactory(role=MGR)):
        with pytest.raises(NotVisible):
            complete(episode, by=member)
    assert not Completion.objects.exists()


def test_t01_an_episode_of_another_scheme_is_absent(episode, other_scheme):
    with in_scheme(other_scheme):
        stranger = MembershipFactory()
        with pytest.raises(NotVisible):
            complete(episode, by=stranger)


def test_what_was_answered_cannot_be_changed_or_removed(episode):
    complete(episode)
    for statement in (
        "UPDATE outcomes_completion SET answers = '{}'", "DELETE FROM outcomes_completion",
        "UPDATE outcomes_score SET value = 10", "DELETE FROM outcomes_score",
    ):  # fmt: skip
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
