"""DI2: data packages, workbooks, lines of JSON and spreadsheets, by file and by address, each seen for what it is."""

import io
import json
import zipfile
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkwell.directory.records import Issue, ServiceRecord
from linkwell.interop import opening
from linkwell.interop.errors import CannotRead
from linkwell.interop.files import archives, sheets
from linkwell.interop.files import mapping as mappings
from linkwell.interop.files.checking import check_rows, content_of, outline
from linkwell.interop.files.guess import guess_columns
from linkwell.interop.files.reader import TableReader
from linkwell.interop.files.rows import LONGEST_ROW, table
from linkwell.interop.open_referral import FeedReader
from linkwell.interop.open_referral.packages import read_package
from tests.interop.hostile import hostile_server, says
from tests.interop.test_remote import patient
from tests.shared import shared

TODAY = date(2026, 11, 22)
TABLES = {
    "organizations.csv": "id,name,description\no1,Age Kind,We are kind\n",
    "services.csv": "id,organization_id,name,status,fees_description\ns1,o1,Lunch club,active,free\ns2,o1,Choir,,\n",
    "locations.csv": "id,name,latitude,longitude\nl1,The Hall,53.42,-2.32\n",
    "addresses.csv": "id,location_id,address_1,city,postal_code,country\na1,l1,1 High Street,Sale,M33 7XX,GB\n",
    "service_at_locations.csv": "id,service_id,location_id\nx1,s1,l1\n",
    "schedules.csv": "id,service_id,freq,byday,opens_at,closes_at\nt1,s1,WEEKLY,\"TU,TH\",12:00,14:00\n",
    "phones.csv": "id,service_id,location_id,number\np1,s1,,0161 496 0001\np2,,l1,0161 496 0002\n",
    "attributes.csv": "id,link_id,link_entity,taxonomy_term_id\nk1,s1,service,w1\n",
    "taxonomies.csv": "id,name,description\ny1,Our list,Words\n",
    "taxonomy_terms.csv": "id,taxonomy_id,name,description\nw1,y1,Food,Meals\n",
    "funding.csv": "id,service_id,source\nf1,s1,Lottery\n",
}  # fmt: skip


def zipped(files, *, into=""):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as made:
        for name, text in files.items():
            made.writestr(into + name, text)
    return held.getvalue()


def workbook(*rows, title="Groups"):
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def records(reader):
    return [reader.read(raw) for raw in reader.raws()]


def mapped(**columns):
    return mappings.from_content("mine", {"columns": columns})


# --- data packages --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("into", ["", "export-2026/"])
def test_DI2_the_tables_of_a_package_are_joined_into_services(into):
    reader = opening.open_bytes(zipped(TABLES, into=into), name="all.zip", today=TODAY)
    lunch, choir = records(reader)

    assert (reader.format, reader.is_whole_list, reader.mended) == ("hsdscsv", True, [])
    assert (lunch.name, lunch.organisation.name, lunch.is_free) == ("Lunch club", "Age Kind", True)
    assert [(one.weekday, one.opens_at.hour) for one in lunch.schedules] == [(1, 12), (3, 12)]
    assert [one.number for one in lunch.phones] == ["0161 496 0001", "0161 496 0002"]
    assert [(one.postcode, one.latitude) for one in lunch.locations] == [("M33 7XX", 53.42)]
    assert [(one.name, one.taxonomy) for one in lunch.terms] == [("Food", "Our list")]
    assert (choir.locations, choir.schedules, choir.terms, choir.is_shallow) == ([], [], [], False)


def test_DI2_a_folder_of_tables_is_a_package_and_its_description_may_name_them(tmp_path):
    for name, text in TABLES.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "services.csv").rename(tmp_path / "our-services-2026.csv")
    described = {"resources": [{"name": "services", "path": "our-services-2026.csv"}]}
    (tmp_path / "datapackage.json").write_text(json.dumps(described))

    assert [one.name for one in records(opening.open_file(tmp_path, today=TODAY))] == ["Lunch club", "Choir"]
    (tmp_path / "datapackage.json").write_text("{ broken")
    with pytest.raises(CannotRead, match="no table of services"):
        opening.open_file(tmp_path, today=TODAY)


def test_DI2_the_hsds_1_sample_is_read_with_the_names_that_columns_had_then():
    reader = opening.open_file(shared("data/directory/hsds-1.0-ohana-sample"), today=TODAY)
    found = records(reader)

    assert len(found) == 23 and all(isinstance(one, ServiceRecord) for one in found)
    assert all(one.organisation and one.locations and one.locations[0].postcode for one in found if one.locations)
    photos = next(one for one in found if one.name == "Passport Photos")
    assert {(one.weekday, str(one.opens_at)) for one in photos.schedules} >= {(0, "08:00:00"), (6, "11:00:00")}
    assert "Help Fill out Forms" in [one.name for one in photos.terms]
    assert photos.url and photos.what_to_bring


