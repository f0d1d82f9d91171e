"""The directory as a list and as a page."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from linkwell.directory.derive import refresh_search
from linkwell.directory.queries import place_named, search_directory, service_page
from linkwell.places.actions import OutcodeRow, load
from linkwell.places.queries import Located
from tests.factories import LocationFactory, ServiceFactory

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
SALE = Located("M33", 53.4245, -2.3188, None, None, "outcode", "M33")


@pytest.fixture
def directory(db):
    hall = LocationFactory(town="Sale")
    ServiceFactory(name="Men's Shed", need_codes=["creative"], location=hall, is_free=True)
    ServiceFactory(
        name="Knit and Natter", need_codes=["creative", "loneliness"], location=LocationFactory(latitude=53.45)
    )
    ServiceFactory(name="Shed Club far away", location=LocationFactory(latitude=55.0))
    ServiceFactory(name="Shed of no place")
    ServiceFactory(name="Shed that closed", operating="closed")
    ServiceFactory(name="Shed that ended", listing="defunct")
    refresh_search()


def names(**asked):
    return [one.name for one in search_directory(at=NOW, **asked).services]


def test_every_word_must_be_there_and_beginnings_count(directory):
    assert names(words="men shed") == ["Men's Shed"]
    assert names(words="natt") == ["Knit and Natter"]
    assert names(words="xyzzy") == []
    assert names(words="the") == []


def test_nearest_first_the_far_left_out_and_the_placeless_last(directory):
    assert names(place=SALE) == ["Men's Shed", "Knit and Natter", "Shed of no place", "Shed that closed"]


def test_a_distance_from_or_to_the_middle_of_an_area_says_about(directory):
    exact = Located("M33 7ZF", 53.4245, -2.3188, None, None, "postcode", "M33")

    assert [one.distance for one in search_directory("men", SALE, at=NOW).services] == ["about 1 km"]
    assert [one.distance for one in search_directory("knit", exact, at=NOW).services] == ["2.8 km"]
    assert [one.distance for one in search_directory("knit", at=NOW).services] == [""]


def test_closed_entries_stand_last_and_say_so_and_ended_ones_do_not_stand_at_all(directory):
    listing = search_directory(words="shed", at=NOW)

    assert [one.name for one in listing.services] == [
        "Men's Shed",
        "Shed Club far away",
        "Shed of no place",
        "Shed that closed",
    ]
    assert listing.services[-1].status == "Closed"


def test_a_need_narrows_the_list(directory):
    assert names(need="loneliness") == ["Knit and Natter"]


def test_pages_are_bounded(directory):
    for asked in (-5, 0, 1, 99):
        found = search_directory(page=asked, at=NOW)
        assert (found.page, found.pages, found.count) == (1, 1, 5)


def test_two_statements_make_a_page_of_the_list(directory):
    with CaptureQueriesContext(connection) as statements:
        search_directory("shed", SALE, at=NOW)

    assert len(statements) == 2


@pytest.mark.parametrize("words", ["'", "a & b", "50% off", "\\", "{0} %s"])
def test_no_words_can_break_the_list(directory, words):
    assert search_directory(words, at=NOW).count >= 0


def test_a_town_that_no_table_knows_is_found_by_the_entries_in_it(directory):
    found = place_named("sale")

    assert (found.label, found.latitude) == ("Sale", pytest.approx(53.4245))
    assert found.is_approximate
    assert place_named("Atlantis") is None
    assert place_named("") is None


def test_a_table_comes_before_the_entries(directory):
    load([OutcodeRow("M33", 53.0, -2.0, None, None, "Sale", "Trafford", "ENG")], kind=OutcodeRow)

    assert place_named("Sale").latitude == 53.0


def test_a_page_shows_no_address_of_a_place_that_is_not_disclosed(db):
    place = LocationFactory(address="9 Secret Lane", town="Sale", postcode="M33 7WR", is_undisclosed=True)
    service = ServiceFactory(is_undisclosed=True, location=place)

    page = service_page(service.pk, at=NOW)

    assert page.places[0].address == "Sale"
    assert "Secret" not in repr(page)
    assert page.places[0].latitude is None


def test_a_page_costs_the_same_number_of_statements_whatever_it_says(db):
    service = ServiceFactory(location=LocationFactory())
    for number in range(5):
        service.phones.create(number=f"0161 912 212{number}")
        service.at_locations.create(location=LocationFactory())

    with CaptureQueriesContext(connection) as statements:
        service_page(service.pk, at=NOW)

    assert len(statements) <= 10
