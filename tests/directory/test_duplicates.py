"""DI14: entries of several lists that are one service: proposed, joined by a person, taken apart exactly."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from linkwell.directory import actions
from linkwell.directory.duplicates.actions import join_entries, keep_apart, undo_joining
from linkwell.directory.duplicates.likeness import PROPOSED_FROM, Entry, likeness
from linkwell.directory.duplicates.proposing import propose_duplicates
from linkwell.directory.duplicates.queries import pair_page, pairs
from linkwell.directory.errors import AnswerRefused
from linkwell.directory.imports import import_records
from linkwell.directory.models import Duplicate, FieldSource, Joining, Service
from linkwell.directory.queries import search_directory
from linkwell.interop.open_referral import FeedReader
from linkwell.team.access import DIR
from tests.factories import MembershipFactory

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
SHED = Entry("Sale Men's Shed", "Sale Men's Shed CIC", ("0161 912 2122",), "M33 7XX", "M33", url="https://shed.example")
LUNCH = Entry("Tuesday Lunch Club", "Age Well Trafford", ("0161 746 9754",), "M32 0JG", "M32")
YOGA = Entry("Chair Yoga", "Trafford Leisure", ("0161 749 2570",), "M41 5AA", "M41", 376_000, 395_000)

# (one, other, whether a person would call them one service)
LABELLED = [
    (SHED, Entry("Sale Mens Shed", "Sale Men's Shed", ("(0161) 912-2122",), "M33 7XX", "M33"), True),
    (SHED, Entry("Men's Shed Sale", "", ("+44 161 912 2122",), "", "M33"), True),
    (SHED, Entry("SALE MEN'S SHED", "Sale Mens Shed CIC", (), "M33 7XX", "M33"), True),
    (SHED, Entry("Sale Men's Shed", "", (), "", "", url="http://www.shed.example/"), True),
    (SHED, Entry("Stretford Men's Shed", "Stretford Men's Shed", ("0161 864 1111",), "M32 8AA", "M32"), False),
    (SHED, Entry("Sale Women's Shed", "Sale Men's Shed CIC", ("0161 912 2122",), "M33 7XX", "M33"), False),
    (SHED, Entry("Sale Waterside Choir", "Waterside Arts", ("0161 912 5616",), "M33 7ZF", "M33"), False),
    (LUNCH, Entry("Tuesday lunch club", "Age Well Trafford", ("01617469754",), "M32 0JG", "M32"), True),
    (LUNCH, Entry("Lunch Club (Tuesday)", "Age Well", ("0161 746 9754",), "M32 0JG", "M32"), True),
    (LUNCH, Entry("Thursday Lunch Club", "Age Well Trafford", ("0161 746 9754",), "M32 0JG", "M32"), False),
    (LUNCH, Entry("Tuesday Lunch Club", "St Mary's Church", ("01225 460000",), "BA1 1AA", "BA1"), False),
    (LUNCH, Entry("Dementia café", "Age Well Trafford", ("0161 746 9754",), "M32 0JG", "M32"), False),
    (YOGA, Entry("Chair-based Yoga", "Trafford Leisure CIC", ("0161 749 2570",), "M41 5AA", "M41"), True),
    (YOGA, Entry("Chair Yoga", "Trafford Leisure", ("0161 749 2570",), "", "M41", 376_080, 395_050), True),
    (YOGA, Entry("Chair Yoga for beginners", "Trafford Leisure", ("0161 749 2570",), "M41 5AA", "M41"), True),
    (YOGA, Entry("Chair Yoga", "Oldham Active", ("0161 207 7000",), "OL1 1AA", "OL1", 392_000, 405_000), False),
    (YOGA, Entry("Urmston Leisure Centre", "Trafford Leisure", ("0161 749 2570",), "M41 5AA", "M41"), False),
    (Entry("Cruse Bereavement Support", phones=("0808 808 1677",)),
     Entry("Cruse Bereavement Care", phones=("0808 808 1677",), url="https://cruse.example"), True),
    (Entry("Food bank", "Trussell", (), "", "M33"), Entry("Food bank", "St Paul's", (), "", "M16"), False),
    (Entry("Walking group", "Ramblers", (), "", ""), Entry("Walking football", "City FC", (), "", ""), False),
    (Entry("Citizens Advice Trafford", "Citizens Advice", ("0808 278 7803",), "M32 0LG", "M32"),
     Entry("Citizens Advice Salford", "Citizens Advice", ("0808 278 7802",), "M30 0BJ", "M30"), False),
    (Entry("Under 5s stay and play", "Sale Library", (), "M33 7ZF", "M33"),
     Entry("Over 60s stay and play", "Sale Library", (), "M33 7ZF", "M33"), False),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other", "is_one"), LABELLED, ids=[f"{a.name}-{b.name}" for a, b, _ in LABELLED])
def test_DI14_likeness_agrees_with_a_person_about_labelled_pairs(one, other, is_one):
    found = likeness(one, other)
    assert (found.share >= PROPOSED_FROM) is is_one, found
    assert likeness(other, one).share == found.share
    assert not is_one or set(one.keys()) & set(other.keys()), "no block brings them together"


def record(pk="1", **fields):
    base = {"id": pk, "name": "Sale Men's Shed", "organization": {"id": "o", "name": "Sale Men's Shed CIC"}}
    phone = {"phones": [{"id": "p", "number": "0161 912 2122"}]}
    return {**base, **phone, **fields}


def take(source, *records, days=0):
    reader = FeedReader(json.dumps(list(records)).encode())
    return import_records(reader=reader, source=source, at=NOW + timedelta(days=days))


TUESDAYS = [{"id": "a", "byday": "TU", "freq": "WEEKLY", "opens_at": "10:00", "closes_at": "12:00"}]
FRIDAYS = [{"id": "b", "byday": "FR", "freq": "WEEKLY", "opens_at": "14:00", "closes_at": "16:00"}]


@pytest.fixture
def editor(scheme):
    return MembershipFactory(scheme=scheme, role=DIR)


@pytest.fixture
def pair(editor):
    """The same shed in two lists, which tell different times."""
    take("Council", record(schedules=TUESDAYS, url="https://old.example"))
    take("Charity", record("9", name="Mens Shed Sale", schedules=FRIDAYS, url="https://new.example"))
    assert propose_duplicates(at=NOW) == 1
    return Duplicate.objects.get()


def entries():
    return Service.objects.get(source__name="Council"), Service.objects.get(source__name="Charity")


def join(pair, editor, *taken):
    return join_entries(duplicate_id=pair.pk, keep_id=entries()[0].pk, taken=taken, by=editor, at=NOW)


def test_DI14_entries_of_two_lists_are_proposed_once_with_reasons_and_those_of_one_list_never(editor):
    take("Council", record(), record("2", name="Sale Men's Shed "))
    take("Charity", record("9"), record("10", name="Dementia café"))

    assert propose_duplicates(at=NOW) == 2
    assert propose_duplicates(at=NOW) == 0

    (first, _) = pairs().rows
    assert {first.first_source, first.second_source} == {"Council", "Charity"}
    assert "The same telephone number" in first.reasons


def test_a_pair_that_is_no_longer_alike_is_taken_back_and_one_kept_apart_never_returns(pair, editor):
    keep_apart(duplicate_id=pair.pk, by=editor, at=NOW)
    assert propose_duplicates(at=NOW) == 0 and not pairs().rows
    Duplicate.objects.update(state="waiting")
    take("Charity", record("9", name="Choir", phones=[]), days=1)
    propose_duplicates(at=NOW)
    assert not Duplicate.objects.exists()
    with pytest.raises(AnswerRefused, match="decided"):
        keep_apart(duplicate_id=pair.pk, by=editor, at=NOW)


def test_DI14_joining_takes_the_chosen_fields_with_all_that_belongs_to_them(pair, editor):
    join(pair, editor, "times_text", "url")

    kept, other = entries()
    assert kept.name == "Sale Men's Shed" and kept.url == "https://new.example"
    assert kept.times_text == "Fridays 2pm to 4pm" and kept.schedules.get().weekday == 4
    assert kept.slots == other.slots and other.joined_into == kept
    assert set(FieldSource.objects.filter(service=kept, taken_from=other).values_list("field", flat=True)) == {
        "times_text", "slots", "schedules", "url",
    }  # fmt: skip
    assert [one.name for one in search_directory("shed", None, "", 1, at=NOW).services] == ["Sale Men's Shed"]


def test_DI3_DI14_each_field_of_a_joined_entry_goes_on_following_its_own_source(pair, editor):
    join(pair, editor, "times_text")

    take("Council", record(schedules=TUESDAYS, url="https://newest.example"), days=1)
    mondays = [{**FRIDAYS[0], "byday": "MO"}]
    take("Charity", record("9", name="Mens Shed Sale", schedules=mondays, url="https://other.example"), days=2)

    kept, _ = entries()
    assert kept.url == "https://newest.example"
    assert kept.times_text == "Mondays 2pm to 4pm" and kept.schedules.get().weekday == 0
    assert not kept.questions.exists()


def test_DI14_taking_apart_gives_back_exactly_what_was_there(pair, editor):
    kept, _ = entries()
    actions.correct_service(service_id=kept.pk, fields={"url": "https://by-hand.example"}, by=editor, at=NOW)
    before = _state()

    joining = join(pair, editor, "times_text", "url", "phones", "name")
    assert _state() != before
    undo_joining(joining_id=joining.pk, by=editor, at=NOW)

    assert _state() == before
    pair.refresh_from_db()
    assert pair.state == "waiting"
    with pytest.raises(AnswerRefused, match="apart already"):
        undo_joining(joining_id=joining.pk, by=editor, at=NOW)


def _state():
    """What both entries hold, but for the moment of the last change."""
    found = []
    for service in entries():
        columns = {
            field.attname: getattr(service, field.attname) for field in Service._meta.concrete_fields
            if field.name not in ("changed_at", "record_hash")
        }  # fmt: skip
        hanging = [list(rows.order_by("pk").values()) for rows in (service.schedules, service.phones)]
        held = list(service.field_sources.order_by("field").values("field", "set_at", "set_by", "said", "said_known"))
        found.append((columns, hanging, held))
    return found


def test_an_entry_with_others_in_it_stays_and_a_pair_is_joined_once(pair, editor):
    joining = join(pair, editor)
    take("Third", record("t"))
    propose_duplicates(at=NOW)
    third = Duplicate.objects.get(state="waiting")
    newest = Service.objects.get(source__name="Third")
    with pytest.raises(AnswerRefused, match="Others are joined"):
        join_entries(duplicate_id=third.pk, keep_id=newest.pk, taken=(), by=editor, at=NOW)
    with pytest.raises(AnswerRefused, match="decided"):
        join(pair, editor)
    with pytest.raises(AnswerRefused, match="which of the two"):
        join_entries(duplicate_id=third.pk, keep_id=0, taken=(), by=editor, at=NOW)
    assert Joining.objects.get() == joining


def test_an_undisclosed_entry_is_not_joined_with_one_whose_address_is_known(pair, editor):
    Service.objects.filter(pk=entries()[0].pk).update(is_undisclosed=True)
    with pytest.raises(AnswerRefused, match="not given out"):
        join(pair, editor)


def test_DI17_an_entry_hides_its_address_once_a_joined_one_no_longer_gives_it(pair, editor):
    address = {"id": "a", "address_1": "1 Kings Road", "postal_code": "M33 4BP", "city": "Sale"}
    places = [{"id": "s", "location": {"id": "l", "physical_addresses": [address]}}]
    join(pair, editor)
    take("Council", record(schedules=TUESDAYS, url="https://old.example", service_at_locations=places), days=1)
    hidden = "A safe house for victims of domestic abuse."
    take("Charity", record("9", name="Mens Shed Sale", description=hidden), days=2)

    kept, joined = entries()
    assert (joined.is_undisclosed, kept.is_undisclosed) == (True, True)
    again = take("Council", record(schedules=TUESDAYS, url="https://old.example", service_at_locations=places), days=3)
    assert (again.held, entries()[0].is_undisclosed) == (["1"], True)


def test_an_entry_gone_from_its_list_stays_while_the_joined_one_is_listed(pair, editor):
    join(pair, editor)
    take("Council", record("5", name="Another club"), days=1)
    assert entries_by("1").listing == "listed"
    take("Charity", record("11", name="Something"), days=2)
    result = take("Council", record("5", name="Another club"), days=3)
    assert result.closed == ["1"] and entries_by("1").listing == "gone"


def entries_by(external_id):
    return Service.objects.get(external_id=external_id)


def test_a_pair_stands_side_by_side(pair):
    page = pair_page(pair.pk)
    when = next(one for one in page.fields if one.name == "times_text")
    assert {when.first, when.second} == {"Tuesdays 10am to noon", "Fridays 2pm to 4pm"}
    assert next(one for one in page.fields if one.name == "phones").is_same
