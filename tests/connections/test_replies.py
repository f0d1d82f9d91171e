"""What a group does through its link, and what it says by phone."""

from datetime import timedelta

import pytest

from linkwell.common.errors import NotVisible, TransitionRefused
from linkwell.common.models import AuditEvent
from linkwell.connections import actions, errors, queries
from linkwell.connections.actions import Answer
from linkwell.connections.models import ConnectionEvent, Reply, SharePacket
from linkwell.messages.models import Message
from linkwell.support.models import Task
from linkwell.team import tokens
from linkwell.team.tokens import TooManyCodes
from tests.story import NOW, link


def state_of(connection) -> str:
    connection.refresh_from_db()
    return connection.state


def news() -> list[str]:
    return list(Task.objects.filter(done_at=None).values_list("text", flat=True))


def test_the_code_goes_to_the_group_again_with_neutral_words(story):
    story.refer()
    actions.ask_for_code(token_id=link().pk, browser="b", at=NOW)
    message = Message.objects.get(template="reply_code")
    assert (message.recipient_kind, message.recipient_id) == ("share", SharePacket.objects.get().pk)
    assert list(message.words) == ["reference"]
    assert AuditEvent.objects.filter(event="share.code_asked", person_id=story.person.pk).exists()


def test_after_five_codes_no_more_mail_goes(story):
    story.refer()
    for _ in range(5):
        actions.ask_for_code(token_id=link().pk, browser="b", at=NOW)
    with pytest.raises(TooManyCodes):
        actions.ask_for_code(token_id=link().pk, browser="b", at=NOW)
    assert Message.objects.filter(template="reply_code").count() == 5


def test_reading_is_noted_each_time_and_received_once(story):
    connection = story.refer()
    for hour in (1, 2):
        packet = actions.open_packet(token_id=link().pk, at=NOW + timedelta(hours=hour))
    assert state_of(connection) == "received"
    assert packet.first_opened_at == NOW + timedelta(hours=1)
    event = ConnectionEvent.objects.get(now="received")
    assert event.by is None
    page = queries.connection_page(viewer=story.asha, connection_id=connection.pk, at=NOW)
    assert page.packet.read_at == (NOW + timedelta(hours=2), NOW + timedelta(hours=1))


@pytest.mark.parametrize(
    ("answer", "fields", "state", "text"),
    [
        ("yes", {}, "accepted", "Men's Shed Thursdays can help"),
        ("wait", {"wait_weeks": 6}, "waiting", "Men's Shed Thursdays has a waiting list, about 6 weeks"),
        ("wait", {}, "waiting", "Men's Shed Thursdays has a waiting list"),
        (
            "no",
            {"text": "We are full"},
            "declined_org",
            "Men's Shed Thursdays couldn't take this referral. Find another",
        ),
        ("ring", {}, "received", "Men's Shed Thursdays asks you to ring them"),
    ],
)
def test_each_answer_leads_where_it_says_and_reaches_the_link_worker(story, answer, fields, state, text):
    connection = story.refer()
    actions.open_packet(token_id=link().pk, at=NOW)
    story.answer(answer, answered_by="Jo", **fields)

    assert state_of(connection) == state
    assert news() == [text]
    assert Task.objects.get().link == f"/connections/{connection.pk}/"
    reply = Reply.objects.get()
    assert (reply.answer, reply.answered_by, reply.by, reply.wait_weeks) == (
        answer,
        "Jo",
        None,
        fields.get("wait_weeks"),
    )
    assert connection.wait_weeks == fields.get("wait_weeks")
    assert connection.reason == (fields.get("text", "") if answer == "no" else "")
    assert AuditEvent.objects.filter(event="share.answered", person_id=story.person.pk).exists()
    story.episode.refresh_from_db()
    assert story.episode.waiting_on == "us"


def test_an_answer_to_a_link_that_was_not_opened_first_counts_as_opened(story):
    connection = story.refer()
    story.answer("yes")
    assert [event.now for event in connection.events.order_by("pk")] == ["proposed", "shared", "received", "accepted"]


def test_a_group_may_correct_its_answer_until_we_acted_on_it(story):
    connection = story.refer()
    story.answer("no", text="Wrong button")
    story.answer("yes")
    assert state_of(connection) == "accepted"
    story.answer("wait", wait_weeks=3)
    story.answer("wait", wait_weeks=4)
    assert (state_of(connection), connection.wait_weeks) == ("waiting", 4)
    assert Reply.objects.count() == 4
    assert news() == ["Men's Shed Thursdays has a waiting list, about 4 weeks"]


