"""The access matrix as data, and its page in the manual. Features: SE2."""

from pathlib import Path

import pytest

from linkwell.common.access import FIELD_CLASSES
from linkwell.team import access
from linkwell.team.access import ADM, API, COM, IG, LW, MATRIX, MGR, REF, ROLE_NAMES, SUP, VOA, may
from linkwell.team.manual import FIELDS, RELATIONS, document

MANUAL = Path(__file__).parents[2] / "docs" / "reference" / "access.md"
OF_PEOPLE = sorted(set(MATRIX) - {"remark", "accounts", "audit", "work_queue"})


def test_every_class_of_field_is_a_row_of_the_matrix_or_open_by_nature():
    assert FIELD_CLASSES == set(MATRIX) | {"public", "operational", "directory"}
    assert set(FIELDS) == set(MATRIX)


def test_every_cell_is_made_of_known_letters_and_relations():
    for rights in MATRIX.values():
        assert set(rights) == set(ROLE_NAMES)
        for cell in " ".join(rights.values()).split():
            letters, _, where = cell.partition(":")
            assert set(letters) <= {"R", "W"} and letters and where in RELATIONS, cell


def test_the_manual_is_in_step_with_the_data():
    assert MANUAL.read_text() == document(), "Make it again as linkwell/team/manual.py says."


@pytest.mark.parametrize("kind", OF_PEOPLE)
def test_a01_an_administrator_reads_and_writes_nothing_of_a_person(kind):
    assert MATRIX[kind][ADM] == ""


@pytest.mark.parametrize("kind", OF_PEOPLE)
@pytest.mark.parametrize("role", [MGR, COM])
def test_managers_and_commissioners_have_counts_of_people_and_nothing_else(kind, role):
    assert MATRIX[kind][role] in ("", "R:a")


@pytest.mark.parametrize("kind", ["notes", "safeguarding", "staff_safety"])
def test_referrers_and_organisations_never_read_notes_or_safeguarding(kind):
    assert not any(letter == "R" for letter in MATRIX[kind][REF])
    assert "R:s" not in MATRIX[kind][VOA]


def test_a_right_holds_in_its_own_relation_alone():
    assert may(LW, "W", "notes", "c") and not may(LW, "W", "notes", "t")
    assert may(SUP, "R", "notes", "t") and not may(SUP, "W", "notes", "t")
    assert may(REF, "R", "reason", "o") and not may(REF, "R", "notes", "o")
    assert may(IG, "R", "audit", "s") and not may(ADM, "R", "audit", "s")
    assert may(COM, "R", "public", "s") and not may(COM, "W", "public", "s")
    with pytest.raises(KeyError):
        may(LW, "R", "no such class", "c")


def test_only_link_workers_and_team_leads_open_records_and_no_administrator_makes_one():
    assert access.RECORD_STAFF == {LW, SUP}
    assert not access.MAY_INVITE[ADM] & access.RECORD_STAFF
    assert API not in access.SIGNED_IN