@pytest.mark.parametrize("standard", ["hsds-3.0", "oruk-3.0"])
def test_DI2_the_examples_as_tables_say_what_they_say_as_json(standard):
    folder = shared(f"standards/{standard}/examples")
    (flat,) = records(opening.open_file(folder / "csv", today=TODAY))
    (nested,) = records(opening.open_file(folder / "service_full.json", today=TODAY))

    for field in ("external_id", "name", "description_text", "url", "email", "minimum_age", "maximum_age", "listing"):
        assert getattr(flat, field) == getattr(nested, field), field
    assert flat.organisation.external_id == nested.organisation.external_id
    assert {one.weekday for one in flat.schedules} <= {one.weekday for one in nested.schedules} | {3, 4}
    assert [one.address.split(",")[0] for one in flat.locations] == [
        one.address.split(",")[0] for one in nested.locations
    ]


def test_what_a_package_says_of_itself_may_be_any_words():
    for described in ("[]", "null", '{"resources": 3}', '{"resources": [1, {"path": {}}]}', "{" * 50_000):
        assert len(read_package(zipped(TABLES | {"datapackage.json": described})).records) == 2


def test_a_row_of_a_package_that_cannot_be_read_is_told():
    broken = TABLES | {"phones.csv": "id,service_id,number\np1,s1," + "0" * LONGEST_ROW + "\n"}

    assert "phones.csv: 1 rows cannot be read" in read_package(zipped(broken)).mended[0]


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_DI2_the_order_of_lines_in_tables_does_not_matter(data):
    def told(files):
        reader = FeedReader(read_package(zipped(files)), kind="hsdscsv")
        services = sorted(records(reader), key=lambda one: one.external_id)
        return [(one.name, one.locations, sorted(one.phones, key=lambda p: p.number), one.terms) for one in services]

    mixed = {}
    for name, text in TABLES.items():
        head, *lines = text.strip().split("\n")
        mixed[name] = "\n".join([head, *data.draw(st.permutations(lines))]) + "\n"
    assert told(mixed) == told(TABLES)


# --- lines of JSON --------------------------------------------------------------------------------------------


def test_DI2_lines_of_json_are_a_list_and_a_broken_line_spoils_no_other(tmp_path):
    lines = [json.dumps({"id": str(n), "name": f"Club {n}", "status": "active"}) for n in range(3)]
    (tmp_path / "all.ndjson").write_text("\n".join([*lines, '{"id": "9", "name": }']) + "\n\n")
    found = records(opening.open_file(tmp_path / "all.ndjson", today=TODAY))

    assert [one.name for one in found[:3]] == ["Club 0", "Club 1", "Club 2"]
    assert (found[3].kind, found[3].path) == ("refusal", "line[3]")


# --- workbooks ------------------------------------------------------------------------------------------------


def test_DI2_a_workbook_is_read_as_what_its_cells_show():
    rows = [["Name", "Tel", "From", "Seen"], ["Tea", 1614960001, 60.0, date(2026, 5, 1)], [None, None], ["Choir", "x"]]
    reader = TableReader(workbook(*rows), mapped(name="Name", phone="Tel", minimum_age="From", checked_on="Seen"))
    tea, choir = records(reader)

    assert (tea.minimum_age, tea.source_checked_on) == (60, date(2026, 5, 1))
    assert [one.number for one in tea.phones] == ["01614960001"]  # the sheet took its 0 away
    assert (choir.name, [raw.where for raw in reader.raws()]) == ("Choir", ["row 2", "row 4"])


def test_a_title_above_the_columns_and_further_sheets_are_no_trouble():
    book = openpyxl.load_workbook(io.BytesIO(workbook(["Groups, May 2026"], [], ["Name", "Tel"], ["Tea", "1"])))
    book.create_sheet("Old").append(["x"])
    held = io.BytesIO()
    book.save(held)
    reader = TableReader(held.getvalue(), mapped(name="Name"))

    assert [one.name for one in records(reader)] == ["Tea"]
    assert reader.mended == ["Only the sheet Groups was read, not Old"]


