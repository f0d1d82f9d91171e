"""Open Referral 1.0, 3.0 and HSDS 3.x: what a service says becomes facts, and what is wrong is mended by path."""

import json
from datetime import date, time
from decimal import Decimal

import pytest

from linkwell.directory.records import Issue, ServiceRecord
from linkwell.interop.errors import CannotRead
from linkwell.interop.open_referral import FeedReader

REL = 'rel="noopener noreferrer nofollow"'


def read(*services, wrap=list):
    reader = FeedReader(json.dumps(wrap(services) if wrap else services[0]).encode())
    return [reader.read(raw) for raw in reader.raws()]


def service(**fields):
    (found,) = read({"id": "s1", "name": "Lunch club", **fields})
    assert isinstance(found, ServiceRecord), found
    return found


def repairs(found):
    return {issue.path: (issue.was, issue.now) for issue in found.issues}


def test_a_service_of_three_point_nought_becomes_facts():
    found = service(
        description="<p>Tea &amp; chat</p>",
        url="http://a.org",
        email="a@b.org",
        status="active",
        minimum_age=18,
        maximum_age=65,
        fees="Free of charge",
        assured_date="2026-01-02",
        organization={"id": "o1", "name": "Age Well", "website": "http://w.org"},
        schedules=[{"id": "x", "freq": "WEEKLY", "byday": "TH,FR", "opens_at": "10:00:00", "closes_at": "12:30:00"}],
        languages=[{"id": "l", "name": "Urdu", "code": "ur"}],
        cost_options=[{"id": "c", "amount": 3.5, "option": "Adults", "currency": "gbp"}],
        attributes=[{"id": "a", "taxonomy_term": {"id": "t1", "name": "Loneliness", "taxonomy": "own"}}],
        service_areas=[{"id": "r", "name": "Trafford"}],
        contacts=[{"id": "p", "phones": [{"number": "Office: 0161 912 2122"}]}],
        service_at_locations=[
            {
                "id": "q",
                "location": {
                    "id": "loc",
                    "location_type": "physical",
                    "name": "Hall",
                    "latitude": 53.4,
                    "longitude": -2.3,
                    "addresses": [
                        {"address_1": "1 High Street", "city": "Sale", "postal_code": "m337wr", "country": "GB"}
                    ],
                    "accessibility": [{"description": "Level access and a hearing loop; no accessible toilet"}],
                },
            }
        ],
    )

    assert (found.description_text, found.is_free, found.minimum_age, found.maximum_age) == ("Tea & chat", True, 18, 65)
    assert found.organisation.name == "Age Well"
    assert [(one.weekday, one.opens_at, one.closes_at) for one in found.schedules] == [
        (3, time(10), time(12, 30)),
        (4, time(10), time(12, 30)),
    ]
    assert (found.languages[0].code, found.terms[0].name, found.areas[0].name) == ("ur", "Loneliness", "Trafford")
    assert (found.costs[0].amount, found.costs[0].currency) == (Decimal("3.50"), "GBP")
    assert (found.phones[0].number, found.phones[0].label) == ("0161 912 2122", "Office")
    place = found.locations[0]
    assert (place.postcode, place.town, place.access_yes, place.access_no) == (
        "M33 7WR",
        "Sale",
        ["step_free", "hearing_loop"],
        ["accessible_toilet"],
    )
    assert (found.modes, found.source_checked_on) == (["in_person"], date(2026, 1, 2))


def test_a_service_of_one_point_nought_becomes_the_same_facts():
    found = service(
        attending_type="Venue",
        attending_access="Self referral",
        deliverable_type="Advice",
        regular_schedules=[{"byday": "MO", "opens_at": "09:00", "closes_at": "10:00", "freq": "WEEKLY"}],
        eligibilitys=[{"eligibility": "Older people", "minimum_age": 60, "maximum_age": -1}],
        languages=[{"language": "Polish"}],
        service_areas=[{"service_area": "Bristol"}],
        service_taxonomys=[{"taxonomy": {"id": "9", "name": "Debt advice", "vocabulary": "own"}}],
        service_at_locations=[
            {
                "location": {
                    "name": "Hall",
                    "physical_addresses": [{"address_1": "2 Low Street", "postal_code": "BS1 1AA"}],
                    "accessibility_for_disabilities": [{"accessibility": "Step free"}],
                }
            }
        ],
    )

    assert (found.modes, found.modes_text, found.entry_routes) == (["in_person"], "Venue", ["self_referral"])
    assert (found.minimum_age, found.maximum_age, found.eligibility_text) == (60, None, "Older people")
    assert (found.languages[0].code, found.areas[0].name, found.schedules[0].weekday) == ("pl", "Bristol", 0)
    assert {term.name for term in found.terms} == {"Advice", "Debt advice"}
    assert found.locations[0].access_yes == ["step_free"]
    assert repairs(found)["$[0].attending_type"] == ("Venue", "in_person")


