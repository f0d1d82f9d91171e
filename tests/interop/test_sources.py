"""Sources read by their addresses from a server that behaves in every bad way: D01, D04, D08, D12, Z31, Z32."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from procrastinate.contrib.django import app

from linkwell.directory.errors import SourceRefused
from linkwell.directory.imports import queries, run
from linkwell.directory.imports import sources as kept
from linkwell.directory.models import ImportRow, ImportRun, Service, Source
from linkwell.directory.queries.public import public_services
from linkwell.interop import errors
from linkwell.interop.asking import Asking
from linkwell.interop.sources import look_at, read_source
from linkwell.team.access import DIR
from tests.factories import MembershipFactory
from tests.interop.hostile import breaks_off, hostile_server, leads_to, says
from tests.interop.test_fetching import fetcher

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
EACH = 50


class Feed:
    """A feed of numbered services on the hostile server, whose pages a test spoils."""

    def __init__(self, server):
        self.server = server
        self.hours = 0

    def holds(self, numbers, prefix="s", **spoilt):
        numbers = list(numbers)
        parts = [numbers[start : start + EACH] for start in range(0, len(numbers), EACH)] or [[]]
        self.server.answers.clear()
        for place, part in enumerate(parts, start=1):
            contents = [
                {"id": f"{prefix}{one}", "name": f"Club {one}", "contacts": [{"id": "c", "name": "Jo"}]} for one in part
            ]
            page = {"total_items": len(numbers), "total_pages": len(parts), "page_number": place, "contents": contents,
                    "last_page": place == len(parts)}  # fmt: skip
            self.server.answers[self.page(place)] = says("", json.dumps(page).encode())
        for place, answer in spoilt.items():
            self.server.answers[self.page(int(place.removeprefix("page_")))] = answer

    @staticmethod
    def page(place):
        return f"/feed/services?page={place}&per_page=100"

    @property
    def url(self):
        return self.server.url("/feed/services")

    def now(self):
        return NOW + timedelta(hours=self.hours)

    def read(self, hours=24):
        source = Source.objects.get()
        result = read_source(source.pk, clock=self.now, asking=Asking(fetcher(), sleep=lambda _: None))
        self.hours += hours
        return result


@pytest.fixture
def feed():
    with hostile_server({}) as server:
        yield Feed(server)


@pytest.fixture
def editor(scheme):
    return MembershipFactory(scheme=scheme, role=DIR)


@pytest.fixture
def source(feed, editor):
    return kept.add_source(name="Trafford", url=feed.url, kind="auto", every_hours=24, by=editor, at=NOW)


def last():
    return ImportRun.objects.latest("pk")


def listed():
    return Service.objects.filter(listing="listed").count()


def colour():
    return queries.source_list()[0].last.colour


def test_DI12_a_due_source_is_claimed_read_and_due_again(feed, source):
    feed.holds(range(120))
    assert kept.claim_due(at=NOW) == source.pk
    assert kept.claim_due(at=NOW) is None, "a claimed source is read by one"

    result = feed.read()

    assert (result.created, listed(), last().state) == (120, 120, "finished")
    source.refresh_from_db()
    assert (source.next_due_at, source.failures) == (NOW + timedelta(hours=24), 0)
    assert last().file_name == feed.url


def test_a_reader_that_died_holds_up_its_own_source_alone_and_not_for_ever(feed, source, editor):
    assert kept.claim_due(at=NOW) == source.pk
    ImportRun.objects.create(source=source, started_at=NOW)
    other = kept.add_source(name="Sale", url=f"{feed.url}/2", kind="auto", every_hours=24, by=editor, at=NOW)
    assert kept.claim_due(at=NOW) == other.pk
    assert kept.claim_due(at=NOW) is None
    assert kept.claim_due(at=NOW + timedelta(hours=3)) == source.pk


def test_only_one_source_is_read_at_a_time():
    assert app.tasks["sources.read"].lock == "sources.read"


def test_a_source_that_another_adds_at_the_same_moment_is_refused_in_words(feed, source, editor, monkeypatch):
    monkeypatch.setattr(kept, "_is_named", lambda name: False)
    with pytest.raises(SourceRefused, match="There is a source named Trafford already"):
        kept.add_source(name="Trafford", url=f"{feed.url}/2", kind="auto", every_hours=24, by=editor, at=NOW)
    assert Source.objects.count() == 1


def test_a_paused_source_is_not_due(feed, source, editor):
    kept.schedule_source(source_id=source.pk, every_hours=24, is_paused=True, by=editor, at=NOW)
    assert kept.claim_due(at=NOW + timedelta(days=9)) is None


def test_D12_a_new_source_is_for_staff_alone_until_it_is_approved(feed, source, editor):
    feed.holds(range(3))
    feed.read()
    assert not public_services(on=NOW.date()).exists()

    kept.approve_source(source_id=source.pk, is_approved=True, by=editor, at=NOW)

    source.refresh_from_db()
    assert public_services(on=NOW.date()).count() == 3
    assert (source.approved_at, source.approved_by) == (NOW, editor.pk)


def test_D12_a_hidden_entry_is_seen_nowhere_and_no_reading_brings_it_back(feed, source, editor):
    feed.holds(range(3))
    feed.read()
    kept.approve_source(source_id=source.pk, is_approved=True, by=editor, at=NOW)
    bad = Service.objects.get(external_id="s1")

    kept.hide_entry(service_id=bad.pk, why="A false crisis line", by=editor, at=NOW)
    feed.holds(range(4))
    feed.read()

    assert set(public_services(on=NOW.date()).values_list("external_id", flat=True)) == {"s0", "s2", "s3"}
    bad.refresh_from_db()
    assert (bad.hidden_by, bad.hidden_why) == (editor.pk, "A false crisis line")
    kept.show_entry(service_id=bad.pk, by=editor, at=NOW)
    assert public_services(on=NOW.date()).filter(pk=bad.pk).exists()


def test_hiding_without_a_reason_is_refused(editor):
    with pytest.raises(SourceRefused, match="Say why"):
        kept.hide_entry(service_id=1, why=" ", by=editor, at=NOW)


@pytest.mark.parametrize("broken", [says("", status="500 Oops"), breaks_off, says("", b"<html>Sorry</html>")])
def test_Z31_a_reading_without_one_of_its_pages_takes_the_rest_and_closes_nothing(feed, source, broken):
    feed.holds(range(120))
    feed.read()
    feed.holds([*range(60), *range(200, 260)], page_2=broken)

    result = feed.read()

    assert (result.created, result.closed, result.withheld) == (20, [], [])
    assert listed() == 140
    assert last().is_partial and "Page 2" in last().trouble and colour() == "red"
    source.refresh_from_db()
    assert source.failures == 1


def test_D01_D04_a_reading_that_comes_to_nothing_says_why_and_is_tried_again_ever_later(feed, source):
    feed.holds(range(5))
    feed.read()
    feed.server.answers[Feed.page(1)] = leads_to("http://cloud.example/latest/meta-data/")
    delays = []
    for _ in range(3):
        assert feed.read() is None
        source.refresh_from_db()
        delays.append(source.next_due_at - last().ended_at)
    assert delays == [timedelta(minutes=30), timedelta(hours=1), timedelta(hours=2)]
    assert (last().state, listed()) == ("failed", 5)
    assert "private network" in last().trouble and colour() == "red"

    feed.holds(range(5))
    feed.read()
    source.refresh_from_db()
    assert (source.failures, last().state) == (0, "finished")


def test_D08_Z32_an_empty_feed_closes_nothing_and_shows_red(feed, source):
    feed.holds(range(120))
    feed.read()
    feed.holds([])

    result = feed.read()

    assert (len(result.withheld), result.closed, listed()) == (120, [], 120)
    assert colour() == "red"


def test_D08_Z32_eleven_percent_fewer_are_withheld_and_what_is_new_comes_in(feed, source):
    feed.holds(range(120))
    feed.read()
    feed.holds([*range(14, 120), 300])

    result = feed.read()

    assert (len(result.withheld), result.created, listed()) == (14, 1, 121)
    assert ImportRow.objects.filter(run=last(), kind="withheld").count() == 14


def test_Z32_ten_fewer_of_a_small_list_are_believed(feed, source):
    feed.holds(range(20))
    feed.read()
    feed.holds(range(10, 20))
    assert len(feed.read().closed) == 10


def test_Z32_all_ids_changed_closes_nothing(feed, source):
    feed.holds(range(60))
    feed.read()
    feed.holds(range(60), prefix="new-")

    result = feed.read()

    assert (result.created, len(result.withheld), result.closed) == (60, 60, [])


def test_Z32_agreement_is_a_ceiling_and_the_list_is_compared_again(feed, source, editor):
    feed.holds(range(120))
    feed.read()
    feed.holds(range(20, 120))
    feed.read()
    red = last()
    assert kept.agree_to_closing(run_id=red.pk, by=editor, at=feed.now()) == 0
    source.refresh_from_db()
    assert source.next_due_at == feed.now(), "it is read once more before anything is closed"
    assert listed() == 120

    feed.holds([*range(5), *range(40, 120)])  # five came back; twenty more went meanwhile
    result = feed.read()

    assert set(result.closed) == {f"s{one}" for one in range(5, 20)}
    assert len(result.withheld) == 20, "nobody agreed to these"
    red.refresh_from_db()
    assert red.agreement_used and (red.agreed_by, listed()) == (editor.pk, 105)
    assert not feed.read().closed, "an agreement is used once"


def test_Z32_an_agreement_outlives_a_reading_that_failed(feed, source, editor):
    feed.holds(range(120))
    feed.read()
    feed.holds(range(20, 120))
    feed.read()
    kept.agree_to_closing(run_id=last().pk, by=editor, at=NOW)
    feed.holds(range(20, 120), page_2=says("", status="500 Oops"))
    assert feed.read().closed == []
    feed.holds(range(20, 120))
    assert len(feed.read().closed) == 20


def test_an_agreement_is_given_once_and_only_where_something_was_withheld(feed, source, editor):
    feed.holds(range(120))
    feed.read()
    with pytest.raises(SourceRefused, match="withheld nothing"):
        kept.agree_to_closing(run_id=last().pk, by=editor, at=NOW)
    feed.holds([])
    feed.read()
    kept.agree_to_closing(run_id=last().pk, by=editor, at=NOW)
    with pytest.raises(SourceRefused, match="already"):
        kept.agree_to_closing(run_id=ImportRun.objects.latest("pk").pk, by=editor, at=NOW)


def test_a_look_shows_what_is_there_and_keeps_nothing(feed):
    feed.holds(range(120))
    page_one = Feed.page(1)
    feed.server.answers["/feed/services?page=1&per_page=20"] = feed.server.answers[page_one]

    found = look_at(feed.url, today=NOW.date(), asking=Asking(fetcher()))

    assert (found.total, found.here, found.names[0]) == (120, EACH, "Club 0")
    assert not Source.objects.exists() and not Service.objects.exists()


def test_a_look_at_a_root_finds_its_list(feed):
    feed.holds(range(3))
    feed.server.answers["/feed/services?page=1&per_page=20"] = feed.server.answers[Feed.page(1)]
    root = {"version": "HSDS-UK-3.0", "profile": "x", "openapi_url": "https://example.org/openapi.json"}
    feed.server.answers["/feed"] = says("", json.dumps(root).encode())
    found = look_at(feed.server.url("/feed"), today=NOW.date(), asking=Asking(fetcher()))
    assert (found.url, found.total) == (feed.url, 3)


def test_D01_a_look_into_a_private_network_is_refused():
    with pytest.raises(errors.NotPublic):
        look_at("http://inside.example/services", today=NOW.date(), asking=Asking(fetcher(), sleep=lambda _: None))


def test_a_source_has_a_name_and_an_address_of_its_own(feed, source, editor):
    with pytest.raises(SourceRefused, match="already"):
        kept.add_source(name="trafford", url="https://x.example", kind="auto", every_hours=None, by=editor, at=NOW)
    with pytest.raises(SourceRefused, match="already"):
        kept.add_source(name="Other", url=feed.url, kind="auto", every_hours=None, by=editor, at=NOW)
    with pytest.raises(SourceRefused, match="how often"):
        kept.add_source(name="Other", url="https://x.example", kind="auto", every_hours=1, by=editor, at=NOW)


def test_a_fault_in_the_middle_keeps_nothing_and_says_so(feed, source, monkeypatch):
    feed.holds(range(120))
    monkeypatch.setattr(run, "BATCH", 50)
    before = run.Batch.write
    calls = []

    def breaks(batch, taken):
        calls.append(1)
        if len(calls) == 2:
            raise MemoryError
        return before(batch, taken)

    monkeypatch.setattr(run.Batch, "write", breaks)
    with pytest.raises(MemoryError):
        feed.read()
    source.refresh_from_db()
    assert (listed(), last().state, source.failures) == (0, "failed", 1)
