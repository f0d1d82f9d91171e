"""What every request passes: session limits, the second factor, private pages."""

from collections.abc import Callable

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from linkwell.team.queries import seat_of
from linkwell.web.frame import frame_for
from linkwell.web.signin import session_clock

Next = Callable[[HttpRequest], HttpResponse]


def session_limits(get_response: Next) -> Next:
    """End a session after 30 minutes without a request and 12 hours in all, whatever is done to the clock."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            at = session_clock.now()
            if session_clock.is_over(request.session, at):
                logout(request)
            else:
                session_clock.note(request.session, at)
        return get_response(request)

    return middleware


def second_factor(get_response: Next) -> Next:
    """Let a signed-in session go nowhere until it has set up or proved its second factor."""
    from linkwell.web.signin.second_factor import is_proved, next_step

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            if where := next_step(request):
                return redirect(where)
            if request.path.startswith("/account/") and is_proved(request):  # pages of allauth, which knows no frame
                chosen = request.session.get("membership")
                seat = seat_of(request.user.pk, chosen=chosen, on=timezone.localdate())
                request.frame = frame_for(request, seat)  # type: ignore[attr-defined]
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
