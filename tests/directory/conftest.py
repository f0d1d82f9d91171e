"""Who writes in the directory, and an entry to write."""

import json

import pytest
from django.utils import timezone

from linkwell.directory.editing import moderation, queries
from linkwell.directory.models import Service
from linkwell.team.access import DIR, VOA
from tests.factories import MembershipFactory, OrganisationFactory, ServiceFactory

NOW = timezone.now()
TODAY = NOW.date()


@pytest.fixture
def editor(scheme):
    return MembershipFactory(role=DIR)


@pytest.fixture
def group(scheme):
    return OrganisationFactory(name="Sale Shed")


@pytest.fixture
def account(scheme, group):
    return MembershipFactory(role=VOA, organisation=group)


@pytest.fixture
def shed(group):
    return ServiceFactory(name="Men's Shed", organisation=group, description_text="We make things.")


def suggest(account, shed, **given):
    return moderation.suggest_changes(
        service_id=shed.pk, fields=given, origin="organisation", by=account, at=NOW, reason="We moved"
    )


def taken(submission, editor, edited=None):
    found = queries.submission(submission)
    words = {one.pk: (edited or {}).get(one.field, one.suggested) for one in found.changes}
    seen = {one.pk: one.seal for one in found.changes}
    return moderation.take_changes(submission=submission, words=words, seen=seen, by=editor, at=NOW)


def imported(**changed):
    from linkwell.directory.imports import import_records
    from linkwell.interop.open_referral import FeedReader

    place = {"id": "l1", "name": "The house", "addresses": [{"address_1": "12 Hidden Lane", "city": "Sale",
             "postal_code": "M33 7WR"}], "latitude": 53.42, "longitude": -2.32}  # fmt: skip
    entry = {
        "id": "1", "name": "House", "organization": {"id": "o1", "name": "A House"},
        "schedules": [{"freq": "WEEKLY", "byday": "MO", "opens_at": "09:00", "closes_at": "10:00"}],
        "phones": [{"number": "0161 496 0999"}], "service_at_locations": [{"location": place}], **changed,
    }  # fmt: skip
    import_records(reader=FeedReader(json.dumps([entry]).encode()), source="Council", at=NOW)
    return Service.objects.get(source__name="Council")
