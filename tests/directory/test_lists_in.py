"""DI2, DI16: every kind of list twice is once, and the order in which its pages come does not matter."""

import json
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linkwell.directory.imports import import_records
from linkwell.directory.models import Phone, Schedule, Service, ServiceAtLocation
from linkwell.interop import opening
from linkwell.interop.open_activity.pages import Harvest
from linkwell.interop.open_activity.reader import ActivityReader
from linkwell.interop.open_referral.documents import Document
from linkwell.interop.open_referral.reader import FeedReader
from linkwell.interop.spool import Spool
from tests.interop.test_lists import TABLES, mapped, workbook, zipped
from tests.interop.test_open_activity import FEED, TODAY, item, page, session

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
LINES = [{"id": str(n), "name": f"Club {n}", "phones": [{"number": f"0161 496 000{n}"}]} for n in range(8)]
ROWS = [["Name", "Open", "Post"], ["Tea", "Tues 2-4pm", "M33 7XX"], ["Choir", "Weds from three", ""]]


def state():
    """Return what the directory holds, whatever its rows are numbered."""
    services = Service.objects.order_by("external_id").values_list("external_id", "name", "times_text", "listing")
    hanging = [
        sorted(tuple(map(str, row)) for row in model.objects.values_list("service__external_id", *fields))
        for model, fields in (
            (Phone, ["number"]), (Schedule, ["weekday", "valid_from", "valid_to"]),
            (ServiceAtLocation, ["location__external_id"]),
        )
    ]  # fmt: skip
    return list(services), hanging


def taken(reader, at=AT):
    return import_records(reader=reader, source="List", at=at)


def activities(items):
    harvest = Harvest(Spool(BytesIO()))
    harvest.take(json.dumps(page(items, "")).encode())
    return ActivityReader(harvest, today=TODAY)


LISTS = {
    "package": lambda: opening.open_bytes(zipped(TABLES), name="all.zip", today=TODAY),
    "lines": lambda: opening.open_bytes("\n".join(map(json.dumps, LINES)).encode(), name="all.ndjson", today=TODAY),
    "sessions": lambda: activities(FEED),
    "workbook": lambda: opening.open_bytes(
        workbook(*ROWS), name="groups.xlsx", today=TODAY,
        mapping=mapped(name="Name", opening_times="Open", postcode="Post"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", LISTS)
def test_DI2_any_list_twice_is_once(kind):
    first = taken(LISTS[kind]())
    before = state()
    again = taken(LISTS[kind](), at=AT + timedelta(hours=1))

    assert first.created == again.unchanged == Service.objects.count() > 0
    assert (again.created, again.updated, again.closed) == (0, 0, [])
    assert state() == before


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(range(8)))
def test_DI2_the_order_of_records_and_pages_does_not_matter(order, db):
    def listed(numbers):
        return FeedReader(Document([json.dumps(LINES[n]).encode() for n in numbers], base="$.contents"))

    taken(listed(range(8)))
    before = state()
    again = taken(listed(order))

    assert (again.unchanged, again.updated) == (8, 0)
    assert state() == before


def test_DI16_a_session_that_is_over_leaves_the_entry_and_a_deleted_series_leaves_the_directory():
    taken(activities(FEED))
    assert Schedule.objects.count() == 2

    later = ActivityReader(_harvest(FEED), today=TODAY + timedelta(days=10))
    taken(later, at=AT + timedelta(days=10))
    assert [one.valid_from.isoformat() for one in Schedule.objects.all()] == ["2026-12-05"]

    dance = item("2", 98, {"@type": "SessionSeries", "@id": "https://walks.example/series/2", "name": "Tea dance"})
    taken(activities([*FEED, dance, item("1", 99, state="deleted")]), at=AT + timedelta(days=11))
    assert dict(Service.objects.values_list("name", "listing")) == {"Gentle walk": "gone", "Tea dance": "listed"}


def _harvest(items):
    harvest = Harvest(Spool(BytesIO()))
    harvest.take(json.dumps(page(items, "")).encode())
    return harvest


def test_DI16_sessions_stand_beside_standing_services_with_the_days_on_which_they_are():
    taken(activities([*FEED, item("s9", 30, session(9, "2026-12-08T18:00:00Z"))]))

    walk = Service.objects.get()
    assert walk.times_text == "Tuesdays 6pm to 7:30pm until 8 December 2026; Saturday 5 December 2026 10am to 11:30am"
    assert walk.slots
    assert [str(one.valid_to) for one in Schedule.objects.order_by("valid_to")] == ["2026-12-05", "2026-12-08"]
