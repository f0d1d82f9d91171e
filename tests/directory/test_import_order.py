"""Properties of an import: twice is once, and the order of records and pages does not matter."""

import json
import random
from datetime import UTC, datetime

import pytest

from linkwell.directory.imports import import_records
from linkwell.directory.models import (
    Attribute,
    Location,
    Organisation,
    Phone,
    Schedule,
    Service,
    ServiceAtLocation,
    ServiceNeed,
    Source,
)
from linkwell.interop.open_referral import FeedReader

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
NUMBERED = {"id", "public_id", "source_id", "service_id", "organisation_id", "location_id", "term_id", "read_run_id"}


def records(seed):
    """A feed with shared organisations and places, repairs and all that hangs on a service."""
    rng = random.Random(seed)
    return [
        {
            "id": f"s{number}", "name": f"Lunch club {number}", "minimum_age": rng.choice([-1, 18, 60, None]),
            "description": rng.choice(["Tea for <b>lonely</b> people", "", "Help with debt"]),
            "organization": {"id": f"o{number % 4}", "name": f"Group {number % 4}"},
            "phones": [{"number": f"0161 912 2{number:03} ask for Jo"}][: rng.randrange(2)],
            "schedules": [{"freq": "WEEKLY", "byday": rng.choice(["TU", "MO,FR"]), "opens_at": "10:00",
                           "closes_at": "12:00"}][: rng.randrange(2)],
            "attributes": [{"taxonomy_term": {"id": f"t{number % 3}", "name": f"Term {number % 3}"}}],
            "service_at_locations": [{"location": {"id": f"l{number % 5}", "name": f"Hall {number % 5}",
                "addresses": [{"address_1": f"{number % 5} High Street", "city": "Sale", "postal_code": "M33 4AA"}]}}],
        }
        for number in range(30)
    ]  # fmt: skip


def take(feed, name):
    return import_records(reader=FeedReader(json.dumps(feed).encode()), source=name, at=NOW)


def stands(name):
    """What a source's entries say, without the numbers that the database gives."""
    source = Source.objects.get(name=name)
    told = {}
    of = {Service: "source", Organisation: "source", Location: "source"}
    hanging = (Phone, Schedule, ServiceAtLocation, ServiceNeed, Attribute)
    for model in (*of, *hanging):
        rows = model.objects.filter(**{of.get(model, "service__source"): source})
        named = [field.attname for field in model._meta.concrete_fields if field.attname not in NUMBERED]
        extra = [] if model in of else ["service__external_id"]
        extra += ["location__external_id"] if model is ServiceAtLocation else []
        extra += ["organisation__external_id"] if model is Service else []
        found = rows.values_list(*named, *extra)
        told[model.__name__] = sorted(repr([bytes(one) if isinstance(one, memoryview) else one for one in row])
                                      for row in found)  # fmt: skip
    return told


@pytest.mark.parametrize("seed", range(3))
def test_DI2_an_import_twice_is_an_import_once_in_whatever_order_its_records_come(seed):
    feed = records(seed)
    take(feed, "In order")
    before = stands("In order")

    again = take(feed, "In order")
    assert (again.unchanged, again.updated, again.created) == (30, 0, 0)
    assert stands("In order") == before

    shuffled = list(feed)
    random.Random(seed + 100).shuffle(shuffled)
    take(shuffled, "Shuffled")
    assert stands("Shuffled") == before
    mixed = take(shuffled, "In order")
    assert mixed.unchanged == 30 and stands("In order") == before
