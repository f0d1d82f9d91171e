"""An import: what is kept, counted, repaired, refused, and left alone."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from linkwell.directory import actions, rules
from linkwell.directory.errors import ImportRunning, NoSourceName
from linkwell.directory.imports import import_records, relocate, run
from linkwell.directory.models import (
    FieldSource,
    ImportRow,
    ImportRun,
    Location,
    Organisation,
    Phone,
    Service,
    ServiceNeed,
    Source,
)
from linkwell.directory.queries import search_directory, service_page
from linkwell.interop.files import mapping as mappings
from linkwell.interop.files.reader import TableReader
from linkwell.interop.open_referral import FeedReader
from linkwell.places.actions import OutcodeRow, PostcodeRow, load
from tests.factories import MembershipFactory

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
LATER = NOW + timedelta(days=7)


def service(pk, **fields):
    return {
        "id": str(pk),
        "name": f"Lunch club {pk}",
        "organization": {"id": "o1", "name": "Age Well", "description": "x"},
        **fields,
    }


def take(*services, at=NOW, source="Test", wrap=None, **options):
    data = json.dumps(wrap(list(services)) if wrap else list(services)).encode()
    return import_records(reader=FeedReader(data), source=source, at=at, **options)


def counts(result):
    return (result.read, result.created, result.updated, result.unchanged, result.refused)


def page(services):
    return {"total_items": 900, "total_pages": 9, "page_number": 1, "contents": services}


FULL = service(
    1,
    description="Tea for <b>lonely</b> people",
    phones=[{"number": "0161 912 2122"}],
    minimum_age=60,
    schedules=[{"freq": "WEEKLY", "byday": "TU", "opens_at": "14:00", "closes_at": "16:00"}],
    cost_options=[{"amount": 3, "option": "Lunch"}],
    languages=[{"name": "Urdu", "code": "ur"}],
    attributes=[{"taxonomy_term": {"id": "t", "name": "Debt advice"}}],
    service_areas=[{"name": "Nowhere"}],
    contacts=[{"name": "Jo", "email": "jo@agewell.org"}],
    capacities=[{"available": 4}],
    assured_date="2026-10-01",
    service_at_locations=[
        {
            "location": {
                "id": "l",
                "location_type": "physical",
                "name": "Hall",
                "latitude": 53.42,
                "longitude": -2.32,
                "accessibility": [{"description": "Level access"}],
                "addresses": [{"address_1": "1 High Street", "city": "Sale", "postal_code": "M33 7WR"}],
            }
        }
    ],
)


def test_a_service_is_stored_with_everything_that_hangs_on_it(db):
    take(FULL)

    stored = Service.objects.get()
    page_of_it = service_page(stored.pk, at=NOW)
    assert (page_of_it.name, page_of_it.organisation.name, page_of_it.when) == (
        "Lunch club 1",
        "Age Well",
        "Tuesdays 2pm to 4pm",
    )
    assert (page_of_it.cost, page_of_it.ages, page_of_it.languages) == (
        "Lunch: £3",
        "people aged 60 and over",
        ("Urdu",),
    )
    assert (page_of_it.places[0].address, page_of_it.places[0].access) == ("1 High Street, Sale", ("step-free",))
    assert (page_of_it.phones[0].number, page_of_it.contacts[0].name) == ("0161 912 2122", "Jo")
    assert page_of_it.freshness == "Checked by Test 7 weeks ago"
    assert stored.slots == rules.slots([rules.Times(1, None, None, None)], on=NOW.date()) & 0b010_000
    assert set(stored.need_codes) == {"money", "loneliness"}
    assert {(need.code, need.why) for need in ServiceNeed.objects.all()} == {("money", "term"), ("loneliness", "name")}
    assert stored.is_free is False


def test_the_same_input_again_changes_nothing(db):
    first = take(FULL, service(2))
    before = list(Service.objects.values())

    again = take(FULL, service(2), at=LATER)

    assert counts(first) == (2, 2, 0, 0, 0)
    assert counts(again) == (2, 0, 0, 2, 0)
    assert list(Service.objects.values()) == before


def test_the_same_records_written_differently_are_unchanged_too(db):
    take(FULL)

    again = import_records(reader=FeedReader(json.dumps([FULL], indent=4).encode()), source="Test", at=LATER)

    assert counts(again) == (1, 0, 0, 1, 0)


def test_a_changed_record_is_updated_and_keeps_its_public_id(db):
    take(FULL, service(2))
    before = Service.objects.get(external_id="1")

    result = take({**FULL, "name": "Tea dance", "phones": []}, service(2), at=LATER)

    after = Service.objects.get(external_id="1")
    assert counts(result) == (2, 0, 1, 1, 0)
    assert (after.pk, after.public_id, after.name, after.phones.count()) == (
        before.pk,
        before.public_id,
        "Tea dance",
        0,
    )


def test_repairs_of_unchanged_entries_stand_in_the_report_again(db):
    broken = service(1, email="", minimum_age=-1)
    first, again = take(broken), take(service(0), broken, at=LATER)

    assert [issue.path for issue in first.repairs] == ["$[0].email", "$[0].minimum_age"]
    assert [issue.path for issue in again.repairs] == ["$[1].email", "$[1].minimum_age"]


def test_duplicate_ids_and_nameless_services_are_refused_by_row_and_the_rest_is_taken(db):
    result = take(service(1), service(1, name="Again"), service(2, name=""), service(3))

    assert counts(result) == (4, 2, 0, 0, 2)
    assert [(one.record, one.path) for one in result.refusals] == [("1", "$[1]"), ("2", "$[2].name")]
    assert Service.objects.get(external_id="1").name == "Lunch club 1"


def test_the_report_has_the_names_that_its_readers_rely_on(db):
    report = take(service(1, email=""), service(2, name=""), file_name="x.json").report()

    assert {
        "source",
        "run",
        "read",
        "created",
        "updated",
        "unchanged",
        "refused",
        "withheld",
        "repairs",
        "refusals",
    } <= set(report)
    assert report["repairs"] == [
        {"record": "1", "path": "$[0].email", "was": "", "now": "", "reason": "Says nothing: taken as absent"}
    ]
    assert report["refusals"] == [
        {"record": "2", "path": "$[1].name", "was": "", "now": "", "reason": "It has no name"}
    ]
    json.dumps(report)


def test_a_run_keeps_its_counts_and_every_row(db):
    result = take(service(1, email=""), service(2, name=""))

    stored = ImportRun.objects.get(pk=result.run)
    assert (stored.state, stored.read, stored.created, stored.refused, stored.format) == ("finished", 2, 1, 1, "oruk3")
    assert list(ImportRow.objects.values_list("kind", "record", "path")) == [
        ("repair", "1", "$[0].email"),
        ("refusal", "2", "$[1].name"),
    ]


def test_a_dry_run_counts_everything_and_keeps_nothing(db):
    result = take(FULL, dry_run=True)

    assert (result.created, result.run, result.is_dry_run) == (1, None, True)
    assert not Service.objects.exists()
    assert not Source.objects.exists()
    assert not ImportRun.objects.exists()


def test_entries_gone_from_a_whole_list_are_marked_closed_not_deleted(db):
    take(*(service(pk) for pk in range(1, 6)))

    result = take(*(service(pk) for pk in range(1, 5)), at=LATER)

    gone = Service.objects.get(external_id="5")
    assert (result.closed, result.withheld) == (["5"], [])
    assert (gone.listing, gone.gone_on) == ("gone", LATER.date())


def test_an_entry_that_comes_back_is_listed_again(db):
    take(service(1), service(2))
    take(service(1), at=LATER)

    result = take(service(1), service(2), at=LATER)

    assert counts(result) == (2, 0, 1, 1, 0)
    assert Service.objects.get(external_id="2").listing == "listed"


@pytest.mark.parametrize(
    ("missing", "listed", "closes"),
    [
        (10, 20, True),
        (11, 20, False),
        (11, 110, True),
        (11, 109, False),
        (1, 1, True),
        (100, 1_000, True),
        (101, 1_000, False),
    ],
)
def test_too_many_missing_entries_are_not_believed(missing, listed, closes):
    """Withheld above both 10 entries and 10 %."""
    assert rules.may_close_missing(missing=missing, listed=listed, read=listed - missing or 1) is closes


def test_an_empty_list_closes_nothing(db):
    take(service(1))

    result = take(at=LATER)

    assert (result.read, result.withheld) == (0, ["1"])
    assert Service.objects.get().listing == "listed"


def test_withheld_entries_stay_open_and_additions_are_still_taken(db):
    take(*(service(pk) for pk in range(1, 31)))

    result = take(service(99), at=LATER)

    assert (result.created, len(result.withheld), result.closed) == (1, 30, [])
    assert Service.objects.filter(listing="listed").count() == 31
    assert ImportRow.objects.filter(kind="withheld").count() == 30


@pytest.mark.parametrize("wrap", [page, lambda services: services[0], lambda services: {"contents": services}])
def test_one_page_or_one_service_never_closes_anything(db, wrap):
    take(service(1), service(2))

    result = take(service(1), wrap=wrap, at=LATER)

    assert (result.closed, result.withheld) == ([], [])
    assert Service.objects.filter(listing="listed").count() == 2


def test_an_entry_that_is_still_listed_but_refused_is_not_closed(db):
    take(service(1), service(2))

    result = take(service(1), service(2, name=""), at=LATER)

    assert (result.refused, result.closed) == (1, [])


def test_a_list_with_an_unreadable_record_closes_nothing_for_it_might_be_that_one(db):
    take(service(1), service(2))
    data = b"[" + json.dumps(service(1)).encode() + b", {broken}]"

    result = import_records(reader=FeedReader(data), source="Test", at=LATER)

    assert (result.refused, result.closed, result.withheld) == (1, [], [])


def test_sources_do_not_close_each_others_entries(db):
    take(service(1), source="One")
    take(service(1, name="Another"), source="Two")

    assert Service.objects.filter(listing="listed").count() == 2


def test_what_was_put_right_by_hand_survives_a_change_of_the_list(db, scheme):
    worker = MembershipFactory(scheme=scheme)
    take(FULL)
    stored = Service.objects.get()
    actions.correct_service(service_id=stored.pk, fields={"name": "Tea with Jo", "is_free": True}, by=worker, at=NOW)
    actions.set_needs(service_id=stored.pk, codes=["caring"], by=worker, at=NOW)

    same = take(FULL, at=LATER)
    changed = take({**FULL, "name": "Renamed by the list", "fees": "£9", "alert": "New"}, at=LATER)

    stored.refresh_from_db()
    assert (same.unchanged, changed.updated) == (1, 1)
    assert (stored.name, stored.is_free, stored.alert) == ("Tea with Jo", True, "New")
    assert "caring" in stored.need_codes
    assert search_directory("jo", at=LATER).count == 1
    assert FieldSource.objects.count() == 2


def test_the_address_for_referrals_is_never_taken_from_a_list(db, scheme):
    """security.md D10"""
    take(service(1, organization={"id": "o1", "name": "Age Well", "email": "info@agewell.org"}))
    organisation = Organisation.objects.get()
    assert organisation.referral_email == ""
    actions.set_referral_email(
        organisation_id=organisation.pk,
        email="referrals@agewell.org",
        how="rang them",
        by=MembershipFactory(scheme=scheme),
        at=NOW,
    )

    take(
        service(
            1,
            organization={
                "id": "o1",
                "name": "Age Well",
                "email": "thief@evil.org",
                "referral_email": "thief@evil.org",
            },
        ),
        at=LATER,
    )

    organisation.refresh_from_db()
    assert (organisation.email, organisation.referral_email) == ("thief@evil.org", "referrals@agewell.org")


def test_how_a_service_works_now_outlives_an_import(db, scheme):
    take(FULL)
    stored = Service.objects.get()
    actions.set_operating_status(
        service_id=stored.pk, status="waiting", wait_weeks=6, by=MembershipFactory(scheme=scheme), at=NOW
    )

    take({**FULL, "name": "Tea dance"}, at=LATER)

    stored.refresh_from_db()
    assert (stored.operating, stored.wait_weeks) == ("waiting", 6)


@pytest.fixture
def sale(db):
    load(
        [
            OutcodeRow("M33", 53.42, -2.32, 378_000.0, 391_000.0, "", "Trafford", "ENG"),
            OutcodeRow("BS1", 51.45, -2.59, 358_000.0, 172_000.0, "Bristol", "City of Bristol", "ENG"),
        ],
        kind=OutcodeRow,
    )


def placed(**fields):
    where = {"id": "l", "addresses": [{"address_1": "1 High Street", "postal_code": "M33 7WR"}], **fields}
    return service(1, service_at_locations=[{"location": where}])


def test_a_place_without_a_point_stands_in_the_middle_of_its_outward_code_and_the_report_says_so(sale):
    result = take(placed())

    place = Location.objects.get()
    assert (place.precision, place.latitude, place.outcode) == ("outcode", 53.42, "M33")
    assert "only the outward code M33 is known" in result.repairs[-1].reason


def test_places_that_no_table_knows_are_counted(db):
    assert take(placed()).unplaced == 1


def test_the_licence_of_a_mapping_is_kept_with_its_source(db):
    reader = TableReader(
        b"Name\nTea club\n", replace(mappings.load("trafford-charities"), columns={"name": "{Name}"}, rules=())
    )

    import_records(reader=reader, source="Trafford", at=NOW)

    assert Source.objects.get().licence == "Open Government Licence v3.0"


def test_a_postcode_of_the_table_gives_its_point(sale):
    load([PostcodeRow("M337WR", 53.414, -2.331, 378_100.0, 390_900.0)], kind=PostcodeRow)

    take(placed())

    assert (Location.objects.get().precision, Location.objects.get().latitude) == ("postcode", 53.414)


def test_a_point_far_from_its_postcode_is_not_believed(sale):
    result = take(placed(latitude=51.45, longitude=-2.59))

    assert (Location.objects.get().precision, Location.objects.get().latitude) == ("outcode", 53.42)
    assert "lies far from its postcode" in " ".join(issue.reason for issue in result.repairs)


def test_places_move_to_a_better_point_when_a_table_is_loaded_later(db):
    take(placed())
    assert Location.objects.get().precision == "none"
    load([PostcodeRow("M337WR", 53.414, -2.331, 378_100.0, 390_900.0)], kind=PostcodeRow)

    assert relocate(at=LATER) == 1
    assert relocate(at=LATER) == 0
    assert Location.objects.get().precision == "postcode"


def test_an_area_that_is_known_limits_by_outward_code_and_an_unknown_one_does_not(sale):
    take(
        service(1, service_areas=[{"name": "bristol"}]),
        service(2, service_areas=[{"name": "bristol"}, {"name": "The Moon"}]),
    )

    assert list(Service.objects.order_by("external_id").values_list("area_outcodes", flat=True)) == [["BS1"], []]


def test_a_refuge_is_stored_without_anything_that_tells_where_it_is(sale):
    take(
        service(
            1,
            name="Women's refuge",
            service_at_locations=[
                {
                    "location": {
                        "id": "l",
                        "name": "Secret House",
                        "latitude": 53.4,
                        "longitude": -2.3,
                        "addresses": [{"address_1": "9 Secret Lane", "city": "Sale", "postal_code": "M33 7WR"}],
                    }
                }
            ],
        )
    )

    place = Location.objects.get()
    assert (place.name, place.address, place.latitude, place.postcode, place.town) == ("", "", None, "M33", "Sale")
    assert service_page(Service.objects.get().pk, at=NOW).places[0].address == "Sale"
    assert "Secret" not in json.dumps(list(ImportRow.objects.values("was", "now")))


def test_no_address_of_staff_is_stored_anywhere(db):
    take(service(1, assurer_email="jo.bloggs@council.gov.uk", pc_metadata={"assured_by": "sam@council.gov.uk"}))

    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_name LIKE 'directory_%'")
        for (table,) in cursor.fetchall():
            cursor.execute(
                f"SELECT count(*) FROM {table} t WHERE t::text LIKE '%%jo.bloggs%%' OR t::text LIKE '%%sam@%%'"
            )
            assert cursor.fetchone()[0] == 0, table


def test_a_line_of_a_list_does_not_undo_what_a_full_record_told(db):
    take(FULL)
    line = {"id": "1", "name": "Tea dance", "organization": FULL["organization"], "description": "Tea"}

    result = take(line, wrap=page, at=LATER)

    stored = Service.objects.get()
    assert (result.updated, stored.name, stored.times_text) == (1, "Tea dance", "Tuesdays 2pm to 4pm")
    assert (stored.phones.count(), stored.at_locations.count(), stored.contacts.count()) == (1, 1, 1)
    assert "money" in stored.need_codes


def test_a_line_of_a_list_is_taken_whole_where_nothing_more_is_known(db):
    take(service(1, description="Debt advice", fees="Free"))

    take(service(1, description="Bereavement support", fees="£3"), at=LATER)

    stored = Service.objects.get()
    assert (stored.is_free, "bereavement" in stored.need_codes, "money" in stored.need_codes) == (False, True, False)


def test_shared_places_and_organisations_are_stored_once(db):
    take(*({**placed(), "id": str(pk)} for pk in range(1, 4)))

    assert (Service.objects.count(), Location.objects.count(), Organisation.objects.count()) == (3, 1, 1)


def test_many_records_are_written_in_batches(db, monkeypatch):
    monkeypatch.setattr(run, "BATCH", 7)

    result = take(*(service(pk, phones=[{"number": "0161 912 2122"}]) for pk in range(50)))

    assert counts(result) == (50, 50, 0, 0, 0)
    assert Phone.objects.count() == 50


def test_a_source_needs_a_name(db):
    with pytest.raises(NoSourceName, match="--source"):
        take(service(1), source="  ")


def test_progress_is_told_record_by_record(db):
    told = []
    take(service(1), service(1), service(2, name=""), progress=told.append)

    assert sum(told) == 3


def test_a_refused_second_import_is_an_error_of_its_own():
    assert str(ImportRunning(source="Trafford")).startswith("Another import of Trafford is running.")
