"""The outbox: a fact first, delivered by a job; state only moves forward; at most one duplicate."""

import json
import logging
import smtplib
from datetime import timedelta

import pytest
from django.db import connection, transaction

from linkwell.common.errors import NotVisible
from linkwell.common.models import AuditEvent
from linkwell.messages import actions, errors, jobs, listeners, recipients, rules
from linkwell.messages.models import Message, MessageState
from linkwell.team import tokens
from linkwell.team.access import LW, MGR
from tests.factories import MembershipFactory, in_scheme
from tests.messages.conftest import NOON, refused


def given_a_message(scheme, *, at=NOON, **fields) -> Message:
    values = {"template": "share_recalled", "recipient_kind": "group", "recipient_id": 5, "words": {"reference": "S-1"}}
    return actions.queue_message(scheme_id=scheme.pk, at=at, **{**values, **fields})


def deliver(message: Message) -> Message:
    jobs.deliver(scheme_id=message.scheme_id, message_id=message.pk)
    message.refresh_from_db()
    return message


@pytest.fixture(autouse=True)
def the_clock(monkeypatch):
    """Jobs read a clock that the test can set."""
    now = {"is": NOON}
    monkeypatch.setattr("linkwell.messages.jobs.timezone.now", lambda: now["is"])
    return now


