"""A whole Linkwell with a mailbox, a scheme and clients; what may be killed in it; and the judge at the end."""

import random
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg

from linkwell.cli import roles
from linkwell.cli.database import embedded
from tests.faults.ledger import Verdict, judge
from tests.faults.load import Load
from tests.faults.mailbox import mailbox, taken
from tests.faults.running import Linkwell, eventually, migrated_home, open_folder
from tests.faults.scheme import Cast, cast, sweep

JOBS = """SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing'
          OR (status = 'todo' AND coalesce(scheduled_at, now()) <= now())"""
MAILS = "SELECT count(*) FROM outbox_message WHERE state = 'queued'"
LATER = """
    UPDATE outbox_message SET next_attempt_at = now(),
        attempt_began_at = CASE WHEN attempt_began_at < now() - interval '5 seconds'
                                THEN attempt_began_at - interval '1 hour' ELSE attempt_began_at END
    WHERE state = 'queued'
"""


@dataclass
class Site:
    """What is tried: a running Linkwell, who works on it, and the file of the mails it sent."""

    linkwell: Linkwell
    cast: Cast
    mails: Path

    @property
    def owner_url(self) -> str:
        return embedded(self.linkwell.home).url(user=roles.OWNER, database="linkwell")

    def load(self, chance: random.Random, *, name: str = "ledgers", each: int = 1) -> Load:
        return Load(self.linkwell.port, self.cast, self.linkwell.home.parent / name, chance, each=each)

    def kill(self, what: str, chance: random.Random) -> bool:
        """Kill one process of that kind as `kill -9` does; say whether there was one."""
        with suppress(psutil.NoSuchProcess, StopIteration):
            victim = self._victim(what, chance)
            if victim is not None:
                victim.kill()
                if what == "supervisor":
                    assert self.linkwell.process is not None
                    self.linkwell.process.wait()
                    self.linkwell.start()
                return True
        return False

    def _victim(self, what: str, chance: random.Random) -> psutil.Process | None:
        run = self.linkwell
        if what == "supervisor":
            assert run.process is not None
            return psutil.Process(run.process.pid)
        if what in ("web_server", "worker"):
            return run.child(what)
        if what == "web process":
            return chance.choice(run.child("web_server").children() or [run.child("web_server")])
        server = run.postgres()
        if server is None or what == "postmaster":
            return server
        backends = [one for one in server.children() if "linkwell_app" in " ".join(one.cmdline())]
        return chance.choice(backends) if backends else None

    def settle(self, *, within: float = 150) -> None:
        """Wait until nothing is under way; the minutes that a broken-off mail waits are taken as over."""
        until = time.monotonic() + within
        while time.monotonic() < until:  # what is left then, the judge says
            with suppress(psycopg.Error), psycopg.connect(self.owner_url, autocommit=True) as owner:
                jobs, mails = owner.execute(f"SELECT ({JOBS}), ({MAILS})").fetchone() or (1, 1)
                if not jobs and not mails:
                    return
                if not jobs:
                    owner.execute(LATER)
                    sweep(self.linkwell.home, **self.linkwell.others)
            time.sleep(0.5)

    def judge_ledger(self, load: Load) -> Verdict:
        """Return what became of everything the clients were told is kept."""
        return judge(self.owner_url, load.acknowledged(), sent=load.sent())

    def judge(self, load: Load) -> Verdict:
        """Return what became of that, and of every mail and job besides."""
        verdict = self.judge_ledger(load)
        times = Counter(taken(self.mails))
        with psycopg.connect(self.owner_url) as owner:
            messages = owner.execute("SELECT reference::text, state, why FROM outbox_message").fetchall()
            stuck = owner.execute(
                "SELECT task_name, status::text, attempts FROM procrastinate_jobs WHERE status = 'doing' OR ("
                "status = 'todo' AND coalesce(scheduled_at, now()) < now() - interval '90 seconds')"
            ).fetchall()
        known = {reference for reference, _, _ in messages}
        sent = [reference for reference, state, _ in messages if state == "sent"]
        wrong = {
            "mails noted as sent and never taken": sum(not times[reference] for reference in sent),
            "mails taken more than twice": sum(number > 2 for number in times.values()),
            "mails of no message": sum(reference not in known for reference in times),
            "messages neither sent nor given up": sum(state == "queued" for _, state, _ in messages),
            f"jobs that nobody does any more ({stuck[:3]})": len(stuck),
        }
        verdict.broken += [f"{number} {what}." for what, number in wrong.items() if number]
        return verdict


@contextmanager
def site() -> Iterator[Site]:
    """Have one run; everything it wrote is thrown away."""
    with open_folder() as folder, mailbox(folder / "mails") as port:
        smtp = {"LINKWELL_SMTP": f"smtp://127.0.0.1:{port}"}
        migrated_home(folder / "home")
        run = Linkwell(folder / "home", **smtp)
        try:
            run.start()
            yield Site(run, cast(run.home, **smtp), folder / "mails")
        finally:
            if run.is_up():
                run.stop()
            embedded(run.home).stop()


def wait_until_well(made: Site) -> float:
    """Return how long it took until every part answers again."""
    return eventually(made.linkwell.well, within=120, what="well again")


def counts(load: Load) -> str:
    """Say what the clients were answered."""
    names = {0: "no answer", 302: "done", 200: "page", 503: "503"}
    return ", ".join(f"{names.get(status, status)} {number}" for status, number in sorted(load.answers.items()))
