"""A group reads a referral and answers, without an account."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from linkwell.common.models import AuditEvent
from linkwell.connections import actions
from linkwell.connections.models import Connection, Reply
from linkwell.messages.models import Message
from linkwell.team import tokens
from linkwell.team.models import OneTimeCode
from tests.fixtures import ProductClient
from tests.story import NOW, link, secret

PERSONAL = ("Ada", "Adelaide", "Example", "07700", "Company on Thursdays", "Men's Shed", "Men&#39;s Shed", "loneliness")


def url(name: str) -> str:
    return reverse(f"reply:{name}", args=[secret()])


def text_of(response) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def newest_code() -> str:
    return tokens.code_of(OneTimeCode.objects.latest("pk"))


def opened(client: ProductClient) -> ProductClient:
    """Go the way of the mailbox's owner: ask for the code, read it in the e-mail, type it."""
    client.post(url("send_code"))
    client.post(url("code"), {"code": newest_code()})
    return client


def test_the_page_behind_the_link_says_nothing_about_anybody(story, client):
    story.refer()
    answer = client.get(url("front"))
    page = text_of(answer)
    assert "A referral for your group" in page
    assert "01632 960001" in page
    for personal in PERSONAL:
        assert personal not in page
    assert Connection.objects.get().state == "shared"
    assert not answer.cookies.get("linkwell-session")


@pytest.mark.parametrize("name", ["front", "code", "referral"])
def test_every_page_of_a_link_is_kept_out_of_caches_indexes_and_referers(story, client, name):
    story.refer()
    if name != "front":
        opened(client)
        client.post(url("send_code"))
    answer = client.get(url(name))
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    assert answer["X-Robots-Tag"] == "noindex, nofollow, noarchive"
    assert answer["Referrer-Policy"] in ("same-origin", "no-referrer")  # no other site learns the address
    assert 'name="robots" content="noindex' in text_of(answer)


def test_from_link_to_code_to_details_to_answer(story, client):
    connection = story.refer()
    asked = client.post(url("send_code"))
    assert asked.url == url("code")
    cookie = asked.cookies["linkwell-reply"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert Message.objects.filter(template="reply_code").count() == 1

    digits = newest_code()
    typed = client.post(url("code"), {"code": f"{digits[:4]} {digits[4:]}"})
    assert typed.url == url("referral")

    page = text_of(client.get(url("referral")))
    for told in ("Ada", "Phone 07700 900123, afternoons only", "Company on Thursdays", "Asha Patel"):
        assert told in page
    for untold in ("Adelaide", "Example", "Woodside", "M33", "abuse", "ada@example.org"):
        assert untold not in page
    connection.refresh_from_db()
    assert connection.state == "received"

    answered = client.post(url("referral"), {"answer": "wait", "wait_weeks": "6", "text": "Ask for Jo"}, follow=True)
    page = text_of(answered)
    assert "You told us: Yes, there is a wait" in page
    assert "about 6 weeks" in page
    connection.refresh_from_db()
    assert (connection.state, connection.wait_weeks) == ("waiting", 6)
    assert "Change our answer" in page
    assert not client.cookies.get("linkwell-session")


def test_reading_leaves_its_trace_on_the_persons_record(story, client):
    story.refer()
    opened(client).get(url("referral"))
    event = AuditEvent.objects.filter(event="share.read").latest("pk")
    assert (event.person_id, event.membership_id, event.route) == (story.person.pk, None, "reply:referral")


def test_without_a_code_the_details_lead_back_to_the_front(story, client):
    story.refer()
    for name in ("referral", "code"):
        assert client.get(url(name)).url == url("front")
    assert client.post(url("referral"), {"answer": "yes"}).url == url("front")
    assert Connection.objects.get().state == "shared"
    assert not Reply.objects.exists()


def test_a_wrong_code_is_refused_at_its_field_and_after_five_a_new_one_is_needed(story, client):
    story.refer()
    client.post(url("send_code"))
    wrong = "00000000" if newest_code() != "00000000" else "11111111"
    for _ in range(5):
        assert "This is not the code we sent" in text_of(client.post(url("code"), {"code": wrong}))
    page = text_of(client.post(url("code"), {"code": newest_code()}))
    assert "Ask for a new one" in page
    assert not re.search(r"\bAda\b", page)


def test_an_empty_code_is_asked_for(story, client):
    story.refer()
    client.post(url("send_code"))
    assert "Enter the code from the e-mail" in text_of(client.post(url("code"), {"code": ""}))


def test_a_sixth_code_within_an_hour_is_refused_with_what_to_do(story, client):
    story.refer()
    for _ in range(5):
        client.post(url("send_code"))
    page = text_of(client.post(url("send_code")))
    assert "wait an hour, or ring us" in page
    assert Message.objects.filter(template="reply_code").count() == 5


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, "Choose an answer: Your answer"),
        ({"answer": "no"}, "Say why, in a few words"),
        ({"answer": "wait", "wait_weeks": "0"}, "between 1 and 104 weeks"),
        ({"answer": "wait", "wait_weeks": "soon"}, "must be a whole number"),
        ({"answer": "maybe"}, "Choose one of the answers"),
        ({"answer": "yes", "text": "x" * 2001}, "at most 2000"),
    ],
)
def test_an_answer_that_cannot_be_taken_says_so_and_keeps_what_was_typed(story, client, given, says):
    connection = story.refer()
    page = text_of(opened(client).post(url("referral"), given | {"answered_by": "Jo Smith"}))
    assert says in page
    assert "Jo Smith" in page
    connection.refresh_from_db()
    assert not Reply.objects.exists()