def jobs_waiting() -> list[dict]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT task_name, args, scheduled_at, queueing_lock FROM procrastinate_jobs ORDER BY id")
        names = [column[0] for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return [{**row, "args": row["args"] if isinstance(row["args"], dict) else json.loads(row["args"])} for row in rows]


def test_a_queued_message_has_its_job_with_ids_alone(scheme, a_group):
    message = given_a_message(scheme)
    (job,) = jobs_waiting()
    assert job["task_name"] == "messages.deliver"
    assert job["args"] == {"scheme_id": scheme.pk, "message_id": message.pk}
    assert message.state == MessageState.QUEUED


def test_when_what_it_follows_from_is_undone_there_is_no_message_and_no_job(scheme, a_group):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        given_a_message(scheme)
        raise ZeroDivisionError
    assert not Message.objects.exists()
    assert not jobs_waiting()


def test_a_message_goes_to_one_address_with_its_reference_as_its_id(scheme, a_group, mail_server):
    scheme.reply_email = "hello@scheme.example"
    scheme.save()
    message = deliver(given_a_message(scheme))

    (mail,) = mail_server.taken
    assert mail.recipients() == ["group@example.org"]
    assert mail.extra_headers["Message-ID"] == f"<{message.reference}@linkwell.invalid>"
    assert mail.reply_to == ["hello@scheme.example"]
    assert (message.state, message.sent_at, message.attempts) == (MessageState.SENT, NOON, 1)
    assert AuditEvent.objects.filter(event="message.sent", object_id=message.pk, route="job:messages.deliver").exists()


def test_a_message_that_went_does_not_go_again(scheme, a_group, mail_server):
    message = deliver(given_a_message(scheme))
    deliver(message)
    actions.note_refused(message_id=message.pk, why="late answer", at=NOON)
    actions.note_delayed(message_id=message.pk, why="late answer", unclear=False, at=NOON)
    actions.note_sent(message_id=message.pk, at=NOON + timedelta(hours=1))
    message.refresh_from_db()
    assert len(mail_server.taken) == 1
    assert (message.state, message.sent_at) == (MessageState.SENT, NOON)


def test_without_a_mail_sender_it_waits(scheme, a_group, settings):
    settings.SMTP, settings.DEMO = "", False
    message = deliver(given_a_message(scheme))
    assert (message.state, message.attempts) == (MessageState.QUEUED, 0)
    assert actions.enqueue_waiting(scheme_id=scheme.pk, at=NOON) == 0


def test_in_demo_mode_it_counts_as_sent_and_nothing_leaves_even_with_a_mail_server(
    scheme, a_group, mail_server, settings
):
    settings.DEMO = True
    message = deliver(given_a_message(scheme))
    assert message.state == MessageState.SENT
    assert not mail_server.taken


def test_a_recipient_without_an_address_holds_it_and_says_why(scheme, a_group, mail_server):
    a_group["now"] = recipients.Held("They asked for no e-mail.")
    message = deliver(given_a_message(scheme))
    assert (message.state, message.why) == (MessageState.HELD, "They asked for no e-mail.")


@pytest.mark.parametrize("address", ["a@example.org,b@example.org", "a@example.org\r\nBcc: b@example.org", "nobody"])
def test_W07_an_address_that_is_not_one_address_holds_it(scheme, a_group, mail_server, address):
    a_group["now"] = recipients.Address(address)
    message = deliver(given_a_message(scheme))
    assert (message.state, mail_server.taken) == (MessageState.HELD, [])
    assert "not a complete address" in message.why


def test_a_link_that_was_stopped_meanwhile_does_not_go(scheme, a_group, mail_server):
    token = tokens.make_token(
        scheme_id=scheme.pk, purpose="organisation_reply", object_id=1, expires_at=NOON + timedelta(days=1), at=NOON
    )
    message = given_a_message(
        scheme, template="organisation_referral", words={"reference": "S-1", "until": "1 May"}, token=token
    )
    tokens.revoke(scheme_id=scheme.pk, purpose="organisation_reply", object_id=1, at=NOON)
    deliver(message)
    assert (message.state, mail_server.taken) == (MessageState.HELD, [])
    assert "withdrawn or ran out" in message.why


def test_a_code_that_ran_out_does_not_go(scheme, a_group, mail_server, the_clock):
    token = tokens.make_token(
        scheme_id=scheme.pk, purpose="organisation_reply", object_id=1, expires_at=NOON + timedelta(days=1), at=NOON
    )
    code = tokens.ask_for_code(token_id=token.pk, browser="b", at=NOON)
    message = given_a_message(scheme, template="reply_code", code=code)
    the_clock["is"] = NOON + timedelta(minutes=15)
    deliver(message)
    assert (message.state, mail_server.taken) == (MessageState.HELD, [])


def test_a_refusal_for_good_is_final_and_whoever_must_know_is_told(scheme, a_group, mail_server, monkeypatch):
    heard = []
    monkeypatch.setattr(listeners, "_listeners", {"share_recalled": lambda message, at: heard.append(message.pk)})
    mail_server.on_send = refused(550)
    message = deliver(given_a_message(scheme))
    assert (message.state, heard) == (MessageState.FAILED, [message.pk])
    assert message.why == "The mail server refused it (code 550)."


@pytest.mark.parametrize(
    "trouble",
    [
        ("on_send", refused(450)),
        ("on_open", smtplib.SMTPAuthenticationError(535, b"wrong password")),
        ("on_open", ConnectionRefusedError()),
        ("on_send", smtplib.SMTPDataError(451, b"later")),
    ],
)
def test_Z35_trouble_for_now_waits_longer_each_time(scheme, a_group, mail_server, the_clock, trouble):
    setattr(mail_server, *trouble)
    message = given_a_message(scheme)
    waits = []
    for _ in range(8):
        the_clock["is"] = message.next_attempt_at
        deliver(message)
        waits.append((message.next_attempt_at - the_clock["is"]) // timedelta(minutes=1))
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]
    assert message.state == MessageState.QUEUED
    assert message.unclear_attempts == 0

    mail_server.on_send = mail_server.on_open = None
    the_clock["is"] = message.next_attempt_at
    assert deliver(message).state == MessageState.SENT
    assert len(mail_server.taken) == 1


def test_before_its_time_a_waiting_message_is_not_tried(scheme, a_group, mail_server, the_clock):
    mail_server.on_send = refused(450)
    message = deliver(given_a_message(scheme))
    deliver(message)
    assert message.attempts == 1


def test_after_three_days_it_is_given_up(scheme, a_group, mail_server, the_clock):
    mail_server.on_open = TimeoutError()
    message = given_a_message(scheme)
    the_clock["is"] = NOON + timedelta(days=3)
    deliver(message)
    assert message.state == MessageState.FAILED
    assert message.why.startswith("Given up after three days.")


def test_Z36_when_we_die_before_noting_it_there_is_at_most_one_duplicate(scheme, a_group, mail_server, the_clock):
    message = given_a_message(scheme)
    for _ in range(5):  # each time the process dies between the mail server's yes and our note of it
        attempt = actions.begin_attempt(message_id=message.pk, at=the_clock["is"])
        if attempt:
            mail_server.taken.append(attempt)
        the_clock["is"] += rules.STUCK_AFTER
    message.refresh_from_db()
    assert len(mail_server.taken) == 2
    assert (message.state, message.why) == (MessageState.FAILED, actions.BROKE_OFF)
    assert mail_server.taken[0].reference == mail_server.taken[1].reference


def test_Z36_a_server_that_falls_silent_after_taking_it_gets_it_at_most_twice(scheme, a_group, mail_server, the_clock):
    mail_server.on_send, mail_server.then_dies = smtplib.SMTPServerDisconnected(), True
    message = given_a_message(scheme)
    for _ in range(5):
        the_clock["is"] = message.next_attempt_at
        deliver(message)
    assert len(mail_server.taken) == 2
    assert message.state == MessageState.FAILED


def test_while_one_process_sends_another_keeps_off(scheme, a_group, mail_server):
    message = given_a_message(scheme)
    assert actions.begin_attempt(message_id=message.pk, at=NOON)
    assert actions.begin_attempt(message_id=message.pk, at=NOON + timedelta(minutes=9)) is None
    assert actions.begin_attempt(message_id=0, at=NOON) is None


def test_the_sweep_puts_back_what_fell_off_the_queue_once(scheme, a_group, mail_server, the_clock):
    fell_off = given_a_message(scheme)
    running = given_a_message(scheme)
    sent = deliver(given_a_message(scheme))
    actions.begin_attempt(message_id=running.pk, at=NOON)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing'")

    assert actions.enqueue_waiting(scheme_id=scheme.pk, at=NOON) == 1
    jobs.sweep_scheme(scheme_id=scheme.pk)

    again = [job for job in jobs_waiting() if job["queueing_lock"] == f"message-{fell_off.pk}"]
    assert len(again) == 2  # the lost one and one more, not two
    assert sent.state == MessageState.SENT


def test_the_clock_starts_one_sweep_for_each_scheme(scheme, other_scheme, mail_server):
    jobs.sweep(timestamp=0)
    jobs.sweep(timestamp=60)
    swept = [job["args"] for job in jobs_waiting() if job["task_name"] == "messages.sweep_scheme"]
    assert sorted(args["scheme_id"] for args in swept) == sorted([scheme.pk, other_scheme.pk])


def test_a_manager_tries_a_held_message_again_and_it_goes(scheme, a_group, mail_server):
    manager = MembershipFactory(role=MGR)
    a_group["now"] = recipients.Held("No address.")
    message = deliver(given_a_message(scheme))
    a_group["now"] = recipients.Address("group@example.org")

    actions.retry_message(message_id=message.pk, by=manager, at=NOON)

    assert AuditEvent.objects.filter(event="message.retried", membership_id=manager.pk).exists()
    assert deliver(message).state == MessageState.SENT


def test_a_message_that_waits_or_went_is_not_tried_again(scheme, a_group, mail_server):
    message = given_a_message(scheme)
    with pytest.raises(errors.NotWaiting):
        actions.retry_message(message_id=message.pk, by=MembershipFactory(role=MGR), at=NOON)


def test_only_a_manager_of_the_scheme_tries_again(scheme, other_scheme, a_group, mail_server):
    message = given_a_message(scheme)
    stranger = MembershipFactory(role=MGR, scheme=other_scheme)
    for someone in (MembershipFactory(role=LW), stranger):
        with pytest.raises(NotVisible):
            actions.retry_message(message_id=message.pk, by=someone, at=NOON)
    with pytest.raises(NotVisible):
        actions.retry_message(message_id=0, by=MembershipFactory(role=MGR), at=NOON)


def test_a_job_of_another_scheme_does_not_find_the_message(scheme, other_scheme, a_group, mail_server):
    message = given_a_message(scheme)
    with in_scheme(other_scheme):
        jobs.deliver(scheme_id=other_scheme.pk, message_id=message.pk)
    message.refresh_from_db()
    assert message.state == MessageState.QUEUED


def test_K03_nothing_that_goes_wrong_writes_an_address_or_a_secret_to_the_log(scheme, a_group, mail_server, caplog):
    mail_server.on_send = refused(550)
    with caplog.at_level(logging.DEBUG):
        message = deliver(given_a_message(scheme))
    assert "example.org" not in caplog.text
    assert "example.org" not in message.why
