"""The databases that benchmarks run on: one home under var/bench for each size, durable, kept between runs."""

import contextlib
import os
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg

ROOT = Path(__file__).resolve().parents[1]
BENCH = ROOT / "var" / "bench"
HALF = "being-filled"
Fill = Callable[[str, int, Path], bool]  # (administrator's address, size, a mark while it is half done) → was it made


@dataclass(frozen=True)
class World:
    """A generated database that is up: where to log in, and how many people its one large scheme holds."""

    people: int
    home: Path
    app_url: str
    admin_url: str
    loaded_in: float  # seconds that generating took; 0 where it was there

    def environment(self) -> dict[str, str]:
        """Return what a process of the product needs to work on this database."""
        from linkwell.cli.home import secret_key

        kept = {name: value for name, value in os.environ.items() if not name.startswith("LINKWELL_")}
        return kept | {
            "DATABASE_URL": self.app_url,
            "LINKWELL_HOME": str(self.home),
            "LINKWELL_SECRET_KEY": secret_key(self.home),
            "LINKWELL_DEMO": "0",
            "DJANGO_SETTINGS_MODULE": "linkwell.config.settings",
        }

    def admin(self) -> psycopg.Connection:
        """Log in as the server's administrator, who passes the walls and may load rows without triggers."""
        return psycopg.connect(self.admin_url, autocommit=True)


@contextlib.contextmanager
def world(people: int, *, kind: str = "people", fill: Fill | None = None) -> Iterator[World]:
    """Have the database of that size up, generated on first use, with the product's own durable settings.

    `kind` and `fill` are for a database of another kind, and what fills it.
    """
    from linkwell.cli import migrations
    from linkwell.cli.database import NAME, prepare, running, urls_of
    from linkwell.cli.postgres.server import SUPERUSER
    from linkwell.cli.running.assets import make_assets

    home = BENCH / f"{kind}-{people}"
    if (home / HALF).exists():
        shutil.rmtree(home)  # a filling that was killed has taken indexes away
    home.mkdir(parents=True, exist_ok=True, mode=0o711)
    _let_the_server_pass(home)
    with running(home) as server, _named(home):
        urls = urls_of(server)
        prepare(urls)
        if migrations.state(urls.owner) != migrations.CURRENT:
            migrations.migrate(urls.owner)
        make_assets(home, url=urls.app)
        admin = server.url(user=SUPERUSER, database=NAME)
        began = time.monotonic()
        made = (fill or _generate_once)(admin, people, home / HALF)
        yield World(people, home, urls.app, admin, time.monotonic() - began if made else 0.0)


def enter_django(of: World) -> None:
    """Make the rooms usable in this process, on that database; once for a process."""
    os.environ.update(of.environment())
    import django

    django.setup()


def _generate_once(admin: str, people: int, half: Path) -> bool:
    from bench import generate

    with psycopg.connect(admin, autocommit=True) as server:
        if generate.is_made(server, people):
            return False
        print(f"Generating {people:,} people in {BENCH.name}/people-{people} (kept for later runs)", flush=True)
        half.touch()
        generate.make(server, people)
        half.unlink()
        return True


def _let_the_server_pass(home: Path) -> None:
    """PostgreSQL runs as a user of its own where this process is root's; that user must reach the folder."""
    if os.geteuid() == 0:
        for folder in (home, BENCH, BENCH.parent):
            folder.chmod(folder.stat().st_mode | 0o011)


@contextlib.contextmanager
def _named(home: Path) -> Iterator[None]:
    from linkwell.cli.home import secret_key

    before = {name: os.environ.get(name) for name in ("LINKWELL_HOME", "LINKWELL_SECRET_KEY")}
    os.environ.update(LINKWELL_HOME=str(home), LINKWELL_SECRET_KEY=secret_key(home))
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None) if value is None else os.environ.update({name: value})
