"""What every request passes: session limits, the second factor, private pages, a database that is away."""

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from psycopg_pool import PoolTimeout

from linkwell.web import errors

Next = Callable[[HttpRequest], HttpResponse]
AWAY = (OperationalError, InterfaceError, PoolTimeout)
FREE_OF_SECOND_FACTOR = ("/account/", "/static/", "/healthz", "/r/", "/i/", "/demo/")


def database_failures(get_response: Next) -> Next:
    """Answer 503 with the typed text while the database is away; nothing else of the fault is shown."""

    def middleware(request: HttpRequest) -> HttpResponse:
        try:
            response = get_response(request)
        except AWAY as fault:
            errors.log_fault("middleware", fault)
            return errors.unavailable(request)
        return response

    return middleware


def session_limits(get_response: Next) -> Next:
    """End a session after 30 minutes without a request and 12 hours in all."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now = int(time.time())
            began = request.session.setdefault("began", now)
            seen = request.session.get("seen", now)
            too_idle = now - seen > settings.SESSION_IDLE_SECONDS
            too_old = now - began > settings.SESSION_ABSOLUTE_SECONDS
            clock_went_back = now < began - 60
            if too_idle or too_old or clock_went_back:
                logout(request)
            elif now - seen >= 60 or "seen" not in request.session:
                request.session["seen"] = now
        return get_response(request)

    return middleware


def second_factor(get_response: Next) -> Next:
    """Send an account without a second factor to set one up; demo accounts in demo mode are exempt."""
    from allauth.mfa.utils import is_mfa_enabled

    def middleware(request: HttpRequest) -> HttpResponse:
        account = request.user
        if account.is_authenticated and not request.path.startswith(FREE_OF_SECOND_FACTOR):
            exempt = settings.DEMO and account.is_demo
            if not exempt and not request.session.get("has_second_factor"):
                if not is_mfa_enabled(account):
                    return redirect(reverse("mfa_activate_totp"))
                request.session["has_second_factor"] = True
        return get_response(request)

    return middleware


def private_pages(get_response: Next) -> Next:
    """Keep every page but static files out of caches."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if "Cache-Control" not in response:
            response["Cache-Control"] = "no-store"
        return response

    return middleware
