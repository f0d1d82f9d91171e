"""A small scheme with something of every kind, backed up once, and places to restore it into."""

from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from linkwell.cli.backup import inside, keys, make, servers
from linkwell.cli.database import Urls
from tests.conftest import _close_connections, _restore, _work_on
from tests.database import Clone, TestServer

KEY = "a-key-for-tests-only"  # what the suite's settings encrypt with


@dataclass(frozen=True)
class Sample:
    """One Linkwell: its database, its home, the key that its operator took away, and a backup."""

    clone: Clone
    urls: Urls
    home: Path
    identity: Path
    file: Path
    made: make.Made
    scheme_id: int
    person_id: int


def quiet(line: str) -> None:
    """Hear what is being done, and keep it to oneself."""


def urls_of(server: TestServer, clone: Clone) -> Urls:
    """Return the clone's addresses as of a server whose administrator is the owner's login."""
    return Urls(clone.app_url, make_conninfo(server.admin, dbname=clone.name))


def named(sample: Sample, name: str) -> Urls:
    """Return the addresses of another database of the sample's server, past any pooler."""
    return Urls(make_conninfo(sample.clone.straight_url, dbname=name), make_conninfo(sample.urls.owner, dbname=name))


def backed_up(sample: Sample, **wanted) -> make.Made:
    """Make one more backup of the sample."""
    return make.back_up(sample.urls, sample.home, make.Wanted(**wanted), say=quiet)


@pytest.fixture(scope="module")
def sample(request, django_db_setup, django_db_blocker, database_server, database_template, tmp_path_factory):
    """A scheme with a backup of it."""
    home = tmp_path_factory.mktemp("home")
    identity = tmp_path_factory.mktemp("operator") / "key.txt"
    clone = database_server.clone(database_template)
    urls = urls_of(database_server, clone)
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock():
        patch.setenv("LINKWELL_SECRET_KEY", KEY)
        patch.setenv("LINKWELL_LISTEN_URL", clone.straight_url)
        patch.delenv("LINKWELL_FIELD_KEY", raising=False)
        before = _work_on(clone)
        try:
            scheme_id, person_id = fill(home)
            keys.make(home=home, to=identity, at=make.datetime.now(make.UTC), add=False)
            tried = request.module.__name__.endswith("test_backup")  # elsewhere its restores try it
            made = make.back_up(urls, home, make.Wanted(to=home.parent / "backups", tried=tried), say=quiet)
            yield Sample(clone, urls, home, identity, made.file, made, scheme_id, person_id)
        finally:
            _close_connections()
            _restore(before)
            database_server.drop(clone)


def fill(home: Path) -> tuple[int, int]:
    """Put into the database what a restore must bring back, end, hold or do again."""
    from django.test import override_settings
    from django.utils import timezone

    from linkwell.common import audit
    from linkwell.messages.actions import queue_message
    from linkwell.team.sealing import actions as sealing
    from linkwell.web.signin.sessions import SessionStore
    from tests.factories import PersonFactory, SchemeFactory, in_scheme

    scheme, now = SchemeFactory(), timezone.now()
    with in_scheme(scheme):
        person = PersonFactory(given_name="Zebedee", health_number="9434765919")
        for _ in range(20):
            audit.record("person.made", about=person, at=now)
        queue_message(
            scheme_id=scheme.pk, template="referral_news", recipient_kind="practice", recipient_id=1, at=now,
            words={"reference": "R-1"},
        )  # fmt: skip
    session = SessionStore()
    session["banner"] = "Referred Zebedee"
    session.save()
    with override_settings(AUDIT_HEADS=str(home / "audit-heads.log")):
        sealing.seal_scheme(scheme_id=scheme.pk, at=now, reach=sealing.chain.SETTLED)
    with psycopg.connect(_where(), autocommit=True) as app:
        app.execute(
            "WITH gone AS (INSERT INTO procrastinate_workers DEFAULT VALUES RETURNING id)"
            " INSERT INTO procrastinate_jobs (queue_name, task_name, status, worker_id)"
            " SELECT 'default', 'in_hand', 'doing', id FROM gone"
        )
    return scheme.pk, person.pk


def _where() -> str:
    from django.db import connection

    place = connection.settings_dict
    names = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    return make_conninfo("", **{part: str(place[name]) for part, name in names.items() if place.get(name)})


@pytest.fixture
def untroubled(monkeypatch):
    """Leave out the look at walls, keys and seals, which takes a process of its own, where others look at it."""
    monkeypatch.setattr(inside, "examine", lambda *_, **__: [])


@pytest.fixture
def elsewhere(sample, tmp_path, monkeypatch):
    """A machine without anything: an empty home, and a server on which the database does not exist yet."""
    monkeypatch.delenv("LINKWELL_SECRET_KEY")
    name = f"{sample.clone.name}_new"
    urls = named(sample, name)
    yield urls, tmp_path
    for database in [*servers.kept(urls), name, f"{name}{servers.RESTORING}", f"{name}{servers.CHECKING}"]:
        servers.drop(urls, database)
