"""`linkwell directory check`: what it says of the official validator's mocks, of broken feeds and of real records."""

import copy
import json
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pytest

from linkwell.interop.errors import BadStatus
from linkwell.interop.open_referral.judge import Judge
from linkwell.interop.open_referral.schemas import HSDS, ORUK, load
from tests.shared import shared

LIST = "total_items total_pages page_number size first_page last_page empty contents".split()


def standard(path):
    return json.loads(shared(f"standards/{path}").read_text())


class Feed:
    """A feed of Open Referral UK 3.0 made of the standard's own examples; tests break one thing of it."""

    def __init__(self):
        at = "oruk-3.0/examples"
        self.root = {
            "version": "HSDS-UK-3.0",
            "profile": "https://a.example.org",
            "openapi_url": "https://b.example.org",
        }
        self.headers = {"access-control-allow-origin": "*"}
        self.lists = {
            name: [standard(f"{at}/{kind}_list.json")["contents"][0]]
            for name, kind in (("services", "service"), ("taxonomies", "taxonomy"), ("taxonomy_terms", "taxonomy_term"),
                               ("service_at_locations", "service_at_location"))
        }  # fmt: skip
        self.alone = {
            "services": standard(f"{at}/service_full.json"), "taxonomies": standard(f"{at}/taxonomy.json"),
            "taxonomy_terms": standard(f"{at}/taxonomy_term.json"),
            "service_at_locations": standard(f"{at}/service_at_location_full.json"),
        }  # fmt: skip
        self.change = lambda name, page: page

    def get(self, url):
        parts = urlsplit(url)
        path, number = parts.path.strip("/").split("/"), int(parse_qs(parts.query).get("page", ["1"])[0])
        value = self.root if path == [""] else self._value(path, number)
        if value is None:
            raise BadStatus(404)
        return SimpleNamespace(headers=self.headers, body=json.dumps(value).encode())

    def _value(self, path, number):
        held = self.lists.get(path[0])
        if held is None:
            return None
        if len(path) == 2:
            return copy.deepcopy(self.alone[path[0]]) if path[1] == self.alone[path[0]].get("id") else None
        values = (
            len(held),
            len(held),
            number,
            1,
            number == 1,
            number == len(held),
            False,
            [held[(number - 1) % len(held)]],
        )
        return self.change(path[0], dict(zip(LIST, values, strict=True)))

    def judged(self, schemas=True):
        folder = shared("standards") if schemas else None
        judge = Judge("https://feed.example.org", self.get, lambda profile: load(folder, profile) if folder else None)
        return judge.run()


@pytest.fixture
def feed():
    return Feed()


def words(judgement, path="/services"):
    return [problem.words for problem in judgement.problems.of(path) if problem.must]


def test_DI13_the_examples_of_the_standard_comply(feed):
    found = feed.judged()

    assert found.complies
    assert found.profile == ORUK
    assert {path: words(found, path) for path in found.endpoints if words(found, path)} == {}


@pytest.mark.parametrize(("mock", "passes"), [("Default", True), ("Test", True), ("Warn", True), ("Fail", False)])
def test_DI13_the_mocks_of_the_official_validator_are_judged_as_they_are_named(mock, passes):
    schemas = load(shared("standards"), ORUK)
    at = f"oruk-validator-mocks/V3.0-UK-{mock}"

    listed = standard(f"{at}/service_list.json")["contents"]
    faults = [*schemas.faults("service", standard(f"{at}/service_full.json"))]
    faults += [fault for one in listed for fault in schemas.faults("service in a list", one)]

    assert (not faults) is passes


def test_DI13_a_live_record_fails_for_the_one_thing_that_is_wrong_with_it():
    record = json.loads(shared("data/directory/oruk-3.0-bristol-live/service-full-1625ip.json").read_text())

    assert [(one.path, one.rule) for one in load(shared("standards"), ORUK).faults("service", record)] == [
        ("last_modified", "format")
    ]