def test_D04_bombs_and_damaged_workbooks_are_a_sentence():
    good = workbook(["Name"], ["Tea"])
    bomb = zipped({"xl/workbook.xml": "<x/>", "xl/sharedStrings.xml": "a" * 30_000_000})
    many = zipped({f"{n}.xml": "" for n in range(archives.MOST_MEMBERS + 1)})
    for data, words in (
        (bomb, "far more than a list"), (many, "Split it"), (good[:-40], "damaged"), (good[:900], "damaged"),
        (zipped({"readme.txt": "hello"}), "no Excel workbook"),
    ):  # fmt: skip
        with pytest.raises(CannotRead, match=words):
            sheets.sheet(data)


def test_D11_no_entity_of_a_workbook_unfolds():
    laughs = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook(["Name"], ["Tea"]))) as good, zipfile.ZipFile(held, "w") as bad:
        for name in good.namelist():
            data = good.read(name)
            bad.writestr(name, laughs.encode() + data if name == "xl/worksheets/sheet1.xml" else data)
    with pytest.raises(CannotRead, match="Save as → CSV"):
        sheets.sheet(held.getvalue())


def test_a_sheet_wider_than_any_list_is_refused():
    with pytest.raises(CannotRead, match="more than 500 columns"):
        sheets.sheet(workbook(["Name", *[f"c{n}" for n in range(600)]], ["Tea"]))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_D11_no_damage_to_a_workbook_trips_the_reader(data):
    good = bytearray(_GOOD)
    for _ in range(data.draw(st.integers(1, 6))):
        good[data.draw(st.integers(0, len(good) - 1))] = data.draw(st.integers(0, 255))
    try:
        sheets.sheet(bytes(good))
    except CannotRead as refusal:
        assert str(refusal).endswith(".")


_GOOD = workbook(["Name", "Tel"], ["Tea", 1], ["Choir", "x"])


@pytest.mark.parametrize(
    "cell", ["=1+1", " =HYPERLINK(1)", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+3+cmd|' /C calc'!A0", "=cmd|'/c calc'!A0"]
)
def test_CSV_injection_is_refused_by_row_and_column(cell):
    reader = TableReader(f'Name,About\nTea,"{cell}"\nChoir,fine\n'.encode(), mapped(name="Name", description="About"))
    bad, good = records(reader)

    assert isinstance(bad, Issue) and bad.path == "row 2, column About" and "formula" in bad.reason
    assert good.name == "Choir"


@pytest.mark.parametrize(
    "cell", ["+44 161 496 0001", "- lunch and tea", "@teaclub", "-", "a = b", "+ more", "0161-496"]
)
def test_what_only_begins_like_a_formula_is_no_formula(cell):
    reader = TableReader(f'Name,About\nTea,"{cell}"\n'.encode(), mapped(name="Name", description="About"))

    assert isinstance(records(reader)[0], ServiceRecord)


# --- guessing and mapping -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "cells", "field"),
    [
        ("Telephone number", "0161 496 0001", "phone"), ("E-mail", "a@example.org", "email"),
        ("Post Code", "M33 7XX", "postcode"), ("Website", "www.example.org", "url"), ("Min age", "18", "minimum_age"),
        ("Min age", "adults", ""), ("When", "Tues 2-4pm", "opening_times"), ("Provider", "Age Kind", "organisation"),
        ("Area code", "E08000009", ""), ("Column1", "M33 7XX", "postcode"), ("Column1", "a@example.org", "email"),
        ("Column1", "0161 496 0001", "phone"), ("Column1", "https://example.org", "url"),
        ("Column1", "Tues 2-4pm", "opening_times"), ("Column1", "53.42123", "latitude"),
        ("Column1", "-2.32123", "longitude"), ("Column1", "blue", ""),
        ("charity_contact_postcode", "M33 7XX", "postcode"),
        ("Wednesday", "9am-5pm", "opening_times"), ("Last updated", "2026-05-01", "checked_on"),
    ],
)  # fmt: skip
def test_DI2_a_column_is_guessed_by_its_name_or_by_what_stands_in_it(header, cells, field):
    assert guess_columns(["Name", header], [["Tea", cells], ["Choir", cells]]) == ["name", field]


def test_DI2_guesses_agree_with_the_mappings_that_people_made_for_the_real_lists():
    for name, file in (
        ("trafford-food-banks", "gm_food_banks"),
        ("trafford-mental-health", "mental_health_services_RAW"),
    ):
        made = mappings.load(name).columns
        read = table(shared(f"data/directory/csv-trafford/{file}.csv").read_bytes())
        guessed = dict(zip(guess_columns(read.header, [row.cells for row in read.rows]), read.header, strict=False))
        for field in ("name", "postcode", "address", "url", "phone", "opening_times", "how_to_join", "contact"):
            if field in made:
                assert guessed[field] in made[field], (name, field)


