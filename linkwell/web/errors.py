"""The answers for what is absent, refused, malformed or broken; refusal looks like absence."""

import logging
import sys
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from psycopg.errors import DiskFull
from psycopg_pool import PoolTimeout

from linkwell.web.render import render
from linkwell.web.sent import is_secret, typed

log = logging.getLogger("linkwell.web")
AWAY = (OperationalError, InterfaceError, PoolTimeout)  # the database does not answer


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Return the one page for everything that is not there for this viewer."""
    return render(request, "errors/404.jinja", status=404)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Return the page for a request that cannot be read."""
    return render(request, "errors/400.jinja", status=400)


def refused(request: HttpRequest, sentence: str) -> HttpResponse:
    """Return the page for an act that may not happen now; the sentence says why and what to do."""
    return render(request, "errors/409.jinja", {"sentence": sentence}, status=409)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Return the page for a form that did not come from one of our pages, or too late."""
    return render(request, "errors/403_csrf.jinja", status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """Return the page for our own faults, which names no cause; for a database that is away, that one."""
    fault = sys.exc_info()[1]  # Django calls this while it handles the fault, wherever in a request it arose
    if isinstance(fault, AWAY):
        log_fault("request", fault)
        return unavailable(request)
    return render(request, "errors/500.jinja", status=500)


def unavailable(request: HttpRequest) -> HttpResponse:
    """Return the page for a database that does not answer, with what was typed in a form to send again.

    It keeps the form's key, so that sending it again is safe whatever became of the first time.
    """
    full = disk_is_full(sys.exc_info()[1])
    context = {
        "address": request.get_full_path(),
        "typed": typed(request),
        "again": may_send_again(request),
        "full": full,
    }
    response = render(request, "errors/503.jinja", context, status=507 if full else 503)
    response["Retry-After"] = "60" if full else "10"
    return response


def disk_is_full(fault: BaseException | None) -> bool:
    """Say whether a fault of the database is that its disk has no room."""
    return isinstance(getattr(fault, "__cause__", None), DiskFull)


def may_send_again(request: HttpRequest) -> bool:
    """Say whether a page may offer what was sent to be sent again.

    Not what another site sent, for the person would send it as their own; nor a form with a password, a code or a file,
    which no page gives back.
    """
    if request.method != "POST" or request.FILES or any(is_secret(name) for name in request.POST):
        return False
    check = CsrfViewMiddleware(lambda _: HttpResponse())
    if "CSRF_COOKIE" not in request.META:  # no place in the line: the middleware has not come to this yet
        check.process_request(request)
    return check.process_view(request, unavailable, (), {}) is None


def log_fault(where: str, fault: BaseException) -> None:
    """Log the kind of a fault and where, never its text: it may hold a person's data."""
    trace: Any = fault.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if disk_is_full(fault):
        log.critical("The disk of the database is full: nothing can be saved until there is room on it")
    line = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace is not None else "?"
    log.error("%s in %s at %s", type(fault).__name__, where, line)
