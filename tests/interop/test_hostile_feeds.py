"""Files that are damaged, hostile or nonsense: a sentence for the file, a row for the record, never a crash."""

import json
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linkwell.directory.markup import TAGS, clean_html, plain_text
from linkwell.directory.records import Issue, ServiceRecord
from linkwell.interop.encodings import file_bytes
from linkwell.interop.errors import CannotRead
from linkwell.interop.open_referral import FeedReader

GOOD = b'{"id": "good", "name": "Good"}'


def read(data):
    reader = FeedReader(data)
    return reader, [reader.read(raw) for raw in reader.raws()]


def names(results):
    return [one.name for one in results if isinstance(one, ServiceRecord)]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (b'{"id": "bad", "name": "Bad", "x": }', "It is not valid JSON"),
        (b'{"id": "bad" "name": "Bad"}', "It is not valid JSON"),
        (b"{'id': 'bad'}", "It is not valid JSON"),
        (b'{"id": "bad", "name": "x", "deep": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested too deeply"),
    ],
)
def test_one_record_that_is_not_json_never_stops_the_others(bad, reason):
    _, results = read(b"[" + GOOD + b", " + bad + b", " + GOOD.replace(b"good", b"second") + b"]")

    assert names(results) == ["Good", "Good"]
    refused = [one for one in results if isinstance(one, Issue)]
    assert len(refused) == 1
    assert refused[0].path == "$[1]"
    assert reason in refused[0].reason


@pytest.mark.parametrize(
    ("damaged", "kept"),
    [
        (b'[{"id": "1", "name": "A"}}, {"id": "2", "name": "B"}]', ["A", "B"]),  # one bracket too many
        (b'[{"id": "1", "name": "A", "x": [1}, {"id": "2", "name": "B"}]', ["B"]),  # a list never closed
        (b'[{"id": "1", "name": "A", {"id": "2", "name": "B"}]', ["B"]),  # a record never closed
        (b'[{"id": "1", "name": "A", "o": {"id": "3"}, {"id": "2", "name": "B"}]', ["B"]),
        (b'[{"id": "1", "name": "A"}], {"id": "2", "name": "B"}]', ["A", "B"]),  # the list closed too early
        (b'[{"id": "1", "name": "A"} {"id": "2", "name": "B"}]', ["A", "B"]),  # a comma too few
        (b'[{"id": "1", "name": "A"},, {"id": "2", "name": "B"},]', ["A", "B"]),  # commas too many
        (b'[{"id": "1", "name": "A",\n"x": "never closed},\n{"id": "2", "name": "B"}]', ["B"]),
    ],
)
def test_a_bracket_or_comma_too_many_or_too_few_costs_its_own_record_alone(damaged, kept):
    _, results = read(damaged)

    assert [name for name in names(results) if name in kept] == kept


@pytest.mark.parametrize(
    "damaged",
    [
        b'[{"id": "1", "name": "A"}}, {"id": "2", "name": "B"}]',
        b'[{"id": "1", "name": "A"}',
        b'[{"id": "1", "name": "A", "x": [}]',
    ],
)
def test_a_list_whose_brackets_do_not_match_is_never_taken_for_whole(damaged):
    assert not FeedReader(damaged).is_whole_list


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "1e999", "9" * 5_000, '"\\ud800"', '"a\tb"'])
def test_numbers_and_letters_that_json_forbids_are_cleaned_away(value):
    _, results = read(b"[" + GOOD + b', {"id": "odd", "name": "Odd", "minimum_age": ' + value.encode() + b"}]")

    assert names(results) == ["Good", "Odd"]
    assert results[1].minimum_age is None


def test_a_file_that_was_cut_off_loses_its_last_record_alone_and_is_no_whole_list():
    reader, results = read(b"[" + GOOD + b', {"id": "cut", "name": "Cu')

    assert names(results) == ["Good"]
    assert results[1].reason == "The file ends inside this record: it was cut off"
    assert not reader.is_whole_list


def test_a_damaged_page_keeps_its_records():
    reader, results = read(
        b'{"total_items": 2, "total_pages": 1, "contents": [' + GOOD + b', {"id": "b", "name": "B", "x": NaN}]}'
    )

    assert names(results) == ["Good", "B"]
    assert reader.is_whole_list


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "utf-32"])
def test_any_encoding_is_read(encoding):
    _, results = read(json.dumps([{"id": "1", "name": "Café Olé – £5"}], ensure_ascii=False).encode(encoding))

    assert names(results) == ["Café Olé – £5"]


def test_one_service_on_each_line_is_read():
    assert names(read(GOOD + b"\n" + GOOD.replace(b"good", b"other") + b"\n")[1]) == ["Good", "Good"]


