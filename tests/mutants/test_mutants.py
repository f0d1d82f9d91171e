"""The list of guards is whole, and the campaign can tell a guard that is shown from one that is not."""

import re
import subprocess

import pytest

from tests.mutants.guards import ROOT, Guard, guards, missing_tests
from tests.mutants.run import BROKEN, SHOWN, SURVIVED, Copy, judge_all, unshowable

# Abuse cases and faults whose pages and jobs stand today; each has a guard that can be taken out.
CASES = """
A01 A02 A03 A05 A06 D01 D02 D03 D04 D10 E05 J01 J03 J05 K01 K02 K03 K04 K06 L01 L02 L03 L04 L05 L06 L07 L09 L10 L11
P01 P02 P04 P06 P07 R01 R02 R10 T01 T02 T03 T04 T05 T07 T08 T09 T10 T11 Z03 Z09 Z10 Z11 Z15 Z17 Z18 Z19 Z24 Z28
Z30 Z40 Z41
""".split()


@pytest.mark.parametrize("guard", guards(), ids=lambda guard: guard.id)
def test_a_guard_of_the_list_still_stands_where_the_list_says(guard):
    text = (ROOT / guard.file).read_text()
    assert guard.without(text) != text
    assert guard.red, "a row names the tests that turn red"


def test_ids_of_guards_are_used_once():
    ids = [guard.id for guard in guards()]
    assert len(ids) == len(set(ids))


def test_every_test_that_the_list_names_exists():
    assert missing_tests(name for guard in guards() for name in guard.red) == []


def test_every_case_has_a_guard_that_can_be_taken_out():
    assert sorted(set(CASES) - {case for guard in guards() for case in guard.shows}) == []


TOY = {
    "door.py": "def may_enter(name):\n    if name != 'Ann':\n        return False\n    return True\n",
    "test_door.py": (
        "from door import may_enter\n\n\ndef test_strangers_stay_outside():\n    assert not may_enter('Bob')\n"
        "\n\ndef test_ann_enters():\n    assert may_enter('Ann')\n"
    ),
    "pytest.ini": "[pytest]\npythonpath = .\n",
}


def guard(**changes):
    row = {
        "id": "door", "what": "strangers", "shows": (), "file": "door.py",
        "find": "        return False", "replace": "        return True",
        "red": ("test_door.py::test_strangers_stay_outside",),
    }  # fmt: skip
    return Guard(**{**row, **changes})


@pytest.fixture
def toy(tmp_path):
    source = tmp_path / "toy"
    source.mkdir()
    for name, text in TOY.items():
        (source / name).write_text(text)
    subprocess.run(["git", "init", "-q"], cwd=source, check=True)
    return Copy(source, tmp_path / "copy")


@pytest.mark.parametrize(
    ("changes", "outcome", "why"),
    [
        ({}, SHOWN, ""),
        ({"replace": "        return not True"}, SURVIVED, "stays passed"),
        ({"red": ("test_door.py::test_strangers_stay_outside", "test_door.py::test_ann_enters")}, SURVIVED, "ann"),
        ({"replace": "        return ("}, BROKEN, "could not be run"),
        ({"find": "nowhere"}, BROKEN, "0 times"),
        ({"red": ("test_door.py::test_of_nothing",)}, BROKEN, "could not be run"),
    ],
)
def test_the_campaign_tells_what_became_of_a_guard(toy, changes, outcome, why):
    (verdict,) = judge_all([guard(**changes)], [toy], tell=lambda _: None)
    assert (verdict.outcome, bool(re.search(why, verdict.why))) == (outcome, True), verdict
    assert (toy.tree / "door.py").read_text() == TOY["door.py"]


def test_a_test_that_is_red_anyway_is_seen(toy):
    (toy.tree / "door.py").write_text(TOY["door.py"].replace("!=", "=="))
    red = toy.run(["test_door.py"])
    assert set(red.values()) == {"failed"}
    assert [(one.guard, one.outcome) for one in unshowable([guard(), guard(id="other", red=("a.py::b",))], red)] == [
        ("door", BROKEN)
    ]
