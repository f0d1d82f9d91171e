"""Choosing together: side by side, the short list, what is not right for somebody, and why one is not in the list.

MA5, MA6, MA8.
"""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from linkwell.connections.models import Connection, NotRight, SentList
from linkwell.connections.queries import experience
from linkwell.connections.recipients import resolve_sent_list
from linkwell.directory.derive import refresh_search
from linkwell.directory.models import Service, Source
from linkwell.messages.models import Message
from linkwell.messages.queries import mail_of
from linkwell.messages.recipients import Address, Held
from linkwell.people.models import ContactRule
from linkwell.support.models import EpisodeNeed
from linkwell.team.access import LW
from tests.factories import (
    ConnectionFactory,
    EpisodeFactory,
    LocationFactory,
    MembershipFactory,
    ServiceFactory,
    SourceFactory,
)

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def worker(scheme):
    return MembershipFactory(role=LW)


@pytest.fixture
def staff(client_for, worker):
    return client_for(worker)


@pytest.fixture
def episode(worker):
    made = EpisodeFactory(link_worker=worker, person__postcode="", person__phone="07700 900123")
    EpisodeNeed.objects.create(scheme_id=made.scheme_id, episode=made, code="loneliness", raised_at=NOW)
    return made


@pytest.fixture
def clubs(scheme):
    source = SourceFactory(is_approved=True)
    made = [
        ServiceFactory(
            source=source, name=name, need_codes=["loneliness"], strong_needs=["loneliness"], modes=["phone"],
            confirmed_at=NOW, confirmed_by="group", location=LocationFactory(source=source),
        )
        for name in ("Lunch club", "Men's shed", "Singing group")
    ]  # fmt: skip
    refresh_search()
    return made


def at(name, *args):
    return reverse(f"support_search:{name}", args=args)


def text_of(answer):
    assert answer.status_code == 200, answer.status_code
    return re.sub(r"\s+", " ", answer.content.decode())


def agrees(episode, **ways):
    ContactRule.objects.create(scheme_id=episode.scheme_id, person=episode.person, recorded_at=NOW, **ways)


def listed(page):
    return [unescape(one) for one in re.findall(r"\d+\. <a [^>]*>([^<]+)</a>", page)]


def keep(staff, episode, *services):
    for service in services:
        assert staff.post(at("keep", episode.person_id, service.pk)).status_code == 302


def test_MA5_what_is_not_right_for_somebody_stands_lower_for_them_alone_and_says_why(
    staff, worker, episode, clubs, search_index
):
    other = EpisodeFactory(link_worker=worker, person__postcode="")
    EpisodeNeed.objects.create(scheme_id=other.scheme_id, episode=other, code="loneliness", raised_at=NOW)
    page, names = at("for_person", episode.person_id), [one.name for one in clubs]
    assert listed(text_of(staff.get(page))) == names

    staff.post(at("not_right", episode.person_id, clubs[0].pk), {"reason": "unsuitable"})

    said = text_of(staff.get(page))
    assert listed(said) == [*names[1:], names[0]]
    assert f"Tried, said in {NOW:%B}: went there: not for them" in said
    assert listed(text_of(staff.get(at("for_person", other.person_id)))) == names

    staff.post(at("take_back", episode.person_id, clubs[0].pk))
    assert listed(text_of(staff.get(page))) == names


def test_not_right_takes_it_off_the_short_list_and_is_said_once(staff, episode, clubs):
    keep(staff, episode, clubs[0])
    for reason in ("times", "journey"):
        staff.post(at("not_right", episode.person_id, clubs[0].pk), {"reason": reason})

    assert [one.reason for one in NotRight.objects.all()] == ["journey"]
    assert [one.state for one in Connection.objects.all()] == ["ended"]
    refused = staff.post(at("not_right", episode.person_id, clubs[0].pk), {"reason": "because"})
    assert "Say why, in a few words" in refused.content.decode()


def test_MA5_what_became_of_a_service_changes_its_rank_and_two_who_were_turned_away_warn_the_third(
    worker, episode, clubs
):
    ConnectionFactory(episode=episode, service=clubs[0], state="declined_person", reason="too loud", state_at=NOW)
    for _ in range(2):
        turned_away = EpisodeFactory(link_worker=worker)
        ConnectionFactory(episode=turned_away, service=clubs[1], state="declined_org", state_at=NOW)
    ConnectionFactory(episode=EpisodeFactory(), service=clubs[2], state="declined_org", state_at=NOW)
    old = EpisodeFactory(link_worker=worker)
    ConnectionFactory(episode=old, service=clubs[2], state="declined_org", state_at=NOW - timedelta(days=200))

    found = experience(episode, at=NOW)

    assert found[clubs[0].pk].reason == f"Tried in {NOW:%B}: they said no (too loud)"
    assert found[clubs[1].pk].reason == "Could not take 2 of our people in the last six months"
    assert (found[clubs[0].pk].points, found[clubs[1].pk].points) == (-1.5, -0.3)
    assert clubs[2].pk not in found


