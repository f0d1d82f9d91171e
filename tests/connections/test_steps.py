"""What staff do with a connection once the person has heard of it."""

from datetime import timedelta

import pytest
from django.urls import resolve

from linkwell.common.errors import NotVisible, TransitionRefused
from linkwell.common.models import AuditEvent
from linkwell.connections import actions, errors, queries, rules
from linkwell.connections.models import Connection, UnmetNeed
from linkwell.messages.models import Message
from linkwell.support.models import Task
from linkwell.team.access import SUP
from linkwell.team.queries import token_scheme
from tests.factories import ConnectionFactory, EpisodeFactory, GoalFactory, MembershipFactory
from tests.story import NOW, secret


def given_signposted(story) -> Connection:
    return actions.signpost(episode_id=story.episode.pk, service_id=story.service.pk, by=story.asha, at=NOW)


def test_a_service_talked_about_is_kept_once(story):
    first = actions.propose(episode_id=story.episode.pk, service_id=story.service.pk, by=story.asha, at=NOW)
    again = actions.propose(episode_id=story.episode.pk, service_id=story.service.pk, by=story.asha, at=NOW)
    assert (first.pk, first.state) == (again.pk, "proposed")
    assert first.events.count() == 1


def test_only_a_service_that_exists_for_a_person_in_reach_is_kept(story):
    with pytest.raises(NotVisible):
        actions.propose(episode_id=story.episode.pk, service_id=0, by=story.asha, at=NOW)
    with pytest.raises(NotVisible):
        actions.propose(episode_id=EpisodeFactory().pk, service_id=story.service.pk, by=story.asha, at=NOW)
    with pytest.raises(errors.OfAnotherPlan):
        actions.propose(
            episode_id=story.episode.pk, service_id=story.service.pk, goal_id=GoalFactory().pk, by=story.asha, at=NOW
        )


def test_a_need_that_is_none_of_ours_is_not_kept(story):
    connection = actions.propose(
        episode_id=story.episode.pk, service_id=story.service.pk, need_code="nonsense", by=story.asha, at=NOW
    )
    assert connection.need_code == ""


def test_SU13_being_told_lets_no_detail_leave(story):
    connection = given_signposted(story)
    assert (connection.state, connection.kind) == ("signposted", "signpost")
    assert not Message.objects.exists()
    assert AuditEvent.objects.filter(event="connection.signposted", person_id=story.person.pk).exists()


def test_nobody_is_told_about_what_is_closed_or_twice(story):
    given_signposted(story)
    with pytest.raises(errors.AlreadyConnected):
        given_signposted(story)
    story.service.operating = "closed"
    story.service.save()
    with pytest.raises(errors.NotTakingPeople, match="closed"):
        given_signposted(story)


def test_the_first_visit_and_going_are_recorded_in_turn(story):
    connection = given_signposted(story)
    with pytest.raises(TransitionRefused):
        actions.record_attending(connection_id=connection.pk, by=story.asha, at=NOW)

    actions.record_first_attendance(
        connection_id=connection.pk, attended_on=NOW.date(), accompanied=True, by=story.asha, at=NOW
    )
    actions.record_attending(connection_id=connection.pk, by=story.asha, at=NOW)

    connection.refresh_from_db()
    assert (connection.state, connection.first_attended_on, connection.accompanied) == ("attending", NOW.date(), True)
    assert [event.now for event in connection.events.order_by("pk")] == [
        "proposed",
        "signposted",
        "first_attended",
        "attending",
    ]


@pytest.mark.parametrize("days", [-1, 1])
def test_a_first_visit_before_being_told_or_tomorrow_is_refused(story, days):
    connection = given_signposted(story)
    with pytest.raises(errors.AttendedInTheFuture):
        actions.record_first_attendance(
            connection_id=connection.pk, attended_on=NOW.date() + timedelta(days=days), by=story.asha, at=NOW
        )


@pytest.mark.parametrize("state", ["proposed", "shared", "received", "waiting", "declined_org", "ended"])
def test_T11_nobody_has_gone_before_they_were_told_or_taken(story, state):
    connection = ConnectionFactory(episode=story.episode, service=story.service, state=state, created_at=NOW)
    with pytest.raises(TransitionRefused):
        actions.record_first_attendance(connection_id=connection.pk, attended_on=NOW.date(), by=story.asha, at=NOW)


