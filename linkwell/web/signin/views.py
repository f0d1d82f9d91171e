"""Where everyone arrives, and where an invitation is taken up."""

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from linkwell.common.errors import DomainError
from linkwell.team import tokens
from linkwell.team.queries import Offer, offer, seat_of
from linkwell.web.frame import home_url
from linkwell.web.policy import TokenRequest, by_token, public
from linkwell.web.render import render
from linkwell.web.signin import page
from linkwell.web.signin.forms import CodeForm, JoinForm

WAITING = "invitation"  # in the session: the secret of an invitation that waits for a sign-in
BROWSER = "invitation_browser"  # in the session: what a mailed code is bound to


@public()
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Send everyone on: to their own first page, to choose where to work, or to sign in."""
    if not request.user.is_authenticated:
        return redirect("demo:signin" if settings.DEMO else "account_login")
    if WAITING in request.session:
        return redirect("more:invitation")
    seat = seat_of(request.user.pk, chosen=request.session.get("membership"), on=timezone.localdate())
    return redirect(home_url(seat.membership.role) if seat else "more:choose")


@by_token(purpose="invitation")
@require_http_methods(["GET", "POST"])
def invitation(request: TokenRequest, token_id: int) -> HttpResponse:
    """Take an invitation up: show the mailbox by a code, then choose a password; never by opening it alone."""
    found = page.named(offer(token_id, at=timezone.now()))
    if found is None:
        raise Http404
    if request.user.is_authenticated:
        return _signed_in(request, found)
    browser = request.session.setdefault(BROWSER, tokens.new_browser())
    if page.needs_code(found) and not tokens.is_open(token_id=token_id, browser=browser, at=timezone.now()):
        return _ask_for_code(request, token_id, found, browser)
    if found.has_account:  # said to whoever reads that mailbox, and to nobody else
        request.session[WAITING] = request.token_secret
        return render(request, "signin/has_account.jinja", {"offer": found})
    return _choose_password(request, found)


def _signed_in(request: TokenRequest, found: Offer) -> HttpResponse:
    if request.user.email != found.email:
        return render(request, "signin/for_someone_else.jinja", status=403)
    request.session[WAITING] = request.token_secret
    return redirect("more:invitation")


def _ask_for_code(request: HttpRequest, token_id: int, found: Offer, browser: str) -> HttpResponse:
    form = CodeForm(request.POST if "code" in request.POST else None)
    at = timezone.now()
    if request.method == "POST" and "code" not in request.POST:
        try:
            page.send_code(token_id=token_id, offer=found, browser=browser, at=at)
        except DomainError as error:
            form = CodeForm({})
            form.errors.clear()
            form.add_error(None, str(error))
    elif form.is_valid():
        result = tokens.redeem_code(token_id=token_id, browser=browser, typed=form.cleaned_data["code"], at=at)
        if result is tokens.CodeResult.RIGHT:
            return redirect(request.path)
        if result is tokens.CodeResult.OVER:
            form.add_error("code", _("This code no longer works. Ask for a new one."))
        else:
            form.add_error("code", _("This is not the newest code we sent to you. Check it, or ask for a new one."))
    asked = tokens.asked_for_code(token_id=token_id, browser=browser, at=at)
    return render(request, "signin/code.jinja", {"form": form, "offer": found, "asked": asked})


def _choose_password(request: TokenRequest, found: Offer) -> HttpResponse:
    form = JoinForm(request.POST or None, initial={"name": found.name})
    if form.is_valid():
        secret = request.token_secret
        try:
            account = page.join(secret=secret, at=timezone.now(), **form.cleaned_data)
        except DomainError as error:
            form.add_error("password" if error.code == "password_too_weak" else None, str(error))
        else:
            record_authentication(request, account, "password", email=account.email)
            return perform_login(request, account, email=account.email)
    secret = request.token_secret
    return render(request, "signin/join.jinja", {"form": form, "offer": found, "secret": secret})
