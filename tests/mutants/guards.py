"""The list of guards in `guards.toml`: what each protects, how to take it out, and which tests then turn red."""

import ast
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

LIST = Path(__file__).with_name("guards.toml")
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Guard:
    """One guard. Taking it out means replacing `find`, which stands once in `file`, by `replace`."""

    id: str
    what: str
    shows: tuple[str, ...]  # ids of the security reference
    file: str
    find: str
    replace: str
    red: tuple[str, ...]  # tests that must fail without it

    def without(self, text: str) -> str:
        """Return the file's text with the guard taken out; raise ValueError where it no longer stands there once."""
        if (times := text.count(self.find)) != 1:
            raise ValueError(
                f"{self.id}: the text to find stands {times} times in {self.file}, not once. The guard has moved or"
                " gone: bring tests/mutants/guards.toml up to date."
            )
        return text.replace(self.find, self.replace)


def guards(file: Path = LIST) -> list[Guard]:
    """Return the guards of the list in its order."""
    with file.open("rb") as source:
        rows = tomllib.load(source)["guard"]
    return [Guard(**{**row, "shows": tuple(row["shows"]), "red": tuple(row["red"])}) for row in rows]


def missing_tests(names: Iterable[str], root: Path = ROOT) -> list[str]:
    """Return those of the pytest names (`file::test` or `file::test[case]`) that no file defines."""
    defined: dict[str, set[str]] = {}
    missing = []
    for name in names:
        file, _, test = name.partition("::")
        if file not in defined:
            defined[file] = _tests_of(root / file)
        if test.split("[")[0] not in defined[file]:
            missing.append(name)
    return missing


def _tests_of(file: Path) -> set[str]:
    if not file.is_file():
        return set()
    return {
        node.name
        for node in ast.parse(file.read_text()).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test")
    }