def test_hsds_says_how_to_join_what_to_bring_and_how_many_places_are_free():
    found = service(
        application_process="Ask your GP for a referral letter",
        required_documents=[{"document": "Passport"}],
        wait_time="Two weeks",
        interpretation_services="Interpreters in Urdu",
        phones=[{"number": "0161 912 2122", "extension": 4}],
        capacities=[{"unit": {"name": "Places"}, "available": 12, "updated": "2026-01-01T10:00:00Z"}],
    )

    assert (found.entry_routes, found.what_to_bring, found.wait_text) == (
        ["professional_referral"],
        "Passport",
        "Two weeks",
    )
    assert (found.access_yes, found.phones[0].extension, found.capacities[0].available) == (["interpreter"], "4", 12)


def test_empty_strings_and_ages_below_nought_are_absence_and_are_reported():
    found = service(url="", email="", fees="", minimum_age=-1, maximum_age=-1)

    assert (found.url, found.email, found.cost_text, found.minimum_age, found.maximum_age) == ("", "", "", None, None)
    assert {"$[0].url", "$[0].email", "$[0].fees", "$[0].minimum_age", "$[0].maximum_age"} <= set(repairs(found))


def test_html_is_cleaned_by_an_allow_list():
    found = service(
        description='<p onclick="x" data-cke-x="1">Hi<img src=x onerror=alert(1)><script>alert(1)</script>'
        '<a href="javascript:alert(1)" hx-get="/x">a</a><a href="http://a.org">b</a></p><svg onload=x></svg>{{7*7}}'
    )

    assert found.description == f'<p>Hi<a {REL}>a</a><a href="http://a.org" {REL}>b</a></p>{{{{7*7}}}}'
    assert "alert" not in found.description_text


@pytest.mark.parametrize("field", ["name", "alert", "fees", "accreditations", "eligibility_description"])
def test_markup_in_fields_of_plain_text_is_removed(field):
    found = service(**{field: "<b>Bold</b> <script>alert(1)</script>text"})

    kept = {
        "name": found.name,
        "alert": found.alert,
        "fees": found.cost_text,
        "accreditations": found.accreditations,
        "eligibility_description": found.eligibility_text,
    }[field]
    assert kept == "Bold text"


def test_who_assured_an_entry_is_kept_nowhere_and_shown_masked():
    found = service(
        assurer_email="jo@council.gov.uk", pc_metadata={"assured_by": "sam@council.gov.uk"}, pc_other="vendor"
    )

    assert "jo@" not in repr(found)
    assert "sam@" not in repr(found)
    assert repairs(found)["$[0].assurer_email"] == ("…@council.gov.uk", "")


def test_a_service_without_a_name_or_an_id_is_refused_by_row():
    nameless, marked, without_id, fine = read(
        {"id": "1", "name": ""}, {"id": "2", "name": "<br>"}, {"name": "x"}, {"id": "4", "name": "Fine"}
    )

    assert [(one.record, one.path, one.reason) for one in (nameless, marked)] == [
        ("1", "$[0].name", "It has no name"),
        ("2", "$[1].name", "It has no name"),
    ]
    assert without_id.reason == "It has no id"
    assert fine.name == "Fine"


@pytest.mark.parametrize("value", [None, True, 3.7, "", [], {}, ["a"], {"a": 1}, "x" * 100_000, -1, 10**30, "\x00"])
@pytest.mark.parametrize(
    "key",
    [
        "description",
        "url",
        "email",
        "status",
        "fees",
        "minimum_age",
        "assured_date",
        "last_modified",
        "organization",
        "schedules",
        "languages",
        "cost_options",
        "attributes",
        "service_areas",
        "service_at_locations",
        "contacts",
        "phones",
        "capacities",
        "alert",
        "eligibilitys",
        "required_documents",
        "attending_type",
        "service_taxonomys",
        "locations",
        "pc_metadata",
    ],
)
def test_a_value_of_any_wrong_type_in_any_field_never_loses_the_service(key, value):
    found = service(**{key: value})

    assert found.name == "Lunch club"
    assert all(issue.reason for issue in found.issues)


