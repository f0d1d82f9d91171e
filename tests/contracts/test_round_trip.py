"""DI1, DI13: what a feed says, read, imported and published again, field by field; what is lost, and why."""

import json
import re
from datetime import UTC, datetime

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
    import_records(reader=open_feed(file), source=path, at=timezone.now())
    entry = Service.objects.get(source__name=path)
    entry.confirmed_at, entry.confirmed_by = timezone.now(), "group"  # or the examples of 2005 are too old to be told
    entry.save()
    told = answered(client, f"services/{entry.public_id}")
    if entry.organisation:  # with all that hangs on it, as it is told by itself
        told["organization"] = answered(client, f"organizations/{entry.organisation.public_id}")
    return json.loads(file.read_text()), told


def answered(client, path):
    answer = client.get(f"{BASE}/{path}")
    assert answer.status_code == 200
    return json.loads(answer.content)


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


# Why a path of an example is not told again in its place: a pattern of paths for each reason. Nothing else may be lost.
LOST = {
    "a person's name and what hangs on it are nobody's business":
        r"(.*\.)?contacts\[\]\.(name|title|department|email|phones\[\].*)|assurer_email|.*addresses\[\]\.attention"
        r"|metadata\[\].*",
    "when it was confirmed and changed is ours to say": r"assured_date|last_modified",
    "a number is told with its marks taken out": r"(organization\.)?phones\[\]\.number",
    "a number of a place is told of the service":
        r"service_at_locations\[\](\.location)?\.phones\[\]\.(number|type|extension|description|languages\[\].*)",
    "times of a place are told of the service, with the place":
        r"service_at_locations\[\](\.location)?\.schedules\[\].*",
    "an area of a place is told of the service": r"service_at_locations\[\]\.service_areas\[\].*",
    "a term says by itself what it is called, and is told of the service that bears it":
        r"attributes\[\]\.(link_type|link_entity|label)|attributes\[\]\.taxonomy_term\.term",
    "whose the terms are is told with the name of the list": r"attributes\[\]\.taxonomy_term\.taxonomy_detail\.name",
    "costs in words stand in both fields, in one text": r"fees|fees_description",
    "what a place says of access stands in one text":
        r".*location\.accessibility\[\]\.(description|details|accessibility)",
    "a place is told as one goes there": r".*location\.addresses\[\]\.(address_type|address_1|address_2)",
    "an example's point that is no place on Earth": r".*location\.(latitude|longitude)",
    "where an organization is, is told of its services: its own address may be somebody's home":
        r"organization\.locations\[\].*",
    "keys of a vendor": r"pc_.*|.*\.serviceId",
    "a description is plain text": r"description",
}  # fmt: skip
EXAMPLES = (
    "standards/oruk-3.0/examples/service_full.json",
    "standards/hsds-3.0/examples/service_full.json",
    "standards/hsds-3.1-mock/services/ac148810-d857-441c-9679-408f346de14b.json",
    "data/directory/oruk-3.0-bristol-live/service-full-1625ip.json",
)


def test_DI1_DI13_a_record_comes_out_as_it_went_in_but_for_what_is_named_and_no_name_is_idle(client, db):
    missing, used = {}, set()
    for path in EXAMPLES:
        for one in lost(*published_again(client, path)):
            why = next((why for why, pattern in LOST.items() if re.fullmatch(pattern, one)), None)
            if why is None:
                missing.setdefault(path, []).append(one)
            used.add(why)

    assert missing == {}
    assert set(LOST) - used == set()  # a reason that nothing needs any more would hide the next loss


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
