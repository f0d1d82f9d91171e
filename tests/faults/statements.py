"""Kills a process before every SQL statement and around every commit of an act: all of it stands, or none.

    python -m tests.faults.statements --all receive,refer_on --some 20 --seed 7

Security: Z03. The process that acts is forked from this one, which has prepared everything, and kills itself at the
point (linkwell/common/crash.py). What stands in the database afterwards is compared, table by table,
row by row, with what stands after the same number of commits when nobody is killed.
"""

import argparse
import json
import os
import random
import signal
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import psycopg

from linkwell.common import crash
from tests.database import Clone, TestServer, django_settings, test_server
from tests.faults.mailbox import mailbox

BESIDE = ("django_session", "linkwell_cache", "django_migrations", "procrastinate_workers")
SENT_AGAIN = ("receive", "log_contact", "first_conversation")  # forms with a key: sent again after any kill

COMMITTED = ("after_commit", "after_alone")

Rows = dict[str, Counter[str]]
Shape = dict[str, tuple[int, int]]  # table → rows that are new or changed, rows that are gone or changed


@dataclass
class Found:
    """What became of one act."""

    act: str
    points: int = 0
    kills: int = 0
    commits: int = 0  # that changed anything beside sessions and counters
    broken: list[str] = field(default_factory=list)


class Watching:
    """Stands in the place of a crash point and writes down what is passed."""

    def __init__(self) -> None:
        self.passed: list[str] = []

    def reach(self, name: str) -> None:
        if name in ("statement", "before_commit", *COMMITTED):
            self.passed.append(name)


class Trial:
    """A server, a prepared database, and copies of it in which acts are killed."""

    def __init__(self, server: TestServer, mails: int) -> None:
        from linkwell.web import middleware
        from tests.factories import SchemeFactory, in_scheme
        from tests.faults import acts

        self.server, self.acts = server, acts.ACTS
        self.origin = server.clone(server.template())
        work_on(self.origin, smtp=f"smtp://127.0.0.1:{mails}")
        made = SchemeFactory()
        with in_scheme(made):
            self.prepared = acts.prepare(made)
        started = time.time()  # the sessions' clock stands still, or some requests would note the minute and some not
        middleware.time = SimpleNamespace(time=lambda: started)
        acts.open_what_needs_requests(self.prepared)
        close()
        self.stage: Clone | None = None

    def reset(self) -> None:
        """Have a fresh copy of what was prepared."""
        self.drop_stage()
        self.prepared.now = 0
        self.stage = self.server.clone(self.origin.name)
        work_on(self.stage)

    def go_on(self) -> Rows:
        """Have what the next act is about untouched; return what stands now."""
        self.prepared.now += 1
        if self.prepared.now == len(self.prepared.subjects):
            self.reset()
        return self.rows()

    def drop_stage(self) -> None:
        close()
        if self.stage is not None:
            self.server.drop(self.stage)
            self.stage = None

    def rows(self) -> Rows:
        """Return every row of every table, as digests."""
        assert self.stage is not None
        with psycopg.connect(self.stage.owner_url) as owner:
            tables = [
                name
                for (name,) in owner.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
                if name not in BESIDE
            ]
            query = " UNION ALL ".join(f"SELECT '{name}', md5(t::text) FROM \"{name}\" t" for name in tables)
            rows: Rows = {name: Counter() for name in tables}
            for name, digest in owner.execute(query):
                rows[name][digest] += 1
        return rows

    def do(self, act: str, at: tuple[str, int] | None = None) -> tuple[int, list[str]]:
        """Do an act in a process of its own, to be killed at a point; return how it ended and what it passed."""
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            code = 1
            try:
                os.close(reader)
                watching = Watching()
                crash.arm(*(at or ("statement", sys.maxsize)))
                if at is None:
                    crash._armed = watching  # type: ignore[assignment]
                self.acts[act][0](self.prepared)
                crash._armed = None
                with os.fdopen(writer, "w") as told:
                    json.dump(watching.passed, told)
                code = 0
            except BaseException as fault:
                print(f"{act} at {at}: {type(fault).__name__}: {fault}", file=sys.stderr, flush=True)
            finally:
                os._exit(code)
        os.close(writer)
        with os.fdopen(reader) as told:
            text = told.read()
        _, status = os.waitpid(child, 0)
        return os.waitstatus_to_exitcode(status), json.loads(text or "[]")


def try_act(trial: Trial, act: str, *, most: int | None, chance: random.Random, until: float = float("inf")) -> Found:
    """Kill an act at all its points, or at `most` of them; say what did not hold."""
    found = Found(act)
    if trial.stage is None:
        trial.reset()
    trial.prepared.now = 0
    before = trial.rows()
    code, passed = trial.do(act)
    if code != 0:
        found.broken.append(f"{act}: it fails even where nobody is killed.")
        return found
    whole = shape(before, trial.rows())
    stands = _after_each_commit(trial, act, whole, passed, found)
    if act in SENT_AGAIN:
        _send_again(trial, act, whole, passed, found)
    if not found.broken:
        _kill_everywhere(trial, act, passed, stands, found, most=most, chance=chance, until=until)
    return found


