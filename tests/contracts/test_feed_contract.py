"""DI13: every endpoint and every page of the feed, by the compiled schemas and the five rules that they miss."""

import json
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate as validate_openapi

from linkwell.directory.models import Contact, Phone, Schedule, ServiceAtLocation
from linkwell.interop.errors import BadStatus
from linkwell.interop.open_referral.judge import Judge
from linkwell.interop.open_referral.judge_rules import empty_values
from linkwell.interop.open_referral.schemas import FORMATS, HSDS, ORUK, load
from tests.contracts import feed_world
from tests.shared import shared

BASE = "/open-referral/v3"
NINE = ("/", "/services", "/services/{id}", "/service_at_locations", "/service_at_locations/{id}", "/taxonomies",
        "/taxonomies/{id}", "/taxonomy_terms", "/taxonomy_terms/{id}")  # fmt: skip


@pytest.fixture
def world(db):
    return feed_world.make()


def got(client, path, **asked):
    answer = client.get(f"{BASE}{path}", asked)
    assert answer.status_code == 200, answer.getvalue()[:500]
    return json.loads(answer.getvalue())


def names(client, path="/services", **asked):
    return {one["name"] for one in got(client, path, **asked)["contents"]}


def fetching(client):
    """Return a fetcher that asks the product in this process."""

    def get(url):
        parts = urlsplit(url)
        answer = client.get(f"{parts.path}?{parts.query}")
        if answer.status_code != 200:
            raise BadStatus(answer.status_code)
        return SimpleNamespace(headers={k.lower(): v for k, v in answer.headers.items()}, body=answer.getvalue())

    return get


def judged(client, profile=ORUK, monkeypatch=None):
    folder = shared("standards")
    judge = Judge(f"http://testserver{BASE}", fetching(client), lambda _: load(folder, profile), most_by_id=10_000)
    return judge.run()


def test_DI13_all_nine_endpoints_and_all_pages_comply_with_open_referral_uk(client, world, monkeypatch):
    monkeypatch.setattr("linkwell.interop.open_referral.judge.PER_PAGE", 2)

    found = judged(client)

    assert found.problems.found == {}
    assert set(found.endpoints) == set(NINE)
    assert {found.verdict(path) for path in NINE} == {"pass"}
    assert found.endpoints["/services"].pages == 3
    assert found.endpoints["/services/{id}"].records == 5
    assert found.endpoints["/service_at_locations/{id}"].records == 2


FULL = (
    ("/services?full=true", "service"),
    ("/service_at_locations?full=true", "service at a location"),
    ("/organizations?full_service=true", "organization"),
    ("/services", "service in a list"),
    ("/organizations", "organization in a list"),
)


def test_DI13_full_records_comply_with_hsds_too(client, world):
    schemas = load(shared("standards"), HSDS)

    for path, kind in FULL:
        for record in got(client, path)["contents"]:
            assert [fault for fault in schemas.faults(kind, record)] == [], path


def test_DI13_nothing_is_null_or_empty_anywhere(client, world):
    for path in ("/services?full=true", "/service_at_locations?full=true", "/organizations?full_service=true",
                 "/taxonomies", "/taxonomy_terms"):  # fmt: skip
        assert list(empty_values(got(client, path)["contents"])) == []


def test_DI13_the_description_is_valid_and_every_field_told_stands_in_it(client, world):
    described = got(client, "/openapi.json")
    validate_openapi(described)
    for shape in described["components"]["schemas"].values():
        shape.setdefault("additionalProperties", False)

    def check(path, shape):
        schema = {"$ref": f"#/components/schemas/{shape}", "components": described["components"]}
        validator = Draft202012Validator(schema, format_checker=FORMATS)
        for record in got(client, path)["contents"]:
            assert [error.message for error in validator.iter_errors(record)] == [], path

    check("/services", "ServiceInList")
    check("/services?full=true", "Service")
    check("/service_at_locations?full=true", "ServiceAtLocation")
    check("/organizations?full_service=true", "Organization")
    check("/taxonomies", "Taxonomy")
    check("/taxonomy_terms?per_page=500", "TaxonomyTerm")
    check("/services?minimal=true", "Minimal")
    assert described["servers"] == [{"url": f"http://localhost:8000{BASE}"}]


