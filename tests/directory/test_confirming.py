"""Asking, reminding, falling silent, ringing: state tests of the verification loop."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, connections
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linkwell.directory import actions as directory
from linkwell.directory import jobs
from linkwell.directory.confirming import actions, queries, rules, uses
from linkwell.directory.confirming.actions import Said
from linkwell.directory.errors import ConfirmationRefused
from linkwell.directory.models import (
    Call,
    ChangeRequest,
    ConfirmationRequest,
    Organisation,
    Phone,
    Verification,
)
from linkwell.messages.models import Message
from linkwell.messages.recipients import Address, Held, resolve
from linkwell.team.models import Token
from tests.factories import (
    OrganisationFactory,
    SchemeFactory,
    ServiceFactory,
    SourceFactory,
    in_scheme,
)

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
OLD = NOW - timedelta(days=900)


@pytest.fixture
def source(db):
    return SourceFactory(is_approved=True)


def group(source, *, email="info@chess.example", kind="voluntary", **facts):
    organisation = OrganisationFactory(source=source, kind=kind, email=email)
    service = ServiceFactory(source=source, organisation=organisation, changed_at=OLD, **facts)
    return organisation, service


def ask(organisation, scheme, at=NOW):
    return actions.ask(organisation_id=organisation.pk, scheme_id=scheme.pk, at=at)


def link(request):
    return Token.objects.get(purpose=queries.PURPOSE, object_id=request.pk).pk


def test_DI5_an_organisation_is_asked_once_about_all_its_entries(scheme, source):
    organisation, service = group(source)
    ServiceFactory(source=source, organisation=organisation, changed_at=OLD)

    request = ask(organisation, scheme)

    assert len(queries.asked(link(request), on=NOW.date()).entries) == 2
    message = Message.objects.get()
    assert (message.template, message.recipient_kind, message.recipient_id) == (
        "entries_asked", "entry_request", request.pk,
    )  # fmt: skip
    assert resolve("entry_request", request.pk, "email") == Address("info@chess.example")
    assert service.name not in str(message.words)


def test_DI5_asked_again_only_after_a_month_also_over_another_organisation_with_its_mailbox(scheme, source):
    organisation, _ = group(source)
    same_mailbox, _ = group(source, email="INFO@chess.example ")
    ask(organisation, scheme)

    assert ask(organisation, scheme, NOW + timedelta(days=30)) is None
    assert ask(same_mailbox, scheme, NOW + timedelta(days=30)) is None
    assert ConfirmationRequest.objects.count() == 1


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(
        st.tuples(st.sampled_from(["ask", "twin", "remind", "silent", "answer", "stop"]), st.integers(0, 20)),
        min_size=5, max_size=20,
    )
)  # fmt: skip
def test_DI5_however_the_jobs_interleave_a_mailbox_is_asked_at_most_once_a_month(scheme, source, steps):
    ConfirmationRequest.objects.all().delete()
    Organisation.objects.update(asks_stopped_at=None)
    pair = [group(source, email="info@twin.example")[0] for _ in range(2)]
    at = NOW
    for what, days in steps:
        at += timedelta(days=days)
        newest = ConfirmationRequest.objects.order_by("-asked_at").first()
        if what in ("ask", "twin"):
            ConfirmationRequest.objects.filter(organisation=pair[what == "twin"], state="asked").update(
                state="silent", ended_at=at
            )
            ask(pair[what == "twin"], scheme, at)
        elif newest and what == "remind":
            actions.remind(request_id=newest.pk, at=at)
        elif newest and what == "silent":
            actions.fall_silent(request_id=newest.pk, at=at)
        elif newest and what == "stop" and newest.state in ("asked", "silent"):
            actions.stop_asking(token_id=link(newest), name="Jo", at=at)
            Organisation.objects.update(asks_stopped_at=None)

    asked = sorted(ConfirmationRequest.objects.values_list("asked_at", flat=True))
    assert all(later - earlier >= rules.MONTH for earlier, later in zip(asked, asked[1:], strict=False))
    assert all(
        Message.objects.filter(recipient_id=request.pk, recipient_kind="entry_request").count() <= 2
        for request in ConfirmationRequest.objects.all()
    )


def test_DI5_two_workers_at_once_ask_once(cloned_database):
    committed_scheme = SchemeFactory()
    with in_scheme(committed_scheme):
        source = SourceFactory(is_approved=True)
        pair = [group(source, email="info@race.example")[0] for _ in range(2)]

    def worker(organisation):
        try:
            with in_scheme(committed_scheme):
                return ask(organisation, committed_scheme)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as workers:
        asked = list(workers.map(worker, [pair[0], pair[1], pair[0], pair[1]]))

    assert sum(one is not None for one in asked) == 1
    assert ConfirmationRequest.objects.count() == 1


def test_DI5_a_choice_for_each_and_a_name_make_an_answer(scheme, source):
    organisation, service = group(source)
    token = link(ask(organisation, scheme))

    for said in (
        Said(name=" ", choices={service.pk: "right"}),
        Said(name="Jo", choices={}),
        Said(name="Jo", choices={service.pk: "perhaps"}),
        Said(name="Jo", choices={service.pk: "changed"}),
        Said(name="Jo", choices={service.pk: "right", service.pk + 1: "closed"}),
    ):
        with pytest.raises(ConfirmationRefused):
            actions.answer(token_id=token, said=said, at=NOW)
    assert not Verification.objects.exists()

    actions.answer(token_id=token, said=Said(name="Jo", choices={service.pk: "right"}), at=NOW)

    service.refresh_from_db()
    assert (service.confirmed_at, service.confirmed_by) == (NOW, "group")
    assert Verification.objects.get().said_by == "Jo"
    with pytest.raises(ConfirmationRefused):
        actions.answer(token_id=token, said=Said(name="Jo", choices={service.pk: "closed"}), at=NOW)


def test_DI5_what_has_changed_waits_for_a_person(scheme, source):
    organisation, service = group(source)
    token = link(ask(organisation, scheme))
    said = Said(name="Jo", choices={service.pk: "changed"}, changes={service.pk: {"how_to_join": "Ring the bell"}})

    actions.answer(token_id=token, said=said, at=NOW)

    service.refresh_from_db()
    assert service.how_to_join == ""
    assert ChangeRequest.objects.get().suggested == "Ring the bell"


def test_DI5_silence_means_one_reminder_then_a_call_and_takes_nothing_away(scheme, source):
    organisation, service = group(source)
    request = ask(organisation, scheme)

    assert not actions.remind(request_id=request.pk, at=NOW + timedelta(days=13))
    assert actions.remind(request_id=request.pk, at=NOW + timedelta(days=14))
    assert not actions.remind(request_id=request.pk, at=NOW + timedelta(days=15))
    assert not actions.fall_silent(request_id=request.pk, at=NOW + timedelta(days=27))
    assert actions.fall_silent(request_id=request.pk, at=NOW + timedelta(days=28))

    service.refresh_from_db()
    assert (service.listing, service.operating, service.leaves_on) == ("listed", "open", None)
    assert Call.objects.get().why == "silence"
    assert Message.objects.count() == 2


def test_DI5_no_question_falls_in_a_break(scheme, source):
    organisation, service = group(source)
    directory.set_break(
        service_id=service.pk, from_on=(NOW + timedelta(days=20)).date(), until_on=(NOW + timedelta(days=60)).date(),
        by=None, at=NOW,
    )  # fmt: skip

    assert ask(organisation, scheme) is None
    assert ask(organisation, scheme, NOW + timedelta(days=59)) is None
    assert queries.due_organisations(on=NOW.date(), most=10) == []
    assert ask(organisation, scheme, NOW + timedelta(days=61)) is not None


def test_DI5_who_asks_not_to_be_mailed_is_rung(scheme, source):
    organisation, service = group(source)
    request = ask(organisation, scheme)

    actions.stop_asking(token_id=link(request), name="Jo", at=NOW)

    organisation.refresh_from_db()
    assert organisation.asks_stopped_at == NOW
    assert Call.objects.get(service=service).why == "ring_me"
    assert isinstance(resolve("entry_request", request.pk, "email"), Held)
    assert ask(organisation, scheme, NOW + timedelta(days=100)) is None


def test_DI5_without_an_address_somebody_rings(scheme, source):
    organisation, service = group(source, email="")

    assert ask(organisation, scheme) is None
    assert Call.objects.get(service=service).why == "no_address"


@pytest.mark.parametrize(
    ("given", "chosen"),
    [
        (["jo.bloggs@mail.example", "info@club.example"], "info@club.example"),
        (["jo.bloggs@mail.example", "chessclub@mail.example"], "chessclub@mail.example"),
        (["jo.bloggs@mail.example"], "jo.bloggs@mail.example"),
        ([""], ""),
    ],
)
def test_W07_a_mailbox_of_an_office_comes_before_a_persons_own(given, chosen):
    assert rules.choose_address(rules.Candidate(one) for one in given) == chosen


@pytest.mark.parametrize(
    ("numbers", "mobile"),
    [
        (["0161 496 0000", "07700 900123"], "+447700900123"),
        (["+44 (0)7700 900123"], "+447700900123"),
        (["0044 7700 900 123"], "+447700900123"),
        (["0161 496 0000", "070 1234 5678", ""], ""),
    ],
)
def test_DI5_only_a_mobile_number_is_asked_by_text(numbers, mobile):
    assert rules.mobile(numbers) == mobile


@pytest.mark.parametrize(
    ("words", "meant", "operating", "call"),
    [
        ("1", "right", "open", 0),
        ("2.", "full", "full", 0),
        ("3", "ring_me", "open", 1),
        ("who is it", "unclear", "open", 1),
    ],
)
def test_DI5_a_text_is_answered_by_a_number(scheme, source, settings, words, meant, operating, call):
    settings.SMS = "file"
    organisation, service = group(source, email="")
    Phone.objects.create(organisation=organisation, number="07700 900123", position=0)
    request = ask(organisation, scheme)
    found = queries.asked_by_text("+447700900123")

    assert (found.request_id, found.scheme_id) == (request.pk, scheme.pk)
    assert Message.objects.get().channel == "sms"
    assert actions.take_text(request_id=request.pk, words=words, at=NOW) == meant
    assert actions.take_text(request_id=request.pk, words="2", at=NOW) == ""

    service.refresh_from_db()
    assert (service.operating, Call.objects.count()) == (operating, call)


def test_DI5_most_harm_is_asked_first_and_an_unapproved_source_nobody(scheme, source):
    quiet, _ = group(source)
    busy, service = group(source)
    group(SourceFactory(is_approved=False))
    uses.note_open_connections(counted_by=scheme.pk, counts={service.pk: 3}, at=NOW)

    due = queries.due_organisations(on=NOW.date(), most=10)

    assert [one.organisation_id for one in due] == [busy.pk, quiet.pk]
    assert queries.who_asks(due, otherwise=7) == {busy.pk: scheme.pk, quiet.pk: 7}


def enqueued():
    with connection.cursor() as cursor:
        cursor.execute("SELECT task_name, args FROM procrastinate_jobs WHERE status = 'todo' ORDER BY id")
        return [(name, args if isinstance(args, dict) else json.loads(args)) for name, args in cursor.fetchall()]


def test_DI5_the_nightly_round_asks_who_is_due_and_tells_no_name(scheme, source, settings):
    settings.SMTP = "smtp://localhost:25"
    organisation, _ = group(source)

    jobs.nightly_round.func(scheme_id=scheme.pk)

    assert ("directory.ask_organisation", {"scheme_id": scheme.pk, "organisation_id": organisation.pk}) in enqueued()
    assert not Call.objects.exists()


def test_DI5_where_nothing_can_be_sent_somebody_rings(scheme, source, settings):
    settings.SMTP = settings.SMS = ""
    _, service = group(source)

    jobs.nightly_round.func(scheme_id=scheme.pk)

    assert Call.objects.get().service_id == service.pk
    assert enqueued() == []
