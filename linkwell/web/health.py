"""`GET /healthz`: is the database there, does the worker work, are the tables up to date?"""

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
    try:
        # a connection of its own, so that neither a full pool nor a dead one in it can answer for the server
        with psycopg.connect(**_login(), connect_timeout=2) as server:
            server.execute("SET LOCAL statement_timeout = 2000")
            state["database"] = "ok"
            state["migrations"] = _migrations(server)
            if state["migrations"] == "ok":
                state["worker"] = _worker(server)
    except psycopg.Error:
        pass
    well = all(part == "ok" for part in state.values())
    return JsonResponse({"status": "ok" if well else "not ok", **state}, status=200 if well else 503)


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


@cache
def _wanted() -> frozenset[tuple[str, str]]:
    """Return every migration that this code comes with."""
    return frozenset(MigrationLoader(None).disk_migrations)