def test_a_list_where_an_object_belongs_gives_its_first():
    assert (
        service(organization=[{"id": "o", "name": "First"}, {"id": "p", "name": "Second"}]).organisation.name == "First"
    )


def test_numbers_may_be_ids_and_names():
    (found,) = read({"id": 17, "name": 42})

    assert (found.external_id, found.name) == ("17", "42")


def test_a_refuge_keeps_its_area_and_telephone_alone():
    found = service(
        name="Women's Refuge",
        description="<p>Come to 12 Hidden Lane M33 7WR. Refuge for women.</p>",
        phones=[{"number": "0161 912 2122"}],
        service_at_locations=[
            {
                "location": {
                    "id": "l",
                    "name": "Hidden House",
                    "latitude": 53.4,
                    "longitude": -2.3,
                    "addresses": [{"address_1": "12 Hidden Lane", "city": "Sale", "postal_code": "M33 7WR"}],
                }
            }
        ],
    )

    place = found.locations[0]
    assert found.is_undisclosed
    assert (place.name, place.address, place.latitude, place.postcode, place.town) == ("", "", None, "M33", "Sale")
    assert "7WR" not in found.description + found.description_text
    assert found.phones[0].number == "0161 912 2122"
    assert not any("Hidden" in issue.was or "7WR" in issue.was for issue in found.issues)


@pytest.mark.parametrize("name", ["Refugee Support", "Wildlife Refuge", "Refugees Welcome"])
def test_a_word_like_refuge_alone_hides_no_address(name):
    assert not service(name=name, description="A place for wildlife and people.").is_undisclosed


@pytest.mark.parametrize(
    ("wrap", "whole"),
    [
        (list, True),
        (
            lambda s: {
                "total_items": 1,
                "total_pages": 1,
                "page_number": 1,
                "first_page": True,
                "last_page": True,
                "contents": list(s),
            },
            True,
        ),
        (lambda s: {"total_items": 90, "total_pages": 9, "page_number": 1, "contents": list(s)}, False),
        (
            lambda s: {
                "totalElements": 1,
                "totalPages": 1,
                "number": 1,
                "first": True,
                "last": True,
                "content": list(s),
            },
            True,
        ),
        (lambda s: {"totalElements": 90, "totalPages": 9, "content": list(s)}, False),
        (lambda s: {"contents": list(s)}, False),
        (lambda s: {"total_items": 50, "total_pages": 1, "contents": list(s)}, False),
        (lambda s: list(s)[0], False),
    ],
)
def test_only_a_whole_list_is_taken_for_one(wrap, whole):
    reader = FeedReader(json.dumps(wrap([{"id": "1", "name": "A"}])).encode())

    assert reader.count() == 1
    assert reader.is_whole_list is whole


@pytest.mark.parametrize(
    ("record", "kind"),
    [
        ({"deliverable_type": "Advice"}, "oruk1"),
        ({"minimum_age": 1}, "oruk3"),
        ({"application_process": "Ring"}, "hsds3"),
    ],
)
def test_the_format_is_found_out(record, kind):
    assert FeedReader(json.dumps([{"id": "1", "name": "A", **record}]).encode()).format == kind


@pytest.mark.parametrize(
    ("record", "words"),
    [
        ({"id": "1", "name": "A", "legal_status": "CIO"}, "organisations"),
        ({"id": "1", "name": "A", "website": "http://a.org"}, "organisations"),
        ({"id": "1", "name": "A", "organization_identifiers": [], "attributes": [{"value": "x"}]}, "organisations"),
        ({"id": "1", "name": "A", "term_uri": "x"}, "taxonomy terms"),
        ({"id": "1", "name": "A", "version": "1"}, "taxonomies"),
        ({"id": "1", "service": {}, "location": {}}, "services at places"),
        ({"foo": 1}, "holds no services"),
    ],
)
def test_a_list_of_something_else_is_refused_with_what_it_is(record, words):
    with pytest.raises(CannotRead, match=words):
        FeedReader(json.dumps([record]).encode())


def test_the_issue_of_a_refusal_is_an_issue():
    (found,) = read({"id": "1", "name": None})

    assert found == Issue("refusal", "1", "$[0].name", "None", "", "It has no name")
