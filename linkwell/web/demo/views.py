"""Signing in to the demo with one click. None of it exists outside demo mode."""

from django.contrib.auth import login, logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from linkwell.demo.signins import demo_account
from linkwell.team.queries import seat_of
from linkwell.web.demo.page import doors
from linkwell.web.frame import home_url
from linkwell.web.policy import public
from linkwell.web.render import render

BACKEND = "linkwell.web.signin.backend.OneLook"


@public(demo_only=True)
@require_safe
def front_door(request: HttpRequest) -> HttpResponse:
    """Say in a few lines what this is, and offer a sign-in for each role."""
    return render(request, "demo/sign_in.jinja", {"doors": doors(on=timezone.localdate())})


@public(demo_only=True)
@require_POST
def sign_in_as(request: HttpRequest, account_id: int) -> HttpResponse:
    """Begin a new session as a demo account, and go to the first page of its role."""
    on = timezone.localdate()
    account = demo_account(account_id, on=on)
    if account is None:
        raise Http404
    logout(request)
    login(request, account, backend=BACKEND)
    seat = seat_of(account.pk, chosen=None, on=on)
    if seat is None:
        raise Http404
    return redirect(home_url(seat.membership.role))
