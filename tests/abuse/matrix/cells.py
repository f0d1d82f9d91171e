"""Runs the cells of the matrix: one request for each page, seat, verb and relation, and what it left behind."""

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.urls import reverse

from linkwell.common.scope import scope
from linkwell.web.checks import OTHER_PACKAGES, routes
from tests.abuse.matrix import expected
from tests.abuse.matrix.scan import Scan
from tests.abuse.matrix.world import CASES, World

VERBS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
RARE = ("HEAD", "PUT", "PATCH", "DELETE", "OPTIONS")
BEST, WORST = "own caseload", "in another scheme"
# With WHOLE every cell is sent (`make matrix`). Without it those are left out whose answer the page cannot vary:
# a role that a page is not for meets the best and the worst relation alone; verbs that no page knows are sent by
# two roles; who triages besides a link worker's work meets every relation in the inbox and TELLING ones elsewhere;
# of the relations that open a record two are written through, and all of them are read.
WHOLE = os.environ.get("LINKWELL_WHOLE_MATRIX") == "1"
TELLING = (BEST, "waiting for a decision")
OPENED = (BEST, "restricted, opened a moment ago")
SENDERS_OF_RARE = (expected.LW, expected.MGR)
PLACE = "tests/abuse/matrix/expected.py"
CHANGING = re.compile(r'nonce="[^"]+"|(?:csrfmiddlewaretoken|once)" value="[^"]+"|X-CSRFToken": "\w+"')
NOT_WALLED = ("team_membership", "team_invitation", "team_account", "team_token", "team_scheme", "directory_service")


@dataclass(frozen=True)
class Route:
    """A page of the product: its name, its parameters and its policy."""

    name: str
    parameters: tuple[str, ...]
    policy: Any

    @property
    def is_packages(self) -> bool:
        return self.policy is None

    @property
    def about_someone(self) -> bool:
        return bool(set(self.parameters) & {*expected.PERSONS, *expected.SCHEMES})

    def address(self, ids: dict[str, Any]) -> str:
        return reverse(self.name, kwargs={name: ids[name] for name in self.parameters})


def every_route() -> list[Route]:
    """Return each route once, those of the sign-in package without a policy."""
    found = {}
    for pattern, name, view in routes():
        ours = not view.__module__.startswith(tuple(OTHER_PACKAGES))
        parameters = tuple(re.findall(r"<(?:\w+:)?(\w+)>", pattern))
        found[name] = Route(name, parameters, getattr(view, "policy", None) if ours else None)
    return list(found.values())


def forgotten(found: Iterable[Route]) -> Iterator[str]:
    """Yield a sentence for each route, kind, role, parameter and relation without a place in the judge's tables."""
    found = list(found)
    for route in found:
        for name in sorted(set(route.parameters) - expected.PARAMETERS):
            yield (
                f"The parameter {name} of {route.name} is new: say in PERSONS, SCHEMES or NEITHER of {PLACE} what it "
                f"names, and give it an id in world.py."
            )
        if route.is_packages:
            continue
        rule = expected.ROUTES.get(route.name)
        if rule is None:
            yield (
                f"The route {route.name} is new: write into _ROUTES of {PLACE} what it is about and which roles may "
                f"read and write through it, from section 3 of the security reference."
            )
        elif rule.about not in expected.KINDS:
            yield f"The kind {rule.about!r} of {route.name} is new: say in {PLACE} which relations open it."
    for name in sorted(set(expected.ROUTES) - {route.name for route in found}):
        yield f"{PLACE} names the route {name}, which does not exist."
    for name in sorted(set(expected.LETTERS) ^ set(CASES)):
        yield f"The relation {name!r} stands in only one of _RELATIONS of {PLACE} and CASES of world.py."


def missing_roles(roles: Iterable[str]) -> Iterator[str]:
    """Yield a sentence for each role that can sign in and has no seat in the matrix."""
    for role in sorted(set(roles) - set(expected.ROLE.values())):
        yield f"The role {role} is new: give it a seat in SEATS of {PLACE} and say in the tables what it may do."


