"""`GET /healthz`: is the database there, does the worker work, are the tables up to date?

Beside that it says, as a detail that takes nobody's pages away, how the audit trail and failed jobs stand.
"""

from functools import cache

import psycopg
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from linkwell.web.policy import public

WORKER_IS_SILENT_AFTER = 20  # seconds; it writes its heartbeat every five


@public()
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Return the state of each part as JSON: 200 when all is well, else 503; never a fault's text."""
    state = {"database": "down", "worker": "unknown", "migrations": "unknown"}
    detail = {"audit": "unknown", "jobs": "unknown"}
    try:
        # a connection of its own, so that neither a full pool nor a dead one in it can answer for the server
        with psycopg.connect(**_login(), connect_timeout=2) as server:
            server.execute("SET LOCAL statement_timeout = 2000")
            state["database"] = "ok"
            state["migrations"] = _migrations(server)
            if state["migrations"] == "ok":
                state["worker"] = _worker(server)
                detail = {"audit": _audit(server), "jobs": _jobs(server)}
    except psycopg.Error:
        pass
    well = all(part == "ok" for part in state.values())
    return JsonResponse({"status": "ok" if well else "not ok", **state, **detail}, status=200 if well else 503)


def _login() -> dict[str, str]:
    place = connection.settings_dict
    names = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    return {part: str(place[name]) for part, name in names.items() if place.get(name)}


def _migrations(server: psycopg.Connection) -> str:
    applied = set(server.execute("SELECT app, name FROM django_migrations").fetchall())
    return "ok" if _wanted() <= applied else "behind"


def _worker(server: psycopg.Connection) -> str:
    (silent_for,) = server.execute(
        "SELECT extract(epoch FROM now() - max(last_heartbeat)) FROM procrastinate_workers"
    ).fetchone() or (None,)
    if silent_for is None:
        return "down"
    return "ok" if silent_for <= WORKER_IS_SILENT_AFTER else "silent"


_AUDIT = {
    "broken": """
        EXISTS (SELECT FROM team_scheme AS scheme, LATERAL (
                    SELECT findings FROM team_auditcheck WHERE scheme_id = scheme.id ORDER BY at DESC LIMIT 1) AS newest
                 WHERE newest.findings > 0)""",
    "not told": "EXISTS (SELECT FROM team_headdelivery WHERE failing_since < now() - interval '10 minutes')",
    "unsealed": """
        EXISTS (SELECT FROM team_scheme AS scheme
                  JOIN common_auditevent AS event ON event.scheme_id = scheme.id AND event.id > coalesce((
                       SELECT high_event_id FROM team_auditseal AS seal WHERE seal.scheme_id = scheme.id
                        ORDER BY first_position DESC LIMIT 1), 0)
                 WHERE event.at < now() - interval '10 minutes')""",
}


def _audit(server: psycopg.Connection) -> str:
    server.execute(
        "SELECT set_config('linkwell.scheme_ids', (SELECT string_agg(id::text, ',') FROM team_scheme), true)"
    )
    for word, question in _AUDIT.items():
        if server.execute(f"SELECT {question}").fetchone() == (True,):
            return word
    return "ok"


def _jobs(server: psycopg.Connection) -> str:
    failed = """
        SELECT EXISTS (SELECT FROM procrastinate_jobs AS job JOIN procrastinate_events AS event ON event.job_id = job.id
                        WHERE job.status = 'failed' AND event.at > now() - interval '7 days')"""
    return "failed" if server.execute(failed).fetchone() == (True,) else "ok"


@cache
def _wanted() -> frozenset[tuple[str, str]]:
    """Return every migration that this code comes with."""
    return frozenset(MigrationLoader(None).disk_migrations)
