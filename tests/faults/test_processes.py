"""Processes are killed; what was acknowledged is there and Linkwell serves again. Security: Z01, Z06."""

import os
import signal
import socket
import threading

import psutil
import psycopg
import pytest

from linkwell.cli import roles
from linkwell.cli.database import embedded
from linkwell.cli.postgres.server import SUPERUSER
from tests.faults.running import Linkwell, eventually, linkwell, migrated_home, open_folder

pytestmark = [pytest.mark.fault, pytest.mark.embedded]
LEDGER = "INSERT INTO linkwell_cache (cache_key, value, expires) VALUES (%s, '', now())"


@pytest.fixture(scope="module")
def home():
    with open_folder() as folder:
        migrated_home(folder / "home")
        yield folder / "home"


@pytest.fixture(scope="module")
def site(home):
    site = Linkwell(home)
    yield site
    if site.is_up():
        site.stop()


@pytest.fixture
def running(site):
    if not site.is_up():
        site.start()
    eventually(site.well, within=60, what="healthy before the test")
    return site


def app_url(running):
    return embedded(running.home).url(user=roles.APP, database="linkwell")


def test_it_says_that_it_runs_once_every_part_is_well(site):
    site.start()

    status, parts = site.health()
    names = ("status", "database", "worker", "migrations", "audit", "jobs")
    assert (status, parts) == (200, dict.fromkeys(names, "ok"))
    assert "WARNING" not in site.log.read_text()


def test_a_second_start_on_the_same_data_is_refused_in_one_sentence(running):
    second = linkwell("run", home=running.home, LINKWELL_PORT="8999")

    assert second.returncode == 1
    assert second.stderr.startswith(f"Linkwell is already running on the data in {running.home} (process ")
    assert "LINKWELL_HOME" in second.stderr and second.stderr.count("\n") == 1
    assert running.well()


def test_a_port_in_use_is_refused_in_one_sentence(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        refused = linkwell("run", home=tmp_path / "home", LINKWELL_PORT=str(port))

    assert refused.returncode == 1
    assert refused.stderr.startswith(f"Port {port} on 127.0.0.1 is in use by another program. Stop that one, or")
    assert refused.stderr.count("\n") == 1


def test_a_command_uses_the_running_database_and_leaves_it_running(running):
    before = running.postgres()
    done = linkwell("database", "status", home=running.home)

    assert done.returncode == 0 and "The tables: current." in done.stdout
    assert running.postgres() == before


def test_a_killed_process_of_the_web_server_is_replaced(running):
    server = running.child("web_server")
    victim = server.children()[0]
    victim.kill()

    eventually(lambda: victim not in server.children() and len(server.children()) > 1, within=60, what="replaced")
    assert running.well()


def test_a_killed_web_server_starts_again_and_leaves_nothing_behind(running):
    server = running.child("web_server")
    left_behind = server.children()
    server.kill()

    psutil.wait_procs(left_behind, timeout=30)
    assert not [process for process in left_behind if process.is_running() and process.status() != "zombie"]
    eventually(running.well, within=60, what="web server")
    assert "The web process was ended by SIGKILL; it starts again" in running.log.read_text()


def test_a_killed_worker_starts_again(running):
    victim = running.child("worker")
    victim.kill()
    with psycopg.connect(app_url(running)) as app:
        (last,) = app.execute("SELECT max(id) FROM procrastinate_workers").fetchone()

        def another_works():
            return app.execute("SELECT max(id) FROM procrastinate_workers").fetchone()[0] > last

        eventually(another_works, within=60, what="a new worker")
    assert running.child("worker").pid != victim.pid


def write_until_it_breaks(url, acknowledged, *, options=""):
    """Commit one row after the other and note each that the database acknowledged."""
    with psycopg.connect(url, autocommit=True, options=options) as app:
        number = 0
        while True:
            key = f"ledger-{os.getpid()}-{id(acknowledged)}-{number}"
            try:
                app.execute(LEDGER, [key])
            except psycopg.Error:
                return
            acknowledged.append(key)
            number += 1


def kill_postgres_under_load(running, *, options=""):
    """Kill PostgreSQL and its backends at once; return how many acknowledged rows were lost."""
    acknowledged: list[str] = []
    writer = threading.Thread(
        target=write_until_it_breaks, args=(app_url(running), acknowledged), kwargs={"options": options}
    )
    writer.start()
    eventually(lambda: len(acknowledged) > 200, within=60, what="rows before the kill")
    server = running.postgres()
    helpers = server.children()
    server.kill()
    for helper in helpers:
        helper.kill()
    writer.join(timeout=30)
    assert running.health()[0] in (503, 200)  # answers, whatever it finds

    eventually(running.well, within=60, what="recovered without a restart")
    with psycopg.connect(app_url(running)) as app:
        (kept,) = app.execute(
            "SELECT count(*) FROM linkwell_cache WHERE cache_key = ANY (%s)", [acknowledged]
        ).fetchone()
    return len(acknowledged) - kept


def test_Z06_killing_postgresql_loses_nothing_acknowledged_and_pages_recover_by_themselves(running):
    assert kill_postgres_under_load(running) == 0


def test_Z06_the_trial_of_killing_postgresql_would_notice_a_loss(running):
    admin = embedded(running.home).url(user=SUPERUSER, database="postgres")
    with psycopg.connect(admin, autocommit=True) as server:
        server.execute("ALTER SYSTEM SET wal_writer_delay = '10s'")  # or it might sync just before the kill
        server.execute("SELECT pg_reload_conf()")
    try:
        assert kill_postgres_under_load(running, options="-c synchronous_commit=off") > 0
    finally:
        with psycopg.connect(admin, autocommit=True) as server:
            server.execute("ALTER SYSTEM RESET wal_writer_delay")
            server.execute("SELECT pg_reload_conf()")


def test_health_says_503_and_no_fault_s_text_while_postgresql_is_down(running):
    supervisor = psutil.Process(running.process.pid)
    supervisor.suspend()
    try:
        running.postgres().kill()
        eventually(lambda: running.postgres() is None, within=60, what="PostgreSQL is dead")
        unknown = dict.fromkeys(("worker", "migrations", "audit", "jobs"), "unknown")
        assert running.health() == (503, {"status": "not ok", "database": "down", **unknown})
    finally:
        supervisor.resume()
    eventually(running.well, within=60, what="recovered")


def test_killing_the_parent_leaves_nothing_in_the_way_of_the_next_start(running):
    # PostgreSQL outlives its starter by design, and stands among these while pg_ctl still waits for it
    children = [running.child("web_server"), running.child("worker")]
    children += [grandchild for child in children for grandchild in child.children(recursive=True)]
    running.process.kill()
    running.process.wait()

    running.start()
    assert not [child for child in children if child.is_running() and child.status() != "zombie"]
    assert running.well()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_everything_that_was_started(running, number):
    started = [*psutil.Process(running.process.pid).children(recursive=True), running.postgres()]

    assert running.stop(number) == 0
    assert not [process for process in started if process.is_running() and process.status() != "zombie"]
    assert running.postgres() is None
