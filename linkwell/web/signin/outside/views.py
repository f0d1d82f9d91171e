"""The pages of signing in with another organisation: going there, coming back, linking, showing oneself again."""

import logging
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from allauth.core import ratelimit
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linkwell.common.errors import DomainError
from linkwell.team.queries import account_of_identity
from linkwell.web.policy import MemberRequest, TokenRequest, by_account, by_token, public
from linkwell.web.render import render, succeeded
from linkwell.web.signin import second_factor
from linkwell.web.signin.outside import flow, page, provider
from linkwell.web.signin.outside.flow import Try
from linkwell.web.signin.outside.proof import Proof
from linkwell.web.signin.outside.provider import OutsideFailed, Provider
from linkwell.web.signin.views import BROWSER

log = logging.getLogger("linkwell.web")


@public()
@require_http_methods(["GET", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """Go to the other organisation to sign in; only by pressing, never by following a link."""
    if provider.configured() is None or request.method != "POST" or request.user.is_authenticated:
        return redirect("home" if request.user.is_authenticated else "account_login")
    if late := ratelimit.consume_or_429(request, action="login"):
        return late
    return _go(request, purpose=flow.SIGN_IN, next_=_inside(request, "POST"))


@by_account()
@require_POST
def link(request: MemberRequest) -> HttpResponse:
    """Let the other organisation's sign-in open my account: with my second step shown just now."""
    if provider.configured() is None:
        raise Http404
    if not second_factor.is_fresh(request):
        return second_factor.prove_again(request, back="more:more")
    return _go(request, purpose=flow.LINK, account_id=request.user.pk or 0)


@by_account()
@require_POST
def remove(request: MemberRequest) -> HttpResponse:
    """Let it open my account no more."""
    account: Any = request.user
    if not second_factor.is_fresh(request):
        return second_factor.prove_again(request, back="more:more")
    page.unlink(account=account, issuer=_or_404().issuer, at=timezone.now())
    succeeded(request, _("It no longer opens your account."))
    return redirect("more:more")


@by_account()
@require_http_methods(["GET", "POST"])
def again(request: MemberRequest) -> HttpResponse:
    """Show oneself to the other organisation once more, where it counts as the second step."""
    found = _or_404()
    if request.method == "POST":
        return _go(request, purpose=flow.AGAIN, account_id=request.user.pk or 0, next_=_inside(request, "POST"))
    return render(request, "signin/outside_again.jinja", {"name": found.name, "next": _inside(request, "GET")})


@by_token(purpose="invitation")
@require_POST
def invitation(request: TokenRequest, token_id: int) -> HttpResponse:
    """Take an invitation up with the other organisation's sign-in instead of a password."""
    _or_404()
    return _go(request, purpose=flow.INVITATION, secret=request.token_secret)


@public()
@require_safe
def callback(request: HttpRequest) -> HttpResponse:
    """Come back from the other organisation; what is wrong lands on one plain page."""
    found = provider.configured()
    if found is None:
        return redirect("account_login")
    try:
        tried, proof = flow.come_back(request, found)
        return _arrive(request, found, tried, proof)
    except OutsideFailed as failure:
        log.warning("Outside sign-in failed: %s", failure.why)
        return _failed(request, found, str(failure))
    except DomainError as refusal:
        return _failed(request, found, str(refusal))


@public()
@require_safe
def signed_out(request: HttpRequest) -> HttpResponse:
    """Say that only our session has ended, and lead to the end of theirs."""
    found = provider.configured()
    if found is None or request.user.is_authenticated:
        return redirect("home")
    return render(request, "signin/signed_out.jinja", {"name": found.name, "end": flow.end_url(found)})


def _arrive(request: HttpRequest, found: Provider, tried: Try, proof: Proof) -> HttpResponse:
    if tried.purpose == flow.SIGN_IN:
        return _sign_in(request, found, tried, proof)
    if tried.purpose == flow.INVITATION:
        browser = request.session.get(BROWSER, "")
        joined = page.take_up(secret=tried.secret, browser=browser, proof=proof, at=timezone.now())
        return _enter(request, joined, proof, next_="")
    account: Any = request.user
    if not account.is_authenticated or account.pk != tried.account_id:
        raise OutsideFailed("another account came back")
    if tried.purpose == flow.LINK:
        page.link(account=account, proof=proof, at=timezone.now())
        succeeded(request, _("%(name)s opens your account now.") % {"name": found.name})
        return redirect("more:more")
    if account_of_identity(issuer=proof.issuer, subject=proof.subject) != account or not proof.counts_as_second_factor:
        raise OutsideFailed("does not count as the second step")
    record_authentication(request, account, "mfa", type="outside", reauthenticated=True)
    return redirect(tried.next or "home")


def _sign_in(request: HttpRequest, found: Provider, tried: Try, proof: Proof) -> HttpResponse:
    account = account_of_identity(issuer=proof.issuer, subject=proof.subject)
    if account is None:
        return render(request, "signin/outside_unknown.jinja", {"name": found.name}, status=403)
    if request.user.is_authenticated:
        get_adapter().logout(request)
    return _enter(request, account, proof, next_=tried.next)


def _enter(request: HttpRequest, account: Any, proof: Proof, *, next_: str) -> HttpResponse:
    """Sign the account in; its own second step is asked for unless the provider's counts."""
    record_authentication(request, account, "outside", issuer=proof.issuer)
    request.outside_counts = proof.counts_as_second_factor  # type: ignore[attr-defined]
    if proof.counts_as_second_factor and account.factor_reset_at is None:
        record_authentication(request, account, "mfa", type="outside")
    return perform_login(request, account, email=account.email, redirect_url=next_ or None)


def _go(request: HttpRequest, **what: Any) -> HttpResponse:
    """Answer with a page that leads on: a redirect of a form to another site is what browsers block for us."""
    found = _or_404()
    try:
        address = flow.leave(request, found, **what)
    except OutsideFailed as failure:
        log.warning("Outside sign-in cannot begin: %s", failure.why)
        return _failed(request, found, str(failure))
    return render(request, "signin/outside_going.jinja", {"name": found.name, "address": address})


def _failed(request: HttpRequest, found: Provider, sentence: str) -> HttpResponse:
    return render(request, "signin/outside_failed.jinja", {"name": found.name, "sentence": sentence}, status=400)


def _or_404() -> Provider:
    found = provider.configured()
    if found is None:
        raise Http404
    return found


def _inside(request: HttpRequest, method: str) -> str:
    where = str(getattr(request, method).get("next", ""))
    return where if get_adapter(request).is_safe_url(where) else ""
