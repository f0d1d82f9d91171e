"""DI1, DI13: what a feed says, read, imported and published again, field by field; what is lost, and why."""

import json
import re
from datetime import UTC, datetime

import pytest
from django.utils import timezone

from linkwell.directory.imports import import_records
from linkwell.directory.models import Service
from linkwell.interop.open_referral import open_feed
from linkwell.interop.open_referral.service import read_service
from tests.shared import shared

BASE = "/open-referral/v3"


def flat(value, path=""):
    """Return (path, value) of everything in a record; ids are told anew and are left out."""
    if isinstance(value, dict):
        for name, below in value.items():
            if name != "id" and not name.endswith("_id"):
                yield from flat(below, f"{path}.{name}".strip("."))
    elif isinstance(value, list):
        for below in value:
            yield from flat(below, f"{path}[]")
    elif value not in (None, "", -1):  # an age below 0 is none
        yield path, value


def published_again(client, path):
    """Return a record, and what our feed says of it after it was read and imported."""
    file = shared(path)
    import_records(reader=open_feed(file), source="Example", at=timezone.now())
    entry = Service.objects.get()
    entry.confirmed_at, entry.confirmed_by = timezone.now(), "group"  # or the examples of 2005 are too old to be told
    entry.save()
    answer = client.get(f"{BASE}/services/{entry.public_id}")
    assert answer.status_code == 200
    return json.loads(file.read_text()), json.loads(answer.content)


def lost(before, after):
    """Return the paths of a record whose value is not told again under the same path."""
    told = {}
    for path, value in flat(after):
        told.setdefault(path, set()).add(same(value))
    return sorted({path for path, value in flat(before) if same(value) not in told.get(path, set())})


def same(value):
    """Write moments, numbers and text in one way each."""
    if isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\dT", value):
        moment = datetime.fromisoformat(value)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).replace(microsecond=0)
    return " ".join(str(value).split()).casefold()


# Why a path of an example is not told again: a pattern of paths for each reason. Nothing else may be lost.
LOST = {
    "a person's name and what hangs on it are nobody's business": r"(.*\.)?contacts\[\].*|assurer_email|.*\.attention",
    "when it was confirmed and changed is ours to say": r"assured_date|last_modified|metadata\[\].*",
    "a number stands once, on the service, with its mark-up taken out":
        r"(.*\.)?phones\[\]\.(number|type|languages.*|description|extension)",
    "which languages a place or number offers is told of the service": r".*location\.languages\[\].*",
    "whose the term is stands in its taxonomy": r"attributes\[\]\.(link_type|link_entity|label)"
        r"|attributes\[\]\.taxonomy_term\.(term|code|language|taxonomy_detail.*)",
    "times stand once, on the service, and both of their texts in one":
        r"service_at_locations\[\](\.location)?\.schedules\[\].*|schedules\[\]\.(description|notes)",
    "parts of iCalendar that nothing of ours reads": r"schedules\[\]\.(dtstart|schedule_link|timezone|until|count|wkst"
        r"|byweekno|byyearday|bymonthday)",
    "costs in words stand in both fields, in one text": r"fees|fees_description",
    "an extent without its kind is a text": r"service_areas\[\]\.(extent_type|description)",
    "what a place says of access stands in one text": r".*location\.accessibility\[\].*",
    "a place is told as one goes there, with our word for its county": r".*addresses\[\]\.(address_type|state_province"
        r"|address_1|address_2)",
    "an example's point that is no place on Earth": r".*location\.(latitude|longitude)",
    "not kept: nothing of ours reads it": r"service_at_locations\[\]\.(service_areas.*|description)"
        r"|.*\.external_identifier(_type)?|.*location\.(alternate_name|url)"
        r"|organization\.(alternate_name|logo|uri|legal_status|tax_status|year_incorporated|tax_id"
        r"|additional_websites.*|programs.*|funding.*)|funding\[\].*|licenses|program\..*"
        r"|required_documents\[\]\.uri|capacities\[\]\.unit\..*",
    "where an organization is, is told of its services": r"organization\.locations\[\].*",
    "keys of a vendor": r"pc_.*|.*serviceId|.*areaServed.*",
    "a description is plain text": r"description",
}  # fmt: skip
EXAMPLES = (
    "standards/oruk-3.0/examples/service_full.json",
    "standards/hsds-3.0/examples/service_full.json",
    "standards/hsds-3.1-mock/services/ac148810-d857-441c-9679-408f346de14b.json",
    "data/directory/oruk-3.0-bristol-live/service-full-1625ip.json",
)


@pytest.mark.parametrize("path", EXAMPLES)
def test_DI1_DI13_a_record_comes_out_as_it_went_in_but_for_what_is_named(client, db, path):
    before, after = published_again(client, path)

    missing = [one for one in lost(before, after) if not any(re.fullmatch(why, one) for why in LOST.values())]
    assert missing == []


def test_DI13_a_published_record_read_and_published_again_loses_nothing_of_the_entry(client, db):
    _, once = published_again(client, EXAMPLES[0])
    Service.objects.update(listing="inactive")
    again = read_service(once, path="$", record="x")

    assert again.name == once["name"]
    assert [one.number for one in again.phones] == [one["number"] for one in once.get("phones", [])]
    assert len(again.terms) == len(once["attributes"])
    assert [(one.weekday, one.opens_at.isoformat()) for one in again.schedules] == [(3, "10:00:00"), (4, "10:00:00")]
    assert again.locations[0].address == once["service_at_locations"][0]["location"]["addresses"][0]["address_1"]
    assert [issue for issue in again.issues if issue.kind == "refusal"] == []
