"""One poisoned job does not stop the others; it stays visible and can be tried again. Abuse: J05."""

import asyncio
import inspect
import json
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from procrastinate.contrib.django import app
from typer.testing import CliRunner

from linkwell.cli import jobs as commands
from linkwell.cli.running import worker
from linkwell.common import jobs
from linkwell.messages.models import Message, MessageState
from linkwell.team.jobs import SEAL
from tests.factories import in_scheme
from tests.messages.conftest import mail_server  # noqa: F401  a fixture
from tests.messages.test_worker import given_news, work_off_the_queue

PUT = "INSERT INTO procrastinate_jobs (queue_name, task_name, args) VALUES ('default', %s, %s) RETURNING id"
POISON = {
    "raises always": (SEAL, {"scheme_id": 999_999_999}),
    "a word for an id": (SEAL, {"scheme_id": "1; DROP TABLE team_scheme"}),
    "an object": (SEAL, {"scheme_id": {"py/object": "os.system"}}),
    "a list": (SEAL, {"scheme_id": [1, 2]}),
    "too many arguments": (SEAL, {"scheme_id": 1, "person": 2}),
    "no argument": (SEAL, {}),
    "a yes for an id": (SEAL, {"scheme_id": True}),
    "an id beyond all ids": (SEAL, {"scheme_id": 10**30}),
    "a huge argument": (SEAL, {"scheme_id": "x" * 2_000_000}),
    "a task that does not exist": ("os.system", {"command": "true"}),
    "a task of nobody": ("", {}),
}


@pytest.fixture
def server(cloned_database):
    with psycopg.connect(cloned_database.app_url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def in_process(monkeypatch):
    """Let the commands work on this test's database, as their own session would."""
    from contextlib import nullcontext

    monkeypatch.setattr("linkwell.cli.session.session", nullcontext)

    def call(*words):
        return CliRunner().invoke(commands.app, words, catch_exceptions=True)

    return call


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_J05_poisoned_jobs_are_set_apart_and_every_other_job_is_done(
    cloned_database,
    scheme,
    server,
    mail_server,  # noqa: F811
    in_process,
    monkeypatch,
):
    monkeypatch.setattr("linkwell.team.sealing.actions.seal_scheme", _must_be_a_known_scheme)
    with in_scheme(scheme):
        first = given_news(scheme)
    numbers = {
        name: server.execute(PUT, [task, json.dumps(args)]).fetchone()[0] for name, (task, args) in POISON.items()
    }
    with in_scheme(scheme):
        last = given_news(scheme)

    work_off_the_queue()

    with in_scheme(scheme):
        assert set(Message.objects.filter(pk__in=[first, last]).values_list("state", flat=True)) == {MessageState.SENT}
    states = dict(server.execute("SELECT id, status::text FROM procrastinate_jobs").fetchall())
    assert {name: states[number] for name, number in numbers.items()} == dict.fromkeys(POISON, "failed")
    assert not set(states.values()) & {"todo", "doing"}

    listed = {job["id"] for job in json.loads(in_process("failed", "--json").output)}
    assert listed >= set(numbers.values())
    shown = in_process("failed").output
    assert "DROP" not in shown and "os.system(" in shown and "x" * 50 not in shown


def _must_be_a_known_scheme(*, scheme_id, at):
    raise LookupError("no such scheme")


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_J05_a_failed_job_is_tried_again_by_its_number(cloned_database, scheme, server, in_process, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr("linkwell.team.sealing.actions.seal_scheme", _must_be_a_known_scheme)
        (number,) = server.execute(PUT, [SEAL, json.dumps({"scheme_id": scheme.pk})]).fetchone()
        work_off_the_queue()
    assert number in {job["id"] for job in json.loads(in_process("failed", "--json").output)}

    assert "back on the queue" in in_process("retry", str(number)).output
    work_off_the_queue()

    assert number not in {job["id"] for job in json.loads(in_process("failed", "--json").output)}
    refused = in_process("retry", str(number))
    assert refused.exit_code != 0 and "no failed job" in str(refused.exception)


@pytest.mark.parametrize(("tries", "then"), [(worker.GIVEN_UP_AFTER - 1, "todo"), (worker.GIVEN_UP_AFTER, "failed")])
def test_J05_a_job_at_which_workers_die_is_given_up_after_ten(cloned_database, server, tries, then):
    gone = "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour') RETURNING id"
    (dead,) = server.execute(gone).fetchone()
    server.execute(
        "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status, attempts, worker_id)"
        " VALUES ('default', %s, '{}', 'doing', %s, %s)",
        [SEAL, tries, dead],
    )

    async def once():
        with app.replace_connector(app.connector.get_worker_connector()) as working:
            async with working.open_async():
                await worker.take_up_once(working)

    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, once()).result()

    assert server.execute("SELECT status::text FROM procrastinate_jobs").fetchall() == [(then,)]


@pytest.mark.parametrize("value", ["7", 7.0, None, True, [7], {"id": 7}, b"7", object()])
def test_J05_only_whole_numbers_go_on_the_queue(scheme, value):
    with pytest.raises(TypeError, match="ids"):
        jobs.enqueue(SEAL, scheme_id=scheme.pk, thing=value)


def test_J05_every_job_is_declared_by_us_and_takes_ids_alone():
    ours = {name: task for name, task in app.tasks.items() if name in jobs.POLICIES}
    assert len(ours) >= 8
    for name, task in ours.items():
        for parameter in inspect.signature(task.func).parameters.values():
            assert parameter.annotation is int, (name, parameter)
        assert "check_ids" in task.func.__code__.co_names or "timestamp" in inspect.signature(task.func).parameters, (
            name
        )
