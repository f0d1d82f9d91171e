"""What an import does not decide by itself: it asks, keeps both sides, and does what was answered."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from linkwell.directory import actions
from linkwell.directory.errors import AnswerRefused
from linkwell.directory.imports import import_records, raws
from linkwell.directory.imports.answers import answer_alike, answer_question
from linkwell.directory.imports.question_queries import open_questions, raw_beside
from linkwell.directory.models import FieldSource, ImportRow, ImportRun, Location, Question, RawRecord, Service, Source
from linkwell.interop.open_referral import FeedReader
from linkwell.team.access import DIR
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
SENT = "14 Secret Lane"


def service(pk=1, **fields):
    return {"id": str(pk), "name": f"Lunch club {pk}", "organization": {"id": "o1", "name": "Age Well"}, **fields}


def take(*services, days=0, source="Test"):
    reader = FeedReader(json.dumps(list(services)).encode())
    return import_records(reader=reader, source=source, at=NOW + timedelta(days=days))


@pytest.fixture
def editor(scheme):
    return MembershipFactory(scheme=scheme, role=DIR)


def correct(editor, **fields):
    actions.correct_service(service_id=Service.objects.get().pk, fields=fields, by=editor, at=NOW)


def question():
    return Question.objects.get(settled_at=None)


def test_DI3_a_correction_stays_and_nobody_is_asked_while_the_source_says_the_same(editor):
    take(service(url="https://old.example"))
    correct(editor, url="https://right.example")

    result = take(service(url="https://old.example", alternate_name="Tuesday lunch"), days=1)

    entry = Service.objects.get()
    assert (entry.url, entry.alternate_name) == ("https://right.example", "Tuesday lunch")
    assert result.asked == 0 and not Question.objects.exists()


def test_DI3_once_the_source_changes_the_corrected_field_ours_stays_and_someone_is_asked_with_both_sides(editor):
    take(service(url="https://old.example"))
    correct(editor, url="https://right.example")

    result = take(service(url="https://new.example"), days=1)

    assert Service.objects.get().url == "https://right.example"
    assert result.asked == 1
    (line,) = open_questions().rows
    assert (line.field, line.ours, line.theirs) == ("Website", "https://right.example", "https://new.example")
    take(service(url="https://new.example", alternate_name="x"), days=2)
    assert Question.objects.count() == 1, "the same change is asked about once"


def test_DI3_keep_ours_is_asked_again_only_when_the_source_changes_again(editor):
    take(service(url="https://old.example"))
    correct(editor, url="https://right.example")
    take(service(url="https://new.example"), days=1)

    answer_question(question_id=question().pk, answer="ours", by=editor, at=NOW)
    take(service(url="https://new.example", alternate_name="x"), days=2)
    assert not open_questions().rows
    take(service(url="https://newer.example"), days=3)

    assert Service.objects.get().url == "https://right.example"
    assert question().theirs == "https://newer.example"


def test_DI3_take_theirs_gives_the_field_back_to_its_source(editor):
    take(service(url="https://old.example"))
    correct(editor, url="https://right.example")
    take(service(url="https://new.example"), days=1)

    answer_question(question_id=question().pk, answer="theirs", by=editor, at=NOW)

    assert Service.objects.get().url == "https://new.example"
    assert not FieldSource.objects.exists()
    take(service(url="https://newest.example"), days=2)
    assert Service.objects.get().url == "https://newest.example"


def test_DI3_what_belongs_together_is_asked_once_and_taken_together(editor):
    times = {"schedules": [{"byday": "TU", "freq": "WEEKLY", "opens_at": "10:00", "closes_at": "12:00"}]}
    moved = {"schedules": [{"byday": "FR", "freq": "WEEKLY", "opens_at": "14:00", "closes_at": "16:00"}]}
    take(service(**times))
    correct(editor, times_text="Tuesdays 11am to noon", slots=8)
    for field in ("schedules",):
        FieldSource.objects.create(service=Service.objects.get(), field=field, set_at=NOW)

    take(service(**moved), days=1)

    entry = Service.objects.get()
    assert entry.times_text == "Tuesdays 11am to noon" and entry.schedules.get().weekday == 1
    (line,) = open_questions().rows
    assert (line.field, line.ours, line.theirs) == ("When", "Tuesdays 11am to noon", "Fridays 2pm to 4pm")
    answer_question(question_id=line.pk, answer="theirs", by=editor, at=NOW)
    entry.refresh_from_db()
    assert entry.times_text == "Fridays 2pm to 4pm" and entry.schedules.get().weekday == 4
    assert not FieldSource.objects.exists()


def test_DI3_a_question_ends_by_itself_when_the_source_comes_round(editor):
    take(service(url="https://old.example"))
    correct(editor, url="https://right.example")
    take(service(url="https://new.example"), days=1)

    take(service(url="https://right.example"), days=2)

    assert not open_questions().rows
    assert Question.objects.get().answer == "withdrawn"


def test_DI14_an_id_that_comes_back_under_another_organisation_is_quarantined(editor):
    take(service(url="https://old.example"), service(2))

    result = take(service(name="Payday loans", organization={"id": "o9", "name": "Quick Cash"}), service(2), days=1)

    entry = Service.objects.get(external_id="1")
    assert (entry.name, entry.organisation.name, entry.listing) == ("Lunch club 1", "Age Well", "listed")
    assert result.held == ["1"] and result.closed == [] and ImportRun.objects.latest("pk").held == 1
    (line,) = open_questions().rows
    assert (line.kind, line.ours, line.theirs) == ("owner", "Age Well", "Quick Cash")
    again = take(service(name="Payday loans", organization={"id": "o9", "name": "Quick Cash"}), service(2), days=2)
    assert again.held == ["1"] and Question.objects.count() == 1


def test_an_organisation_with_a_new_id_and_the_same_name_is_no_other_organisation():
    take(service())
    result = take(service(organization={"id": "o77", "name": "AGE-WELL"}), days=1)
    assert result.held == [] and result.updated == 1


def test_the_same_service_under_a_new_organisation_is_taken_over(editor):
    take(service())
    take(service(name="Lunch club 1 by Kind", organization={"id": "o9", "name": "Age Kind"}), days=1)

    answer_question(question_id=question().pk, answer="theirs", by=editor, at=NOW)

    entry = Service.objects.get()
    assert (entry.name, entry.organisation.name) == ("Lunch club 1 by Kind", "Age Kind")
    again = take(service(name="Lunch club 1 by Kind", organization={"id": "o9", "name": "Age Kind"}), days=2)
    assert (again.unchanged, again.held) == (1, [])


def test_a_different_service_under_the_old_id_is_an_entry_of_its_own_and_the_old_one_closes(editor):
    take(service())
    old = Service.objects.get()
    take(service(name="Chess", organization={"id": "o9", "name": "Board Games"}), days=1)

    answer_question(question_id=question().pk, answer="different", by=editor, at=NOW)

    old.refresh_from_db()
    new = Service.objects.get(external_id="1")
    assert (old.name, old.listing) == ("Lunch club 1", "gone")
    assert (new.name, new.organisation.name, new.listing) == ("Chess", "Board Games", "listed")
    assert new.public_id != old.public_id


def refuge(**fields):
    return service(name="Women's refuge", description="A refuge for women fleeing abuse", **fields)


PLACE = {"service_at_locations": [{"id": "sl1", "location": {"id": "l1", "location_type": "physical", "addresses": [
    {"id": "a1", "address_1": SENT, "city": "Sale", "postal_code": "M33 7XX"}]}}]}  # fmt: skip


def test_DI17_an_import_that_would_show_an_undisclosed_address_is_held(editor):
    take(refuge(**PLACE))
    assert Service.objects.get().is_undisclosed

    result = take(service(name="Family support", **PLACE), days=1)

    entry = Service.objects.get()
    assert entry.is_undisclosed and entry.name == "Women's refuge"
    assert result.held == ["1"]
    assert not Location.objects.filter(address__contains="Secret").exists()
    kept = Question.objects.get()
    assert SENT.encode() not in raws.unpack(bytes(kept.record)).record, "not even with the question"
    assert not RawRecord.objects.filter(service=entry, size__gt=0).exists()
    assert not ImportRow.objects.filter(was__contains="Secret").exists()


def test_DI17_the_answer_keeps_the_address_hidden_whatever_the_source_says_later(editor):
    take(refuge(**PLACE))
    take(service(name="Family support", **PLACE), days=1)

    answer_question(question_id=question().pk, answer="ours", by=editor, at=NOW)
    result = take(service(name="Family support now", **PLACE), days=2)

    entry = Service.objects.get()
    assert (entry.name, entry.is_undisclosed, result.held) == ("Family support now", True, [])
    place = Location.objects.get()
    assert (place.address, place.is_undisclosed, place.latitude) == ("", True, None)


def test_DI17_the_next_reading_shows_the_address_once_a_person_said_so(editor):
    take(refuge(**PLACE))
    take(service(name="Family support", **PLACE), days=1)

    answer_question(question_id=question().pk, answer="theirs", by=editor, at=NOW)
    take(service(name="Family support", **PLACE), days=2)

    entry = Service.objects.get()
    assert (entry.name, entry.is_undisclosed) == ("Family support", False)
    assert SENT in Location.objects.get().address


@pytest.mark.parametrize("answer", ["theirs", "different"])
def test_DI17_whose_an_entry_is_does_not_answer_whether_its_address_may_be_shown(editor, answer):
    take(refuge(**PLACE))
    moved = service(name="Family support", organization={"id": "o9", "name": "Board Games"}, **PLACE)
    take(moved, days=1)
    line = question()
    assert line.kind == Question.OWNER
    assert SENT.encode() not in raws.unpack(bytes(line.record)).record, "not even with the question"

    answer_question(question_id=line.pk, answer=answer, by=editor, at=NOW)

    entry = Service.objects.get(external_id="1")
    assert (entry.name, entry.is_undisclosed) == ("Family support", True)
    assert not Location.objects.filter(address__contains="Secret").exists()
    take(moved, days=2)
    assert question().kind == Question.EXPOSURE, "the next reading asks that by itself"


def test_DI17_a_place_of_an_undisclosed_service_stays_hidden_in_the_record_of_another():
    take(refuge(**PLACE))
    take(service(2, **PLACE), days=1)
    place = Location.objects.get()
    assert (place.address, place.is_undisclosed) == ("", True)


def several(editor, numbers):
    take(*(service(one, url="https://old.example") for one in numbers))
    for one in Service.objects.all():
        actions.correct_service(service_id=one.pk, fields={"url": "https://right.example"}, by=editor, at=NOW)
    take(*(service(one, url="https://new.example") for one in numbers), days=1)
    (group,) = open_questions().alike
    return {"source_id": group.source_id, "kind": group.kind, "field": group.field, "newest": group.newest}, group


def test_DI3_the_questions_that_a_source_asks_alike_are_settled_with_one_answer_and_no_newer_one(editor):
    group, shown = several(editor, range(1, 4))
    assert (shown.count, shown.label, [value for value, _ in shown.answers]) == (3, "Website", ["ours", "theirs"])
    group["newest"] = Question.objects.order_by("pk")[1].pk

    settled = answer_alike(**group, answer="theirs", by=editor, at=NOW)

    assert settled == 2
    assert sorted(Service.objects.values_list("url", flat=True)) == [
        "https://new.example", "https://new.example", "https://right.example",
    ]  # fmt: skip
    assert question().theirs == "https://new.example"


def test_what_cannot_be_answered_alike_goes_on_waiting_and_the_others_are_settled(editor):
    group, _ = several(editor, (1, 2))
    kept = Question.objects.order_by("pk")[0]
    RawRecord.objects.filter(service=kept.service).delete()

    assert answer_alike(**group, answer="theirs", by=editor, at=NOW) == 1
    assert question().pk == kept.pk and FieldSource.objects.get().service_id == kept.service_id
    with pytest.raises(AnswerRefused, match="one by one"):
        answer_alike(**group, answer="theirs", by=editor, at=NOW)


@pytest.mark.parametrize(("kind", "answer"), [("exposure", "theirs"), ("owner", "different"), ("owner", "ours")])
def test_DI17_no_answer_for_many_shows_an_address_or_closes_entries(editor, kind, answer):
    source = Source.objects.create(name="Sale", created_at=NOW)
    with pytest.raises(AnswerRefused, match="one by one"):
        answer_alike(source_id=source.pk, kind=kind, field="", newest=1, answer=answer, by=editor, at=NOW)


def test_a_question_is_settled_once(editor):
    take(service())
    take(service(organization={"id": "o9", "name": "Age Kind"}), days=1)
    pk = question().pk
    with pytest.raises(AnswerRefused, match="Choose one"):
        answer_question(question_id=pk, answer="ours", by=editor, at=NOW)
    answer_question(question_id=pk, answer="theirs", by=editor, at=NOW)
    with pytest.raises(AnswerRefused, match="already"):
        answer_question(question_id=pk, answer="theirs", by=editor, at=NOW)


def test_DI12_the_raw_record_stands_beside_ours_with_its_repairs_and_no_address_of_staff():
    take(service(minimum_age=-1, assurer_email="jo.bloggs@council.gov.uk", email="hello@agewell.example"))

    beside = raw_beside(Service.objects.get().pk)

    assert '"minimum_age": -1' in beside.raw and ("Name", "Lunch club 1") in beside.ours
    assert any(path.endswith("minimum_age") and was == "-1" for path, was, _, _ in beside.repairs)
    assert "jo.bloggs" not in beside.raw and "hello@" not in beside.raw


def test_a_raw_record_is_bounded_in_size():
    take(service(x_vendor="y" * 200_000))
    row = RawRecord.objects.get()
    assert row.size > 200_000 and len(raws.unpack(bytes(row.packed)).text) == raws.MOST_CHARACTERS
    assert raw_beside(row.service_id).is_cut


def test_D12_a_list_that_was_fetched_waits_for_approval_and_one_that_staff_brought_does_not():
    take(service(), source="Brought")
    data = json.dumps([service()]).encode()
    import_records(reader=FeedReader(data), source="Fetched", at=NOW, from_address=True)
    assert set(Source.objects.values_list("name", "is_approved")) == {("Brought", True), ("Fetched", False)}
