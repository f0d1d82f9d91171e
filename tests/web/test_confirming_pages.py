"""The page behind a question, texts that come in, calls, one tap where one stands. DI4, DI5, DI6, K01, J04, W07."""

import json
from datetime import timedelta

import pytest
from django.conf import settings as configured
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from linkwell.common.models import AuditEvent
from linkwell.connections.jobs import tell_of_change
from linkwell.connections.models import ConnectionState
from linkwell.directory.confirming import actions, queries
from linkwell.directory.models import Call, ConfirmationRequest, Phone, Service, ShownInSearch, Verification
from linkwell.messages import texts
from linkwell.messages.models import Message
from linkwell.support.models import Task
from linkwell.team import tokens
from linkwell.team.access import DIR, LW, MGR
from linkwell.team.models import Token
from tests.factories import (
    ConnectionFactory,
    EpisodeFactory,
    MembershipFactory,
    OrganisationFactory,
    ServiceFactory,
    SourceFactory,
)
from tests.web.statements import own_statements

pytestmark = pytest.mark.django_db
OLD = timedelta(days=900)


@pytest.fixture
def asked(scheme):
    source = SourceFactory(is_approved=True)
    organisation = OrganisationFactory(source=source, email="info@chess.example", name="Chess Friends")
    service = ServiceFactory(
        source=source, organisation=organisation, name="Chess Club", changed_at=timezone.now() - OLD, modes=["phone"]
    )
    actions.ask(organisation_id=organisation.pk, scheme_id=scheme.pk, at=timezone.now())
    secret = tokens.secret_of(Token.objects.get(purpose=queries.PURPOSE))
    return service, reverse("confirming:entries", args=[secret]), reverse("confirming:stop", args=[secret])


@pytest.fixture
def worker(scheme):
    return MembershipFactory(role=LW)


def standing():
    return (
        list(ConfirmationRequest.objects.values_list("state", flat=True)),
        list(Service.objects.values_list("confirmed_at", "operating", "open_reports")),
        Verification.objects.count(), Call.objects.count(),
    )  # fmt: skip


def test_K01_DI5_a_bare_look_or_press_changes_nothing(asked):
    service, page, stop = asked
    before = standing()
    client = Client()

    assert "Chess Club" in client.get(page).content.decode()
    client.head(page)
    client.post(page)
    client.post(page, {"name": "Jo"})
    client.post(page, {f"choice-{service.pk}": "closed"})
    client.get(stop)
    client.post(stop)

    assert standing() == before


def test_DI5_a_choice_and_a_typed_name_settle_it(asked):
    service, page, _stop = asked

    answer = Client().post(page, {f"choice-{service.pk}": "right", "name": "Jo"}, follow=True)

    assert "Thank you" in answer.content.decode()
    service.refresh_from_db()
    assert service.confirmed_by == "group"
    assert "choice-" not in Client().get(page).content.decode()
    assert answer["Cache-Control"] == "no-store"


def test_DI5_words_are_asked_for_where_something_changed(asked):
    service, page, _stop = asked

    refused = Client().post(page, {f"choice-{service.pk}": "changed", "name": "Jo"}).content.decode()

    assert "Say what has changed" in refused
    assert not Verification.objects.exists()


def test_DI5_a_named_person_stops_the_questions(asked):
    _service, page, stop = asked

    answer = Client().post(stop, {"stop-name": "Jo"}, follow=True)

    assert "We will ring you instead" in answer.content.decode()
    assert Call.objects.get().why == "ring_me"


def test_W07_no_page_lets_anybody_say_where_a_question_goes(asked):
    _service, page, _stop = asked
    Client().post(page, {"email": "victim@example.org", "to": "victim@example.org", "name": "Jo"})

    assert Message.objects.count() == 1
    assert "victim" not in str(Message.objects.values())


@pytest.fixture
def asked_by_text(scheme, settings):
    settings.SMS, settings.SMS_KEY = "file", "a gateway's key"
    source = SourceFactory(is_approved=True)
    organisation = OrganisationFactory(source=source, email="")
    service = ServiceFactory(source=source, organisation=organisation, changed_at=timezone.now() - OLD)
    Phone.objects.create(organisation=organisation, number="07700 900123", position=0)
    actions.ask(organisation_id=organisation.pk, scheme_id=scheme.pk, at=timezone.now())
    return service


def text_in(words, *, number="+447700900123", sent=None, signed=None):
    body = json.dumps({"from": number, "text": words}).encode()
    sent = sent or str(int(timezone.now().timestamp()))
    signed = signed or texts.signature(body, sent=sent)
    headers = {"Linkwell-Sent": sent, "Linkwell-Signature": signed}
    return Client(enforce_csrf_checks=True).post(
        reverse("confirming:text_in"), body, content_type="application/json", headers=headers
    )


def test_DI5_J04_a_signed_text_of_a_number_that_was_asked_is_an_answer(asked_by_text):
    assert text_in("2").json() == {"understood": "full"}

    asked_by_text.refresh_from_db()
    assert asked_by_text.operating == "full"
    assert text_in("1").status_code == 401


@pytest.mark.parametrize(
    "forged",
    [
        {"signed": "0" * 64},
        {"sent": "1700000000"},
        {"sent": "soon"},
        {"number": "+447700900999"},
        {"number": ""},
        {"signed": "é"},
    ],
)
def test_J04_a_forged_old_or_unasked_text_is_refused_and_changes_nothing(asked_by_text, forged):
    before = standing()

    assert text_in("1", **forged).status_code == 401
    assert standing() == before


def test_J04_without_a_key_nothing_comes_in(asked_by_text, settings):
    settings.SMS_KEY = ""

    assert text_in("1").status_code == 401