@dataclass(frozen=True)
class Cell:
    """One request and what the judge expects of it."""

    route: Route
    method: str
    relation: str
    opens: bool

    def __str__(self) -> str:
        return f"{self.method:7} {self.route.name:26} {self.relation or '-'}"


@dataclass
class Outcome:
    """What was wrong, cell by cell, and all that was answered, for the canaries."""

    wrong: list[tuple[Cell, str]] = field(default_factory=list)
    tried: int = 0
    opened: int = 0


class Runner:
    """Sends the cells of one viewer's world and judges each answer."""

    def __init__(self, world: World, client: Any) -> None:
        self.world, self.client = world, client
        self.scan = Scan(world.canaries, world.seat)
        self.absent = _constant(client.get("/nowhere/at/all/").content.decode())

    def cells(self, found: Iterable[Route]) -> Iterator[Cell]:
        """Yield the cells of every page that a sign-in opens; see WHOLE for which of them."""
        for route in found:
            rule = expected.ROUTES[route.name]
            if rule.about in expected.OPEN_TO and rule.about != "account":
                continue
            for method in VERBS:
                for relation in self._relations(route, rule, method):
                    yield Cell(route, method, relation, self._opens(route, method, relation))

    def _relations(self, route: Route, rule: expected.Rule, method: str) -> tuple[str, ...]:
        if not route.about_someone:
            return ("",) if WHOLE or method not in RARE or self.world.seat in SENDERS_OF_RARE else ()
        parts = (expected.PARTS,) if len(set(route.parameters) & set(expected.PERSONS)) > 1 else ()
        every = (*self.world.subjects, *parts)
        if WHOLE:
            return every
        if method in RARE:
            return (BEST,) if self.world.seat in SENDERS_OF_RARE else ()
        if rule.about == "scheme":
            return (BEST, *expected.ELSEWHERE)
        seats = {"GET": rule.readers, "POST": rule.writers}.get(method, frozenset())
        if self.world.seat not in seats:
            return (BEST, WORST)
        if method == "POST" and rule.about == "record":
            every = tuple(name for name in every if name in OPENED or not self._opens(route, method, name))
        return TELLING if self.world.seat == expected.TRIAGE and rule.about != "queue" else every

    def _opens(self, route: Route, method: str, relation: str) -> bool:
        rule = expected.ROUTES[route.name]
        mine = rule.about in self.world.subjects[relation].mine if relation in self.world.subjects else False
        known = "GET" if method == "HEAD" else method
        if known not in ("GET", "POST"):
            return False
        return expected.allowed(rule, route.name, self.world.seat, known, relation, mine=mine)

    def ids(self, relation: str) -> dict[str, Any]:
        if relation != expected.PARTS:
            return self.world.subjects[relation or "own caseload"].ids
        mine, theirs = (self.world.subjects[name].ids for name in ("own caseload", "a colleague's"))
        return {**theirs, "person_id": mine["person_id"]}

    def run(self, cells: Iterable[Cell]) -> Outcome:
        """Send every cell; those refused leave everything as it was, those that open are undone."""
        outcome, before, cells = Outcome(), self.fingerprint(), list(cells)
        self.last = (self._events(after=0)[-1:] or [(0,)])[0][0]
        with transaction.atomic():
            for cell in cells:
                outcome.tried += 1
                problem = self._one(cell)
                outcome.opened += cell.opens
                if problem:
                    outcome.wrong.append((cell, problem))
            changed = self.fingerprint() != before
            transaction.set_rollback(True)
        self.world.here.refresh_from_db()
        if changed:
            outcome.wrong += self._who_changed(cells)
        return outcome

    def _one(self, cell: Cell) -> str:
        self._share_the_team(cell.relation)
        if not cell.opens:
            answer = self.send(cell)
            events = self._events(after=self.last)
            self.last = events[-1][0] if events else self.last
            return self._refused(cell, answer, events)
        with transaction.atomic():
            answer = self.send(cell)
            events = self._events(after=self.last)
            transaction.set_rollback(True)
        return self._opened(cell, answer, events)

    def send(self, cell: Cell) -> Any:
        answer = self.client.generic(cell.method, cell.route.address(self.ids(cell.relation)))
        self.scan.answer(cell.route.name, answer)
        return answer

    def _refused(self, cell: Cell, answer: Any, events: list[Any]) -> str:
        if answer.status_code == 405:
            return "" if cell.method != "GET" or not expected.ROUTES[cell.route.name].readers else "405 for a page"
        if answer.status_code != 404:
            return f"answered {answer.status_code}, should be as absent"
        if cell.method != "HEAD" and _constant(answer.content.decode()) != self.absent:
            return "the refusal differs from the page of what does not exist"
        left = [(outcome, member) for _pk, outcome, member, _person in events]
        if cell.route.policy.relation != "account" and left != [("refused", self.world.viewer.pk)]:
            return f"left {left} in the audit, should be one refusal by the viewer"
        return ""

    def _opened(self, cell: Cell, answer: Any, events: list[Any]) -> str:
        if cell.method == "HEAD" and answer.status_code == 405:
            return ""
        if answer.status_code not in (200, 302, 409):
            return f"answered {answer.status_code}, should open"
        about = expected.ROUTES[cell.route.name].about in (*expected.OPENS,)
        if not about or cell.method != "GET" or answer.status_code != 200:
            return ""
        person = self.world.subjects[cell.relation].person.pk
        if not any(outcome == "done" and of == person for _pk, outcome, _by, of in events):
            return "was read, and no audit event names the person"
        return ""

    def _share_the_team(self, relation: str) -> None:
        shares = relation in CASES and CASES[relation].team_access
        if shares != self.world.here.team_access:
            self.world.here.team_access = shares
            type(self.world.here).objects.filter(pk=self.world.here.pk).update(team_access=shares)

    def _events(self, after: int) -> list[Any]:
        ids = [made.pk for made in self.world.every_scheme()]
        with scope(scheme_ids=ids, scheme_id=None), connection.cursor() as cursor:
            columns = "SELECT id, outcome, membership_id, person_id FROM common_auditevent"
            cursor.execute(f"{columns} WHERE id > %s ORDER BY id", [after])
            return list(cursor.fetchall())

    def fingerprint(self) -> dict[str, str]:
        """Return a checksum of every table of people and schemes, but for the audit."""
        ids, sums = [made.pk for made in self.world.every_scheme()], {}
        with scope(scheme_ids=ids, scheme_id=None), connection.cursor() as cursor:
            cursor.execute("SELECT DISTINCT tablename FROM pg_policies WHERE schemaname = 'public'")
            tables = {name for (name,) in cursor.fetchall()} | set(NOT_WALLED)
            for table in sorted(tables - {"common_auditevent"}):
                said = "t::text" if table != "team_scheme" else "(t.id, t.name, t.phone)::text"
                cursor.execute(f"SELECT md5(coalesce(string_agg({said}, '' ORDER BY t.id), '')) FROM \"{table}\" t")
                sums[table] = cursor.fetchone()[0]
        return sums

    def _who_changed(self, cells: list[Cell]) -> Iterator[tuple[Cell, str]]:
        """Send refused cells again, one by one, to name the first that changes something."""
        named = 0
        for cell in cells:
            if cell.opens or cell.method not in ("POST", "GET") or named:
                continue
            before = self.fingerprint()
            self._share_the_team(cell.relation)
            self.send(cell)
            changed = [table for table, said in self.fingerprint().items() if before[table] != said]
            if changed:
                named += 1
                yield cell, f"was refused and still changed {', '.join(changed)}"


def _constant(page: str) -> str:
    return CHANGING.sub("", page)


def grid(seat: str, outcome: Outcome) -> str:
    """Return the disagreements as a table that can be read."""
    lines = [f"{cell}  {problem}" for cell, problem in outcome.wrong]
    return "\n".join([f"{len(lines)} of {outcome.tried} cells disagree for {seat}:", *lines[:60]])