def test_after_a_no_the_group_sees_its_answer_but_the_details_no_more(story):
    story.refer()
    story.answer("no", text="Too far for our driver")
    shown = queries.shared_with_you(token_id=link().pk, at=NOW)
    assert shown.content == ()
    assert (shown.answer_label, shown.answer_text, shown.may_answer) == (
        "Not right for us",
        "Too far for our driver",
        True,
    )


def test_before_any_answer_the_group_sees_the_details_and_may_answer(story):
    story.refer()
    shown = queries.shared_with_you(token_id=link().pk, at=NOW)
    assert len(shown.content) == 4
    assert (shown.answer, shown.may_answer) == ("", True)


@pytest.mark.parametrize(
    ("given", "error"),
    [
        (Answer(answer="perhaps"), errors.UnknownAnswer),
        (Answer(answer="no"), errors.ReasonMissing),
        (Answer(answer="wait", wait_weeks=500), errors.WeeksOutOfRange),
    ],
)
def test_an_answer_that_says_nothing_is_refused_and_nothing_changes(story, given, error):
    connection = story.refer()
    with pytest.raises(error):
        actions.answer(token_id=link().pk, given=given, at=NOW)
    assert state_of(connection) == "shared"
    assert not Reply.objects.exists()


def test_V06_a_very_long_answer_is_cut_and_kept_as_text(story):
    story.refer()
    story.answer("no", text="<script>alert(1)</script>" + "x" * 5000, answered_by="y" * 500)
    reply = Reply.objects.get()
    assert reply.text.startswith("<script>")
    assert (len(reply.text), len(reply.answered_by)) == (2000, 120)


@pytest.mark.parametrize("days", [91, 400])
def test_V02_after_its_end_a_link_reads_and_answers_nothing(story, days):
    story.refer()
    later = NOW + timedelta(days=days)
    with pytest.raises(NotVisible):
        actions.open_packet(token_id=link().pk, at=later)
    with pytest.raises(NotVisible):
        story.answer("yes", at=later)
    with pytest.raises(NotVisible):
        actions.ask_for_code(token_id=link().pk, browser="b", at=later)
    with pytest.raises(NotVisible):
        queries.shared_with_you(token_id=link().pk, at=later)


def test_K04_a_link_for_something_else_reads_nothing(story):
    story.refer()
    other = tokens.make_token(
        scheme_id=story.scheme.pk,
        purpose="listing",
        object_id=link().object_id,
        expires_at=NOW + timedelta(days=1),
        at=NOW,
    )
    with pytest.raises(NotVisible):
        queries.shared_with_you(token_id=other.pk, at=NOW)


def test_CO3_an_answer_by_phone_is_noted_by_the_link_worker_and_makes_no_task(story):
    connection = story.refer(channel="phone")
    actions.note_answer_by_phone(
        connection_id=connection.pk, given=Answer(answer="yes", answered_by="Jo"), by=story.asha, at=NOW
    )
    assert state_of(connection) == "accepted"
    assert Reply.objects.get().by == story.asha
    assert not Task.objects.exists()


def test_where_nothing_was_told_no_answer_is_noted(story):
    told = actions.signpost(episode_id=story.episode.pk, service_id=story.service.pk, by=story.asha, at=NOW)
    with pytest.raises(errors.NothingShared):
        actions.note_answer_by_phone(connection_id=told.pk, given=Answer(answer="yes"), by=story.asha, at=NOW)


def test_an_answer_cannot_be_noted_once_the_person_goes(story):
    connection = story.refer()
    story.answer("yes")
    actions.record_first_attendance(connection_id=connection.pk, attended_on=NOW.date(), by=story.asha, at=NOW)
    with pytest.raises(TransitionRefused):
        actions.note_answer_by_phone(
            connection_id=connection.pk, given=Answer(answer="no", text="full"), by=story.asha, at=NOW
        )


def test_an_old_no_cannot_turn_into_a_second_yes_beside_a_new_referral(story):
    story.refer()
    story.answer("no", text="full")
    old = link()
    story.refer()
    with pytest.raises(errors.AnswerStands):
        actions.answer(token_id=old.pk, given=Answer(answer="yes"), at=NOW)
