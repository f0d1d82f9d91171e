"""How many statements a page makes of its own: beside session, sign-in, scope and audit."""

from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext


def own_statements(client: Any, address: str, data: dict[str, Any] | None = None) -> list[str]:
    """Get (or, with data, post) a page and return the statements it made inside the scope of the request."""
    with CaptureQueriesContext(connection) as seen:
        response = client.get(address) if data is None else client.post(address, data)
    assert response.status_code < 400, response.status_code
    statements = [row["sql"] for row in seen.captured_queries]
    scopes = [place for place, sql in enumerate(statements) if "set_config('linkwell.scheme_ids'" in sql]
    inside = statements[scopes[1] + 1 : scopes[2]]  # the first and last hand over between test and request
    return [sql for sql in inside if "SAVEPOINT" not in sql and "common_auditevent" not in sql]
