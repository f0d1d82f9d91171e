"""DI13: `linkwell directory publish` and `check`, and the page that says what there is, as they are used."""

import contextlib
import json
import re

import pytest
from typer.testing import CliRunner

from linkwell.cli import directory_feed
from linkwell.cli.errors import Refused
from linkwell.interop.fetching import Fetcher
from linkwell.interop.open_referral import open_feed
from linkwell.interop.open_referral.packages import read_package
from linkwell.interop.open_referral.service import read_service
from tests.contracts import feed_world
from tests.contracts.test_feed_contract import fetching
from tests.shared import shared


@pytest.fixture
def world(db, monkeypatch):
    monkeypatch.setattr("linkwell.cli.session.session", contextlib.nullcontext)
    return feed_world.make()


def run(*words):
    return CliRunner().invoke(directory_feed.app, [str(word) for word in words])


def test_DI13_both_files_are_written_whole_and_can_be_read_again(world, tmp_path):
    done = run("publish", tmp_path)

    assert done.exit_code == 0, done.output
    assert sorted(one.name for one in tmp_path.iterdir()) == ["datapackage.zip", "services.ndjson"]
    assert [read_of(reader, raw).name for reader in [open_feed(tmp_path / "services.ndjson")] for raw in reader.raws()]
    package = read_package((tmp_path / "datapackage.zip").read_bytes())
    names = {read_service(json.loads(raw), path="$", record="x").name for raw in package.records}
    assert names == {"Men's Shed", "Tea and Chat", "Winter Walks", "Safe refuge", "Drop-in at a quiet place"}
    shed = next(one for one in map(json.loads, package.records) if one["name"] == "Men's Shed")
    again = read_service(shed, path="$", record="x")
    assert [one.number for one in again.phones][:2] == ["0161 496 0001", "0161 496 0002"]
    assert again.locations[0].town == "Sale"
    assert {term.name for term in again.terms} >= {"Woodwork", "Has a waiting list"}


def read_of(reader, raw):
    return reader.read(raw)


def test_DI13_a_file_that_cannot_be_written_is_refused_in_words_and_leaves_nothing(world, tmp_path):
    done = run("publish", tmp_path / "nowhere" / "feed.zip")
    odd = run("publish", tmp_path / "feed.txt")

    assert isinstance(done.exception, Refused) and "could not be written" in str(done.exception)
    assert isinstance(odd.exception, Refused) and "ends with .ndjson or .zip" in str(odd.exception)
    assert list(tmp_path.iterdir()) == []


def test_DI13_check_says_that_our_own_feed_complies_and_what_is_wrong_with_a_broken_one(
    world, client, monkeypatch, tmp_path
):
    monkeypatch.setattr(Fetcher, "get", lambda self, url: fetching(client)(url))
    schemas = shared("standards")
    address = "https://feed.example.org/open-referral/v3"

    good = run("check", f"{address}/services", "--schemas", schemas)
    unsure = run("check", address)
    bad = run("check", "https://feed.example.org/elsewhere", "--schemas", schemas)

    assert good.exit_code == 0, good.output
    assert "It complies." in good.output
    assert unsure.exit_code == directory_feed.NOT_WHOLLY_JUDGED
    assert "git clone" in unsure.output
    assert bad.exit_code == 1
    assert "does not answer as it should" in bad.output


def test_DI13_check_of_a_file_says_what_breaks_the_schemas(db):
    folder = shared("standards")

    wrong = run("check", folder / "oruk-validator-mocks/V3.0-UK-Fail/service_full.json", "--schemas", folder)
    right = run("check", folder / "oruk-3.0/examples/service_full.json", "--schemas", folder)

    assert wrong.exit_code == 1
    assert "Write `email` as an e-mail address" in wrong.output
    assert right.exit_code == 0, right.output


def test_DI13_the_page_about_the_feed_leads_to_all_of_it(client, world):
    page = client.get("/open-referral/").content.decode()

    for link in re.findall(r'href="(?:http://localhost:8000)?(/open-referral/v3/[^"]*)"', page):
        answer = client.get(link.replace("&amp;", "&"))
        assert answer.status_code == 200
        assert b"".join(answer.streaming_content)
    assert page.count("/open-referral/v3/services?format=ndjson") == 1
