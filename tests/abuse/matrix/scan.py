"""Looks through everything that was answered for canaries: pages, headers, addresses."""

from html.parser import HTMLParser
from typing import Any

from tests.abuse.matrix.canaries import Canaries, Planted
from tests.abuse.matrix.sees import is_personal, may_see

LINKS = ("href", "src", "action", "hx-get", "hx-post", "hx-put", "hx-delete", "formaction", "data-url")
NOT_OURS = ("tel:", "mailto:", "sms:", "data:", "#", "javascript:")


class Page(HTMLParser):
    """The addresses and the GET forms of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.followed: list[str] = []
        self.forms: list[dict[str, Any]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        here = [found[name] for name in LINKS if found.get(name) and not found[name].startswith(NOT_OURS)]
        self.addresses += here
        self.followed += [found[name] for name in ("href", "hx-get") if found.get(name) in here]
        if tag == "form":
            get = found.get("method", "get").lower() == "get"
            self.forms.append({"action": found.get("action", ""), "get": get, "fields": {}})
        if self.forms and found.get("name") and tag in ("input", "select"):
            self.forms[-1]["fields"].setdefault(found["name"], [])
            if tag == "input" and found.get("value"):
                self.forms[-1]["fields"][found["name"]].append(found["value"])
            self.select = found["name"] if tag == "select" else ""
        if tag == "option" and self.forms and getattr(self, "select", ""):
            self.forms[-1]["fields"][self.select].append(found.get("value", ""))


class Scan:
    """What one viewer was shown, and what of it was not for them."""

    def __init__(self, canaries: Canaries, seat: str) -> None:
        self.canaries, self.seat = canaries, seat
        self.seen: dict[Planted, str] = {}
        self.leaks: dict[tuple[Planted, str], str] = {}
        self.pages = 0

    def answer(self, route: str, answer: Any) -> str:
        """Look through one answer; return its text."""
        text = b"".join(answer).decode("utf-8", "replace")
        self.pages += 1
        for where in self.canaries.found_in(text):
            self.seen.setdefault(where, route)
            if not may_see(self.seat, where, route):
                self.leaks.setdefault((where, route), "in the page")
        outside = [f"{name}: {value}" for name, value in answer.headers.items()]
        outside += [cookie.OutputString() for cookie in answer.cookies.values()]
        for where in self.canaries.found_in(*outside):
            self.leaks.setdefault((where, route), "in a header")
        if "<" in text:
            for where in self.canaries.found_in(*Page(text).addresses):
                if is_personal(where):
                    self.leaks.setdefault((where, route), "in an address on the page")
        return text

    def report(self) -> str:
        lines = sorted(f"{where} on {route} for {self.seat}: {how}" for (where, route), how in self.leaks.items())
        return "\n".join([f"{len(lines)} canaries are out of place:", *lines[:80]])
