"""DI13, W01, W02: every parameter of the standard narrows as it says; nothing a parameter holds can break the feed."""

import json
import zipfile
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from linkwell.directory.models import Service, ServiceAtLocation
from linkwell.interop.open_referral.parameters import ENDPOINTS, PARAMETERS
from linkwell.interop.open_referral.publish_parts import at_location_id, services_of
from linkwell.web.feed.answers import AT_ONCE, stream
from tests.contracts import feed_world
from tests.factories import LocationFactory, OrganisationFactory, ServiceFactory

BASE = "/open-referral/v3"
SHED, TEA, WALKS, REFUGE, QUIET = (
    "Men's Shed",
    "Tea and Chat",
    "Winter Walks",
    "Safe refuge",
    "Drop-in at a quiet place",
)


@pytest.fixture
def world(db):
    return feed_world.make()


def got(client, path, **asked):
    answer = client.get(f"{BASE}{path}", asked)
    assert answer.status_code == 200, answer.getvalue()[:500]
    return json.loads(answer.getvalue())


def names(client, path="/services", **asked):
    return {one["name"] for one in got(client, path, **asked)["contents"]}


def term_id(client, name):
    found = got(client, "/taxonomy_terms", search=name, per_page=500)["contents"]
    return next(one["id"] for one in found if one["name"] == name)


NARROWS = [
    ({"search": "shed mens"}, {SHED}),
    ({"search": "mak thing"}, {SHED}),
    ({"search": "xyzzy"}, set()),
    ({"search": "the"}, set()),
    ({"minimum_age": "18"}, {SHED}),
    ({"minimum_age": "19"}, set()),
    ({"maximum_age": "99"}, {SHED}),
    ({"maximum_age": "98"}, set()),
    ({"start_time": "10:00"}, {SHED}),
    ({"start_time": "10:01"}, set()),
    ({"end_time": "12:00:00"}, {SHED}),
    ({"end_time": "11:59"}, set()),
    ({"day": "TU"}, {SHED}),
    ({"day": "friday", "start_time": "09:00", "end_time": "12:00"}, {SHED}),
    ({"day": "Mon", "start_time": "09:00"}, set()),
    ({"day": "WE"}, set()),
    ({"postcode": "M33 7ZF", "proximity": "500"}, {SHED}),
    ({"postcode": "M33", "proximity": "50000"}, {SHED, TEA}),
    ({"modified_after": "2026-11-22T12:00:00 00:00", "search": "shed"}, {SHED}),
    ({"modified_after": "2026-11-22T13:00:00+01:00", "search": "shed"}, {SHED}),
    ({"modified_after": "2026-11-22T12:00:01Z", "search": "shed"}, set()),
]


def test_DI13_each_parameter_narrows_the_services_as_the_standard_says(client, world):
    wrong = [(asked, found) for asked, wanted in NARROWS if (found := names(client, **asked)) != wanted]

    assert wrong == []


PLACES = [
    ({}, 2), ({"postcode": "M33 7ZF", "proximity": "500"}, 1), ({"postcode": "M33", "proximity": "50000"}, 2),
    ({"search": "tea"}, 1), ({"day": "tue"}, 1), ({"minimum_age": "18"}, 1), ({"modified_after": "2026-11-22"}, 1),
]  # fmt: skip


def test_DI13_each_parameter_narrows_services_at_places(client, world):
    counts = [(asked, got(client, "/service_at_locations", **asked)["total_items"]) for asked, _ in PLACES]

    assert counts == PLACES


def test_DI13_a_postcode_alone_asks_for_services_of_its_area(client, world):
    Service.objects.filter(name=TEA).update(area_outcodes=["M1"])

    found = names(client, postcode="M33 7ZF")

    assert SHED in found
    assert TEA not in found


def test_DI13_terms_and_taxonomies_narrow_both_ours_and_those_of_sources(client, world):
    topics = next(one["id"] for one in got(client, "/taxonomies")["contents"] if one["name"] == "Topics")
    needs = next(one["id"] for one in got(client, "/taxonomies")["contents"] if one["name"] == "Needs")

    assert names(client, taxonomy_term_id=term_id(client, "Woodwork")) == {SHED}
    assert names(client, taxonomy_term_id=term_id(client, "Crafts")) == set()
    assert names(client, taxonomy_id=topics) == {SHED}
    assert names(client, taxonomy_id=needs) == {SHED, REFUGE}
    assert names(client, taxonomy_term_id=term_id(client, "Has a waiting list")) == {SHED}
    assert names(client, taxonomy_term_id=term_id(client, "Confirmed by the group itself")) == {SHED}
    assert TEA in names(client, taxonomy_term_id=term_id(client, "Checked by its source"))
    assert names(client, taxonomy_term_id=topics) == set()
    assert names(client, taxonomy_id="00000000-0000-4000-8000-000000000000") == set()


