"""Behind a transaction pooler everybody shares the server's connections; nobody finds what another left. Security: T09.

A real pgbouncer with one connection for all: whoever comes next works on the very connection that the
one before them left, however they left it.
"""

import asyncio
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from django.db import DatabaseError, OperationalError, connection, transaction
from procrastinate.contrib.django import app

from linkwell.cli import database
from linkwell.cli.errors import Refused
from linkwell.cli.running.worker import LOOKS_FOR_JOBS, connector, is_told_of_jobs, work
from linkwell.common.jobs import POLICIES, enqueue, scheme_job
from linkwell.common.scope import reporting, scope
from linkwell.people.models import Person
from tests import pooler
from tests.conftest import _close_connections, _restore, _work_on
from tests.database import Clone
from tests.factories import PersonFactory, SchemeFactory, in_scheme
from tests.faults.running import open_folder

pytestmark = pytest.mark.skipif(pooler.program() is None, reason=pooler.MISSING)
LEFT = """
    SELECT pg_backend_pid(), current_user, session_user, coalesce(current_setting('linkwell.scheme_ids', true), ''),
           coalesce(current_setting('linkwell.scheme_id', true), ''), current_setting('statement_timeout'),
           (SELECT count(*) FROM people_person)
"""
HOLDS_A_SCOPE = """
import sys, django
django.setup()
from linkwell.common.scope import scope
from linkwell.people.models import Person
with scope(scheme_ids=[int(sys.argv[1])], scheme_id=int(sys.argv[1])):
    print(Person.objects.count(), flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def pooled(cloned_database, settings):
    """The clone through pgbouncer, one connection for all; Django works there while the test runs."""
    settings.LINKWELL_PREPARES = False  # as settings decide where LINKWELL_LISTEN_URL goes past a pooler
    with open_folder() as folder, pooler.pooler(cloned_database.straight_url, folder / "pooler", size=1) as url:
        clone = Clone(cloned_database.name, url, cloned_database.owner_url, cloned_database.straight_url)
        before = _work_on(clone)
        yield clone
        _close_connections()
        _restore(before)


@pytest.fixture
def made(pooled):
    """A scheme with one person."""
    made = SchemeFactory()
    with in_scheme(made):
        PersonFactory()
    return made


def left(clone):
    """Return what a new client finds on the connection that it gets: process, roles, settings, people."""
    with psycopg.connect(clone.app_url, autocommit=True, prepare_threshold=None) as client:
        return client.execute(LEFT).fetchone()


def nothing_is_left(clone, *, of):
    found = left(clone)
    return found[0] == of and found[1] == found[2] and found[3:] == ("", "", "30s", 0)


class Stop(Exception):
    """Stands for any fault in the middle of a request."""


def cancelled(raw: psycopg.Connection) -> None:
    """Let a statement run, and have it cancelled from another thread as soon as it does."""
    threading.Timer(0.5, raw.cancel).start()
    raw.execute("SELECT pg_sleep(60)")


def fail(how: str) -> None:
    with connection.cursor() as cursor:
        if how == "timeout":
            cursor.execute("SET LOCAL statement_timeout = 50")
            cursor.execute("SELECT pg_sleep(60)")
        elif how == "bad statement":
            cursor.execute("SELECT 1 / 0")
        elif how == "cancelled":
            cancelled(connection.connection)
    raise Stop


@pytest.mark.parametrize("how", ["error", "timeout", "bad statement", "cancelled"])
def test_T09_whoever_gets_the_connection_next_finds_nothing_of_the_former_scheme(pooled, made, how):
    process = left(pooled)[0]
    with pytest.raises((Stop, DatabaseError, psycopg.errors.QueryCanceled)):
        with scope(scheme_ids=[made.pk], scheme_id=made.pk):
            assert Person.objects.count() == 1
            fail(how)
    assert nothing_is_left(pooled, of=process)


def test_T09_nor_after_all_went_well(pooled, made):
    process = left(pooled)[0]
    with scope(scheme_ids=[made.pk], scheme_id=made.pk), reporting():
        pass
    assert nothing_is_left(pooled, of=process)


def test_T09_a_client_that_was_killed_leaves_nothing_to_the_next(pooled, made):
    environment = pooled.environment() | {"DJANGO_SETTINGS_MODULE": "linkwell.config.settings_test"}
    client = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", HOLDS_A_SCOPE, str(made.pk)],
        env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    try:
        assert client.stdout.readline() == b"1\n"
    finally:
        client.kill()
        client.wait()
        client.stdin.close()
        client.stdout.close()
    found = left(pooled)
    assert found[3:] == ("", "", "30s", 0)


def test_T09_two_schemes_in_turns_on_one_connection_see_each_their_own(pooled, made):
    other = SchemeFactory()
    processes = set()
    for scheme, people in ((made, 1), (other, 0)) * 5:
        with scope(scheme_ids=[scheme.pk], scheme_id=scheme.pk), connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid(), count(*) FROM people_person")
            process, seen = cursor.fetchone()
            processes.add(process)
            assert seen == people
        _close_connections()
    assert len(processes) == 1


def test_T09_a_setting_that_outlives_its_transaction_would_be_found_by_the_next(pooled, made):
    """The control: what the walls forbid themselves does leak here, so the tests above can fail."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('linkwell.scheme_ids', %s, false)", [str(made.pk)])
    _close_connections()
    assert left(pooled)[3:] == (str(made.pk), "", "30s", 1)