def test_CO4_when_the_person_says_no_the_link_stops_and_the_group_hears_that_it_is_over(story):
    connection = story.refer()
    link_secret = secret()
    actions.person_declined(connection_id=connection.pk, reason="Does not like groups", by=story.asha, at=NOW)
    connection.refresh_from_db()
    assert (connection.state, connection.reason) == ("declined_person", "Does not like groups")
    assert token_scheme(link_secret, purpose=queries.PURPOSE, at=NOW) is None
    assert Message.objects.filter(template="share_closed").count() == 1


def test_ending_says_why_and_is_final(story):
    connection = given_signposted(story)
    with pytest.raises(errors.ReasonMissing):
        actions.end_connection(connection_id=connection.pk, reason=" ", by=story.asha, at=NOW)
    with pytest.raises(errors.ReasonMissing):
        actions.person_declined(connection_id=connection.pk, reason="", by=story.asha, at=NOW)
    actions.end_connection(connection_id=connection.pk, reason="Moved away", by=story.asha, at=NOW)
    with pytest.raises(TransitionRefused):
        actions.end_connection(connection_id=connection.pk, reason="again", by=story.asha, at=NOW)
    assert not Message.objects.exists()


def test_when_someone_stops_going_the_group_is_not_written_to(story):
    connection = story.refer()
    story.answer("yes")
    actions.record_first_attendance(connection_id=connection.pk, attended_on=NOW.date(), by=story.asha, at=NOW)
    actions.end_connection(connection_id=connection.pk, reason="Not for them", by=story.asha, at=NOW)
    assert not Message.objects.filter(template="share_closed").exists()


def test_once_the_person_is_told_the_answer_stands_and_today_is_clear(story):
    connection = story.refer()
    story.answer("yes")
    assert Task.objects.filter(done_at=None).count() == 1

    actions.settle_answer(connection_id=connection.pk, by=story.asha, at=NOW)
    actions.settle_answer(connection_id=connection.pk, by=story.asha, at=NOW + timedelta(days=1))

    connection.refresh_from_db()
    assert connection.answer_settled_at == NOW
    assert not Task.objects.filter(done_at=None).exists()
    with pytest.raises(errors.AnswerStands):
        story.answer("no", text="Changed our mind")


@pytest.mark.parametrize(
    "act",
    [
        lambda pk, by: actions.record_first_attendance(connection_id=pk, attended_on=NOW.date(), by=by, at=NOW),
        lambda pk, by: actions.record_attending(connection_id=pk, by=by, at=NOW),
        lambda pk, by: actions.person_declined(connection_id=pk, reason="no", by=by, at=NOW),
        lambda pk, by: actions.end_connection(connection_id=pk, reason="no", by=by, at=NOW),
        lambda pk, by: actions.settle_answer(connection_id=pk, by=by, at=NOW),
        lambda pk, by: actions.withdraw_share(connection_id=pk, by=by, at=NOW),
    ],
)
def test_T07_a_colleague_and_a_team_lead_move_nothing(story, act):
    connection = story.refer()
    for someone in (MembershipFactory(), MembershipFactory(role=SUP)):
        with pytest.raises(NotVisible):
            act(connection.pk, someone)
    with pytest.raises(NotVisible):
        act(0, story.asha)
    connection.refresh_from_db()
    assert connection.state == "shared"


def test_MA7_what_is_missing_here_is_recorded_with_roughly_where(story):
    missing = actions.record_unmet_need(
        episode_id=story.episode.pk,
        code="bereavement",
        what_failed="No evening group within 5 km",
        limits={"reach_metres": 5000},
        by=story.asha,
        at=NOW,
    )
    assert (missing.outcode, missing.limits) == ("M33", {"reach_metres": 5000})
    assert AuditEvent.objects.filter(event="unmet_need.recorded", person_id=story.person.pk).exists()


def test_where_is_left_out_for_someone_whose_place_is_hidden(story):
    story.person.location_hidden = True
    story.person.save()
    missing = actions.record_unmet_need(
        episode_id=story.episode.pk, code="housing", what_failed="", by=story.asha, at=NOW
    )
    assert missing.outcode == ""


def test_a_need_that_is_none_of_ours_or_a_person_out_of_reach_is_refused(story):
    with pytest.raises(errors.UnknownNeed):
        actions.record_unmet_need(episode_id=story.episode.pk, code="yachts", what_failed="", by=story.asha, at=NOW)
    with pytest.raises(NotVisible):
        actions.record_unmet_need(episode_id=EpisodeFactory().pk, code="housing", what_failed="", by=story.asha, at=NOW)
    assert not UnmetNeed.objects.exists()


def test_a_task_leads_to_the_page_of_its_connection():
    assert resolve(rules.page_of(7)).view_name == "connect:connection"
