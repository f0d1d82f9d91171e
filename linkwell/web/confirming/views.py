"""A group looks whether its entries are right: by a link without an account, or by text.

Opening the page changes nothing, whoever or whatever opens it; and a press of its button alone is refused, for
every entry needs a choice and somebody must type a name.
"""

import json

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from linkwell.common.errors import DomainError, NotVisible
from linkwell.common.scope import scope
from linkwell.directory.confirming import actions, queries
from linkwell.messages.texts import is_signed
from linkwell.web.confirming.forms import CHANGED, ConfirmEntriesForm, StopForm
from linkwell.web.forms import PageForm
from linkwell.web.policy import TokenRequest, by_token, public
from linkwell.web.render import render
from linkwell.web.reply.views import quiet

LARGEST_TEXT = 4_000


@require_http_methods(["GET", "HEAD", "POST"])
@by_token(purpose=queries.PURPOSE)
@quiet
def entries(request: TokenRequest, token_id: int) -> HttpResponse:
    """Still right, changed or closed, for each entry, and a name."""
    now = timezone.now()
    asked = queries.asked(token_id, on=now.date())
    form = ConfirmEntriesForm(request.POST or None, entries=asked.entries)
    if asked.is_open and form.is_valid():
        try:
            actions.answer(token_id=token_id, said=form.said(), at=now)
        except NotVisible:
            raise
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            return redirect("confirming:entries", request.token_secret)
    return _page(request, asked, form=form)


def _page(request: TokenRequest, asked: queries.Asked, **bound: PageForm) -> HttpResponse:
    context = {
        "asked": asked,
        "form": bound.get("form") or ConfirmEntriesForm(entries=asked.entries),
        "stop_form": bound.get("stop_form") or StopForm(prefix="stop"),
        "changed": CHANGED,
        "secret": request.token_secret,
    }
    return render(request, "confirming/entries.jinja", context)


@require_POST
@by_token(purpose=queries.PURPOSE)
@quiet
def stop(request: TokenRequest, token_id: int) -> HttpResponse:
    """Do not ask by e-mail any more: they are rung. A press without a name changes nothing."""
    now = timezone.now()
    form = StopForm(request.POST, prefix="stop")
    if not form.is_valid():
        return _page(request, queries.asked(token_id, on=now.date()), stop_form=form)
    actions.stop_asking(token_id=token_id, name=form.cleaned_data["name"], at=now)
    return redirect("confirming:entries", request.token_secret)


@csrf_exempt
@require_POST
@public()
def text_in(request: HttpRequest) -> HttpResponse:
    """Take a text from the gateway: signed, of these minutes, from a number that was asked; anything else is 401."""
    now = timezone.now()
    body = request.body[: LARGEST_TEXT + 1]
    sent, signed = request.headers.get("Linkwell-Sent", ""), request.headers.get("Linkwell-Signature", "")
    if len(body) > LARGEST_TEXT or not is_signed(body, sent=sent, signed=signed, at=now):
        return HttpResponse(status=401)
    try:
        told = json.loads(body)
        number, words = str(told["from"])[:40], str(told["text"])[:400]
    except (ValueError, KeyError, TypeError):
        return HttpResponse(status=401)
    found = queries.asked_by_text(number)
    if found is None:
        return HttpResponse(status=401)
    with scope(scheme_ids=[found.scheme_id], scheme_id=found.scheme_id):
        understood = actions.take_text(request_id=found.request_id, words=words, at=now)
    return JsonResponse({"understood": understood})
