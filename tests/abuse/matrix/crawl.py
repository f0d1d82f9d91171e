"""Follows every link and GET form that a viewer can come to from their own first page."""

from itertools import zip_longest
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from django.urls import Resolver404, resolve

from tests.abuse.matrix.scan import Page, Scan
from tests.abuse.matrix.world import World

MOST_PAGES = 400
ENOUGH_OF_A_ROUTE = 30  # pages of one route; more of the same teach nothing
LEAVES = ("/account/logout", "/static/", "/demo/")


class Crawl:
    """One viewer's walk; `scan` holds what they saw."""

    def __init__(self, world: World, client: Any) -> None:
        self.world, self.client = world, client
        self.scan = Scan(world.canaries, world.seat)
        self.visited: dict[str, int] = {}
        self.of_route: dict[str, int] = {}

    def walk(self, start: str = "/") -> "Crawl":
        """Visit all that can be reached from `start`; each page as a whole and as htmx asks for its part."""
        waiting = [start]
        while waiting and len(self.visited) < MOST_PAGES:
            address = waiting.pop(0)
            if address in self.visited or address.startswith(LEAVES):
                continue
            waiting += self._visit(address)
        assert len(self.visited) < MOST_PAGES, "The crawl met more pages than it can visit: raise MOST_PAGES."
        return self

    def _visit(self, address: str) -> list[str]:
        route = route_of(address)
        self.of_route[route] = self.of_route.get(route, 0) + 1
        if not route or self.of_route[route] > ENOUGH_OF_A_ROUTE:
            return []
        answer = self.client.get(address)
        self.visited[address] = answer.status_code
        text = self.scan.answer(route, answer)
        if answer.status_code in (301, 302):
            return [urljoin(address, answer.headers["Location"])]
        if "html" not in answer.headers.get("Content-Type", "") or answer.status_code != 200:
            return []
        if self.of_route[route] == 1:
            self.scan.answer(route, self.client.get(address, headers={"hx-request": "true"}))
        return self._next(address, Page(text))

    def _next(self, address: str, page: Page) -> list[str]:
        found = [urljoin(address, href) for href in page.followed]
        for form in page.forms:
            if form["get"]:
                found += [urljoin(address, f"{form['action']}?{query}") for query in _queries(form["fields"])]
        return [link.partition("#")[0] for link in found if not urlsplit(link).netloc]

    def press(self, address: str, data: dict[str, Any]) -> str:
        """Send a form; return the text of the answer."""
        return self.scan.answer(route_of(address), self.client.post(address, data))


def route_of(address: str) -> str:
    """Return the name of the route of an address of ours, "" where there is none."""
    try:
        return resolve(urlsplit(address).path).view_name
    except Resolver404:
        return ""


def _queries(fields: dict[str, list[str]]) -> list[str]:
    """Return queries in which every choice of every field comes up once."""
    rows = zip_longest(*fields.values())
    return [
        urlencode(
            {
                name: value if value is not None else (fields[name] or [""])[0]
                for name, value in zip(fields, row, strict=True)
            }
        )
        for row in rows
    ] or [""]
