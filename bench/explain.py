"""Run inside one database's environment: opens every list and explains each statement it asks; prints JSON.

A statement is explained with ANALYZE and BUFFERS in the page's own transaction, as the app's role behind the walls.
"""

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from bench import generate


@dataclass
class Page:
    """What the statements of one page touched."""

    statements: int = 0
    buffers: int = 0  # pages of 8 KiB, from memory or not
    rows: int = 0  # rows that scans looked at
    sorted_rows: int = 0  # the most rows that one sort took in
    whole_tables: dict[str, int] = field(default_factory=dict)  # tables read from end to end, with the rows looked at
    worst: dict[str, Any] = field(default_factory=dict)  # the statement that touched most

    def add(self, sql: str, plan: dict[str, Any]) -> None:
        """Count one explained statement."""
        buffers = plan.get("Shared Hit Blocks", 0) + plan.get("Shared Read Blocks", 0)
        rows = 0
        for node in _nodes(plan):
            loops = node.get("Actual Loops", 1) or 0
            looked = (node.get("Actual Rows", 0) + node.get("Rows Removed by Filter", 0)) * loops
            if "Scan" in node["Node Type"] and "Relation Name" in node:
                rows += looked
                if node["Node Type"] == "Seq Scan":
                    table = node["Relation Name"]
                    self.whole_tables[table] = max(self.whole_tables.get(table, 0), round(looked))
            if "Sort" in node["Node Type"]:
                taken = sum(each.get("Actual Rows", 0) * (each.get("Actual Loops", 1) or 0) for each in node["Plans"])
                self.sorted_rows = max(self.sorted_rows, round(taken))
        self.statements += 1
        self.buffers += buffers
        self.rows += round(rows)
        if buffers > self.worst.get("buffers", -1):
            self.worst = {"buffers": buffers, "rows": round(rows), "sql": sql[:160]}


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from _nodes(below)


def pages(part: generate.Part) -> dict[str, tuple[int, str, dict[str, str] | None]]:
    """Return every list: who opens it, its address, and what is sent where it is asked by a form."""
    worker, person = part.member0 + 1, part.person0 + 1
    lead, manager, commissioner, referrer = part.lead, part.manager, part.commissioner, part.referrer
    search = {"family_name": "Ahmed", "born_on-day": "1", "born_on-month": "3", "born_on-year": "1950"}
    return {
        "caseload": (worker, "/people/", None),
        "caseload at a practice": (worker, f"/people/?practice={part.practice0 + 1}", None),
        "caseload of a lead": (lead, "/people/", None),
        "today": (worker, "/today/", None),
        "person": (worker, f"/people/{person}/", None),
        "plan": (worker, f"/people/{person}/plan/", None),
        "find support": (worker, f"/people/{person}/find/", None),
        "search people": (lead, "/people/search/", search),
        "inbox": (lead, "/referrals/", None),
        "my referrals": (referrer, "/refer/", None),
        "outbox": (manager, "/outbox/", None),
        "directory": (worker, "/directory/", None),
        "directory by words": (worker, "/directory/?words=walks", None),
        "team": (manager, "/team/", None),
        "practices": (manager, "/team/practices/", None),
        "overview": (manager, "/manage/", None),
        "overview of a lead": (lead, "/manage/", None),
        "report": (commissioner, "/evidence/", None),
        "access review": (manager, "/team/access/", None),
    }


def explained(member: int, path: str, form: dict[str, str] | None) -> Page | str:
    """Open a page as that member; return what its statements touched, or why it did not open."""
    from django.conf import settings
    from django.db import connection
    from django.test import Client

    from bench.pages import PRODUCT_STORE
    from bench.serving import session_of

    client, found = Client(SERVER_NAME="localhost"), Page()
    client.cookies[settings.SESSION_COOKIE_NAME] = session_of(member, store=PRODUCT_STORE)

    def look(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.lstrip()[:6].upper() in ("SELECT", "WITH R") and "set_config" not in sql and _in_page():
            with connection.cursor() as cursor:
                cursor.cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) {sql}", params)
                found.add(sql, _plan(cursor.cursor.fetchone()[0]))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(look):
        response = client.get(path) if form is None else client.post(path, form)
    return found if response.status_code == 200 else f"answered {response.status_code}"


def _in_page() -> bool:
    from linkwell.common.scope import NoScope, current_scope

    try:
        current_scope()
    except NoScope:
        return False
    return True


def _plan(found: Any) -> dict[str, Any]:
    whole = json.loads(found) if isinstance(found, str) else found
    return dict(whole[0]["Plan"])


def main(people: int) -> None:
    """Print what each list of the large scheme touched."""
    import django

    django.setup()
    part = generate.parts(people)[0]
    found = {name: explained(*asked) for name, asked in pages(part).items()}
    json.dump({name: each if isinstance(each, str) else asdict(each) for name, each in found.items()}, sys.stdout)


if __name__ == "__main__":
    main(int(sys.argv[1]))