def test_several_columns_make_up_an_address_and_the_days_of_a_week():
    chosen = [("Group", "name"), ("Line 1", "address"), ("Line 2", "address"), ("Line 3", "address")]
    chosen += [("Monday", "opening_times"), ("Tuesday", "opening_times"), ("Wed", "opening_times")]
    content = content_of(chosen, title="x", constants={}, whole_list=True)
    data = "Group,Line 1,Line 2,Line 3,Monday,Tuesday,Wed\nTea,1 High Street,,Sale,9-5,closed,10am-12pm\n"
    (tea,) = records(TableReader(data.encode(), mappings.from_content("x", content)))

    assert (tea.locations[0].address, tea.locations[0].town) == ("1 High Street, Sale", "Sale")
    assert tea.times_text.strip(" ;") == "Monday 9-5; Wed 10am-12pm"
    assert [(one.weekday, one.opens_at.hour, one.closes_at.hour) for one in tea.schedules] == [(0, 9, 17), (2, 10, 12)]


def test_an_outline_is_made_from_the_top_of_a_long_file_and_leaves_out_what_cannot_be_named():
    long = "Name,Odd {x},,name,Tel\n" + "Tea,1,2,3,0161 496 0001\n" * 40_000
    found = outline(long.encode())

    assert [(one["name"], one["guess"]) for one in found["columns"]] == [("Name", "name"), ("Tel", "phone")]
    assert found["columns"][1]["shown"] == ["0161 496 0001"]


def test_a_check_tells_rows_columns_and_sentences_and_nothing_that_stands_there():
    data = "Name,Post\nTea,m337xx\nTea,m337xx\n,M33 7XX\nChoir,secret words\n"
    found = check_rows(TableReader(data.encode(), mapped(name="Name", postcode="Post")))

    assert (found["rows"], found["good"], found["refused"], found["repaired"]) == (4, 2, 2, 2)
    assert [problem[0] for problem in found["problems"]] == ["2", "3", "4", "5"]
    assert "It is the same as an earlier row: that one is kept" in [problem[2] for problem in found["problems"]]
    assert "secret" not in json.dumps(found["problems"])


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(st.text(max_size=12), max_size=6), max_size=8), st.binary(max_size=40))
def test_D11_no_spreadsheet_trips_outline_or_guess(rows, noise):
    text = "\n".join(",".join(f'"{cell}"' for cell in row) for row in rows)
    for data in (text.encode("utf-8", errors="replace"), noise, b"Name\n" + noise):
        try:
            outline(data)
        except CannotRead as refusal:
            assert str(refusal).endswith(".")


# --- by address -----------------------------------------------------------------------------------------------


@contextmanager
def opened(answer, path, **options):
    with hostile_server({path: answer}) as server:
        with opening.open_url(server.url(path), today=TODAY, asking=patient(), **options) as reader:
            yield reader


def test_DI2_a_package_a_spreadsheet_and_a_list_are_fetched_by_their_addresses_and_seen_for_what_they_are():
    listed = json.dumps([{"id": "1", "name": "Tea", "status": "active"}]).encode()
    with opened(says("Content-Type: application/zip\r\n", zipped(TABLES)), "/all.zip") as reader:
        assert (reader.format, reader.count()) == ("hsdscsv", 2)
    with opened(says("", listed), "/all.json") as reader:
        assert (reader.format, reader.count(), reader.is_whole_list) == ("oruk3", 1, True)
    with opened(says("", b'{"id": "1", "name": "Tea"}\n{"id": "2", "name": "Choir"}\n'), "/all.ndjson") as reader:
        assert ([one.name for one in records(reader)], reader.is_whole_list) == (["Tea", "Choir"], True)
    with opened(says("", b"Name\nTea\n"), "/groups.csv", mapping=mapped(name="Name")) as reader:
        assert (reader.format, reader.count(), reader.name) == ("csv", 1, "groups")
    with opened(says("", workbook(["Name"], ["Tea"])), "/groups.xlsx", mapping=mapped(name="Name")) as reader:
        assert (reader.format, reader.count()) == ("xlsx", 1)


def test_a_spreadsheet_without_a_mapping_is_a_sentence_that_says_where_to_make_one(tmp_path):
    (tmp_path / "groups.csv").write_text("Name\nTea\n")
    with pytest.raises(CannotRead, match="Bring in a spreadsheet"):
        opening.open_file(tmp_path / "groups.csv", today=TODAY)
    with pytest.raises(CannotRead, match="is a folder"):
        opening.open_file(Path(tmp_path), today=TODAY)
