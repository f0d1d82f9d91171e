"""Spreadsheets and their mappings."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkwell.directory.records import Issue, ServiceRecord
from linkwell.interop.errors import CannotRead
from linkwell.interop.files import mapping as mappings
from linkwell.interop.files.reader import TableReader, open_table
from linkwell.interop.files.rows import table

MAPPING = """
[columns]
id = "Ref"
name = "{Name|title}"
description = "What"
address = "Where"
postcode = "Postcode"
latitude = "Lat"
longitude = "Long"
contact = "Contact"
opening_times = "Open"
minimum_age = "From age"
languages = "Languages"
checked_on = "Checked"
[constants]
needs = ["food"]
modes = ["in_person"]
[access]
step_free = "Step free"
[[rules]]
column = "What"
contains = ["bowling"]
needs = ["activity"]
is_free = false
[[rules]]
column = "What"
equals = ["closed down"]
leave_out = "It has closed down"
"""
HEADER = "Ref,Name,What,Where,Postcode,Lat,Long,Contact,Open,From age,Languages,Checked,Step free"
ROW = (
    '1,TEA CLUB,Tea,"1 High Street, Sale",m337wr,53.4,-2.3,a@b.org 0161 912 2122,Tues 2-4pm,60,"Urdu, Polish",'
    "06/01/2026,Yes"
)


@pytest.fixture
def mapping(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(MAPPING)
    return mappings.load(str(path))


def read(mapping, *rows, header=HEADER, encoding="utf-8"):
    reader = TableReader("\n".join([header, *rows]).encode(encoding), mapping)
    return [reader.read(raw) for raw in reader.raws()]


def test_a_row_becomes_a_service_by_its_mapping(mapping):
    (found,) = read(mapping, ROW)

    assert (found.external_id, found.name, found.need_codes, found.modes) == (
        "mine/1",
        "Tea Club",
        ["food"],
        ["in_person"],
    )
    assert (found.email, found.phones[0].number) == ("a@b.org", "0161 912 2122")
    assert [(one.weekday, one.opens_at.hour) for one in found.schedules] == [(1, 14)]
    assert (found.minimum_age, [one.code for one in found.languages], found.access_yes) == (
        60,
        ["ur", "pl"],
        ["step_free"],
    )
    place = found.locations[0]
    assert (place.postcode, place.town, place.latitude) == ("M33 7WR", "Sale", 53.4)


def test_rules_add_what_words_of_a_column_mean(mapping):
    (found,) = read(mapping, ROW.replace(",Tea,", ",Crown green bowling,"))

    assert found.need_codes == ["food", "activity"]
    assert found.is_free is False


def test_a_row_that_the_mapping_leaves_out_is_refused_with_the_mappings_reason(mapping):
    (found,) = read(mapping, ROW.replace(",Tea,", ",closed down,"))

    assert (found.kind, found.path, found.reason) == ("refusal", "row 2, column What", "It has closed down")


def test_na_is_absence_and_reported_by_row_and_column(mapping):
    (found,) = read(mapping, "2,Club,NA,NA,NA,NA,NA,NA,NA,NA,NA,NA,NA")

    assert (found.description, found.locations, found.email, found.times_text, found.minimum_age) == (
        "",
        [],
        "",
        "",
        None,
    )
    assert ("row 2, column Postcode", "NA") in {(issue.path, issue.was) for issue in found.issues}


def test_a_nameless_row_is_refused_and_the_others_stay(mapping):
    bad, good = read(mapping, "2,,Tea" + "," * 10, ROW)

    assert (bad.kind, bad.path, bad.reason) == ("refusal", "row 2, column Name", "It has no name")
    assert good.name == "Tea Club"


def test_a_row_with_too_many_cells_is_refused_for_its_values_may_be_shifted(mapping):
    (found,) = read(mapping, ROW + ",stray")

    assert "wrong columns" in found.reason


def test_a_row_with_too_few_cells_lacks_only_what_is_missing(mapping):
    (found,) = read(mapping, "3,Short Club,Tea")

    assert (found.name, found.locations) == ("Short Club", [])


def test_a_quote_that_is_never_closed_costs_its_own_row_alone(mapping):
    results = read(mapping, '2,"Open quote,Tea', ROW, ROW.replace("1,TEA", "4,TEA"))

    assert isinstance(results[0], Issue)
    assert "never closed" in results[0].reason
    assert [one.external_id for one in results[1:]] == ["mine/1", "mine/4"]


def test_a_lone_inch_mark_is_no_quote(mapping):
    results = read(mapping, ROW.replace(",Tea,", ',6" pots,'), ROW.replace("1,TEA", "4,TEA"))

    assert [one.external_id for one in results] == ["mine/1", "mine/4"]
    assert results[0].description_text == '6" pots'


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_any_encoding_of_a_spreadsheet_is_read(mapping, encoding):
    (found,) = read(mapping, ROW.replace("TEA CLUB", "Café £1"), encoding=encoding)

    assert found.name == "Café £1"


@pytest.mark.parametrize("ending", ["\r\n", "\r", "\n"])
def test_any_line_end_and_cells_of_several_lines_are_read(mapping, ending):
    reader = TableReader(
        ending.join([HEADER, ROW.replace("Tea,", f'"Tea{ending}and cake",', 1), ROW.replace("1,", "9,", 1)]).encode(),
        mapping,
    )

    results = [reader.read(raw) for raw in reader.raws()]

    assert [one.external_id for one in results] == ["mine/1", "mine/9"]
    assert results[0].description_text == "Tea\nand cake"


def test_tabs_and_semicolons_divide_too(mapping):
    header = HEADER.replace(",", ";")
    (found,) = read(mapping, "1;Tea club;Tea" + ";" * 10, header=header)

    assert found.name == "Tea club"


def test_headers_match_however_they_are_spaced_and_capitalised(mapping):
    assert read(mapping, ROW, header=HEADER.upper().replace("FROM AGE", " from   AGE "))[0].minimum_age == 60


def test_a_missing_column_is_a_sentence_that_names_it_and_those_there_are(mapping):
    with pytest.raises(
        CannotRead, match="no column Ref, What, .* which the mapping mine needs. Its columns are: Name, Tel"
    ):
        TableReader(b"Name,Tel\nA,1\n", mapping)


def test_a_broken_or_old_excel_file_is_a_sentence_that_says_what_to_do(mapping):
    with pytest.raises(CannotRead, match="damaged and cannot be opened"):
        TableReader(b"PK\x03\x04rest", mapping)
    with pytest.raises(CannotRead, match="Save as → CSV"):
        TableReader(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 an old workbook", mapping)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("not toml", "not valid TOML"),
        ("[columns]\nphone = 'x'", "which column is the name"),
        ("[columns]\nname = 'x'\nfoo = 'y'", "no field foo"),
        ("[columns]\nname = 'x'\n[constants]\nneeds = ['happiness']", "none of the needs"),
        ("[columns]\nname = 'x'\n[constants]\ncolour = 'red'", "no constant"),
        ("[columns]\nname = 'x'\n[[rules]]\ncolumn = 'y'", "needs equals or contains"),
        ("[columns]\nname = 'x'\n[access]\nlift = 'y'", "no access need lift"),
        ("surprise = 1\n[columns]\nname = 'x'", "parts nobody knows: surprise"),
    ],
)
def test_a_mapping_that_cannot_be_used_says_why(tmp_path, text, sentence):
    path = tmp_path / "wrong.toml"
    path.write_text(text)

    with pytest.raises(CannotRead, match=sentence):
        mappings.load(str(path))


def test_an_unknown_mapping_lists_those_there_are():
    with pytest.raises(CannotRead, match="trafford-libraries"):
        mappings.load("nothing")


def test_the_mappings_that_come_with_linkwell_are_all_sound():
    for name in mappings.built_in():
        assert mappings.load(name).columns["name"]


def test_charities_are_taken_without_address_telephone_or_email():
    """The register's contact can be a trustee's home."""
    header = (
        "registered_charity_number,charity_name,charity_activities,charity_contact_address,charity_contact_postcode,"
        "charity_contact_phone,charity_contact_email,charity_contact_web"
    )
    row = '1,TEA FOR ALL,Tea,"4 Home Avenue, Sale",M33 7WR,01614941704,trustee@home.org,www.tea.org'
    reader = TableReader(f"{header}\n{row}\n".encode(), mappings.load("trafford-charities"))

    (found,) = [reader.read(raw) for raw in reader.raws()]

    assert (found.name, found.url) == ("Tea For All", "http://www.tea.org") or found.name == "Tea for All"
    for secret in ("Home Avenue", "7WR", "01614941704", "trustee@"):
        assert secret not in repr(found)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300) | st.text(alphabet='ab,";\t\n\r"\x00é', max_size=200).map(str.encode))
def test_any_bytes_at_all_are_rows_or_a_sentence(data):
    try:
        found = table(data)
    except CannotRead as error:
        assert str(error)
    else:
        assert all(row.cells or row.problem for row in found.rows)


@settings(max_examples=150, deadline=None)
@given(cells=st.lists(st.text(alphabet=st.characters(codec="utf-8"), max_size=40), min_size=13, max_size=13))
def test_any_cells_at_all_become_a_service_or_a_refusal(cells):
    import csv
    import io

    text = io.StringIO()
    csv.writer(text).writerows([HEADER.split(","), cells, ["ok", "Good", *[""] * 11]])
    path = Path(__file__).parent / "nothing"
    assert not path.exists()
    reader = TableReader(text.getvalue().encode(), _mapping())
    results = [reader.read(raw) for raw in reader.raws()]
    assert all(isinstance(one, ServiceRecord | Issue) for one in results)


def _mapping():
    import tempfile

    with tempfile.NamedTemporaryFile("w", suffix=".toml", delete=False) as file:
        file.write(MAPPING)
    try:
        return mappings.load(file.name)
    finally:
        Path(file.name).unlink()


def test_an_unquoted_file_path_is_found_from_its_name(tmp_path, mapping):
    (tmp_path / "list.csv").write_text(f"{HEADER}\n{ROW}\n")

    assert open_table(tmp_path / "list.csv", mapping=str(tmp_path / "mine.toml")).count() == 1


def test_a_title_row_of_a_saved_sheet_is_passed_over_and_a_stray_comma_makes_no_header():
    saved = table(b"Groups of Sale,,\n,,\nName,Tel,Open\nTea,1,2\n")
    single = table(b"Name\nTea, and more\n")

    assert (saved.header, len(saved.rows)) == (("Name", "Tel", "Open"), 1)
    assert (single.header, single.rows[0].cells) == (("Name",), ("Tea", " and more"))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)) * 20, "a picture, a PDF, or damaged"),
        (b"%PDF-1.4\nName,What\nChess,Boards\n", "a picture, a PDF, or damaged"),
        (b"<!DOCTYPE html><table><tr><td>Name,What</td></tr></table>", "This is a web page or XML"),
    ],
    ids=["picture", "pdf", "web page"],
)
def test_what_is_no_spreadsheet_is_said_to_be_none(data, said):
    with pytest.raises(CannotRead, match=said):
        table(data)


def test_a_fault_here_and_there_does_not_make_a_list_unreadable():
    assert table(b"Name,What\nChe\x00ss,Bo\x01ards \x81\n").rows[0].cells[0] == "Chess"
