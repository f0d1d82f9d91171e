"""The feeds and spreadsheets beside the project, in one run and twice (interop.md section 7, check 1)."""

from datetime import UTC, datetime

import pytest
from django.db import connection

from linkwell.directory.imports import import_records
from linkwell.directory.models import Service
from linkwell.directory.queries import find_support
from linkwell.interop.files.reader import open_table
from linkwell.interop.open_referral import open_feed
from linkwell.matching.query import Query
from tests.shared import shared

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
BRISTOL = "data/directory/oruk-1.0-bristol/services.json"
TRAFFORD = [
    ("gm_food_banks", "trafford-food-banks", 171, 1),
    ("trafford_mental_health_services", "trafford-mental-health", 60, 0),
    ("sports_clubs", "trafford-sports-clubs", 140, 0),
    ("sports_facilities", "trafford-sports-facilities", 314, 82),
    ("trafford_allotments", "trafford-allotments", 35, 0),
    ("trafford_childrens_centres", "trafford-childrens-centres", 2, 0),
    ("gm_libraries", "trafford-libraries", 141, 0),
    ("charities_operating_in_trafford", "trafford-charities", 736, 0),
    ("gm_jobcentreplus", "trafford-jobcentres", 26, 0),
]


def twice(reader):
    return [import_records(reader=reader(), source="Test", at=NOW) for _ in range(2)]


def test_bristols_list_of_one_point_nought_twice(db):
    path = shared(BRISTOL)

    first, again = twice(lambda: open_feed(path))

    assert (first.read, first.created, first.refused) == (819, 817, 2)
    assert {one.reason for one in first.refusals} == {
        "It has no name",
        "Its id stands on an earlier record of this file: the first is kept",
    }
    assert (again.created, again.updated, again.unchanged, again.refused) == (0, 0, 817, 2)
    assert (
        sum(1 for one in first.repairs if one.path.endswith(".email") and one.was == "") == 220
    )  # 221 with the refused one
    assert again.report()["repairs"] == first.report()["repairs"]


def test_nothing_of_bristols_markup_that_could_run_survives_and_no_assurer_shows(db):
    import_records(reader=open_feed(shared(BRISTOL)), source="Bristol", at=NOW)

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM directory_service WHERE description ~*"
            " '<(script|img|svg|iframe|style)|javascript:|data-cke|[ \"]on[a-z]+='"
        )
        assert cursor.fetchone()[0] == 0
        for table in ("directory_service", "directory_organisation", "directory_contact", "directory_importrow"):
            cursor.execute(f"SELECT count(*) FROM {table} t WHERE t::text ~ 'assurer-[0-9]+@'")
            assert cursor.fetchone()[0] == 0, table


def test_bristols_services_have_no_place_and_are_found_all_the_same(db):
    import_records(reader=open_feed(shared(BRISTOL)), source="Bristol", at=NOW)

    answer = find_support(Query(needs=("bereavement",), words="grief", old_too=True), NOW)

    assert answer.count > 10
    assert all(one.where == "Place not stated" for one in answer.suggestions)
    assert "Grief or bereavement" in {facet.label for facet in answer.facets["need"]}


@pytest.mark.parametrize(("name", "mapping", "rows", "refused"), TRAFFORD)
def test_a_spreadsheet_of_trafford_twice(db, name, mapping, rows, refused):
    path = shared(f"data/directory/csv-trafford/{name}.csv")

    first, again = twice(lambda: open_table(path, mapping=mapping))

    assert (first.read, first.created, first.refused) == (rows, rows - refused, refused)
    assert (again.created, again.updated, again.unchanged, again.refused) == (0, 0, rows - refused, refused)


def test_charities_bring_no_address_or_telephone_of_a_trustee(db):
    import_records(
        reader=open_table(
            shared("data/directory/csv-trafford/charities_operating_in_trafford.csv"), mapping="trafford-charities"
        ),
        source="T",
        at=NOW,
    )

    assert Service.objects.count() == 736
    assert not Service.objects.exclude(email="").exists()
    with connection.cursor() as cursor:
        for table in ("directory_phone", "directory_location", "directory_contact"):
            cursor.execute(f"SELECT count(*) FROM {table}")
            assert cursor.fetchone()[0] == 0, table


@pytest.mark.parametrize(
    ("path", "read", "created", "refused", "kind"),
    [
        ("standards/oruk-validator-mocks/V3.0-UK-Test/service_list.json", 128, 1, 127, "oruk3"),
        ("standards/oruk-validator-mocks/V3.0-UK-Default/service_full.json", 1, 1, 0, "oruk3"),
        ("standards/oruk-validator-mocks/V3.0-UK-Default/service_list.json", 1, 1, 0, "oruk3"),
        ("standards/oruk-validator-mocks/V3.0-UK-Warn/service_full.json", 1, 1, 0, "oruk3"),
        ("standards/oruk-validator-mocks/V3.0-UK-Fail/service_full.json", 1, 1, 0, "oruk3"),
        ("standards/oruk-validator-mocks/V3.0-UK-Fail/service_list.json", 4, 0, 4, "oruk3"),
        ("standards/oruk-3.0/examples/service_full.json", 1, 1, 0, "oruk3"),
        ("standards/hsds-3.0/examples/service_full.json", 1, 1, 0, "hsds3"),
        ("standards/hsds-3.1-mock/services/ac148810-d857-441c-9679-408f346de14b.json", 1, 1, 0, "hsds3"),
        ("data/directory/oruk-3.0-bristol-live/service-full-1625ip.json", 1, 1, 0, "oruk3"),
        ("data/directory/oruk-3.0-bristol-live/services-page1-per_page3.json", 3, 3, 0, "oruk3"),
    ],
)
def test_the_official_mocks_and_live_records_twice(db, path, read, created, refused, kind):
    found = shared(path)
    assert open_feed(found).format == kind

    first, again = twice(lambda: open_feed(found))

    assert (first.read, first.created, first.refused) == (read, created, refused)
    assert (again.created, again.updated, again.unchanged) == (0, 0, created)