def test_DI13_every_term_of_ours_that_a_service_bears_finds_it(client, world):
    told = got(client, f"/services/{world.full.public_id}")["attributes"]

    for one in told:
        if one["taxonomy_term"]["taxonomy"] not in ("More about it",) and one.get("value") != "no":
            assert SHED in names(client, taxonomy_term_id=one["taxonomy_term"]["id"]), one


def test_DI13_terms_have_parents_tops_and_taxonomies(client, world):
    crafts = term_id(client, "Crafts")
    topics = next(one["id"] for one in got(client, "/taxonomies")["contents"] if one["name"] == "Topics")

    assert names(client, "/taxonomy_terms", parent_id=crafts) == {"Woodwork"}
    assert names(client, "/taxonomy_terms", taxonomy_id=topics) == {"Crafts", "Woodwork"}
    assert names(client, "/taxonomy_terms", taxonomy_id=topics, top_only="true") == {"Crafts"}


def test_DI13_HSDS_extras_organizations_and_their_services(client, world):
    entry = str(world.owner.public_id)

    assert names(client, organization_id=entry) == {SHED, WALKS}
    inside = got(client, f"/organizations/{entry}", full_service="true")
    assert {one["name"] for one in inside["services"]} == {SHED, WALKS}
    assert got(client, "/organizations", search="sheds", full="true")["contents"][0]["phones"]


def test_a_page_of_organizations_with_their_services_asks_as_often_for_one_as_for_many(client, world):
    def statements():
        with CaptureQueriesContext(connection) as noted:
            got(client, "/organizations", full_service="true")
        return len(noted)

    few = statements()
    for number in range(5):
        owner = OrganisationFactory(source=world.owner.source, name=f"Club {number}")
        ServiceFactory(source=owner.source, organisation=owner, name=f"Night {number}")
    listed = got(client, "/organizations", full_service="true")["contents"]

    assert {len(one["services"]) for one in listed if one["name"].startswith("Club")} == {1}
    assert len(listed) >= 6 and statements() == few


def test_DI13_streams_hold_the_same_as_pages(client, world):
    for more in ({}, {"full": "true"}):
        pages = got(client, "/services", **more)["contents"]
        lines = client.get(f"{BASE}/services", {"format": "ndjson", **more})
        assert lines.headers["Content-Type"] == "application/x-ndjson"
        assert [json.loads(line) for line in lines.getvalue().splitlines()] == pages


def test_DI13_few_whole_feeds_are_written_at_once_and_each_gives_its_place_back(client, world):
    path = f"{BASE}/services?format=ndjson"
    begun = [client.get(path) for _ in range(AT_ONCE)]

    refused = client.get(path)
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "60")
    assert "Try again" in json.loads(refused.content)["error"]["message"]
    assert client.get(f"{BASE}/services").status_code == 200  # pages go on

    for each in begun:
        each.getvalue()
    unread = [stream(iter([b"x"]), "text/plain") for _ in range(AT_ONCE)]
    for each in unread:
        each._iterator.close()  # as the server does when whoever asked has gone
    for _ in range(2 * AT_ONCE):
        assert client.get(path).getvalue()


def test_DI13_minimal_is_all_in_one_page_or_pages_where_asked(client, world):
    whole = got(client, "/services", minimal="true")
    first = got(client, "/services", minimal="true", per_page=2)

    assert (whole["total_items"], whole["size"], whole["total_pages"], whole["last_page"]) == (5, 5, 1, True)
    assert set(whole["contents"][0]) == {"id", "last_modified"}
    assert first["contents"] == whole["contents"][:2]


def test_DI13_the_package_has_a_true_description_and_the_same_services(client, world):
    package = zipfile.ZipFile(BytesIO(client.get(f"{BASE}/datapackage.zip").getvalue()))
    described = json.loads(package.read("datapackage.json"))

    for table in described["resources"]:
        head = package.read(table["path"]).decode().splitlines()[0].split(",")
        assert head == [one["name"] for one in table["schema"]["fields"]]
    assert len(package.read("services.csv").decode().split("\r\n")) - 2 == 5
    assert "1 High Street" in package.read("addresses.csv").decode()
    assert package.read("addresses.csv").decode().count("1 High Street") == 1


