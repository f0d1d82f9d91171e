"""A browser of a few lines, for a product in processes of its own."""

import html
import http.client
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode


@dataclass(frozen=True)
class Answer:
    """One answer, whole."""

    status: int
    headers: Any
    text: str

    def form(self) -> dict[str, list[str]]:
        """Return what the page's own form would send as it stands: hidden fields and boxes of text."""
        forms = re.findall(r'<form[^>]*method="post".*?</form>', self.text, re.S)
        drawn = next((form for form in forms if "<textarea" in form), forms[-1])
        hidden = re.findall(r'<input type="hidden" name="([^"]+)"[^>]* value="([^"]*)"', drawn)
        texts = re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>\n?([^<]*)</textarea>', drawn)
        sent: dict[str, list[str]] = {}
        for name, value in [*hidden, *texts]:
            sent.setdefault(name, []).append(html.unescape(value))
        return sent


class Visitor:
    """Somebody at a browser; `signed_in` is a test client whose cookies it takes over."""

    def __init__(self, port: int, signed_in: Any = None) -> None:
        self.port = port
        self.cookies = {name: held.value for name, held in signed_in.cookies.items()} if signed_in else {}

    def copy(self) -> "Visitor":
        """Return the same somebody at another window."""
        other = Visitor(self.port)
        other.cookies = dict(self.cookies)
        return other

    def get(self, path: str, timeout: float = 60) -> Answer:
        return self._ask("GET", path, None, timeout)

    def post(self, path: str, fields: dict[str, Any], timeout: float = 60) -> Answer:
        return self._ask("POST", path, urlencode(fields, doseq=True), timeout)

    def _ask(self, method: str, path: str, body: str | None, timeout: float) -> Answer:
        connection = http.client.HTTPConnection("localhost", self.port, timeout=timeout)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            text = answer.read().decode()
        finally:
            connection.close()
        for line in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = line.split(";")[0].partition("=")
            self.cookies[name] = value
        return Answer(answer.status, answer.headers, text)
