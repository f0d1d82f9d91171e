"""The hazard log names tests that exist, rates by its own table, and hides nothing that is open."""

import ast
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LOG = ROOT / "docs" / "explanation" / "hazards.md"
SEVERITIES = ("Minor", "Significant", "Considerable", "Major", "Catastrophic")
LIKELIHOODS = ("Very high", "High", "Medium", "Low", "Very low")
OUTSIDE = "no test: outside the software"
KINDS = {"design", "technical", "training", "process"}
MUST_STAND = ("What could happen", "Causes", "Effect", "At first", "Controls", "Shown by", "What remains",
              "Outside the software", "Status")  # fmt: skip
FEWEST = 30


@dataclass(frozen=True)
class Hazard:
    """One hazard of the log, as it is written."""

    id: str
    title: str
    parts: dict[str, str]

    def tests(self) -> list[str]:
        return re.findall(r"`(tests/[^`]+)`", self.parts.get("Shown by", ""))

    def controls(self) -> list[str]:
        return re.findall(r"^  - \*(\w+)\*: \S", self.parts.get("Controls", ""), re.MULTILINE)


def hazards(text: str) -> list[Hazard]:
    """Return the hazards that a log holds."""
    listed = text.partition("\n## Hazards\n")[2].partition("\n## Still open\n")[0]
    found = []
    for block in re.split(r"^### ", listed, flags=re.MULTILINE)[1:]:
        head, _, body = block.partition("\n")
        number, _, title = head.partition(" ")
        pieces = re.split(r"^- \*\*([^*]+):\*\*", body, flags=re.MULTILINE)
        found.append(Hazard(number, title, dict(zip(pieces[1::2], pieces[2::2], strict=True))))
    return found


@cache
def every_test() -> frozenset[str]:
    """Return path::name of every test of the suite, read from its source."""
    found = set()
    for file in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.parse(file.read_text()).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                found.add(f"{file.relative_to(ROOT)}::{node.name}")
    return frozenset(found)


def ratings(text: str) -> dict[tuple[str, str], int]:
    """Return the rating of each severity and likelihood, as the log's own table has it."""
    rows = re.findall(r"^\| (Very high|High|Medium|Low|Very low) \| ([\d |]+) \|$", text, re.MULTILINE)
    return {
        (severity, likelihood): int(number)
        for likelihood, cells in rows
        for severity, number in zip(SEVERITIES, cells.split(" | "), strict=True)
    }


def faults(text: str) -> list[str]:
    """Return what is wrong with a log, one line each."""
    found = hazards(text)
    wrong = []
    if [hazard.id for hazard in found] != [f"H-{number:02d}" for number in range(1, len(found) + 1)]:
        wrong.append("the numbers do not run from H-01 without a gap")
    for hazard in found:
        wrong += [f"{hazard.id}: {line}" for line in [*_faults_of_form(hazard), *_faults_of_rating(hazard, text)]]
    is_open = {hazard.id for hazard in found if hazard.parts.get("Status", "").strip() == "open"}
    told = set(re.findall(r"^- \*\*(H-\d+)\*\* \S", text.partition("\n## Still open\n")[2], re.MULTILINE))
    wrong += [f"{number}: open, and the summary does not say why" for number in sorted(is_open - told)]
    wrong += [f"{number}: in the summary, and not open" for number in sorted(told - is_open)]
    return wrong


def _faults_of_form(hazard: Hazard) -> list[str]:
    wrong = [f"it lacks “{part}”" for part in MUST_STAND if not hazard.parts.get(part, "").strip()]
    if not hazard.controls() or set(hazard.controls()) - KINDS:
        wrong.append("its controls are none, or of no known kind")
    if not hazard.tests() and OUTSIDE not in hazard.parts.get("Shown by", ""):
        wrong.append(f"it names no test and does not say “{OUTSIDE}”")
    wrong += [f"there is no {test}" for test in hazard.tests() if test not in every_test()]
    if hazard.parts.get("Status", "").strip() not in {"controlled", "open"}:
        wrong.append("its status is neither controlled nor open")
    return wrong


def _faults_of_rating(hazard: Hazard, text: str) -> list[str]:
    wrong, table = [], ratings(text)
    numbers = []
    for part in ("At first", "What remains"):
        written = re.fullmatch(r"([A-Z]\w+) × ([A-Z][\w ]+) = (\d)", hazard.parts.get(part, "").strip())
        if written is None or (written[1], written[2]) not in table:
            wrong.append(f"“{part}” is not on the scales")
            continue
        if table[written[1], written[2]] != int(written[3]):
            wrong.append(f"“{part}” is not what the table says")
        numbers.append(int(written[3]))
    if len(numbers) == 2 and numbers[1] > numbers[0]:
        wrong.append("its controls make it worse")
    if len(numbers) == 2 and numbers[1] > 3 and hazard.parts.get("Status", "").strip() != "open":
        wrong.append("what remains must be lowered before use, and it is not open")
    return wrong


def test_every_hazard_has_its_parts_its_controls_and_tests_that_exist():
    assert faults(LOG.read_text()) == []


def test_there_are_as_many_hazards_as_a_service_like_this_has():
    found = hazards(LOG.read_text())
    assert len(found) >= FEWEST
    assert len({hazard.title for hazard in found}) == len(found)


def test_the_table_of_ratings_is_whole_and_grows_with_both_scales():
    table = ratings(LOG.read_text())
    assert len(table) == 25
    for row, likelihood in enumerate(LIKELIHOODS):
        for place, severity in enumerate(SEVERITIES):
            number = table[severity, likelihood]
            assert row == 0 or number <= table[severity, LIKELIHOODS[row - 1]]
            assert place == 0 or number >= table[SEVERITIES[place - 1], likelihood]


FIRST_TEST = "`tests/people/test_queries.py::test_all_traits_must_agree`"


@pytest.mark.parametrize(
    ("written", "instead", "fault"),
    [
        (FIRST_TEST, "`tests/people/test_queries.py::test_that_nobody_wrote`", "H-01: there is no tests/people/"),
        (FIRST_TEST, "`tests/people/test_nothing.py::test_all_traits_must_agree`", "H-01: there is no tests/people/"),
        ("- **At first:** Major × Medium = 3", "- **At first:** Terrible × Medium = 3", "“At first” is not on the"),
        ("- **At first:** Major × Medium = 3", "- **At first:** Major × Medium = 2", "“At first” is not what the"),
        ("- **Effect:**", "- **Outcome:**", "it lacks “Effect”"),
        ("  - *training*:", "  - *hope*:", "its controls are none, or of no known kind"),
        ("- **Status:** controlled", "- **Status:** open", "open, and the summary does not say why"),
        ("- **Status:** open", "- **Status:** controlled", "in the summary, and not open"),
        ("### H-02 ", "### H-99 ", "the numbers do not run from H-01"),
        (f"- **Shown by:** {OUTSIDE}", "- **Shown by:** we are sure", "it names no test and does not say"),
    ],
)
def test_what_is_made_up_or_left_out_is_noticed(written, instead, fault):
    text = LOG.read_text()
    assert written in text
    assert any(fault in line for line in faults(text.replace(written, instead, 1)))
