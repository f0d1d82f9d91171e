"""DI16: OpenActive feeds of sessions become services with dates, whatever order their pages come in."""

import json
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkwell.directory.records import Issue
from linkwell.interop import opening
from linkwell.interop.errors import CannotRead
from linkwell.interop.open_activity.pages import Harvest
from linkwell.interop.open_activity.reader import ActivityReader, feeds_of
from linkwell.interop.spool import Spool
from tests.interop.hostile import breaks_off, hostile_server, says
from tests.interop.test_remote import patient

TODAY = date(2026, 11, 22)
SERIES = {
    "@type": "SessionSeries", "@id": "https://walks.example/series/1", "name": "Gentle walk",
    "description": "<p>Slow &amp; flat</p><script>alert(1)</script>", "url": "https://walks.example/1",
    "organizer": {"@type": "Organization", "@id": "https://walks.example/", "name": "Walk Well",
                  "email": "hello@walks.example", "telephone": "0161 496 0010"},
    "leader": {"@type": "Person", "name": "Jo Private"},
    "activity": [{"@id": "https://openactive.io/activity-list#walk", "prefLabel": "Walking",
                  "inScheme": "https://openactive.io/activity-list"}],
    "offers": [{"name": "Adult", "price": 2.5, "priceCurrency": "GBP"}],
    "ageRange": {"@type": "QuantitativeValue", "minValue": 50},
    "location": {"@type": "Place", "@id": "https://walks.example/place/1", "name": "Worthington Park",
                 "address": {"streetAddress": "Cross Street", "addressLocality": "Sale", "postalCode": "M33 7XX"},
                 "geo": {"latitude": 53.42, "longitude": -2.32}, "telephone": "0161 496 0011"},
    "accessibilitySupport": [{"prefLabel": "Step-free route"}],
}  # fmt: skip


def session(number, start, **more):
    return {"@type": "ScheduledSession", "@id": f"https://walks.example/session/{number}",
            "superEvent": "https://walks.example/series/1", "startDate": start, "duration": "PT1H30M",
            "remainingAttendeeCapacity": 4, **more}  # fmt: skip


def item(name, modified, data=None, state="updated", kind="SessionSeries"):
    kind = (data or {}).get("@type", kind)
    return {"state": state, "kind": kind, "id": name, "modified": modified, **({"data": data} if data else {})}


WEEKS = [item(f"s{n}", 10 + n, session(n, f"2026-11-{day}T18:00:00Z")) for n, day in enumerate((10, 17, 24))]
WEEKS += [item("s3", 13, session(3, "2026-12-01T18:00:00Z")), item("s4", 14, session(4, "2026-12-05T10:00:00Z"))]
FEED = [item("1", 1, SERIES), *WEEKS]


def page(items, following, **more):
    return {"next": following, "items": items, "license": "https://creativecommons.org/licenses/by/4.0/", **more}


def read(items, today=TODAY):
    harvest = Harvest(Spool(BytesIO()))
    for one in items if isinstance(items, tuple) else (items,):
        harvest.take(json.dumps(page(one, "")).encode())
    reader = ActivityReader(harvest, today=today)
    return reader, [reader.read(raw) for raw in reader.raws()]


def test_DI16_a_series_is_one_service_with_the_dates_that_are_still_to_come():
    reader, (found,) = read(FEED)

    assert [(one.weekday, one.opens_at, one.closes_at, one.valid_from, one.valid_to) for one in found.schedules] == [
        (1, time(18), time(19, 30), date(2026, 11, 24), date(2026, 12, 1)),
        (5, time(10), time(11, 30), date(2026, 12, 5), date(2026, 12, 5)),
    ]
    assert found.times_text == (
        "Tuesdays 6pm to 7:30pm until 1 December 2026; Saturday 5 December 2026 10am to 11:30am"
    )
    assert "2 sessions are over: not taken" in reader.mended


def test_DI16_what_a_series_says_stands_where_a_directory_has_it():
    _, (found,) = read(FEED)

    assert (found.external_id, found.name) == ("https://walks.example/series/1", "Gentle walk")
    assert (found.description, found.description_text) == ("<p>Slow &amp; flat</p>", "Slow & flat")
    assert (found.organisation.name, found.organisation.email) == ("Walk Well", "hello@walks.example")
    assert (found.minimum_age, found.costs[0].amount, found.is_free) == (50, 2.5, False)
    place = found.locations[0]
    assert (place.name, place.town, place.postcode, place.latitude) == ("Worthington Park", "Sale", "M33 7XX", 53.42)
    assert (place.access_yes, found.phones[0].number, found.modes) == (["step_free"], "0161 496 0011", ["in_person"])
    assert (found.terms[0].name, found.terms[0].taxonomy) == ("Walking", "OpenActive activity list")
    assert found.capacities[0].available == 4
    assert "Jo Private" not in repr(found)


