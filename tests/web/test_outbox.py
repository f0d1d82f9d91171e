"""The manager's outbox and the demo's mail page."""

import re

import pytest
from django.urls import reverse

from linkwell.connections.models import SharePacket
from linkwell.messages.models import Message
from linkwell.team import tokens
from linkwell.team.access import ADM, COM, DIR, IG, LW, MGR, REF, SUP
from tests.factories import MembershipFactory
from tests.story import link, secret


def text_of(response) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


@pytest.fixture
def manager(story, client_for):
    return client_for(MembershipFactory(role=MGR))


def test_the_outbox_shows_how_messages_stand_and_names_nobody(story, manager, settings):
    settings.SMTP = "smtp://localhost"
    story.refer()
    Message.objects.update(state="held", why="This group has no address.")
    page = text_of(manager.get(reverse("outbox:list")))
    assert "A referral for a group" in page
    assert f"Group or service {SharePacket.objects.get().pk}" in page
    assert "This group has no address." in page
    for personal in ("Ada", "Example", "shed@example.org", "07700", secret()):
        assert personal not in page


def test_without_a_mail_sender_it_says_what_to_set(story, manager, settings):
    settings.SMTP, settings.DEMO = "", False
    story.refer()
    page = text_of(manager.get(reverse("outbox:list")))
    assert "No mail sender is configured" in page
    assert "LINKWELL_SMTP" in page


def test_an_empty_outbox_says_what_will_come(manager):
    assert "No messages here" in text_of(manager.get(reverse("outbox:list")))


def test_a_held_message_is_tried_again_and_one_that_waits_is_not(story, manager):
    story.refer()
    message = Message.objects.get()
    url = reverse("outbox:try_again", args=[message.pk])
    assert "nothing to try again" in text_of(manager.post(url))
    Message.objects.update(state="failed", why="refused")
    assert "on its way again" in text_of(manager.post(url, follow=True))
    message.refresh_from_db()
    assert (message.state, message.why) == ("queued", "")


@pytest.mark.parametrize("role", [LW, SUP, REF, COM, DIR, IG, ADM])
def test_only_a_manager_opens_the_outbox(story, client_for, role):
    story.refer()
    Message.objects.update(state="held")
    client = client_for(MembershipFactory(role=role))
    assert client.get(reverse("outbox:list")).status_code == 404
    assert client.post(reverse("outbox:try_again", args=[Message.objects.get().pk])).status_code == 404
    assert Message.objects.get().state == "held"


def test_the_list_narrows_by_state_and_survives_a_mistyped_page(story, manager):
    story.refer()
    for address in ("?state=held", "?state=nonsense", "?page=999", "?page=x", "?page=99999999999999999999"):
        assert manager.get(reverse("outbox:list") + address).status_code == 200


@pytest.mark.parametrize("count", [1, 45])
def test_the_outbox_page_takes_the_same_statements_however_long(story, manager, django_assert_max_num_queries, count):
    story.refer()
    one = Message.objects.get()
    for _ in range(count):
        from uuid import uuid4

        one.pk, one.reference = None, uuid4()
        one._state.adding = True
        one.save()
    url = reverse("outbox:list")
    manager.get(url)
    with django_assert_max_num_queries(20):
        manager.get(url)


def test_the_demo_reads_its_mails_with_links_and_codes_that_work(story, client, settings):
    settings.DEMO = True
    story.scheme.is_demo = True
    story.scheme.save()
    story.refer()
    page = text_of(client.get(reverse("demo_mail:list")))
    (address,) = re.findall(r'href="(/demo/mail/\d+/)"', page)

    mail = text_of(client.get(address))
    assert f'href="{settings.PUBLIC_URL}/r/{secret()}/"' in mail

    client.post(reverse("reply:send_code", args=[secret()]))
    newest = re.findall(r'href="(/demo/mail/\d+/)"', text_of(client.get(reverse("demo_mail:list"))))[0]
    code = re.search(r"Your code is (\d{4} \d{4})", text_of(client.get(newest))).group(1)
    opened = client.post(reverse("reply:code", args=[secret()]), {"code": code}, follow=True)
    assert "Company on Thursdays" in text_of(opened)


def test_the_demo_s_mails_are_absent_in_every_other_mode_and_of_every_other_scheme(story, client, settings):
    story.refer()
    message = Message.objects.get()
    addresses = [reverse("demo_mail:list"), reverse("demo_mail:mail", args=[message.pk])]
    settings.DEMO = False
    story.scheme.is_demo = True
    story.scheme.save()
    assert [client.get(address).status_code for address in addresses] == [404, 404]
    settings.DEMO = True
    story.scheme.is_demo = False
    story.scheme.save()
    assert [client.get(address).status_code for address in addresses] == [404, 404]


def test_a_mail_that_is_not_there_is_absent_in_the_demo_too(story, client, settings):
    settings.DEMO = True
    story.scheme.is_demo = True
    story.scheme.save()
    story.refer()
    assert client.get(reverse("demo_mail:mail", args=[0])).status_code == 404
    assert tokens.secret_of(link())
