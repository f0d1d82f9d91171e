"""Loading tables of postcodes and practices, and asking them."""

import csv
import zipfile

import pytest

from linkwell.interop.errors import CannotRead
from linkwell.interop.files.reference import open_reference
from linkwell.places import actions
from linkwell.places.models import Outcode, Postcode, ReferencePractice
from linkwell.places.queries import locate, outcodes_by_area, reference_practices
from tests.shared import shared

ONSPD = """pcd,pcd2,pcds,doterm,oseast1m,osnrth1m,lat,long,lsoa21,oslaua
M33 7WR,M33  7WR,M33 7WR,,0378000,0391000,53.414,-2.331,E01006180,E08000009
BT1 1AA,BT1  1AA,BT1 1AA,,0333500,0374000,54.602,-5.930,,N09000003
GY1 1AA,GY1  1AA,GY1 1AA,,,,99.999999,0.000000,,
not a code,,not a code,,,,53.0,-2.0,,
"""
NEW_ONSPD = """PCD7,PCDS,DOTERM,EAST1M,NORTH1M,LAT,LONG,LSOA21CD,LAD25CD
"M337WR","M33 7WR","",378000,391000,53.414,-2.331,E01006180,E08000009
"""
CODE_POINT = """"M33 7WR",10,378000,391000,"E92000001","","E18000001","","E08000009","E05000001"
"M33 9ZZ",90,0,0,"","","","","",""
"XX",10,1,1
"M1 1AE",10,abc,391000
"""


def load(path, wanted):
    found = open_reference(path, wanted=wanted)
    return found, actions.load(found.rows(), kind=found.kind)


def write(tmp_path, name, text):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("text", [ONSPD, NEW_ONSPD])
def test_the_postcode_directory_is_loaded_by_its_column_names(db, tmp_path, text):
    found, loaded = load(write(tmp_path, "ONSPD.csv", text), "postcodes")

    row = Postcode.objects.get(code="M337WR")
    assert (found.name, row.latitude, row.lsoa, row.district) == ("onspd", 53.414, "E01006180", "E08000009")
    assert row.easting == pytest.approx(378_000, abs=200)
    assert loaded.created >= 1


def test_what_has_no_place_is_left_out_and_what_is_no_postcode_is_refused_by_row(db, tmp_path):
    _, loaded = load(write(tmp_path, "onspd.csv", ONSPD), "postcodes")

    assert (loaded.read, loaded.created, loaded.left_out, len(loaded.refusals)) == (4, 2, 1, 1)
    assert loaded.refusals[0].record == "row 5"
    assert loaded.refusals[0].reason == "Not a postcode"


def test_northern_ireland_is_not_put_on_the_british_grid(db, tmp_path):
    load(write(tmp_path, "onspd.csv", ONSPD), "postcodes")

    assert Postcode.objects.get(code="BT11AA").easting is None


def test_code_point_open_is_turned_from_grid_metres_into_latitude_and_longitude(db, tmp_path):
    folder = tmp_path / "codepo_gb" / "Data" / "CSV"
    folder.mkdir(parents=True)
    write(folder, "m.csv", CODE_POINT)

    found, loaded = load(tmp_path / "codepo_gb", "postcodes")

    row = Postcode.objects.get()
    assert (found.name, row.easting, row.northing) == ("code-point", 378_000, 391_000)
    assert (row.latitude, row.longitude) == (pytest.approx(53.4155, abs=0.001), pytest.approx(-2.3328, abs=0.001))
    assert (loaded.left_out, [refused.reason for refused in loaded.refusals]) == (
        1,
        ["Not a postcode", "Not a place on the National Grid"],
    )


def test_a_zip_is_read_without_unpacking_it(db, tmp_path):
    path = tmp_path / "ONSPD_AUG_2026.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("Data/ONSPD_AUG_2026_UK.csv", ONSPD)
        archive.writestr("Documents/names.csv", "a,b\n1,2\n")

    assert load(path, "postcodes")[1].created == 2


def test_the_same_file_again_changes_nothing_and_a_changed_one_says_what_changed(db, tmp_path):
    path = write(tmp_path, "onspd.csv", ONSPD)
    load(path, "postcodes")

    again = load(path, "postcodes")[1]
    path.write_text(ONSPD.replace("53.414", "53.415"))
    changed = load(path, "postcodes")[1]

    assert (again.created, again.updated, again.unchanged) == (0, 0, 2)
    assert (changed.created, changed.updated, changed.unchanged) == (0, 1, 1)


def test_postcodes_bring_the_outward_codes_that_no_list_named(db, tmp_path):
    load(write(tmp_path, "onspd.csv", ONSPD), "postcodes")

    assert Outcode.objects.get(code="M33").latitude == pytest.approx(53.414)


