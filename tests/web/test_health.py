"""`GET /healthz` says what is well and what is not, and never why."""

import psycopg
import pytest
from django.db import connections

WELL = {"status": "ok", "database": "ok", "worker": "ok", "migrations": "ok", "audit": "ok", "jobs": "ok"}

UNKNOWN = {"audit": "unknown", "jobs": "unknown"}


@pytest.fixture
def ask(client):
    def ask():
        answer = client.get("/healthz")
        return answer.status_code, answer.json()

    return ask


def worker_spoke(clone, *, seconds_ago):
    with psycopg.connect(clone.app_url) as app:
        query = "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - make_interval(secs => %s))"
        app.execute(query, [seconds_ago])


def test_all_is_well_with_a_worker_that_spoke_just_now(cloned_database, ask):
    worker_spoke(cloned_database, seconds_ago=3)

    assert ask() == (200, WELL)


def test_without_a_worker_it_is_not_well(cloned_database, ask):
    assert ask() == (503, WELL | {"status": "not ok", "worker": "down"})


def test_a_worker_that_fell_silent_is_not_well(cloned_database, ask):
    worker_spoke(cloned_database, seconds_ago=60)

    assert ask() == (503, WELL | {"status": "not ok", "worker": "silent"})


def test_tables_older_than_the_code_are_not_well(cloned_database, ask):
    with psycopg.connect(cloned_database.owner_url) as owner:
        owner.execute("DELETE FROM django_migrations WHERE app = 'referrals' AND name = '0001_initial'")

    assert ask() == (503, WELL | {"status": "not ok", "worker": "unknown", "migrations": "behind"} | UNKNOWN)


def test_a_database_that_is_away_is_said_without_the_fault_s_text(cloned_database, ask):
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(connections["default"].settings_dict, "NAME", "nowhere")
        answer = ask()

    assert answer == (
        503,
        {"status": "not ok", "database": "down", "worker": "unknown", "migrations": "unknown"} | UNKNOWN,
    )


def test_nothing_can_be_sent_to_it(cloned_database, client):
    assert client.post("/healthz").status_code == 405


@pytest.mark.parametrize(
    ("word", "statement"),
    [
        ("broken", "INSERT INTO team_auditcheck (scheme_id, at, sealed, unsealed, findings, first_finding)"
         " VALUES (%s, now(), 9, 0, 2, 'x')"),
        ("not told", "INSERT INTO team_headdelivery (scheme_id, channel, position, failing_since, why)"
         " VALUES (%s, 'file', 0, now() - interval '1 hour', 'x')"),
        ("unsealed", "INSERT INTO common_auditevent (scheme_id, at, event, outcome, role, object_kind, route, purpose)"
         " VALUES (%s, now() - interval '1 hour', 'x', 'done', '', '', '', '')"),
    ],
)  # fmt: skip
def test_an_audit_trail_that_is_not_as_it_should_be_is_said_and_takes_no_page_away(
    cloned_database, scheme, ask, word, statement
):
    worker_spoke(cloned_database, seconds_ago=3)
    with psycopg.connect(cloned_database.app_url) as app:
        app.execute("SELECT set_config('linkwell.scheme_id', %s, true)", [str(scheme.pk)])
        app.execute(statement, [scheme.pk])

    assert ask() == (200, WELL | {"audit": word})
