"""`make mutants`: take out one guard after the other, in a copy, and see the named tests turn red.

    python -m tests.mutants.run [ONLY …]     ids of guards, or ids of the security reference

First all named tests run with every guard in place: one that does not pass shows nothing. Then each guard
is taken out by itself. A guard is shown when every test that its row names fails; a test that cannot even
start says nothing and counts as a fault of the list. Writes artefacts/mutants.json; ends with 1 unless all are shown.
"""

import itertools
import json
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as xml
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.mutants.guards import ROOT, Guard, guards

SHOWN, SURVIVED, BROKEN = "shown", "survived", "broken"
LINKED = (".venv", "node_modules", "linkwell/web/static/built")
_moments = itertools.count(int(time.time()) + 10, 10)


@dataclass(frozen=True)
class Verdict:
    guard: str
    outcome: str
    seconds: float
    why: str = ""


class Copy:
    """A copy of the tree, with a database home of its own, in which guards may be taken out."""

    def __init__(self, source: Path, folder: Path) -> None:
        self.folder, self.tree, self.source = folder, folder / "main", source
        shutil.rmtree(self.tree, ignore_errors=True)
        for name in _files(source):
            (self.tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source / name, self.tree / name)
        for name in LINKED:
            if (source / name).exists() and not (self.tree / name).exists():
                (self.tree / name).symlink_to(source / name)
        shared = folder / "shared"
        if (source.parent / "shared").is_dir() and not shared.exists():
            shared.symlink_to(source.parent / "shared")

    def run(self, tests: Sequence[str]) -> dict[str, str]:
        """Run the tests; return {file::test: "passed", "failed", "error" or "skipped"}, cases by their worst."""
        with tempfile.TemporaryDirectory() as folder:
            report = Path(folder) / "report.xml"
            command = [sys.executable, "-m", "pytest", "-q"]
            done = subprocess.run(
                [*command, f"--junitxml={report}", "-o", "junit_family=xunit1", *tests],
                cwd=self.tree, env=self._environment(), capture_output=True, text=True,
            )  # fmt: skip
            if not report.exists():
                return {name: "error" for name in map(_plain, tests)} | {"": done.stdout[-2000:] + done.stderr[-2000:]}
            return _results(report)

    def without(self, guard: Guard) -> Verdict:
        """Take the guard out, run the tests of its row, put it back."""
        file, began = self.tree / guard.file, time.monotonic()
        whole = file.read_text()
        try:
            self._write(file, guard.without(whole))
            outcome, why = _judge(guard, self.run(guard.red))
        except ValueError as error:
            outcome, why = BROKEN, str(error)
        finally:
            self._write(file, whole)
        return Verdict(guard.id, outcome, round(time.monotonic() - began, 1), why)

    def _write(self, file: Path, text: str) -> None:
        file.write_text(text)
        moment = next(_moments)  # another time than any before, so that no compiled file is taken for it
        os.utime(file, (moment, moment))

    def _environment(self) -> dict[str, str]:
        return os.environ | {
            "LINKWELL_TEST_HOME": str(self.folder / "home"),
            "PYTHONPATH": str(self.tree),
            "PYTHONPYCACHEPREFIX": str(self.folder / "compiled"),
        }


def _files(source: Path) -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=source, capture_output=True, text=True, check=True
    )
    return [name for name in listed.stdout.splitlines() if (source / name).is_file()]


def _plain(test: str) -> str:
    return test.split("[")[0]


def _results(report: Path) -> dict[str, str]:
    order = ["skipped", "passed", "error", "failed"]
    found: dict[str, str] = {}
    for case in xml.parse(report).iter("testcase"):
        marks = {child.tag for child in case}
        outcome = "failed" if "failure" in marks else "error" if "error" in marks else "passed"
        outcome = "skipped" if "skipped" in marks else outcome
        name = f"{case.get('file')}::{_plain(case.get('name') or '')}"
        found[name] = max(found.get(name, outcome), outcome, key=order.index)
    return found


def _judge(guard: Guard, results: dict[str, str]) -> tuple[str, str]:
    outcomes = {name: results.get(_plain(name), "error") for name in guard.red}
    green = [name for name, outcome in outcomes.items() if outcome in ("passed", "skipped")]
    if green:
        return SURVIVED, f"stays {outcomes[green[0]]}: {green[0]}"
    unclear = [name for name, outcome in outcomes.items() if outcome == "error"]
    if unclear:
        return BROKEN, f"could not be run: {unclear[0]} {results.get('', '')}"
    return SHOWN, ""


def judge_all(
    wanted: Iterable[Guard], copies: Sequence[Copy], tell: Callable[[Verdict], object] = print
) -> list[Verdict]:
    """Judge each guard in one of the copies, as many at a time as there are copies."""
    free: queue.Queue[Copy] = queue.Queue()
    for copy in copies:
        free.put(copy)

    def one(guard: Guard) -> Verdict:
        copy = free.get()
        try:
            verdict = copy.without(guard)
        finally:
            free.put(copy)
        tell(verdict)
        return verdict

    with ThreadPoolExecutor(len(copies)) as pool:
        return list(pool.map(one, wanted))


def unshowable(wanted: Iterable[Guard], red: Mapping[str, str]) -> list[Verdict]:
    """Return a verdict on each guard that names a test which does not pass with every guard in place."""
    verdicts = []
    for guard in wanted:
        if names := [name for name in guard.red if _plain(name) in red]:
            verdicts.append(Verdict(guard.id, BROKEN, 0.0, f"{red[_plain(names[0])]} with every guard: {names[0]}"))
    return verdicts


def main(only: Sequence[str]) -> int:
    """Run the campaign; return the exit code."""
    wanted = [guard for guard in guards() if not only or {guard.id, *guard.shows} & set(only)]
    if not wanted:
        print(f"No guard is called {' or '.join(only)}; tests/mutants/guards.toml lists them.")
        return 1
    copies = [Copy(ROOT, ROOT / "var" / "mutants" / str(number)) for number in range(2)]
    tests = sorted({name for guard in wanted for name in guard.red})
    print(f"{len(wanted)} guards, {len(tests)} tests. First with every guard in place.", flush=True)
    red = {name: outcome for name, outcome in copies[0].run(tests).items() if outcome != "passed"}

    def tell(verdict: Verdict) -> None:
        print(f"{verdict.outcome:9} {verdict.seconds:6.1f} s  {verdict.guard}  {verdict.why}".rstrip(), flush=True)

    verdicts = unshowable(wanted, red)
    for verdict in verdicts:
        tell(verdict)
    lost = {verdict.guard for verdict in verdicts}
    verdicts += judge_all([guard for guard in wanted if guard.id not in lost], copies, tell)
    (ROOT / "artefacts").mkdir(exist_ok=True)
    (ROOT / "artefacts" / "mutants.json").write_text(json.dumps([asdict(verdict) for verdict in verdicts], indent=1))
    shown = sum(verdict.outcome == SHOWN for verdict in verdicts)
    print(f"{shown} of {len(verdicts)} guards are shown by the tests that their rows name.")
    return 0 if shown == len(verdicts) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
