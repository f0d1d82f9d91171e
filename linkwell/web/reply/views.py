"""A community organisation reads a referral and answers, without an account.

The link alone shows nothing about anybody and changes nothing, whoever or whatever opens it and presses
its button: a code goes to the mailbox that the link went to, and opens the page in the browser that
asked, for an hour. There is no session; the browser holds one random value.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linkwell.common.errors import DomainError, NotVisible
from linkwell.connections import actions, queries
from linkwell.connections.actions import Answer
from linkwell.connections.queries import PURPOSE
from linkwell.team import tokens
from linkwell.team.tokens import CodeResult
from linkwell.web.connect.forms import AnswerForm
from linkwell.web.policy import TokenRequest, by_token
from linkwell.web.render import Frame, render
from linkwell.web.reply.forms import CodeForm

COOKIE = "__Host-reply" if settings.SERVED_OVER_HTTPS else "linkwell-reply"
View = Callable[..., HttpResponse]


def quiet(view: View) -> View:
    """Keep search engines and the product's own navigation away from a link's pages."""

    @wraps(view)
    def answered(request: TokenRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        request.frame = Frame(demo=settings.DEMO)
        response = view(request, *args, **kwargs)
        response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        response["Cache-Control"] = "no-store"
        return response

    return answered


def _browser(request: TokenRequest) -> str:
    return request.COOKIES.get(COOKIE, "")[:100]


def _go(request: TokenRequest, name: str) -> HttpResponse:
    return redirect(f"reply:{name}", request.token_secret)


def _front(request: TokenRequest, token_id: int, refusal: str = "") -> HttpResponse:
    context = {
        "front": queries.front(token_id, at=timezone.now()),
        "secret": request.token_secret,
        "refusal": refusal,
    }
    return render(request, "reply/front.jinja", context)


@require_safe
@by_token(purpose=PURPOSE)
@quiet
def front(request: TokenRequest, token_id: int) -> HttpResponse:
    """The page behind the link: nothing about anybody, one button."""
    return _front(request, token_id)


@require_POST
@by_token(purpose=PURPOSE)
@quiet
def send_code(request: TokenRequest, token_id: int) -> HttpResponse:
    """Mail a code to the address that the link went to, for this browser."""
    browser = _browser(request) or tokens.new_browser()
    try:
        actions.ask_for_code(token_id=token_id, browser=browser, at=timezone.now())
    except NotVisible:
        raise
    except DomainError as error:
        return _front(request, token_id, refusal=str(error))
    response = _go(request, "code")
    response.set_cookie(
        COOKIE, browser, max_age=2 * 3600, httponly=True, secure=settings.SERVED_OVER_HTTPS, samesite="Lax"
    )
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@by_token(purpose=PURPOSE)
@quiet
def code(request: TokenRequest, token_id: int) -> HttpResponse:
    """Type the code."""
    now, browser = timezone.now(), _browser(request)
    if request.method != "POST" and not tokens.asked_for_code(token_id=token_id, browser=browser, at=now):
        return _go(request, "front")
    form = CodeForm(request.POST or None)
    if form.is_valid():
        result = tokens.redeem_code(token_id=token_id, browser=browser, typed=form.cleaned_data["code"], at=now)
        if result == CodeResult.RIGHT:
            return _go(request, "referral")
        if result == CodeResult.OVER:
            refusal = _("This code is used up, has run out, or was asked for in another browser. Ask for a new one.")
            return _front(request, token_id, refusal=refusal)
        form.add_error("code", _("This is not the code we sent. Look at the newest e-mail."))
    context = {
        "form": form,
        "front": queries.front(token_id, at=now),
        "secret": request.token_secret,
    }
    return render(request, "reply/code.jinja", context)


@require_http_methods(["GET", "HEAD", "POST"])
@by_token(purpose=PURPOSE)
@quiet
def referral(request: TokenRequest, token_id: int) -> HttpResponse:
    """What they were told, and their answer; only in a browser that a code has opened."""
    now = timezone.now()
    if not tokens.is_open(token_id=token_id, browser=_browser(request), at=now):
        return _go(request, "front")
    packet = actions.open_packet(token_id=token_id, at=now)
    request.person_id = packet.person_id
    shown = queries.shared_with_you(token_id=token_id, at=now)
    form = AnswerForm(request.POST or None, initial=_as_answered(shown))
    if form.is_valid():
        try:
            actions.answer(token_id=token_id, given=Answer(**form.cleaned_data), at=now)
        except NotVisible:
            raise
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            return _go(request, "referral")
    context = {
        "shared": shown,
        "form": form,
        "secret": request.token_secret,
        "changing": "change" in request.GET or form.is_bound,
    }
    return render(request, "reply/referral.jinja", context)


def _as_answered(shown: queries.SharedWithYou) -> dict[str, Any]:
    return {
        "answer": shown.answer,
        "text": shown.answer_text,
        "wait_weeks": shown.answer_weeks,
        "answered_by": shown.answered_by,
    }