def test_MA8_the_page_says_why_a_service_is_not_in_the_list_or_where_it_stands(staff, episode, clubs, search_index):
    Service.objects.filter(pk=clubs[0].pk).update(operating="paused")
    asked = {"needs": "loneliness", "reach": "5000", "free_only": ""}
    page = at("for_person", episode.person_id)

    assert "It is not taking new people at the moment." in text_of(staff.post(page, {**asked, "known": "lunch"}))
    assert "number 2 in the list" in text_of(staff.post(page, {**asked, "known": "Singing group"}))
    assert "No entry of the directory has this name" in text_of(staff.post(page, {**asked, "known": "zeppelin"}))


def test_MA8_without_an_index_the_page_says_that_it_cannot_be_told_now(staff, episode, clubs):
    page = text_of(staff.post(at("search"), {"needs": "loneliness", "known": "lunch"}))
    assert "This cannot be told just now" in page


def test_MA6_two_to_four_stand_side_by_side_and_the_address_names_nobody(staff, episode, clubs):
    chosen = "&".join(f"service={one.pk}" for one in clubs)
    page = text_of(staff.get(f"{at('beside')}?{chosen}"))
    assert all(one.name.replace("'", "&#39;") in page for one in clubs)
    for_person = text_of(staff.get(f"{at('beside_for', episode.person_id)}?{chosen}&service=x&service=9999999"))
    assert episode.person.called in for_person
    assert "Choose two to four" in text_of(staff.get(at("beside")))


def test_what_is_hidden_stands_beside_nothing(staff, clubs):
    Service.objects.filter(pk=clubs[0].pk).update(hidden_at=NOW)
    assert "Lunch club" not in text_of(staff.get(f"{at('beside')}?service={clubs[0].pk}&service={clubs[1].pk}"))


def test_MA6_a_short_list_is_sent_as_a_link_that_says_nothing_and_opens_without_a_name(staff, client, episode, clubs):
    agrees(episode, by_text=True)
    keep(staff, episode, *clubs[:2])

    assert staff.post(at("send", episode.person_id), {"channel": "sms"}).status_code == 302

    message, sent = Message.objects.get(), SentList.objects.get()
    assert (message.channel, message.recipient_kind, message.recipient_id) == ("sms", "sent_list", sent.pk)
    assert resolve_sent_list(sent.pk, "sms") == Address("07700 900123")
    body = mail_of(message, scheme=message.scheme).body
    assert not any(word in body for word in ("Lunch", "shed", episode.person.given_name))
    link = re.search(r"https?://[^/]+(/l/\S+)", body).group(1)
    page = text_of(client.get(link))
    assert "Lunch club" in page and "Men&#39;s shed" in page and "Singing" not in page
    assert episode.person.given_name not in page and episode.person.family_name not in page
    assert client.get("/l/not-a-secret/").status_code == 404


@pytest.mark.parametrize(
    ("ways", "channel", "why"),
    [
        ({}, "sms", "They have not agreed to texts."),
        ({"by_text": True}, "email", "They have not agreed to e-mail."),
        ({"by_email": True}, "email", "There is no e-mail address to send it to."),
    ],
)
def test_MA6_a_list_goes_no_way_that_the_person_did_not_agree_to(staff, episode, clubs, ways, channel, why):
    agrees(episode, **ways)
    episode.person.email = ""
    episode.person.save()
    keep(staff, episode, clubs[0])

    assert why in text_of(staff.post(at("send", episode.person_id), {"channel": channel}))
    assert not Message.objects.exists()


def test_MA6_a_list_that_waits_is_held_once_the_person_no_longer_agrees(staff, episode, clubs):
    agrees(episode, by_text=True)
    keep(staff, episode, clubs[0])
    staff.post(at("send", episode.person_id), {"channel": "sms"})
    ContactRule.objects.create(
        scheme_id=episode.scheme_id, person=episode.person, recorded_at=NOW + timedelta(seconds=5), by_text=False
    )

    assert resolve_sent_list(SentList.objects.get().pk, "sms") == Held("They have not agreed to texts.")
    assert isinstance(resolve_sent_list(SentList.objects.get().pk, "email"), Held)


def test_MA6_an_empty_list_is_not_sent(staff, episode):
    agrees(episode, by_text=True)
    assert "nothing on the short list" in text_of(staff.post(at("send", episode.person_id), {"channel": "sms"}))


def test_MA6_what_the_public_does_not_see_is_not_sent(staff, episode, clubs):
    agrees(episode, by_text=True)
    keep(staff, episode, clubs[0])
    Source.objects.update(is_approved=False)

    page = text_of(staff.post(at("send", episode.person_id), {"channel": "sms"}))

    assert "Print the list instead" in page and "Not part of what is sent" in page
    assert not Message.objects.exists()


def test_the_short_list_takes_the_same_statements_for_any_number(staff, episode, clubs):
    def statements():
        with CaptureQueriesContext(
            connection,
        ) as asked:
            text_of(staff.get(at("listed", episode.person_id)))
        return len(asked)

    keep(staff, episode, clubs[0])
    first = statements()
    keep(staff, episode, *clubs[1:])
    assert statements() == first


def test_find_support_by_the_index_takes_fewer_statements_than_by_the_database(
    staff, episode, clubs, search_index, settings
):
    page = at("for_person", episode.person_id)

    def statements():
        with CaptureQueriesContext(connection) as asked:
            text_of(staff.get(page))
        return len(asked)

    statements()
    by_index = statements()
    settings.LINKWELL_SEARCH_INDEX = False
    assert by_index <= statements() - 1