@pytest.mark.parametrize(
    "data", [b"<html>Not found</html>", b"name,id\nA,1\n", b"hello", b"\x89PNG\r\n\x1a\n", b"null", b"42", b'"text"']
)
def test_a_file_that_is_no_json_is_one_sentence(data):
    with pytest.raises(CannotRead, match="not JSON"):
        FeedReader(data)


@pytest.mark.parametrize("data", [b"[", b"{", b"[}", b"[[[", b'["', b"{]"])
def test_a_file_that_only_begins_like_json_is_a_sentence_or_rows(data):
    try:
        _, results = read(data)
    except CannotRead as error:
        assert str(error)
    else:
        assert not names(results)


@pytest.mark.parametrize("data", [b"", b"   \n", b"\0\0\0"])
def test_an_empty_file_is_a_sentence(tmp_path, data):
    (tmp_path / "x.json").write_bytes(data)

    with pytest.raises(CannotRead, match="is empty"):
        file_bytes(tmp_path / "x.json")


def test_records_that_are_no_objects_are_refused_one_by_one():
    _, results = read(b'[null, 1, "x", [1], true, ' + GOOD + b"]")

    assert names(results) == ["Good"]
    assert [one.path for one in results[:5]] == ["$[0]", "$[1]", "$[2]", "$[3]", "$[4]"]


KEYS = [
    "id",
    "name",
    "description",
    "url",
    "email",
    "status",
    "organization",
    "schedules",
    "byday",
    "opens_at",
    "freq",
    "phones",
    "number",
    "contacts",
    "service_at_locations",
    "location",
    "addresses",
    "postal_code",
    "latitude",
    "longitude",
    "attributes",
    "taxonomy_term",
    "minimum_age",
    "maximum_age",
    "cost_options",
    "amount",
    "languages",
    "service_areas",
    "assurer_email",
    "last_modified",
    "fees",
    "accessibility",
    "capacities",
    "unit",
    "attending_type",
]
anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=30)
    | st.sampled_from(["NA", "-1", "<script>x</script>", "javascript:x", "jo@council.gov.uk"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5),
    max_leaves=20,
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.dictionaries(st.sampled_from(KEYS), anything, max_size=8), max_size=4))
def test_any_json_at_all_gives_services_or_rows_of_refusal(records):
    data = json.dumps([*records, {"id": "the good one", "name": "Good"}]).encode()
    try:
        _, results = read(data)
    except CannotRead:
        return
    assert len(results) == len(records) + 1
    assert names(results)[-1] == "Good"
    for one in results:
        if isinstance(one, ServiceRecord):
            assert one.name.strip()
            assert "<script" not in one.description
            assert one.url == "" or one.url.startswith("http")
            assert one.minimum_age is None or 0 <= one.minimum_age <= 120
            assert "\x00" not in repr(one)
            for issue in one.issues:
                assert "jo@council" not in issue.was


@settings(max_examples=300, deadline=None)
@given(
    st.binary(max_size=400)
    | st.text(alphabet='[]{}",:\\ abc\n0\ud800', max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass"))
)
def test_any_bytes_at_all_are_a_sentence_or_rows(data):
    try:
        _, results = read(data)
    except CannotRead as error:
        assert str(error)
    else:
        assert all(isinstance(one, ServiceRecord | Issue) for one in results)


HTML = st.lists(
    st.sampled_from(
        [
            "<p>",
            "</p>",
            "<script>",
            "</script>",
            "<a href='javascript:x'>",
            "<a href=http://a.org onclick=x>",
            "</a>",
            "<svg/onload=x>",
            "<img src=x onerror=y>",
            "<",
            ">",
            "&lt;script&gt;",
            "&",
            "<b hx-get='/x'>",
            "</b>",
            "text",
            "\n\n",
            "<!--",
            "-->",
            "<style>",
            '"',
            "'",
            "<iframe src=x>",
            "<math><mi>",
            "&#106;avascript:",
            "<h1>",
            "</h1>",
            "<ul><li>",
        ]
    ),
    max_size=14,
).map("".join)


@settings(max_examples=400, deadline=None)
@given(HTML)
def test_cleaned_markup_holds_allowed_tags_only_and_cleaning_twice_changes_nothing(text):
    cleaned = clean_html(text)

    assert clean_html(cleaned) == cleaned
    for tag, attributes in re.findall(r"<\s*/?\s*([a-zA-Z0-9]+)([^>]*)>", cleaned):
        assert tag.lower() in TAGS
        assert not re.search(r"\bon\w+=|hx-|style=|javascript:", attributes)
    assert "\x00" not in plain_text(text)
