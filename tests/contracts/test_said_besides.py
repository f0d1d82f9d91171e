"""DI1, DI13: what a source says besides - funding, programmes, logos, registers - is kept, cleaned, and told again."""

import io
import json
from datetime import timedelta

import pytest
from django.utils import timezone

from linkwell.directory.editing import keeping
from linkwell.directory.imports import import_records
from linkwell.directory.models import Location, Organisation, Schedule, Service
from linkwell.interop.open_referral import FeedReader, publish_all
from linkwell.interop.open_referral.besides import LONGEST, MOST
from linkwell.interop.open_referral.packages import read_package
from linkwell.interop.open_referral.service import read_service
from linkwell.team.access import DIR
from tests.contracts import feed_world
from tests.factories import MembershipFactory

BASE = "/open-referral/v3"
HALL = {"id": "l1", "name": "Hall", "external_identifier": "10092008082", "external_identifier_type": "UPRN",
        "addresses": [{"address_1": "1 High Street", "city": "Sale", "postal_code": "M33 7WR"}]}  # fmt: skip
ENTRY = {
    "id": "s1", "name": "Choir", "status": "active", "assured_date": f"{timezone.now():%Y-%m-%d}",
    "funding": [{"source": "The council"}], "licenses": "Singing",
    "organization": {"id": "o1", "name": "Sale Singers", "legal_status": "Charity", "logo": "https://s.example.org/l",
                     "organization_identifiers": [{"identifier_scheme": "GB-CHC", "identifier_type": "Charity number",
                                                   "identifier": "1089464"}]},
    "service_at_locations": [{"description": "In the big room", "location": HALL}], "contacts": [],
}  # fmt: skip


def take(*entries, at=None):
    source = json.dumps(list(entries)).encode()
    return import_records(reader=FeedReader(source), source="Sale", at=at or timezone.now())


def read(**said):
    return read_service({"id": "x", "name": "Choir"} | said, path="$", record="x")


def told(client, path):
    answer = client.get(f"{BASE}{path}")
    assert answer.status_code == 200
    return answer.json()


def without_ids(value):
    if isinstance(value, dict):
        return {key: without_ids(one) for key, one in value.items() if key not in ("id", "organization_id")}
    return [without_ids(one) for one in value] if isinstance(value, list) else value


def test_DI1_what_a_feed_says_besides_is_told_of_service_organisation_and_place(client, db):
    take(ENTRY)
    found = told(client, f"/services/{Service.objects.get().public_id}")
    owner = told(client, f"/organizations/{found['organization']['id']}")

    assert (without_ids(found["funding"]), found["licenses"]) == ([{"source": "The council"}], "Singing")
    assert (owner["legal_status"], owner["logo"]) == ("Charity", "https://s.example.org/l")
    assert without_ids(owner["organization_identifiers"]) == ENTRY["organization"]["organization_identifiers"]
    at = found["service_at_locations"][0]
    assert (at["description"], at["location"]["external_identifier"]) == ("In the big room", "10092008082")
    assert told(client, "/services")["contents"][0]["licenses"] == "Singing"
    assert "funding" not in told(client, "/services")["contents"][0]


def test_DI13_every_property_that_is_kept_besides_comes_out_and_nothing_that_is_not_known(client, db):
    world = feed_world.make()
    found = told(client, f"/services/{world.full.public_id}")
    owner = told(client, f"/organizations/{world.owner.public_id}")
    place, last = found["service_at_locations"][0]["location"], found["schedules"][-1]
    besides = feed_world.BESIDES

    said = without_ids(owner)
    assert said["programs"] == [{"name": "Making", "alternate_name": "Makers", "description": "Making"},
                                {"name": "Mending", "description": "On Mondays"}]  # fmt: skip
    plain = {key: value for key, value in besides["organization"].items() if key != "programs"}
    assert {key: said[key] for key in plain} == plain
    assert found["program"] == owner["programs"][0] and found["program_id"] == owner["programs"][0]["id"]
    assert [(one["document"], one.get("uri")) for one in found["required_documents"]] == [
        ("Gloves", None), ("a mug", "https://mug.example.org")]  # fmt: skip
    assert place["addresses"][0]["state_province"] == "Cheshire"
    assert without_ids(place["languages"]) == [{"name": "Urdu", "code": "ur"}]
    assert {key: last[key] for key in besides["schedule"]} == besides["schedule"]
    assert last["description"] == "Bring a mug"  # the notes stand apart again
    assert found["phones"][0]["type"] == "voice" and found["phones"][0]["languages"][0]["code"] == "pl"
    assert found["service_areas"][0]["description"] == "The borough"
    term = next(one["taxonomy_term"] for one in found["attributes"] if one["taxonomy_term"]["name"] == "Woodwork")
    assert (term["code"], term["taxonomy_detail"]["version"]) == ("W1", "3")
    assert term["taxonomy_detail"]["id"] == term["taxonomy_id"]
    assert "assurer_email" not in found and "attention" not in json.dumps(place)