def test_DI5_a_text_goes_into_a_file_where_no_gateway_is(asked_by_text, settings, tmp_path):
    settings.HOME = str(tmp_path)
    texts.send(to="+447700900123", text="Is it right?", reference=Message.objects.get().reference)

    assert "Is it right?" in next((tmp_path / "texts").iterdir()).read_text()
    assert configured.SMS == "file"


def test_DI6_one_tap_where_one_stands_and_the_next_search_knows(asked, worker, client_for):
    service, _page, _stop = asked
    staff = client_for(worker)
    search = reverse("support_search:search")

    found = staff.post(search, {"reach": "5000"}).content.decode()
    assert "Chess Club" in found
    assert ShownInSearch.objects.get().service_ids == [service.pk]
    staff.post(reverse("calls:now", args=[service.pk]), {"status": "closed", "back": "find"})

    assert "Chess Club" not in staff.post(search, {"reach": "5000"}).content.decode()
    assert AuditEvent.objects.filter(event="directory.status_set").exists()


def test_DI6_people_connected_to_it_show_up_in_todays_list(asked, worker, client_for):
    service, _page, _stop = asked
    episode = EpisodeFactory(link_worker=worker)
    ConnectionFactory(episode=episode, service=service, state=ConnectionState.SIGNPOSTED)
    client_for(worker).post(reverse("calls:now", args=[service.pk]), {"status": "closed"})

    tell_of_change.func(scheme_id=worker.scheme_id, service_id=service.pk)

    task = Task.objects.get(kind=Task.Kind.CHANGED)
    assert (task.member, task.text) == (worker, "Chess Club: Closed")
    assert "Chess Club: Closed" in client_for(worker).get(reverse("today:today")).content.decode()


def test_DI6_one_tap_from_the_plan_goes_back_to_the_plan(asked, worker, client_for):
    service, _page, _stop = asked
    episode = EpisodeFactory(link_worker=worker)
    ConnectionFactory(episode=episode, service=service, state=ConnectionState.SIGNPOSTED)
    plan = reverse("plan:plan", args=[episode.person_id])
    staff = client_for(worker)
    assert "Closed, full or different?" in staff.get(plan).content.decode()

    given = {"status": "full", "back": "plan", "person_id": episode.person_id}
    answer = staff.post(reverse("calls:now", args=[service.pk]), given, follow=True)

    assert answer.redirect_chain == [(plan, 302)]
    assert "Full at the moment" in answer.content.decode()


def test_DI6_a_break_says_when_they_are_back(asked, worker, client_for):
    service, _page, _stop = asked
    staff = client_for(worker)
    back = timezone.localdate() + timedelta(days=20)
    days = {"break-from_on": timezone.localdate(), "break-until_on": back}
    data = {f"{name}-{part}": getattr(day, part) for name, day in days.items() for part in ("day", "month", "year")}

    staff.post(reverse("calls:break", args=[service.pk]), data)

    words = f"back on {back.day} {back:%B}"
    assert words in staff.get(reverse("directory:service", args=[service.pk])).content.decode().lower().replace(
        f"{back:%B}".lower(), f"{back:%B}"
    )
    assert words in staff.post(reverse("support_search:search"), {"reach": "5000"}).content.decode()


def test_DI4_what_is_left_out_is_counted_and_can_be_asked_for(worker, client_for, scheme):
    source = SourceFactory(is_approved=True)
    for number in range(3):
        ServiceFactory(
            source=source, organisation=OrganisationFactory(source=source, kind="council"), modes=["phone"],
            name=f"Old entry {number}", changed_at=timezone.now() - timedelta(days=2000),
        )  # fmt: skip
    staff = client_for(worker)
    search, listing = reverse("support_search:search"), reverse("directory:list")

    found = staff.post(search, {"reach": "5000"}).content.decode()
    assert "3 entries are not shown because nobody confirmed them" in found
    assert "Old entry 1" not in found
    assert "Old entry 1" in staff.post(search, {"reach": "5000", "old_too": "on"}).content.decode()
    assert "3 are not shown" in staff.get(listing).content.decode()
    assert "Old entry 1" in staff.get(listing, {"old_too": "True"}).content.decode()
    assert "Old entry 1" in client_for(MembershipFactory(role=DIR)).get(reverse("calls:not_shown")).content.decode()


def test_DI5_calls_are_answered_in_one_tap_by_those_who_keep_the_directory(asked, worker, client_for):
    service, _page, _stop = asked
    Phone.objects.create(service=service, number="0161 496 0001", position=0)
    call = Call.objects.create(service=service, why="silence", added_at=timezone.now(), not_before=timezone.now())
    staff = client_for(worker)

    assert "0161 496 0001" in staff.get(reverse("calls:list")).content.decode()
    assert client_for(MembershipFactory(role=MGR)).get(reverse("calls:list")).status_code == 404
    staff.post(reverse("calls:note", args=[call.pk]), {"found": "right", "number": "0161 496 0001"})

    assert "Nobody to ring" in staff.get(reverse("calls:list")).content.decode()
    service.refresh_from_db()
    assert service.confirmed_by == "worker"


def test_DI4_the_contract_is_a_page_of_the_manual_for_everybody():
    page = Client().get(reverse("manual:freshness")).content.decode()

    for words in ("Days and times", "14%", "never by itself", "Below 50%", "Below 25%"):
        assert words in page


@pytest.mark.parametrize("rows", [1, 15])
def test_DI5_the_list_of_calls_costs_the_same_statements(asked, worker, client_for, rows):
    for _ in range(rows):
        Call.objects.create(service=ServiceFactory(), why="old", added_at=timezone.now(), not_before=timezone.now())
    staff = client_for(worker)

    assert len(own_statements(staff, reverse("calls:list"))) == 4