def test_DI13_an_hsds_feed_is_judged_by_hsds(feed):
    feed.root = standard("hsds-3.1-mock/root.json")
    feed.alone = {"services": standard("hsds-3.0/examples/service_full.json")}
    feed.lists = {"services": standard("hsds-3.0/examples/service_list.json")["contents"]}

    found = feed.judged()

    assert found.profile == HSDS
    assert found.complies
    assert found.verdict("/organizations") == "warn"


def _without(name):
    def broken(feed):
        feed.change = lambda _, page: {key: value for key, value in page.items() if key != name}

    return broken


def _envelope(name, value):
    def broken(feed):
        feed.change = lambda _, page: page | {name: value}

    return broken


def _undescribed(feed):
    feed.root |= {"version": "3.0", "openapi_url": None}


def _cors(feed):
    feed.headers = {}


def _null(feed):
    feed.alone["services"]["url"] = feed.alone["services"]["email"] = None


def _same_id(feed):
    feed.lists["services"] *= 2


def _unreachable(feed):
    feed.alone["services"]["id"] = "11111111-1111-4111-8111-111111111111"


def _bad_email(feed):
    feed.lists["services"][0]["email"] = "nobody"


def _other_name(feed):
    feed.alone["services"]["name"] = "Another"


BREAKS = [
    (_cors, "/services", "Access-Control-Allow-Origin"),
    (_null, "/services/{id}", "Leave out `url`"),
    (_same_id, "/services", "an id that no other result"),
    (_unreachable, "/services/{id}", "does not answer as it should"),
    (_other_name, "/services/{id}", "say the same name under one id"),
    (_bad_email, "/services", "Write `email` as an e-mail address"),
    (_without("empty"), "/services", "Add to every page: empty"),
    (_envelope("total_items", 7), "/services", "Say in `total_items`"),
    (_envelope("size", 0), "/services", "Say in `size`"),
    (_envelope("total_pages", "many"), "/services", "as a whole number: total_pages"),
    (_undescribed, "/", "Add `openapi_url`"),
    (_envelope("page_number", 0), "/services", "Say in `page_number`"),
    (_envelope("first_page", False), "/services", "Say true in `first_page`"),
    (_envelope("last_page", False), "/services", "Say true in `last_page`"),
    (_envelope("empty", True), "/services", "Say in `empty`"),
    (_envelope("contents", None), "/services", "a list called contents"),
]


@pytest.mark.parametrize(("breaks", "path", "said"), BREAKS)
def test_DI13_one_broken_rule_is_found_and_said_in_words(feed, breaks, path, said):
    breaks(feed)

    found = feed.judged()

    assert not found.complies
    assert any(said in sentence for sentence in words(found, path)), words(found, path)


def test_DI13_what_is_wrong_with_an_optional_endpoint_only_warns(feed):
    del feed.lists["taxonomies"]

    found = feed.judged()

    assert found.verdict("/taxonomies") == "warn"
    assert found.complies


def test_DI13_without_schemas_the_other_rules_are_judged_and_it_says_so(feed):
    feed.lists["services"][0].pop("name")

    found = feed.judged(schemas=False)

    assert not found.by_schemas
    assert not found.complies


def test_DI13_a_feed_of_1_0_hears_what_3_0_wants(feed):
    services = [{"id": "1", "name": "Club", "eligibilitys": [{"minimum_age": 5}]}]
    feed.root = None
    feed.lists = {"services": services}
    feed.alone = {"services": services[0]}
    names = "totalElements totalPages number size first last empty content".split()
    feed.change = lambda _, page: dict(zip(names, page.values(), strict=True))

    found = feed.judged()

    assert found.profile == "Open Referral UK 1.0"
    assert "total_items" in found.notes[0]
    assert any("eligibilitys" in problem.words for problem in found.problems.of("/services"))
    assert found.complies


def test_Z32_a_ring_of_pages_ends(feed):
    feed.change = lambda _, page: page | {"total_pages": 10**9, "last_page": False}
    feed.lists["services"] *= 3

    assert not feed.judged().complies
