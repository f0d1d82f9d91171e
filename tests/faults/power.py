"""A power cut: what was written and never synced is gone. Security: Z08.

Everything of PostgreSQL stands still; its files are copied as they are; in the copy the journal ends where it was
synced when the last answer had arrived. What recovers from that is what a power cut would have left.
"""

import random
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg

from linkwell.cli import roles
from linkwell.cli.database import embedded
from linkwell.cli.postgres.places import places
from linkwell.cli.postgres.server import SUPERUSER
from tests.faults.ledger import Verdict, judge
from tests.faults.site import Site

SYNCED = "SELECT (w).file_name, (w).file_offset FROM pg_walfile_name_offset(pg_current_wal_flush_lsn()) AS w"


def cut(made: Site, chance: random.Random, *, acts: int, name: str) -> Verdict:
    """Have one client act, cut the power at its last answer, and return what became of what it was told is kept."""
    load = made.load(chance, name=name)
    client = load.clients[0]
    with psycopg.connect(made.owner_url, autocommit=True) as aside:
        for _ in range(acts):
            client.act()
        segment, offset = aside.execute(SYNCED).fetchone() or ("", 0)
        with _standing_still(made):
            copy = _copied(made, name)
    _end_journal(copy / "postgres" / "pg_wal", segment, int(offset))
    server = embedded(copy)
    server.start()
    try:
        return judge(server.url(user=roles.OWNER, database="linkwell"), client.ledger.entries())
    finally:
        server.stop()
        shutil.rmtree(copy)


@contextmanager
def without_sync(made: Site) -> Iterator[None]:
    """Have PostgreSQL answer before it has synced, and sync late: what the trial must notice."""
    url = embedded(made.linkwell.home).url(user=SUPERUSER, database="postgres")
    loose = {"synchronous_commit": "off", "wal_writer_delay": "10s"}
    with psycopg.connect(url, autocommit=True) as server:
        for name, value in loose.items():
            server.execute(f"ALTER SYSTEM SET {name} = '{value}'")
        server.execute("SELECT pg_reload_conf()")
        try:
            yield
        finally:
            for name in loose:
                server.execute(f"ALTER SYSTEM RESET {name}")
            server.execute("SELECT pg_reload_conf()")


@contextmanager
def _standing_still(made: Site) -> Iterator[None]:
    main = made.linkwell.postgres()
    assert main is not None
    main.suspend()
    helpers = main.children()
    for helper in helpers:
        helper.suspend()
    try:
        yield
    finally:
        for process in (*helpers, main):
            if psutil.pid_exists(process.pid):
                process.resume()


def _copied(made: Site, name: str) -> Path:
    copy = made.linkwell.home.parent / f"cut-{name}"
    copy.mkdir(mode=0o711)
    subprocess.run(["cp", "-a", places(made.linkwell.home).data, copy / "postgres"], check=True)
    (copy / "postgres" / "postmaster.pid").unlink()
    return copy


def _end_journal(folder: Path, segment: str, offset: int) -> None:
    """Take away what stands in the journal behind this place."""
    for file in folder.iterdir():
        if file.is_file() and len(file.name) == len(segment) and file.name > segment:
            file.unlink()
    last = folder / segment
    size = last.stat().st_size
    with last.open("r+b") as journal:
        journal.truncate(offset)
        journal.truncate(size)