def _after_each_commit(trial: Trial, act: str, whole: Shape, passed: list[str], found: Found) -> list[Shape]:
    """Return what has changed once 0, 1, 2 … transactions are committed; the last is the whole act."""
    stands: list[Shape] = [{}]
    before, touched = trial.rows(), True
    for name, number, _ in _points(passed, COMMITTED):
        if touched:
            before = trial.go_on()
        _kill(trial, act, (name, number), found)
        stands.append(shape(before, trial.rows()))
        touched = stands[-1] != {}
    found.commits = sum(one != other for one, other in zip(stands, stands[1:], strict=False))
    wanted = trial.acts[act][1]
    if found.commits != wanted:
        found.broken.append(f"{act}: {found.commits} of its transactions change the record; it must be {wanted}.")
    if stands[-1] != whole:
        found.broken.append(f"{act}: after its last commit it stands other: {_differs(whole, stands[-1])}.")
    return stands


def _send_again(trial: Trial, act: str, whole: Shape, passed: list[str], found: Found) -> None:
    """Send the form again after a kill on either side of each commit: it stands once."""
    for point in ("before_commit", "after_commit"):
        before = trial.go_on()
        for number in range(1, passed.count(point) + 1):
            trial.do(act, (point, number))
        trial.do(act)
        now = shape(before, trial.rows())
        if _but_audit(now) != _but_audit(whole):
            found.broken.append(f"{act}: sent again after kills at {point}, it stands other: {_differs(whole, now)}.")


def _but_audit(shape: Shape) -> Shape:
    return {table: change for table, change in shape.items() if table != "common_auditevent"}


def _kill_everywhere(
    trial: Trial, act: str, passed: list[str], stands: list[Shape], found: Found,
    *, most: int | None, chance: random.Random, until: float,
) -> None:  # fmt: skip
    points = list(_points(passed, ("statement", "before_commit")))
    found.points = len(points)
    if most is not None and most < len(points):
        points = sorted(chance.sample(points, most))
    before = trial.go_on()
    for name, number, commits in points:
        if time.monotonic() > until:
            return
        _kill(trial, act, (name, number), found)
        now = shape(before, trial.rows())
        if now != stands[commits]:
            found.broken.append(f"{act}: killed at {name}:{number}, it stands half: {_differs(stands[commits], now)}.")
        if now:
            before = trial.go_on()


def _kill(trial: Trial, act: str, at: tuple[str, int], found: Found) -> None:
    code, _ = trial.do(act, at)
    found.kills += 1
    if code != -signal.SIGKILL:
        found.broken.append(f"{act}: it was not killed at {at[0]}:{at[1]} but ended with {code}.")


def _points(passed: list[str], names: tuple[str, ...]) -> Iterator[tuple[str, int, int]]:
    """Yield each of these points, how often it was reached, and how many transactions are committed before it."""
    seen: Counter[str] = Counter()
    for name in passed:
        seen[name] += 1
        if name in names:
            yield name, seen[name], sum(seen[one] for one in COMMITTED)


def shape(before: Rows, now: Rows) -> Shape:
    """Return for each table that differs how many rows are new and how many are gone."""
    changes = {
        table: (sum((rows - before[table]).values()), sum((before[table] - rows).values()))
        for table, rows in now.items()
    }
    return {table: change for table, change in changes.items() if change != (0, 0)}


def _differs(wanted: Shape, now: Shape) -> str:
    tables = sorted(table for table in wanted.keys() | now.keys() if wanted.get(table) != now.get(table))
    return ", ".join(f"{table} {now.get(table, (0, 0))} for {wanted.get(table, (0, 0))}" for table in tables)


def work_on(clone: Clone, **settings_: str) -> None:
    """Point Django at a database."""
    from django.conf import settings
    from django.db import connections

    close()
    connections.settings["default"].update(django_settings(clone.app_url))
    for name, value in settings_.items():
        setattr(settings, name.upper(), value)


def close() -> None:
    from django.db import connections

    connections.close_all()


@contextmanager
def trial() -> Iterator[Trial]:
    """Have everything prepared; nothing is left behind."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "linkwell.config.settings_test"
    import django
    from django.test.utils import setup_test_environment, teardown_test_environment

    django.setup()
    warnings.filterwarnings("ignore", "No directory at")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        mails = stack.enter_context(mailbox(folder / "mails"))
        server = stack.enter_context(test_server())
        setup_test_environment()
        stack.callback(teardown_test_environment)
        made = Trial(server, mails)
        stack.callback(server.drop, made.origin)
        stack.callback(made.drop_stage)
        yield made


def main() -> None:
    """Try the acts that are named and print what was found as JSON."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--all", default="", help="acts to kill at every point")
    asked.add_argument("--some", type=int, default=0, help="points of each other act")
    asked.add_argument("--seed", type=int, default=0)
    given = asked.parse_args()
    whole = given.all.split(",") if given.all else []
    chance = random.Random(given.seed)
    with trial() as made:
        found = []
        for act in made.acts:
            if act in whole or given.some:
                found.append(try_act(made, act, most=None if act in whole else given.some, chance=chance))
    print(json.dumps([vars(one) for one in found]))


if __name__ == "__main__":
    main()
