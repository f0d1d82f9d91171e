"""Jobs that a killed worker left are taken up; a command meets a database that is ready."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from procrastinate.exceptions import ConnectorException

from linkwell.cli import migrations
from linkwell.cli.errors import Refused
from linkwell.cli.running import worker
from linkwell.cli.running.run import DEMO, EMPTY, REAL, check_mode, contents
from linkwell.cli.running.worker import take_up_what_was_left
from tests.factories import AccountFactory, SchemeFactory


def test_a_job_of_a_worker_that_died_goes_back_into_the_queue_and_one_of_a_living_worker_stays(cloned_database):
    with psycopg.connect(cloned_database.app_url, autocommit=True) as app:
        dead, alive = (
            app.execute(
                "INSERT INTO procrastinate_workers (last_heartbeat)"
                " VALUES (now() - make_interval(secs => %s)) RETURNING id",
                [seconds],
            ).fetchone()[0]
            for seconds in (60, 1)
        )
        for name, worker in (("left", dead), ("in_hand", alive)):
            app.execute(
                "INSERT INTO procrastinate_jobs (queue_name, task_name, status, worker_id)"
                " VALUES ('default', %s, 'doing', %s)",
                [name, worker],
            )

        with ThreadPoolExecutor(1) as aside:  # a browser's driver may have a loop running in this thread
            aside.submit(asyncio.run, one_round()).result()

        jobs = dict(app.execute("SELECT task_name, status::text FROM procrastinate_jobs").fetchall())
    assert jobs == {"left": "todo", "in_hand": "doing"}


def test_J05_a_job_left_by_a_dead_worker_whose_like_waits_already_is_not_in_the_way_of_the_others(cloned_database):
    with psycopg.connect(cloned_database.app_url, autocommit=True) as app:
        left = "INSERT INTO procrastinate_jobs (queue_name, task_name, status, queueing_lock) VALUES ('q', %s, %s, %s)"
        for name, status, lock in (("every_minute", "doing", "a"), ("every_minute", "todo", "a"), ("b", "doing", "b")):
            app.execute(left, [name, status, lock])

        with ThreadPoolExecutor(1) as aside:
            aside.submit(asyncio.run, one_round()).result()

        jobs = app.execute("SELECT task_name, status::text FROM procrastinate_jobs ORDER BY 1").fetchall()
    assert jobs == [("b", "todo"), ("every_minute", "todo")]


def test_J05_what_became_of_a_job_is_noted_once_the_database_answers_again(monkeypatch):
    heard = []

    async def note(**values):
        heard.append(values)
        if len(heard) < 3:
            raise ConnectorException

    async def no_pause(seconds):
        return

    monkeypatch.setattr(worker.asyncio, "sleep", no_pause)
    with ThreadPoolExecutor(1) as aside:
        aside.submit(asyncio.run, worker.until_heard(note)(job_id=7)).result()

    assert heard == [{"job_id": 7}] * 3


async def one_round():
    from procrastinate.contrib.django import app

    worker_app = app.with_connector(app.connector.get_worker_connector())
    async with worker_app.open_async():
        worker.note_until_heard(worker_app.job_manager)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(take_up_what_was_left(worker_app), timeout=1)


def test_a_scheme_is_added_with_a_link_that_invites_its_first_administrator(by_url, run):
    done = run("scheme", "add", "Trafford", "--admin", "lead@example.org")

    assert done.returncode == 0, done.stderr
    first, link = done.stdout.strip().splitlines()
    assert first == "Trafford is ready. Give lead@example.org this link; it works once:"
    assert link.startswith("http://localhost:8000/i/")


def test_a_scheme_of_the_same_name_is_refused_in_one_sentence(by_url, run):
    run("scheme", "add", "Trafford", "--admin", "lead@example.org")
    again = run("scheme", "add", "trafford", "--admin", "other@example.org")

    assert again.returncode == 1
    assert again.stderr.count("\n") == 1 and "Traceback" not in again.stderr


def test_a_command_refuses_tables_older_than_itself(by_url, run):
    with psycopg.connect(by_url.owner_url) as owner:
        owner.execute("COMMENT ON TABLE django_migrations IS 'linkwell of last year'")
    assert migrations.state(by_url.owner_url) == migrations.BEHIND

    done = run("scheme", "add", "Trafford", "--admin", "lead@example.org")

    assert (done.returncode, done.stderr) == (
        1,
        "The database is older than this Linkwell. Run `linkwell migrate` first, then try again.\n",
    )
    assert run("migrate").returncode == 0
    assert migrations.state(by_url.owner_url) == migrations.CURRENT


def test_an_unexpected_fault_is_one_sentence_too(by_url, run):
    done = run("manage", "shell", "-c", "1 / 0")

    assert done.returncode == 1
    assert done.stderr.startswith("Linkwell stopped because of a fault of its own (ZeroDivisionError).")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("made", "holds"),
    [
        ([], "nothing"),
        ([True], "the demo scheme"),
        ([False], "real schemes"),
        ([True, False], "real schemes"),
    ],
)
def test_real_and_made_up_schemes_are_told_apart(cloned_database, made, holds):
    for is_demo in made:
        SchemeFactory(is_demo=is_demo)
    assert contents(cloned_database.owner_url) == holds


def test_an_account_without_a_scheme_is_taken_for_a_real_one(cloned_database):
    AccountFactory()
    assert contents(cloned_database.owner_url) == REAL


def test_demo_mode_refuses_real_schemes_and_the_demo_scheme_refuses_to_pass_for_real():
    with pytest.raises(Refused, match="holds a real scheme, so it is not opened in demo mode"):
        check_mode(REAL, demo=True)
    with pytest.raises(Refused, match="holds the demo scheme, so it is opened in demo mode only"):
        check_mode(DEMO, demo=False)
    for holds, demo in ((EMPTY, True), (EMPTY, False), (DEMO, True), (REAL, False)):
        check_mode(holds, demo=demo)