def test_an_answer_may_be_changed_until_the_person_knows_it(story, client):
    connection = story.refer()
    opened(client).post(url("referral"), {"answer": "yes"})
    form = text_of(client.get(url("referral") + "?change=1"))
    assert re.search(r'value="yes" checked', form)
    client.post(url("referral"), {"answer": "wait", "wait_weeks": "2"})
    actions.settle_answer(connection_id=connection.pk, by=story.asha, at=NOW)
    page = text_of(client.get(url("referral")))
    assert "can no longer be changed here" in page
    assert "Change our answer" not in page
    refused = text_of(client.post(url("referral"), {"answer": "no", "text": "sorry"}))
    assert "can no longer be changed here" in refused
    connection.refresh_from_db()
    assert connection.state == "waiting"


def test_V02_after_a_no_the_details_are_gone_and_the_answer_stays(story, client):
    story.refer()
    page = text_of(opened(client).post(url("referral"), {"answer": "no", "text": "Too far"}, follow=True))
    assert "Not right for us" in page
    assert "please destroy your copy" in page
    for told in ("Ada", "07700", "Company on Thursdays"):
        assert told not in page


@pytest.mark.parametrize("stop", ["withdraw", "said_no", "ended"])
def test_V02_once_withdrawn_declined_or_ended_every_page_is_absent_at_once(story, client, stop):
    connection = story.refer()
    opened(client)
    addresses = [url(name) for name in ("front", "code", "referral", "send_code")]
    act = {
        "withdraw": lambda: actions.withdraw_share(connection_id=connection.pk, by=story.asha, at=NOW),
        "said_no": lambda: actions.person_declined(connection_id=connection.pk, reason="no", by=story.asha, at=NOW),
        "ended": lambda: actions.end_connection(connection_id=connection.pk, reason="moved", by=story.asha, at=NOW),
    }[stop]
    act()
    for address in addresses[:3]:
        assert client.get(address).status_code == 404
    for address in addresses[1:]:
        assert client.post(address, {"answer": "yes"}).status_code == 404


def test_V02_a_link_that_ran_out_is_absent(story, client):
    story.refer()
    token = link()
    address = url("front")
    token.expires_at = NOW - timedelta(seconds=1)
    token.save()
    assert client.get(address).status_code == 404


def test_V06_what_a_group_writes_is_shown_back_as_text(story, client):
    story.refer()
    page = text_of(
        opened(client).post(url("referral"), {"answer": "yes", "text": "<script>alert(1)</script>"}, follow=True)
    )
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert(1)" not in page


def test_someone_who_asks_us_to_ring_is_told_that_we_will(story, client):
    story.refer()
    page = text_of(opened(client).post(url("referral"), {"answer": "ring"}, follow=True))
    assert "We will ring you" in page


def test_the_pages_take_few_statements(story, client, django_assert_max_num_queries):
    story.refer()
    front, referral = url("front"), url("referral")
    with django_assert_max_num_queries(10):
        client.get(front)
    opened(client).get(referral)
    with django_assert_max_num_queries(18):
        client.get(referral)
