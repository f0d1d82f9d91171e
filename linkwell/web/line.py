"""A line before the database: few requests work on it at once, some wait a little, the rest hear 503 at once.

Without it a slow database takes every thread, and neither the sign-in page nor /healthz would answer. What
needs no database (the sign-in page of somebody unknown, /healthz, which has a connection of its own) never
stands in the line; the server has threads to spare for it (`linkwell.cli.running.web_server`).
"""

import threading
from collections import deque
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from linkwell.web import errors

AT_WORK = 4
WAITING = 56
LONGEST_WAIT = 10.0  # seconds
WITHOUT_DATABASE = ("/account/login/", "/account/password/reset/", "/healthz")


class Line:
    """Lets so many in at once and so many wait; who came first goes first."""

    def __init__(self, *, at_work: int = AT_WORK, waiting: int = WAITING, longest_wait: float = LONGEST_WAIT) -> None:
        self._free, self._most_waiting, self._longest_wait = at_work, waiting, longest_wait
        self._waiting: deque[threading.Event] = deque()
        self._changing = threading.Lock()

    def enter(self) -> bool:
        """Say whether there is a place, waiting for one if not too many wait already."""
        with self._changing:
            if self._free:
                self._free -= 1
                return True
            if len(self._waiting) >= self._most_waiting:
                return False
            called = threading.Event()
            self._waiting.append(called)
        if called.wait(self._longest_wait):
            return True
        with self._changing:
            if called.is_set():  # called in the very moment of giving up
                return True
            self._waiting.remove(called)
            return False

    def is_full(self) -> bool:
        """Say whether whoever comes now is sent away."""
        with self._changing:
            return not self._free and len(self._waiting) >= self._most_waiting

    def leave(self) -> None:
        """Give the place to whoever has waited longest."""
        with self._changing:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._free += 1


def needs_database(request: HttpRequest) -> bool:
    """Say whether a request may ask the database: all but the first page of a sign-in, and /healthz."""
    unknown = settings.SESSION_COOKIE_NAME not in request.COOKIES
    reads = request.method in ("GET", "HEAD")
    return not (reads and request.path in WITHOUT_DATABASE and (unknown or request.path == "/healthz"))


def in_line(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Let a request through when there is a place for it; else the page that says so, with what was typed."""
    line = Line()

    def middleware(request: HttpRequest) -> HttpResponse:
        if not needs_database(request):
            return get_response(request)
        if not line.enter():
            return errors.unavailable(request)
        try:
            return get_response(request)
        finally:
            line.leave()

    return middleware