def test_DI1_what_is_said_besides_is_cleaned_bounded_and_holds_no_person():
    found = read(
        licenses="<script>alert(1)</script>Sale of <b>tea</b>",
        funding=[{"source": "A" * 5_000}, {"source": ""}, "x", {"amount": 3}] + [{"source": "B"}] * 100,
        program={"alternate_name": "no name"},
        organization={
            "id": "o", "name": "O", "logo": "javascript:alert(1)", "uri": "ftp://x.example.org", "tax_id": ["1"],
            "year_incorporated": 12, "legal_status": "n/a", "secret": "x",
            "additional_websites": [{"label": "Nowhere"}, {"label": "Here", "url": "www.example.org"}],
            "programs": [{"name": "Making", "contacts": [{"name": "Priya", "email": "priya@example.org"}]}],
        },
    )  # fmt: skip

    assert found.more["licenses"] == "Sale of tea"
    assert [one["source"][:1] for one in found.more["funding"]] == ["A"] + ["B"] * (MOST - 1)
    assert len(found.more["funding"][0]["source"]) == 2_000
    assert "program" not in found.more
    assert found.organisation.more == {
        "additional_websites": [{"url": "http://www.example.org", "label": "Here"}],
        "programs": [{"name": "Making"}],
    }
    assert {"$.organization.logo", "$.licenses"} <= {issue.path for issue in found.issues}


def test_DI1_of_what_is_too_long_the_longest_is_left_out_and_said_so():
    many = [{"source": "C" * 1_900} for _ in range(MOST)]
    found = read(licenses="Tea", funding=many)

    assert len(json.dumps(many)) > LONGEST
    assert found.more == {"licenses": "Tea"}
    assert any("left out" in issue.reason for issue in found.issues if issue.path == "$.funding")


def test_DI1_the_same_again_changes_nothing_and_a_change_at_the_source_is_one(client, db):
    at = timezone.now() - timedelta(days=1)
    take(ENTRY, at=at)
    again = take(ENTRY | {"pad": 1}, at=at + timedelta(hours=1))  # other bytes, the same said
    assert (again.unchanged, again.updated) == (1, 0)

    changed = take(ENTRY | {"funding": [{"source": "The lottery"}]}, at=at + timedelta(hours=2))
    assert (changed.updated, Service.objects.get().more["funding"]) == (1, [{"source": "The lottery"}])
    assert Service.objects.get().changed_at == at + timedelta(hours=2)


def test_DI1_a_line_of_a_list_leaves_what_the_full_record_said_besides(db):
    take(ENTRY)
    line = {"id": "s1", "name": "Choir for all", "status": "active", "organization": {"id": "o1", "name": "Singers"}}
    take(line)

    service, owner = Service.objects.get(), Organisation.objects.get()
    assert (service.name, owner.name) == ("Choir for all", "Singers")
    assert service.more["funding"] and owner.more["legal_status"] == "Charity"
    assert owner.identifiers[0]["identifier"] == "1089464"
    take(ENTRY | {"funding": [], "licenses": "", "organization": {"id": "o1", "name": "Singers"}})
    service, owner = Service.objects.get(), Organisation.objects.get()
    assert (service.more, owner.more, owner.identifiers) == ({}, {}, [])  # a full record that says nothing says so


def test_DI1_a_hand_correction_stays_while_what_is_said_besides_follows_its_source(scheme):
    take(ENTRY)
    keeping.edit_entry(service_id=Service.objects.get().pk, fields={"how_to_join": "Just come"},
                       by=MembershipFactory(role=DIR), at=timezone.now())  # fmt: skip
    take(ENTRY | {"funding": [{"source": "The lottery"}], "application_process": "Write to us"})

    entry = Service.objects.get()
    assert (entry.how_to_join, entry.more["funding"]) == ("Just come", [{"source": "The lottery"}])


def test_DI13_times_of_one_place_are_told_with_their_place(client, db):
    def at(key, *opens):
        place = {"id": key, "name": key, "addresses": [{"address_1": key, "city": "Sale", "postal_code": "M33 7WR"}]}
        return {"location": place, "schedules": [{"freq": "WEEKLY", "byday": "MO", "opens_at": one} for one in opens]}

    whole = {"freq": "WEEKLY", "byday": "MO", "opens_at": "09:00"}
    take(ENTRY | {"schedules": [whole], "service_at_locations": [at("Hall", "09:00", "10:00"), at("Barn", "10:00")]})
    found = told(client, f"/services/{Service.objects.get().public_id}")

    names = {one["id"]: one["location"]["name"] for one in found["service_at_locations"]}
    assert [(one["opens_at"], names.get(one.get("service_at_location_id"))) for one in found["schedules"]] == [
        ("09:00:00", None), ("10:00:00", "Hall"), ("10:00:00", "Barn")]  # fmt: skip
    assert Service.objects.get().times_text == "Mondays from 9am; Mondays from 10am"