@pytest.mark.parametrize(
    ("content", "wanted", "sentence"),
    [
        ("a,b,c\n1,2,3\n", "postcodes", "none of the lists of postcodes"),
        ("a,b,c\n1,2,3\n", "practices", "is not epraccur"),
        (ONSPD, "practices", "is not epraccur"),
        ("", "postcodes", "none of the lists"),
    ],
)
def test_another_file_is_refused_with_what_is_wanted(tmp_path, content, wanted, sentence):
    with pytest.raises(CannotRead, match=sentence):
        open_reference(write(tmp_path, "x.csv", content), wanted=wanted)


def test_a_missing_file_and_an_empty_folder_are_sentences(tmp_path):
    with pytest.raises(CannotRead, match="There is no file"):
        open_reference(tmp_path / "nothing.csv", wanted="postcodes")
    with pytest.raises(CannotRead, match="holds no CSV files"):
        open_reference(tmp_path, wanted="postcodes")


def practice(code, name, status="A", setting="4", postcode="M33 7WR"):
    row = [""] * 27
    row[0], row[1], row[4], row[9], row[12], row[14], row[17], row[25] = (
        code, name, "1 HIGH STREET", postcode, status, "02A", "0161 000 0000", setting,
    )  # fmt: skip
    return row


def write_practices(tmp_path, *rows):
    path = tmp_path / "epraccur.csv"
    with path.open("w", newline="") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL).writerows(rows)
    return path


def test_open_gp_practices_alone_are_kept_and_names_are_not_shouted(db, tmp_path):
    path = write_practices(
        tmp_path, practice("P1", "THE VILLAGE SURGERY"), practice("P2", "OLD SURGERY", status="C"),
        practice("P3", "A HOSPITAL", setting="8"), practice("", "NO CODE"), ["too", "short"],
    )  # fmt: skip

    loaded = load(path, "practices")[1]

    entry = reference_practices(text="village")[0]
    assert (entry.code, entry.name, entry.postcode, entry.address) == (
        "P1",
        "The Village Surgery",
        "M33 7WR",
        "1 High Street",
    )
    assert (loaded.created, loaded.left_out, len(loaded.refusals)) == (1, 2, 2)


def test_a_practice_that_closes_is_no_longer_offered(db, tmp_path):
    load(write_practices(tmp_path, practice("P1", "THE VILLAGE SURGERY")), "practices")
    load(write_practices(tmp_path, practice("P1", "THE VILLAGE SURGERY", status="C")), "practices")

    assert reference_practices() == []
    assert not ReferencePractice.objects.get(code="P1").is_active


def test_the_register_of_january_2024_holds_6750_open_practices(db):
    path = shared("data/reference/ods/epraccur_2024-01.csv")

    first, again = load(path, "practices")[1], load(path, "practices")[1]

    assert (first.read, first.created, first.refusals) == (15_971, 6_750, [])
    assert (again.created, again.updated, again.unchanged) == (0, 0, 6_750)


@pytest.fixture
def outcodes(db):
    load(shared("data/reference/outcodes/outcodes.csv"), "postcodes")


def test_a_postcode_not_in_the_table_falls_back_to_its_outward_code_and_says_so(outcodes):
    found = locate("m33 7wr")

    assert (found.label, found.precision, found.is_approximate) == ("M33", "outcode", True)
    assert found.note == "approximate: only the outward code M33 is known"


def test_a_postcode_in_the_table_is_exact(outcodes, tmp_path):
    load(write(tmp_path, "onspd.csv", ONSPD), "postcodes")

    found = locate("M337WR")

    assert (found.label, found.latitude, found.is_approximate, found.note) == ("M33 7WR", 53.414, False, "")


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("M33", "M33"),
        ("urmston", "Urmston"),
        ("Trafford", "Trafford"),
        ("Bristol", "Bristol"),
        ("flat 2, M33 7WR", "M33"),
    ],
)
def test_outward_codes_towns_and_districts_are_places_too(outcodes, text, label):
    found = locate(text)

    assert found.label == label
    assert found.is_approximate


@pytest.mark.parametrize("text", ["", "zz", "Nowhere-on-Sea", "ZZ99 9ZZ", "%", "'; drop table"])
def test_what_is_no_place_is_none(outcodes, text):
    assert locate(text) is None


def test_areas_are_known_by_town_and_district(outcodes):
    areas = outcodes_by_area()

    assert {"M33", "M41", "WA15"} <= areas["trafford"]
    assert "BS1" in areas["bristol"]
