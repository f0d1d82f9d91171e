"""Run inside one database's environment: signs link workers in, names their pages, counts statements; prints JSON."""

import json
import sys
from typing import Any

from bench import generate

VIEWERS = 16


def main(people: int) -> None:
    """Print cookies, addresses and statements of 16 workers: half of the large scheme, half of its neighbours."""
    import django

    django.setup()
    from django.urls import reverse

    from bench.pages import PRODUCT_STORE, STOCK_STORE
    from bench.serving import session_of

    viewers = workers(people)
    found: dict[str, Any] = {
        "product": [_cookie(session_of(member, store=PRODUCT_STORE)) for member, _ in viewers],
        "stock": [_cookie(session_of(member, store=STOCK_STORE)) for member, _ in viewers],
        "paths": {
            "caseload": [reverse("people:people")] * VIEWERS,
            "find": [reverse("support_search:for_person", args=[person]) for _, person in viewers],
            "person": [reverse("people:person", args=[person]) for _, person in viewers],
            "today": [reverse("today:today")] * VIEWERS,
        },
    }
    cookie = found["product"][0].partition("=")[2]
    found["statements"] = {name: len(own_statements(paths[0], cookie)) for name, paths in found["paths"].items()}
    found["around"] = len(all_statements(found["paths"]["caseload"][0], cookie)) - found["statements"]["caseload"]
    json.dump(found, sys.stdout)


def workers(people: int) -> list[tuple[int, int]]:
    """Return (membership, one person of its caseload) of the viewers."""
    large, *others = generate.parts(people)
    chosen = [(large, place * large.workers // (VIEWERS // 2)) for place in range(VIEWERS // 2)]
    chosen += [(others[place % len(others)], place) for place in range(VIEWERS - len(chosen))]
    return [(part.member0 + 1 + place, part.person0 + 1 + place) for part, place in chosen]


def _cookie(key: str) -> str:
    from django.conf import settings

    return f"{settings.SESSION_COOKIE_NAME}={key}"


def all_statements(path: str, session: str) -> list[str]:
    """Open a page in this process; return every statement that was asked for it."""
    from django.conf import settings
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(SERVER_NAME="localhost")
    client.cookies[settings.SESSION_COOKIE_NAME] = session
    client.get(path)  # what is loaded once is no cost of the page
    with CaptureQueriesContext(connection) as seen:
        response = client.get(path)
    if response.status_code != 200:
        raise SystemExit(f"{path} answered {response.status_code} {response.headers.get('Location', '')}.")
    return [row["sql"] for row in seen.captured_queries]


def own_statements(path: str, session: str) -> list[str]:
    """Return the page's own statements: beside session, sign-in, scope, audit and transaction control."""
    seen = all_statements(path, session)
    begun = next(place for place, sql in enumerate(seen) if "set_config('linkwell.scheme_ids'" in sql)
    around = ("SAVEPOINT", "common_auditevent", "set_config('linkwell", "COMMIT", "BEGIN")
    return [sql for sql in seen[begun + 1 :] if not any(part in sql for part in around)]


if __name__ == "__main__":
    main(int(sys.argv[1]))
