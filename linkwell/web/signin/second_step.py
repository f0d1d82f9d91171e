"""After a reset: the link with which a second step is set up again, and the page for who has not opened it."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from linkwell.team.actions.second_step import SECOND_STEP
from linkwell.web.policy import MemberRequest, TokenRequest, by_account, by_token
from linkwell.web.render import render
from linkwell.web.signin.second_factor import LINK, may_set_up


@by_token(purpose=SECOND_STEP)
@require_http_methods(["GET", "POST"])
def link(request: TokenRequest, token_id: int) -> HttpResponse:
    """Remember in this browser that the mailed link was opened; it signs nobody in and is not used up by it."""
    if request.method == "POST":
        request.session[LINK] = request.token_secret
        return redirect("mfa_activate_totp" if request.user.is_authenticated else "account_login")
    return render(request, "signin/second_step_link.jinja")


@by_account()
@require_safe
def waits(request: MemberRequest) -> HttpResponse:
    """Say that the link in the mail must be opened first."""
    account: Any = request.user
    if account.factor_reset_at is None or may_set_up(request):
        return redirect("home")
    since: Any = timezone.localtime(account.factor_reset_at)
    return render(request, "signin/second_step_waits.jinja", {"since": since, "email": account.email})
