"""I05, DI15, DI17: what must never stand in the open feed does not, in none of its forms."""

import io
import json
import zipfile
from uuid import UUID

import pytest

from linkwell.directory.models import Organisation, Service
from linkwell.directory.queries.feed_rows import FeedOrganisation, FeedService
from linkwell.team.access import LW
from tests.contracts import feed_world
from tests.factories import MembershipFactory

BASE = "/open-referral/v3"
EVERYTHING = (
    "/", "/openapi.json", "/services", "/services?full=true", "/services?format=ndjson&full=true",
    "/services?minimal=true", "/services?full=true&modified_after=2020-01-01", "/service_at_locations?full=true",
    "/organizations?full=true", "/organizations?full_service=true", "/taxonomies", "/taxonomy_terms?per_page=500",
)  # fmt: skip
# Persons, what staff alone may see, and whatever leads to the refuge's or the quiet place's door
NEVER = (
    "Priya", "Quentin", "quentin@", "07700 900123", "Ask for Jo", "Unseen", "Hidden club", "It is a trap",
    "9 Secret Lane", "Rose House", "M33 7WR", "rose@refuge", "refuge.example.org", "7 Quiet Lane", "53.41,", "-2.33",
    "100012345678", "Rose Trust", "1999999", "referral@", "they rang", "Ended by hand because",
)  # fmt: skip


@pytest.fixture
def world(scheme):
    made = feed_world.make()
    by = MembershipFactory(scheme=scheme, role=LW)
    feed_world.remark(made.full, scheme, by)
    Organisation.objects.filter(pk=made.owner.pk).update(
        referral_email="referral@sheds.example.org", referral_email_how="they rang", referral_email_verified_by=by.pk,
        referral_email_verified_at=feed_world.NOW,
    )  # fmt: skip
    Service.objects.filter(name="Ended club").update(ended_why="Ended by hand because of Jo")
    return made


def everything(client, world):
    told = {path: client.get(f"{BASE}{path}").getvalue().decode() for path in EVERYTHING}
    for one in (world.full, world.refuge, world.gone):
        told[one.name] = client.get(f"{BASE}/services/{one.public_id}").content.decode()
    package = zipfile.ZipFile(io.BytesIO(client.get(f"{BASE}/datapackage.zip").getvalue()))
    return told | {name: package.read(name).decode() for name in package.namelist()}


def test_I05_DI15_DI17_no_answer_and_no_file_holds_what_must_not_be_told(client, world):
    for where, text in everything(client, world).items():
        assert [secret for secret in NEVER if secret in text] == [], where


def test_I05_what_the_feed_reads_is_an_allow_list_of_public_fields():
    asked = {name for name in FeedService.__slots__} | set(FeedOrganisation.__slots__)

    for model in (Service, Organisation):
        not_public = {name for name, field_class in model.field_classes.items() if str(field_class) != "public"}
        assert not_public
        assert not asked & not_public


@pytest.mark.parametrize("kind", [0, 1])
def test_I05_D12_an_unapproved_or_hidden_entry_is_absent_by_its_id_too(client, world, kind):
    assert client.get(f"{BASE}/services/{world.hidden[kind].public_id}").status_code == 404


def test_D12_an_entry_hidden_a_moment_ago_is_gone_though_its_list_was_noted_before(client, world, settings):
    settings.FEED_LIST_SECONDS = 60
    from linkwell.directory.queries.feed_lists import LISTS

    LISTS._held.clear()
    before = json.loads(client.get(f"{BASE}/services").content)
    Service.objects.filter(pk=world.full.pk).update(hidden_at=feed_world.NOW)
    after = json.loads(client.get(f"{BASE}/services").content)
    LISTS._held.clear()

    assert "Men's Shed" in {one["name"] for one in before["contents"]}
    assert "Men's Shed" not in {one["name"] for one in after["contents"]}
    assert after["size"] == len(after["contents"]) == before["size"] - 1


def test_DI17_an_undisclosed_service_shows_its_area_and_phone(client, world):
    told = json.loads(client.get(f"{BASE}/services/{world.refuge.public_id}").content)

    assert [one["number"] for one in told["phones"]] == ["0800 496 0009"]
    assert [one["name"] for one in told["service_areas"]] == ["Trafford"]
    assert told["description"] == "For women and children."
    assert not {"service_at_locations", "email", "url", "application_process"} & set(told)


def test_DI17_no_search_by_place_finds_an_undisclosed_service(client, world):
    for path in ("/services", "/service_at_locations"):
        asked = {"postcode": "M33 7WR", "proximity": "20000"}
        assert "refuge" not in client.get(f"{BASE}{path}", asked).content.decode()
    access = next(
        one for one in json.loads(client.get(f"{BASE}/taxonomy_terms?per_page=500").content)["contents"]
        if one.get("code") == "step_free"
    )  # fmt: skip
    found = client.get(f"{BASE}/services", {"taxonomy_term_id": access["id"]}).content.decode()
    assert "refuge" not in found


def test_DI13_what_has_left_says_so_to_harvesters_and_tells_nothing_more(client, world):
    asked = {"modified_after": "2026-11-22T00:00:00Z", "full": "true"}
    told = {one["name"]: one for one in json.loads(client.get(f"{BASE}/services", asked).content)["contents"]}

    status = {name: one["status"] for name, one in told.items()}
    assert {name: status[name] for name in ("Old Club", "Ended club", "Inactive club", "Joined club")} == {
        "Old Club": "inactive", "Ended club": "defunct", "Inactive club": "inactive", "Joined club": "defunct"
    }  # fmt: skip
    assert set(told["Old Club"]) == {"id", "name", "status", "last_modified"}
    assert client.get(f"{BASE}/services/{told['Old Club']['id']}").status_code == 200
    since = {"modified_after": "2026-05-01T00:00:00Z"}
    assert "Forgotten club" in client.get(f"{BASE}/services", since).content.decode()  # it left by growing old
    assert UUID(told["Old Club"]["id"]) == world.gone.public_id