def test_DI13_root_says_what_is_true_for_this_host_whatever_a_request_says_of_it(client, db):
    told = json.loads(client.get(f"{BASE}/", headers={"X-Forwarded-Host": "evil.example"}).content)

    assert told["version"] == "HSDS-UK-3.0"
    assert told["openapi_url"] == f"http://localhost:8000{BASE}/openapi.json"
    assert told["profile"].startswith("https://")


def test_DI13_ids_stay_when_the_entry_is_imported_again(client, world):
    before = got(client, f"/services/{world.full.public_id}")
    at = before["service_at_locations"][0]["id"]
    for hanging in (Phone, Schedule, Contact, ServiceAtLocation):  # as an import does: away with them, and anew
        rows = list(hanging.objects.filter(service=world.full).order_by("pk"))
        hanging.objects.filter(service=world.full).delete()
        for row in reversed(rows):
            row.pk = None
            row.save(force_insert=True)

    after = got(client, f"/services/{world.full.public_id}")

    assert after["service_at_locations"][0]["id"] == at
    for part in ("phones", "schedules", "contacts", "attributes"):
        assert {one["id"] for one in after[part]} == {one["id"] for one in before[part]}
    assert got(client, f"/service_at_locations/{at}")["service_id"] == str(world.full.public_id)


def test_DI1_every_part_of_the_model_is_told(client, world):
    told = got(client, f"/services/{world.full.public_id}")

    assert told["organization"]["organization_identifiers"][0]["identifier"] == "1089464"
    assert told["capacities"] == [
        {"id": told["capacities"][0]["id"],
         "unit": {"id": told["capacities"][0]["unit"]["id"], "name": "places"} | feed_world.BESIDES["unit"],
         "available": 4, "maximum": 12, "description": "At benches", "updated": "2026-11-22T12:00:00+00:00"}
    ]  # fmt: skip
    assert [(one["label"], one["url"]) for one in told["additional_urls"]] == [
        ("Book", "https://sheds.example.org/book")
    ]
    assert [one["byday"] for one in told["schedules"][:2]] == ["TU,FR", "-1MO"]
    assert told["schedules"][0]["opens_at"] == "10:00:00"
    assert told["schedules"][0]["service_at_location_id"] == told["service_at_locations"][0]["id"]
    assert told["schedules"][2]["bymonthday"] == "15"
    assert {one["attending_type"] for one in told["schedules"]} == {"At the hall"}
    assert told["cost_options"][0]["amount"] == 2.5
    assert {one["code"] for one in told["languages"]} == {"ur", "pl"}
    assert [one["document"] for one in told["required_documents"]] == ["Gloves", "a mug"]
    assert told["interpretation_services"] == "Interpreters can be asked for"
    assert [(one["number"], one.get("extension"), one.get("description")) for one in told["phones"]] == [
        ("0161 496 0001", 12, "Shed"), ("0161 496 0002", None, "ext. 12a")]  # fmt: skip
    place = told["service_at_locations"][0]["location"]
    assert (place["addresses"][0]["address_1"], place["addresses"][0]["country"]) == ("1 High Street", "GB")
    assert place["accessibility"][0]["url"] == "https://hall.example.org/ramp"


def test_DI13_how_it_works_now_and_who_confirmed_it_are_terms_of_taxonomies_that_are_served(client, world):
    told = got(client, f"/services/{world.full.public_id}")
    said = {(one["taxonomy_term"]["taxonomy"], one["taxonomy_term"]["name"]): one.get("value")
            for one in told["attributes"]}  # fmt: skip

    assert said["How it works now", "Has a waiting list"] == "3 weeks, until 2026-12-20, Busy in spring"
    assert said["Last confirmed", "Confirmed by the group itself"] == "2026-11-01"
    assert said["More about it", "Seasonal break"] == "2026-12-21/2027-01-04"
    assert said["More about it", "Source"] == "Trafford list. OGL 3.0. Trafford Council"
    assert said["Topics", "Woodwork"] == "mostly"
    assert told["assured_date"] == "2026-11-01"
    for one in told["attributes"]:
        assert got(client, f"/taxonomy_terms/{one['taxonomy_term']['id']}") == one["taxonomy_term"]
        assert got(client, f"/taxonomies/{one['taxonomy_term']['taxonomy_id']}")["name"]
