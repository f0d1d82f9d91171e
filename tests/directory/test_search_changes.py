"""Every change that a search could show is told, by whoever writes it, in the transaction that writes it."""

from datetime import UTC, datetime

import pytest
from django.db import connection

from linkwell.directory.models import (
    Location,
    NeedPhrase,
    SearchChange,
    Service,
    ServiceAtLocation,
    ServiceNeed,
    Source,
)

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)


@pytest.fixture
def service(db):
    source = Source.objects.create(name="Test", created_at=NOW)
    service = Service.objects.create(source=source, external_id="1", name="Lunch club", changed_at=NOW)
    place = Location.objects.create(source=source, external_id="1", town="Sale")
    ServiceAtLocation.objects.create(service=service, location=place)
    SearchChange.objects.all().delete()
    return service


def told():
    return sorted({pk for row in SearchChange.objects.all() for pk in row.service_ids})


def test_a_new_entry_is_told_with_the_number_of_its_transaction(service):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint")
        (xact,) = cursor.fetchone()

    new = Service.objects.create(source=service.source, external_id="2", name="Choir", changed_at=NOW)

    assert [(row.service_ids, row.xact) for row in SearchChange.objects.all()] == [([new.pk], xact)]


@pytest.mark.parametrize(
    "fields",
    [
        {"operating": "closed"},
        {"operating": "full"},
        {"need_codes": ["loneliness"]},
        {"hidden_at": NOW},
        {"ended_on": NOW.date()},
        {"is_free": True},
        {"slots": 7},
        {"confirmed_at": NOW},
        {"is_undisclosed": True},
        {"break_from": NOW.date(), "break_until": NOW.date().replace(day=30)},
    ],
    ids=lambda fields: next(iter(fields)),
)
def test_what_a_search_looks_at_is_told_when_it_changes(service, fields):
    Service.objects.filter(pk=service.pk).update(**fields)

    assert told() == [service.pk]


def test_what_no_search_looks_at_is_not_told(service):
    Service.objects.filter(pk=service.pk).update(seen_at=NOW, first_visit="Ask for Jo", name="Lunch club")

    assert told() == []


def test_places_needs_and_the_approval_of_a_list_are_told(service):
    for change in (
        lambda: Location.objects.update(latitude=53.4, longitude=-2.3),
        lambda: ServiceNeed.objects.create(service=service, code="loneliness", why="hand"),
        lambda: ServiceNeed.objects.all().delete(),
        lambda: Source.objects.update(is_approved=True),
        lambda: ServiceAtLocation.objects.all().delete(),
    ):
        SearchChange.objects.all().delete()
        change()
        assert told() == [service.pk]


def test_an_entry_that_is_deleted_is_told(service):
    pk = service.pk
    service.delete()

    assert told() == [pk]


def test_words_that_are_kept_for_needs_are_told_without_an_entry(service):
    NeedPhrase.objects.create(code="loneliness", phrase="nobody to talk to", at=NOW)

    assert [row.service_ids for row in SearchChange.objects.all()] == [[]]