@pytest.mark.parametrize(
    ("path", "asked", "named"),
    [
        ("services", {"page": "0"}, "page"),
        ("services", {"page": "-1"}, "page"),
        ("services", {"page": "x"}, "page"),
        ("services", {"per_page": "501"}, "per_page"),
        ("services", {"minimum_age": "old"}, "minimum_age"),
        ("services", {"maximum_age": "NaN"}, "maximum_age"),
        ("services", {"start_time": "25:00"}, "start_time"),
        ("services", {"end_time": "noon"}, "end_time"),
        ("services", {"day": "someday"}, "day"),
        ("services", {"taxonomy_id": "1"}, "taxonomy_id"),
        ("services", {"taxonomy_term_id": "' OR 1=1"}, "taxonomy_term_id"),
        ("services", {"organization_id": "x"}, "organization_id"),
        ("services", {"modified_after": "yesterday"}, "modified_after"),
        ("services", {"full": "perhaps"}, "full"),
        ("services", {"format": "xml"}, "format"),
        ("services", {"search": "x" * 10_000}, "search"),
        ("services", {"search": "a\0b"}, "search"),
        ("service_at_locations", {"postcode": "nowhere"}, "postcode"),
        ("service_at_locations", {"proximity": "100"}, "proximity"),
        ("service_at_locations", {"postcode": "M33", "proximity": "far"}, "proximity"),
        ("taxonomy_terms", {"parent_id": "x"}, "parent_id"),
        ("organizations", {"full_service": "2"}, "full_service"),
    ],
)
def test_W01_a_bad_parameter_is_refused_with_a_sentence_that_names_it(client, db, path, asked, named):
    answer = client.get(f"{BASE}/{path}", asked)

    assert answer.status_code == 400
    refused = json.loads(answer.content)["error"]
    assert refused["parameter"] == named
    assert f"The parameter {named} " in refused["message"]
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


ANY = st.one_of(
    st.text(max_size=60), st.integers().map(str), st.floats().map(str), st.uuids().map(str), st.datetimes().map(str),
    st.sampled_from(["%", "'; DROP TABLE x; --", "a & b | !c", "\\", "{0}", "true", "TU", "10:00", "M33 7ZF",
                     "ndjson"]),
)  # fmt: skip


@given(
    endpoint=st.sampled_from(sorted(ENDPOINTS)),
    asked=st.dictionaries(st.sampled_from([*sorted(PARAMETERS), "unknown", "sort"]), ANY, max_size=6),
)
@hypothesis_settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)
def test_W01_whatever_the_parameters_hold_the_answer_is_a_page_or_a_sentence(client, world, endpoint, asked):
    answer = client.get(f"{BASE}/{endpoint}", asked)
    answer.getvalue()

    assert answer.status_code in (200, 400)
    if answer.status_code == 400:
        assert json.loads(answer.content)["error"]["parameter"] in asked


def test_W01_an_unknown_id_is_absent_in_words(client, world):
    for name in ENDPOINTS:
        for entry in ("00000000-0000-4000-8000-000000000000", "00000000-0000-8000-8000-000000000000", "x", "%00"):
            answer = client.get(f"{BASE}/{name}/{entry}")
            assert answer.status_code == 404
            assert "There is no such" in json.loads(answer.content)["error"]["message"]


def test_W02_answers_are_open_to_every_site_and_the_same_for_everyone(client, world):
    first = client.get(f"{BASE}/services")
    again = client.get(f"{BASE}/services", headers={"If-None-Match": first.headers["ETag"]})
    head = client.head(f"{BASE}/services")
    options = client.options(f"{BASE}/services")
    written = client.post(f"{BASE}/services", {"a": 1})

    assert first.headers["Access-Control-Allow-Origin"] == "*"
    assert first.headers["Cache-Control"] == "public, max-age=60"
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["Access-Control-Allow-Origin"] == "*"
    assert (head.status_code, head.content) == (200, b"")
    assert (options.status_code, options.headers["Access-Control-Allow-Methods"]) == (204, "GET, HEAD, OPTIONS")
    assert (written.status_code, written.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")
    assert not first.cookies


def test_DI13_a_page_asks_the_same_statements_whatever_stands_on_it(client, world):
    def asked(path):
        with CaptureQueriesContext(connection) as statements:
            got(client, path)
        return len(statements)

    paths = ("/services", "/services?full=true", "/service_at_locations", "/service_at_locations?full=true",
             "/organizations?full=true", f"/services/{world.full.public_id}")  # fmt: skip
    few = [asked(path) for path in paths]
    for number in range(12):
        ServiceFactory(source=world.source, name=f"Club {number}", location=LocationFactory(source=world.source))
    many = [asked(path) for path in paths]

    assert many == few
    assert max(many) <= 22


def test_DI13_the_id_of_a_service_at_a_place_leads_back_to_both(world):
    for link in ServiceAtLocation.objects.select_related("service", "location"):
        one, place = link.service.public_id, link.location.public_id
        made = at_location_id(one, place)
        least, most = services_of(made)
        assert least <= one <= most
        assert made.version == 8
        assert services_of(one) is None  # a random id is none of these
