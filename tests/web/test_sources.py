"""Sources as a directory editor sees them: DI3, DI12, DI14, DI17; others read, and change nothing."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from linkwell.directory import actions
from linkwell.directory.duplicates.proposing import propose_duplicates
from linkwell.directory.imports import import_records
from linkwell.directory.models import Duplicate, ImportRow, ImportRun, Joining, ListMapping, Service, Source
from linkwell.interop import sources as reading
from linkwell.interop.asking import Asking
from linkwell.interop.open_referral import FeedReader
from linkwell.team.access import COM, DIR, LW, REF
from tests.factories import MembershipFactory, ServiceFactory
from tests.interop.hostile import hostile_server, says
from tests.interop.test_fetching import fetcher
from tests.web.statements import own_statements

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)


@pytest.fixture
def editor(scheme):
    return MembershipFactory(role=DIR)


@pytest.fixture
def client(client_for, editor):
    return client_for(editor)


def take(numbers, days=0, **fields):
    records = [{"id": f"s{one}", "name": f"Club {one}", "minimum_age": -1, **fields} for one in numbers]
    return import_records(
        reader=FeedReader(json.dumps(records).encode()), source="Trafford", at=NOW + timedelta(days=days)
    )


def text_of(answer, status=200):
    assert answer.status_code == status, answer.status_code
    return answer.content.decode()


def test_DI12_an_address_is_looked_at_before_it_is_kept(client, monkeypatch):
    page = {"total_items": 1, "total_pages": 1, "contents": [{"id": "a", "name": "Knit and natter"}]}
    asking = Asking(fetcher(), sleep=lambda _: None)
    monkeypatch.setattr(reading, "for_looks", lambda: asking)
    with hostile_server({"/o/services?page=1&per_page=20": says("", json.dumps(page).encode())}) as server:
        data = {"url": server.url("/o/services"), "name": "Sale", "kind": "auto", "every": "24"}
        looked = text_of(client.post(reverse("sources:add"), data))
        assert "Knit and natter" in looked and not Source.objects.exists()
        kept = client.post(reverse("sources:add"), {**data, "keep": "1"})
    source = Source.objects.get()
    assert kept["Location"] == reverse("sources:source", args=[source.pk])
    assert (source.name, source.every_hours, source.is_approved) == ("Sale", 24, False)


def test_DI2_DI12_a_spreadsheet_by_its_address_is_read_by_the_columns_that_were_kept(client, editor, monkeypatch):
    asking = Asking(fetcher(), sleep=lambda _: None)
    monkeypatch.setattr(reading, "for_looks", lambda: asking)
    monkeypatch.setattr(reading, "for_readings", lambda: asking)
    content = {"title": "Sale", "columns": {"name": "Group", "description": "What"}}
    ListMapping.objects.create(name="sale", source="Sale", content=content, changed_at=NOW, changed_by=editor.pk)
    with hostile_server({"/list.csv": says("", b"Group,What\nKnit and natter,Wool\nChess,Boards\n")}) as server:
        data = {"url": server.url("/list.csv"), "name": "Sale", "kind": "auto", "mapping": "sale", "every": "24"}
        both = text_of(client.post(reverse("sources:add"), {**data, "kind": "oruk3"}))
        assert "Columns are for spreadsheets" in both
        looked = text_of(client.post(reverse("sources:add"), data))
        assert "Knit and natter, Chess" in looked and not Source.objects.exists()
        client.post(reverse("sources:add"), {**data, "keep": "1"})
        reading.read_source(Source.objects.get().pk, clock=lambda: NOW)
    assert set(Service.objects.values_list("name", flat=True)) == {"Knit and natter", "Chess"}


def test_an_address_with_a_password_in_it_is_not_kept(client):
    data = {"url": "https://me:secret@x.example/services", "name": "Sale", "kind": "auto", "every": "24", "keep": "1"}
    assert "no name or password" in text_of(client.post(reverse("sources:add"), data)).replace("\n", " ")
    assert not Source.objects.exists()


def test_D01_an_address_inside_a_private_network_is_refused_in_a_sentence(client, monkeypatch):
    monkeypatch.setattr(reading, "for_looks", lambda: Asking(fetcher(), sleep=lambda _: None))
    data = {"url": "http://inside.example/services", "name": "X", "kind": "auto", "every": ""}
    assert "private network" in text_of(client.post(reverse("sources:add"), data))


def test_a_source_is_approved_paused_and_read_now_from_its_page(client):
    source = Source.objects.create(name="Sale", url="https://x.example/services", every_hours=24, created_at=NOW)
    page = reverse("sources:source", args=[source.pk])
    assert "Staff only" in text_of(client.get(page))

    client.post(reverse("sources:approve", args=[source.pk]), {"approved": "1"})
    client.post(reverse("sources:schedule", args=[source.pk]), {"every": "168", "is_paused": "on"})
    source.refresh_from_db()
    assert (source.is_approved, source.every_hours, source.is_paused) == (True, 168, True)
    client.post(reverse("sources:read_now", args=[source.pk]))
    source.refresh_from_db()
    assert not source.is_paused and source.next_due_at is not None
    client.post(reverse("sources:approve", args=[source.pk]), {"approved": "0"})
    source.refresh_from_db()
    assert not source.is_approved


def test_DI12_a_run_says_what_it_did_row_by_row_and_what_it_withheld(client):
    take(range(60))
    take(range(20, 60), days=1)
    run = ImportRun.objects.latest("pk")
    page = reverse("sources:run", args=[run.pk])

    text = text_of(client.get(page))
    assert "Closings withheld" in text and "20 entries are missing" in text
    assert "Missing, not closed (20)" in text
    assert "Club 3" in text_of(client.get(page, {"kind": "withheld"}))
    first = ImportRun.objects.earliest("pk")
    repairs = text_of(client.get(reverse("sources:run", args=[first.pk]), {"kind": "repair", "page": "2"}))
    assert "minimum_age" in repairs and "Page 2" in repairs

    client.post(reverse("sources:agree", args=[run.pk]))
    assert Service.objects.filter(listing="gone").count() == 20
    assert "Somebody has agreed" in text_of(client.post(reverse("sources:agree", args=[run.pk])))


def test_what_a_reading_withheld_waits_for_nobody_once_a_newer_one_has_it_all(client):
    take(range(60))
    take(range(20, 60), days=1)
    assert "1 reading withheld closings" in text_of(client.get(reverse("sources:list")))
    take(range(60), days=2)
    assert "withheld closings" not in text_of(client.get(reverse("sources:list")))


def test_a_row_that_is_held_shows_what_the_source_says_beside_what_is_kept(client):
    take(range(12), organization={"id": "o1", "name": "Sale Moor Trust"})
    take(range(12), days=1, organization={"id": "o2", "name": "Timperley Hall"})
    rows = ImportRow.objects.filter(run=ImportRun.objects.latest("pk"), kind="held")
    assert set(rows.values_list("was", "now")) == {("Timperley Hall", "Sale Moor Trust")}


def test_Z32_agreeing_to_the_list_of_a_file_closes_only_what_the_newest_file_still_misses(client):
    take(range(60))
    take(range(20, 60), days=1)
    red = ImportRun.objects.latest("pk")
    take([*range(5), *range(40, 60)], days=2)  # five are back, twenty more are missing now

    client.post(reverse("sources:agree", args=[red.pk]))

    gone = set(Service.objects.filter(listing="gone").values_list("external_id", flat=True))
    assert gone == {f"s{one}" for one in range(5, 20)}


def test_DI3_a_question_is_answered_with_both_sides_in_view(client, editor):
    take([1], url="https://old.example")
    entry = Service.objects.get()
    actions.correct_service(service_id=entry.pk, fields={"url": "https://right.example"}, by=editor, at=NOW)
    take([1], days=1, url="https://new.example")

    text = text_of(client.get(reverse("sources:questions")))
    assert "https://right.example" in text and "https://new.example" in text and "Keep ours" in text
    question = entry.questions.get()
    client.post(reverse("sources:answer", args=[question.pk]), {"answer": "theirs"})
    entry.refresh_from_db()
    assert entry.url == "https://new.example"
    again = client.post(reverse("sources:answer", args=[question.pk]), {"answer": "theirs"})
    assert "settled already" in text_of(again)


def test_DI3_several_questions_of_a_source_are_answered_alike(client, editor):
    take([1, 2], url="https://old.example")
    for entry in Service.objects.all():
        actions.correct_service(service_id=entry.pk, fields={"url": "https://right.example"}, by=editor, at=NOW)
    take([1, 2], days=1, url="https://new.example")

    assert "Take theirs for all 2" in text_of(client.get(reverse("sources:questions")))
    newest = max(one.pk for entry in Service.objects.all() for one in entry.questions.all())
    data = {"source_id": Source.objects.get().pk, "kind": "correction", "field": "url", "newest": newest}
    assert "one by one" in text_of(client.post(reverse("sources:alike"), {**data, "answer": "different"}))
    client.post(reverse("sources:alike"), {**data, "answer": "theirs"})

    assert set(Service.objects.values_list("url", flat=True)) == {"https://new.example"}


def test_DI12_a_raw_record_stands_beside_ours(client):
    take([1])
    text = text_of(client.get(reverse("sources:record", args=[Service.objects.get().pk])))
    assert "&#34;minimum_age&#34;: -1" in text and "Nothing was mended" not in text


def test_D12_an_entry_is_hidden_with_one_click_and_a_reason_and_only_editors_see_it(client, client_for, editor):
    service = ServiceFactory(name="False crisis line")
    worker = client_for(MembershipFactory(role=LW))
    address = reverse("directory:service", args=[service.pk])
    assert worker.get(address).status_code == 200
    assert "Why is it hidden" in text_of(client.post(reverse("sources:hide", args=[service.pk]), {"why": ""}))

    client.post(reverse("sources:hide", args=[service.pk]), {"why": "Phishing"})

    assert worker.get(address).status_code == 404
    assert "False crisis line" not in text_of(worker.get(reverse("directory:list")))
    text = text_of(client.get(address))
    assert "Phishing" in text and editor.account.name in text
    assert "False crisis line" in text_of(client.get(reverse("sources:list")))
    client.post(reverse("sources:show", args=[service.pk]))
    assert worker.get(address).status_code == 200


def test_DI14_two_entries_are_compared_joined_and_taken_apart_again(client, client_for, editor):
    shed = {"name": "Sale Men's Shed", "phones": [{"number": "0161 912 2122"}]}
    for source, url in (("Council", "https://old.example"), ("Charity", "https://new.example")):
        data = json.dumps([{**shed, "id": source, "url": url}]).encode()
        import_records(reader=FeedReader(data), source=source, at=NOW)
    propose_duplicates(at=NOW)
    kept, other = Service.objects.get(external_id="Council"), Service.objects.get(external_id="Charity")
    actions.add_remark(service_id=other.pk, text="Ask for Jo", by=editor, at=NOW)
    assert "Sale Men&#39;s Shed" in text_of(client.get(reverse("sources:pairs")))
    pair = reverse("sources:pair", args=[Duplicate.objects.get().pk])
    assert "https://old.example" in text_of(client.get(pair))
    assert "Choose which entry stays" in text_of(client.post(pair, {"url": str(other.pk)}))

    client.post(pair, {"keep": str(kept.pk), "url": str(other.pk)})

    kept.refresh_from_db()
    assert kept.url == "https://new.example"
    old_page = client.get(reverse("directory:service", args=[other.pk]))
    assert old_page["Location"] == reverse("directory:service", args=[kept.pk])
    assert "Ask for Jo" in text_of(client.get(reverse("directory:service", args=[kept.pk])))
    client.post(reverse("sources:undo", args=[Joining.objects.get().pk]))
    kept.refresh_from_db()
    assert kept.url == "https://old.example"
    assert client.get(reverse("directory:service", args=[other.pk])).status_code == 200
    client.post(pair, {"apart": "1"})
    assert "No pairs" in text_of(client.get(reverse("sources:pairs")))
    assert client.get(pair).status_code == 404


def test_others_read_sources_and_change_nothing(client_for, scheme):
    take([1])
    source, run = Source.objects.get(), ImportRun.objects.get()
    for role in (LW, COM):
        reader = client_for(MembershipFactory(role=role))
        for name, pk in (("source", source.pk), ("run", run.pk)):
            text = text_of(reader.get(reverse(f"sources:{name}", args=[pk])))
            assert "Approve this source" not in text
        assert reader.get(reverse("sources:add")).status_code == 404
        assert reader.post(reverse("sources:approve", args=[source.pk]), {"approved": "1"}).status_code == 404
        assert reader.get(reverse("sources:questions")).status_code == 404
    assert client_for(MembershipFactory(role=REF)).get(reverse("sources:list")).status_code == 404


def test_the_pages_cost_the_same_for_any_number_of_rows(client):
    take(range(3))
    few = [len(own_statements(client, page)) for page in _pages()]
    take(range(80), days=1)
    for number in range(12):
        Source.objects.create(name=f"Source {number}", created_at=NOW)
    many = [len(own_statements(client, page)) for page in _pages()]
    assert few == many
    assert max(many) <= 8


def _pages():
    run = ImportRun.objects.latest("pk")
    return [
        reverse("sources:list"), reverse("sources:source", args=[run.source_id]), reverse("sources:run", args=[run.pk]),
        reverse("sources:questions"), reverse("sources:pairs"),
        reverse("sources:record", args=[Service.objects.earliest("pk").pk]),
    ]  # fmt: skip
