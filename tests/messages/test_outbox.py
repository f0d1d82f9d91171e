"""What the manager and the demo see of the outbox."""

from datetime import timedelta

import pytest

from linkwell.messages import actions, queries
from linkwell.messages.models import Message
from linkwell.team import tokens
from linkwell.team.access import MGR
from tests.factories import MembershipFactory, PracticeFactory, in_scheme
from tests.messages.conftest import NOON


def given_news(scheme, *, recipient_id=7, at=NOON, **fields) -> Message:
    message = actions.queue_message(
        scheme_id=scheme.pk, template="referral_news", recipient_kind="practice", recipient_id=recipient_id,
        words={"reference": "R-1"}, at=at,
    )  # fmt: skip
    Message.objects.filter(pk=message.pk).update(**fields)
    return message


def test_the_outbox_shows_kind_and_number_of_the_recipient_and_no_address(scheme, settings):
    settings.SMTP = "smtp://localhost"
    practice = PracticeFactory(email="front.desk@example.org")
    message = given_news(scheme, recipient_id=practice.pk, state="held", why="No address.")

    shown = queries.outbox(viewer=MembershipFactory(role=MGR))

    (row,) = shown.rows
    assert row.recipient == f"GP practice {practice.pk}"
    assert (row.what, row.state_label, row.why) == ("News for a referrer", "Held back", "No address.")
    assert row.reference == str(message.reference)[:8].upper()
    assert row.may_be_tried_again
    assert "front.desk" not in repr(shown)


def test_without_a_mail_sender_it_says_so_on_top_and_beside_what_waits(scheme, settings):
    settings.SMTP, settings.DEMO = "", False
    given_news(scheme)
    shown = queries.outbox(viewer=MembershipFactory(role=MGR))
    assert shown.notice == queries.NO_SENDER
    assert shown.rows[0].why == "No mail sender is configured."
    assert not shown.rows[0].may_be_tried_again


def test_it_counts_narrows_and_pages(scheme):
    for number in range(60):
        given_news(scheme, at=NOON + timedelta(minutes=number), state="sent" if number % 2 else "failed")
    given_news(scheme, state="held")
    viewer = MembershipFactory(role=MGR)

    everything = queries.outbox(viewer=viewer)
    assert (everything.waiting, everything.held, everything.failed, everything.pages) == (0, 1, 30, 2)
    assert len(everything.rows) == 50
    assert [row.created_at for row in everything.rows] == sorted((r.created_at for r in everything.rows), reverse=True)
    assert len(queries.outbox(viewer=viewer, page=99).rows) == 11
    assert {row.state for row in queries.outbox(viewer=viewer, state="failed").rows} == {"failed"}
    assert queries.outbox(viewer=viewer, state="no such state").state == ""


def test_a_manager_sees_the_own_scheme_alone(scheme, other_scheme):
    given_news(scheme)
    with in_scheme(other_scheme, scheme):
        assert not queries.outbox(viewer=MembershipFactory(role=MGR, scheme=other_scheme)).rows


@pytest.mark.parametrize("count", [1, 40])
def test_the_outbox_takes_five_statements_however_long_it_is(scheme, django_assert_max_num_queries, count):
    for _ in range(count):
        given_news(scheme)
    viewer = MembershipFactory(role=MGR)
    with django_assert_max_num_queries(5):
        queries.outbox(viewer=viewer)


def given_a_code(scheme) -> Message:
    token = tokens.make_token(
        scheme_id=scheme.pk, purpose="organisation_reply", object_id=1, expires_at=NOON + timedelta(days=1), at=NOON
    )
    code = tokens.ask_for_code(token_id=token.pk, browser="b", at=NOON)
    return actions.queue_message(
        scheme_id=scheme.pk, template="reply_code", recipient_kind="organisation", recipient_id=1, code=code,
        words={"reference": "S-1"}, at=NOON,
    )  # fmt: skip


def test_the_demo_shows_its_mails_with_the_codes_that_work(scheme):
    scheme.is_demo = True
    scheme.save()
    message = given_a_code(scheme)
    (shown,) = queries.demo_mails(scheme_ids=[scheme.pk])
    assert tokens.spaced(tokens.code_of(message.code)) in shown.body
    assert queries.demo_mail(scheme_ids=[scheme.pk], message_id=message.pk) == shown


def test_the_demo_shows_nothing_of_a_scheme_that_is_not_a_demo(scheme):
    message = given_a_code(scheme)
    assert queries.demo_mails(scheme_ids=[scheme.pk]) == []
    assert queries.demo_mail(scheme_ids=[scheme.pk], message_id=message.pk) is None