def test_requests_pass_with_one_connection_for_all(pooled, made, client_for):
    from tests.factories import MembershipFactory

    with in_scheme(made):
        member = MembershipFactory()
    client = client_for(member)
    process = left(pooled)[0]
    assert client.get("/today/").status_code == 200
    assert client.get("/healthz").json()["database"] == "ok"
    assert nothing_is_left(pooled, of=process)


def test_no_statement_of_the_app_runs_on_for_ever_though_the_pooler_takes_no_start_up_option(pooled):
    assert left(pooled)[5] == "30s"
    with (
        pytest.raises(OperationalError, match="statement timeout"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SET LOCAL statement_timeout = 50")
        cursor.execute("SELECT pg_sleep(60)")


def test_a_pooler_without_an_address_past_it_is_refused_before_anything_is_served(pooled, monkeypatch):
    urls = database.Urls(pooled.app_url, pooled.owner_url)
    monkeypatch.delenv("LINKWELL_LISTEN_URL", raising=False)
    with pytest.raises(Refused, match="DATABASE_URL leads through a pooler"):
        database._check_reached_straight(urls)
    monkeypatch.setenv("LINKWELL_LISTEN_URL", pooled.app_url)
    with pytest.raises(Refused, match="LINKWELL_LISTEN_URL leads through a pooler"):
        database._check_reached_straight(urls)
    monkeypatch.setenv("LINKWELL_LISTEN_URL", pooled.straight_url)
    database._check_reached_straight(urls)


def in_a_worker(do):
    """Run something with the worker's connector open; in a thread, for a browser's driver may have a loop here."""

    async def work():
        with app.replace_connector(connector()) as working:
            async with working.open_async():
                return await do(working)

    with ThreadPoolExecutor(1) as aside:
        return aside.submit(asyncio.run, work()).result()


def test_the_worker_knows_that_a_pooler_passes_no_notification_on_and_goes_past_it_where_told_how(pooled, settings):
    settings.LINKWELL_LISTEN_URL = ""
    assert not in_a_worker(is_told_of_jobs)
    settings.LINKWELL_LISTEN_URL = pooled.straight_url
    assert in_a_worker(is_told_of_jobs)


def test_a_worker_behind_a_pooler_still_finds_its_jobs(pooled, made, settings, capsys):
    settings.LINKWELL_LISTEN_URL = ""
    done = threading.Event()
    scheme_job(name="tests.pooled", purpose="a test")(lambda **_: done.set())
    try:
        enqueue("tests.pooled", scheme_id=made.pk)
        with app.replace_connector(connector()) as working, ThreadPoolExecutor(1) as aside:
            told = aside.submit(asyncio.run, until(work(working), done)).result()
    finally:
        POLICIES.pop("tests.pooled")
        app.tasks.pop("tests.pooled")
    assert told is None and LOOKS_FOR_JOBS in capsys.readouterr().err


async def until(working, done):
    """Let the worker work until the job is done."""
    task = asyncio.create_task(working)
    began = time.monotonic()
    while not done.is_set():
        assert time.monotonic() - began < 60 and not task.done()
        await asyncio.sleep(0.05)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