def test_DI16_an_event_by_itself_is_a_service_with_one_date():
    event = {"@type": "Event", "@id": "https://walks.example/e", "name": "Open day",
             "startDate": "2026-12-24T12:00:00+00:00", "endDate": "2026-12-24T16:00:00+00:00"}  # fmt: skip
    _, (found,) = read([item("e", 1, event)])

    assert found.times_text == "Thursday 24 December 2026 noon to 4pm"


def test_times_are_british_in_summer_too():
    _, (found,) = read([item("1", 1, SERIES), item("s", 2, session(1, "2026-07-07T17:00:00Z"))], date(2026, 7, 1))

    assert found.schedules[0].opens_at == time(18)


@pytest.mark.parametrize(
    ("event", "words"),
    [
        ({"startDate": "2026-11-21T18:00:00Z"}, "1 sessions are over"),
        ({"startDate": "2026-11-24T18:00:00Z", "eventStatus": "https://schema.org/EventCancelled"}, "1 sessions are c"),
    ],
)
def test_DI16_what_is_over_or_cancelled_is_not_taken_and_said(event, words):
    reader, found = read([item("e", 1, {"@type": "Event", "@id": "https://walks.example/e", "name": "Gone", **event})])

    assert found == []
    assert any(one.startswith(words) for one in reader.mended)


def test_a_session_of_today_is_still_taken():
    _, found = read([item("1", 1, SERIES), item("s", 2, session(1, "2026-11-22T08:00:00Z"))])

    assert len(found[0].schedules) == 1


@pytest.mark.parametrize(
    ("rule", "read_as"),
    [
        ({"byDay": ["https://schema.org/Monday", "schema:Friday"], "repeatFrequency": "P1W"}, [(0, None), (4, None)]),
        ({"byDay": ["MO"], "repeatFrequency": "P2W"}, [(0, 2)]),
        ({"byDay": ["2MO"], "repeatFrequency": "P1M"}, [(0, None)]),
        ({"repeatFrequency": "P7D", "startDate": "2026-11-26"}, [(3, None)]),
    ],
)
def test_a_series_without_dated_sessions_has_its_rule(rule, read_as):
    said = {**SERIES, "eventSchedule": [{"@type": "Schedule", "startTime": "10:00", "endTime": "11:30", **rule}]}
    _, (found,) = read([item("1", 1, said)])

    assert [(one.weekday, one.interval if one.interval != 1 else None) for one in found.schedules] == read_as
    assert {one.opens_at for one in found.schedules} == {time(10)}


def test_a_series_whose_rule_is_over_is_not_taken():
    over = [{"@type": "Schedule", "startTime": "10:00", "byDay": ["MO"], "endDate": "2026-11-01"}]

    assert read([item("1", 1, {**SERIES, "eventSchedule": over})])[1] == []


def test_a_series_that_says_nothing_of_its_times_is_a_service_all_the_same():
    _, (found,) = read([item("1", 1, SERIES)])

    assert (found.schedules, found.times_text) == ([], "")


def test_D10_an_organiser_who_is_a_person_is_not_taken_into_the_directory():
    private = {**SERIES, "organizer": {"@type": "Person", "name": "Jo Private", "email": "jo@private.example"}}
    _, (found,) = read([item("1", 1, private)])

    assert found.organisation is None
    assert "private" not in repr(found).casefold()


def test_what_was_deleted_is_gone_and_a_later_word_brings_it_back():
    gone = item("1", 20, state="deleted")

    assert read([*FEED[:1], gone])[1] == []
    assert len(read([*FEED[:1], gone, item("1", 21, SERIES)])[1]) == 1


def test_sessions_whose_series_is_elsewhere_are_counted_with_what_to_do():
    reader, found = read(WEEKS)

    assert found == []
    assert any("their series is in another feed, so import the data set" in one for one in reader.mended)


def test_a_session_that_carries_its_series_stands_by_it():
    carried = {key: SERIES[key] for key in ("@type", "@id", "name")}
    _, (found,) = read([item("s", 1, session(1, "2026-11-24T18:00:00Z", superEvent=carried))])

    assert (found.name, len(found.schedules)) == ("Gentle walk", 1)


def test_courts_to_hire_are_no_groups():
    reader, found = read([item("f", 1, {"@type": "FacilityUse", "name": "Court 1"})])

    assert found == []
    assert any("places to hire" in one for one in reader.mended)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_DI16_the_order_of_items_and_pages_does_not_matter(data):
    again = [item("1", 30, {**SERIES, "name": "Gentler walk"}), item("s4", 31, state="deleted"), *FEED]
    mixed = data.draw(st.permutations(again))
    cut = data.draw(st.integers(0, len(mixed)))

    assert _told(read((mixed[:cut], mixed[cut:]))[1]) == _told(read(again)[1])


def _told(found):
    return [(one.external_id, one.name, one.times_text, one.issues) for one in found]


_ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.sampled_from([*SERIES, *session(1, "")]), below),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([*SERIES, "startDate", "eventSchedule", "subEvent", "superEvent", "duration"]), _ANY, _ANY)
def test_D11_no_item_trips_the_reader(key, value, other):
    for kind in ("SessionSeries", "Event", "ScheduledSession"):
        _, found = read([item("1", other, {**SERIES, "@type": kind, key: value}), item("s", 2, session(1, value))])
        assert all(isinstance(one, Issue) or one.name for one in found)


def test_D06_D07_script_and_template_words_of_a_feed_stay_words():
    bad = {**SERIES, "name": "<b onclick=x>{{ 7*7 }}</b>", "url": "javascript:alert(1)",
           "description": "<img src=x onerror=alert(1)><a href='javascript:x' hx-get='/'>go</a>"}  # fmt: skip
    _, (found,) = read([item("1", 1, bad)])

    assert (found.name, found.url) == ("{{ 7*7 }}", "")
    assert not any(word in found.description for word in ("onerror", "javascript", "hx-get", "<img"))


# --- by its address -------------------------------------------------------------------------------------------


def answers(content):
    return says("Content-Type: application/json\r\n", json.dumps(content).encode())


@contextmanager
def opened(paths, path="/feed", **options):
    with hostile_server(paths) as server:
        with opening.open_url(server.url(path), today=TODAY, asking=patient(), **options) as reader:
            yield reader


def test_DI16_a_feed_by_its_address_is_walked_until_a_page_names_itself():
    paths = {
        "/feed": answers(page(FEED[:2], "/feed?after=2")),
        "/feed?after=2": answers(page(FEED[2:], "/feed?after=9")),
        "/feed?after=9": answers(page([], "/feed?after=9")),
    }
    with opened(paths) as reader:
        assert (reader.format, reader.is_whole_list, reader.count()) == ("openactive", True, 1)
        assert reader.licence == "https://creativecommons.org/licenses/by/4.0/"


@pytest.mark.parametrize(
    ("second", "why"),
    [
        (breaks_off, "Page 2 could not be read"),
        (answers({"oops": 1}), "names no next page"),
        (answers(page(FEED[2:], "/feed")), "goes round in a ring"),
        (answers(page(FEED[2:], "file:///etc/passwd")), "Page 2 could not be read"),
    ],
)
def test_DI16_Z31_Z32_a_feed_that_breaks_off_or_goes_round_is_never_whole(second, why):
    with opened({"/feed": answers(page([FEED[0], FEED[3]], "/feed?after=2")), "/feed?after=2": second}) as reader:
        assert reader.count() == 1
        assert not reader.is_whole_list
        assert why in reader.mended[0]


def test_DI16_a_data_set_names_its_feeds_and_they_are_read_together():
    def names(kind, path):
        return {"@type": "DataDownload", "additionalType": f"https://openactive.io/{kind}", "contentUrl": path}

    distribution = [names("SessionSeries", "/series"), names("ScheduledSession", "/sessions"), names("Slot", "/slots")]
    told = json.dumps({"@type": "Dataset", "distribution": distribution})
    site = f'<html><script type="application/ld+json">{told}</script></html>'.encode()
    paths = {
        "/": says("Content-Type: text/html\r\n", site),
        "/series": answers(page(FEED[:1], "/series?after=1")), "/series?after=1": answers(page([], "/series?after=1")),
        "/sessions": answers(page(WEEKS, "/sessions?after=1")),
        "/sessions?after=1": answers(page([], "/sessions?after=1")),
    }  # fmt: skip
    with opened(paths, "/") as reader:
        (found,) = [reader.read(raw) for raw in reader.raws()]
        assert (found.name, len(found.schedules), reader.is_whole_list) == ("Gentle walk", 2, True)


def test_no_feeds_are_found_in_what_is_no_data_set():
    scripts = b"<script type=application/ld+json>" * 50_000
    for words in (b"", b"[]", b'{"distribution": 3}', b"<html>", b"{" * 100_000, b"<html>" + scripts):
        assert feeds_of(words) == []


def test_one_page_kept_as_a_file_is_read_and_never_whole(tmp_path):
    (tmp_path / "page.json").write_text(json.dumps(page(FEED, "https://walks.example/next")))
    reader = opening.open_file(tmp_path / "page.json", today=TODAY)

    assert (reader.format, reader.count(), reader.is_whole_list) == ("openactive", 1, False)


def test_what_is_no_page_of_a_feed_is_a_sentence():
    with pytest.raises(CannotRead, match="no page of an OpenActive feed"):
        Harvest(Spool(BytesIO())).take(b'{"items": 3}')


def test_many_sessions_cost_no_more_than_a_moment_and_are_capped():
    start = datetime(2026, 11, 23, 9, tzinfo=UTC)
    many = [
        item(f"s{n}", n, session(n, (start + timedelta(days=n % 900, hours=n % 7)).isoformat())) for n in range(3000)
    ]
    _, (found,) = read([item("1", 1, SERIES), *many])

    assert 0 < len(found.schedules) <= 60
