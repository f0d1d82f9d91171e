"""DI5, DI6: what is rung about, in which order, and what comes of it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from linkwell.directory import actions as directory
from linkwell.directory import freshness
from linkwell.directory.confirming import calling, rules, uses
from linkwell.directory.errors import ConfirmationRefused
from linkwell.directory.models import Call, Organisation, Phone, Report, Service, ServiceUse, ShownInSearch
from tests.directory.test_confirming import NOW, enqueued, group
from tests.factories import MembershipFactory, SchemeFactory, SourceFactory


@pytest.fixture
def source(db):
    return SourceFactory(is_approved=True)


def test_DI6_reports_ask_and_never_overwrite_however_many(scheme, source):
    _, service = group(source, kind="council", confirmed_at=NOW, confirmed_by="group")
    service.refresh_from_db()
    leaves = service.leaves_on

    for _ in range(5):
        directory.report_public(public_id=service.public_id, kind="closed", note="It was\nlocked", at=NOW)

    service.refresh_from_db()
    assert (service.operating, service.listing, service.leaves_on) == ("open", "listed", leaves)
    assert service.sinks_on <= NOW.date()
    assert Call.objects.get().why == "report"
    assert Report.objects.first().note == "It was locked"

    directory.record_verification(service_id=service.pk, who="worker", how="phone", found="right", by=None, at=NOW)
    service.refresh_from_db()
    assert (service.open_reports, Report.objects.filter(settled_at=None).count()) == (0, 0)
    assert service.sinks_on > NOW.date()
    assert not Call.objects.filter(ended_at=None).exists()


def test_DI5_a_call_is_answered_in_one_tap(scheme, source):
    by = MembershipFactory(scheme=scheme)
    organisation, service = group(source)
    Phone.objects.create(service=service, number="0161 496 0001", position=0)
    Phone.objects.create(organisation=organisation, number="0161 496 0002", position=0)
    directory.record_report(service_id=service.pk, kind="closed", by=by, at=NOW)

    def tap(found, at=NOW):
        line = calling.calls(at=at).lines[0]
        calling.record_call(call_id=line.call_id, found=found, number=line.number, by=by, at=at)
        return line.number

    assert tap("wrong_tel") == "0161 496 0001"
    assert tap("no_answer") == "0161 496 0002"
    assert calling.calls(at=NOW + timedelta(days=2)).count == 0
    assert tap("closed", NOW + timedelta(days=3)) == "0161 496 0002"

    service.refresh_from_db()
    assert (service.operating, service.confirmed_by) == ("closed", "worker")
    assert calling.calls(at=NOW + timedelta(days=30)).count == 0
    with pytest.raises(ConfirmationRefused):
        calling.record_call(call_id=1, found="perhaps", number="", by=by, at=NOW)


def test_DI5_a_call_and_a_confirmation_at_once_lock_the_entry_first_so_that_neither_waits_for_ever(scheme, source):
    _, service = group(source)
    directory.record_report(service_id=service.pk, kind="wrong", by=None, at=NOW)
    call = Call.objects.get(ended_at=None)

    with CaptureQueriesContext(connection) as asked:
        calling.record_call(call_id=call.pk, found="right", number="", by=MembershipFactory(scheme=scheme), at=NOW)

    locked = [one["sql"] for one in asked if "FOR UPDATE" in one["sql"]]
    assert ['FROM "directory_service"' in sql for sql in locked[:2]] == [True, False]
    assert 'FROM "directory_call"' in locked[1]


def test_DI5_the_order_is_use_times_the_chance_of_being_wrong(scheme, source):
    entries = [group(source)[1] for _ in range(4)]
    for service, shown, held in zip(entries, (0, 400, 40, 0), (0, 0, 0, 30), strict=True):
        for _ in range(shown // 40):
            ShownInSearch.objects.bulk_create(ShownInSearch(on=NOW.date(), service_ids=[service.pk]) for _ in range(40))
        if held:
            uses.note_open_connections(counted_by=scheme.pk, counts={service.pk: held}, at=NOW)
    assert uses.count_shown(at=NOW) == 440
    Organisation.objects.update(asks_stopped_at=NOW)

    calling.fill(at=NOW)

    assert [line.service_id for line in calling.calls(at=NOW).lines] == [
        entries[3].pk, entries[1].pk, entries[2].pk, entries[0].pk,
    ]  # fmt: skip
    row = Service.objects.get(pk=entries[1].pk)
    right = freshness.probability(trust=row.trust, fades=row.fades, days=(NOW.date() - row.right_from).days)
    assert Call.objects.get(service=row).harm == pytest.approx(
        rules.harm(shown_a_week=400, connections=0, right=right, fades=row.fades)
    )


def test_DI5_uses_are_counted_by_week_without_a_person_and_the_searches_forgotten(scheme, source):
    _, service = group(source)
    for _ in range(3):
        uses.note_shown([service.pk, 10**9], at=NOW)
    uses.note_shown([], at=NOW)

    assert (uses.count_shown(at=NOW), uses.count_shown(at=NOW)) == (3, 0)
    assert list(ServiceUse.objects.values_list("service_id", "counted_by", "count")) == [(service.pk, 0, 3)]
    assert not ShownInSearch.objects.exists()


def test_DI6_a_status_ends_by_itself_on_its_day(scheme, source):
    by = MembershipFactory(scheme=scheme)
    _, service = group(source)
    day = NOW.date() + timedelta(days=10)
    directory.set_operating_status(service_id=service.pk, status="full", until=day, by=by, at=NOW)

    assert calling.return_to_open(at=NOW + timedelta(days=9)) == 0
    assert calling.return_to_open(at=NOW + timedelta(days=10)) == 1

    service.refresh_from_db()
    assert (service.operating, service.operating_until) == ("open", None)


def test_DI5_the_list_of_calls_costs_the_same_however_long(scheme, source, django_assert_num_queries):
    for _ in range(6):
        organisation, service = group(source)
        Phone.objects.create(organisation=organisation, number="0161 496 0002", position=0)
        Call.objects.create(service=service, why="old", added_at=NOW, not_before=NOW)

    with django_assert_num_queries(4):
        assert len(calling.calls(at=NOW).lines) == 6


def test_DI6_every_scheme_hears_of_a_change(scheme, source):
    other = SchemeFactory()
    _, service = group(source)

    directory.set_operating_status(service_id=service.pk, status="closed", by=None, at=NOW)
    directory.set_operating_status(service_id=service.pk, status="closed", by=None, at=NOW)

    told = [args["scheme_id"] for name, args in enqueued() if name == "connections.tell_of_change"]
    assert sorted(told) == sorted([scheme.pk, other.pk])