def test_DI1_the_link_of_a_place_online_is_kept_beside_the_others():
    found = read(additional_urls=[{"label": "Book", "url": "https://book.example.org"}], service_at_locations=[
        {"location": {"location_type": "virtual", "name": "Our room", "url": "https://room.example.org"}},
        {"location": {"location_type": "virtual", "name": "Again", "url": "https://book.example.org"}},
    ])  # fmt: skip

    assert found.additional_urls == [{"label": "Book", "url": "https://book.example.org"},
                                     {"label": "Our room", "url": "https://room.example.org"}]  # fmt: skip
    assert (found.locations, found.modes) == ([], ["online"])


def test_DI1_areas_of_its_places_are_the_services_only_where_every_place_has_some():
    sale, all_over = {"service_areas": [{"name": "Sale"}]}, {"location": HALL}

    assert [one.name for one in read(service_at_locations=[sale, sale]).areas] == ["Sale"]
    assert read(service_at_locations=[sale, all_over]).areas == []


@pytest.mark.parametrize("name", ["A women's refuge", "Choir"])
def test_DI17_of_an_address_that_is_not_given_out_nothing_besides_is_kept(scheme, name):
    take(ENTRY | {"name": name, "schedules": [{"byday": "MO", "schedule_link": "https://s.example.org/come"}]})
    if name == "Choir":
        keeping.hide_address(service_id=Service.objects.get().pk, why="A refuge", by=MembershipFactory(role=DIR),
                             at=timezone.now())  # fmt: skip

    service, place = Service.objects.get(), Location.objects.get()
    assert (service.is_undisclosed, service.more, place.more) == (True, {}, {})
    assert (Schedule.objects.get().more, service.at_locations.get().description) == ({}, "")


def test_DI17_a_place_that_is_not_given_out_stays_so_when_another_entry_names_it_with_its_number(client, db):
    take(ENTRY | {"name": "A women's refuge"})
    take(ENTRY | {"id": "s2", "name": "Choir"}, ENTRY | {"name": "A women's refuge"})

    choir = Service.objects.get(name="Choir")
    assert (Location.objects.get().more, choir.at_locations.get().description) == ({}, "")
    assert "10092008082" not in json.dumps(told(client, f"/services/{choir.public_id}"))


def test_DI13_a_link_that_is_none_is_not_told_however_it_got_in(client, db):
    world = feed_world.make()
    said = {"logo": "javascript:alert(1)", "uri": "https://sheds.example.org/id", "funding": ["x", {"source": ""}]}
    Organisation.objects.filter(pk=world.owner.pk).update(more=said)

    found = told(client, f"/organizations/{world.owner.public_id}")

    assert found["uri"] == "https://sheds.example.org/id"
    assert not {"logo", "funding"} & set(found)


def test_DI13_the_data_package_holds_it_too_and_each_programme_once(db):
    world = feed_world.make()
    file = io.BytesIO()
    counts = publish_all.write_package(file, at=timezone.now())
    records = [json.loads(record) for record in read_package(file.getvalue()).records]
    found = next(one for one in records if one["id"] == str(world.full.public_id))
    again = read_service(found, path="$", record="x")

    assert (counts["program"], counts["funding"]) == (2, 2)
    assert again.more["program"] == {"name": "Making", "alternate_name": "Makers", "description": "Making"}
    assert (again.more["licenses"], again.more["funding"]) == ("Sale of tea", [{"source": "The council"}])
    assert again.more["required_documents"] == feed_world.BESIDES["service"]["required_documents"]
    owner, stored = again.organisation, feed_world.BESIDES["organization"]
    same = ("alternate_name", "legal_status", "year_incorporated", "logo", "additional_websites", "funding")
    assert {key: owner.more[key] for key in same} == {key: stored[key] for key in same}
    assert [one["name"] for one in owner.more["programs"]] == ["Making", "Mending"]
    assert [phone.number for phone in owner.phones] == ["0161 496 0000"]
    assert again.phones[0].more == feed_world.BESIDES["phone"]
    assert again.locations[0].more["external_identifier"] == "10092008082"
    assert again.additional_urls == [{"label": "Book", "url": "https://sheds.example.org/book"}]
