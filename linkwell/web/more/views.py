"""An account's own pages: how I sign in, where I work, an invitation I was sent."""

from django.http import Http404, HttpResponse
from django.middleware.csrf import rotate_token
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linkwell.common.errors import DomainError
from linkwell.team.queries import seats
from linkwell.web.more.page import my_account
from linkwell.web.policy import MemberRequest, by_account
from linkwell.web.render import render, succeeded
from linkwell.web.signin import page as signing_in
from linkwell.web.signin.views import WAITING
from linkwell.web.signin.where import is_ours


@by_account()
@require_safe
def more(request: MemberRequest) -> HttpResponse:
    """Show how I sign in and where I work."""
    here = request.session.get("membership") or getattr(getattr(request, "staff", None), "pk", None)
    return render(
        request,
        "more/more.jinja",
        {
            "account": my_account(request.user),
            "seats": seats(request.user.pk, on=timezone.localdate()),
            "here": here,
            "role": getattr(getattr(request, "staff", None), "role", ""),
        },
    )


@by_account()
@require_safe
def choose(request: MemberRequest) -> HttpResponse:
    """Ask where to work now."""
    found = seats(request.user.pk, on=timezone.localdate())
    return render(request, "more/choose.jinja", {"seats": found, "next": _inside(request, request.GET.get("next", ""))})


@by_account()
@require_POST
def work_here(request: MemberRequest, membership_id: int) -> HttpResponse:
    """Work in one of my places from now on; forms still open in other tabs belong to the old one and are refused."""
    if membership_id not in {seat.membership_id for seat in seats(request.user.pk, on=timezone.localdate())}:
        raise Http404
    request.session["membership"] = membership_id
    rotate_token(request)
    return redirect(_inside(request, request.POST.get("next", "")) or "home")


@by_account()
@require_http_methods(["GET", "POST"])
def invitation(request: MemberRequest) -> HttpResponse:
    """Take up an invitation with the account I have."""
    secret = request.session.get(WAITING, "")
    offered = signing_in.offered_by(secret, at=timezone.now())
    if offered is None or offered.email != request.user.email:
        request.session.pop(WAITING, None)
        raise Http404
    problem = ""
    if request.method == "POST":
        try:
            joined = signing_in.take_up(secret=secret, account=request.user, at=timezone.now())
        except DomainError as error:
            problem = str(error)
        else:
            del request.session[WAITING]
            request.session["membership"] = joined.membership.pk
            succeeded(request, _("You have joined %(scheme)s.") % {"scheme": offered.scheme_name})
            return redirect("home")
    return render(request, "more/invitation.jinja", {"offer": offered, "problem": problem})


def _inside(request: MemberRequest, where: str) -> str:
    """Return the address if it is one of ours, else nothing."""
    return where if is_ours(where) else ""
