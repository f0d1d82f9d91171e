"""The documents agree with the code, and nothing of a particular machine is in the repository."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SHARED_FEATURES = ROOT.parent / "shared" / "features.md"


def tracked():
    names = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


def code():
    return "\n".join(path.read_text() for path in (ROOT / "linkwell").rglob("*.py"))


def test_every_term_of_the_glossary_is_in_the_code():
    rows = re.findall(r"^\| [^|]+ \| `([^`]+)`", (ROOT / "GLOSSARY.md").read_text(), flags=re.M)
    assert len(rows) > 25
    source = code()
    assert [term for term in rows if not re.search(rf"\b{re.escape(term)}\b", source)] == []


def test_no_forbidden_word_names_a_model():
    names = re.findall(r"^class (\w+)\(.*models\.Model\)", code(), flags=re.M)
    assert [name for name in names if re.search("Patient|Client|Case$|Organization", name)] == []


def test_every_link_between_documents_leads_somewhere():
    broken = []
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\((?!https?://|#|mailto:)([^)#\s]+)", page.read_text()):
            if not (page.parent / target).exists():
                broken.append(f"{page.relative_to(ROOT)} → {target}")
    assert broken == []


def test_the_feature_table_says_something_of_every_feature():
    if not SHARED_FEATURES.exists():
        pytest.skip("the shared feature table is not beside this clone")
    wanted = re.findall(r"^\| ([A-Z]{2}\d+) \|", SHARED_FEATURES.read_text(), flags=re.M)
    rows = re.findall(
        r"^\| ([A-Z]{2}\d+) \| (works|partly|not yet) \|", (ROOT / "docs/reference/features.md").read_text(), flags=re.M
    )
    assert [feature for feature, _ in rows] == wanted


def test_every_feature_said_to_work_is_named_by_a_test():
    page = (ROOT / "docs/reference/features.md").read_text()
    works = re.findall(r"^\| ([A-Z]{2}\d+) \| works \|", page, flags=re.M)
    named = "\n".join(path.read_text() for path in (ROOT / "tests").rglob("*.py"))
    assert [feature for feature in works if not re.search(rf"\b{feature}\b", named)] == []


def test_nothing_of_a_machine_or_a_registry_is_in_the_repository():
    pattern = re.compile(
        r"(?<![\w.])/(?:work|home|root)/\w|index-url|\"resolved\":\s*\"http|pypi\.org/|registry\.npmjs"
    )
    found = []
    for path in tracked():
        if path.suffix in {".png", ".ico"} or path == Path(__file__):
            continue
        for number, line in enumerate(path.read_text(errors="replace").split("\n"), 1):
            if pattern.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}")
    assert found == []
