"""A form that is sent twice is done once: Back, a double click, a reload or a resend get the first one's answer.

`linkwell.web.policy` calls `answer_once` around every view that a POST reaches inside a scheme. An answer that leads
on (a redirect) is kept for thirty days and given again. A form that is shown again has done nothing yet: it keeps its
key, and may be sent with other words.
"""

import hashlib
import uuid
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from linkwell.common import once
from linkwell.web import words
from linkwell.web.render import render
from linkwell.web.sent import FormInput, key_of, new_key, typed

SENTENCE = 20  # letters from which a value is something that somebody wrote
LONGEST_ADDRESS = 500
DOUBLE_CLICK = timedelta(seconds=10)


def answer_once(request: HttpRequest, who: str, view: Callable[[], HttpResponse]) -> HttpResponse:
    """Return the view's answer; for a form that was sent before, the answer given then."""
    key = key_of(request)
    if not key:
        return view()
    sent, now = typed(request), timezone.now()
    has_words = any(len(value.strip()) >= SENTENCE for _name, value in sent)
    sending = once.Sending(key=key, who=who, path=request.path, body=_body(request, sent), has_words=has_words)
    claimed = once.claim(sending, at=now)
    if isinstance(claimed, once.Earlier):
        return _again(request, claimed)
    response = view()
    location = response.get("Location", "") if 300 <= response.status_code < 400 else ""
    if (
        location and len(location) <= LONGEST_ADDRESS and not response.cookies
    ):  # a cookie is given to one browser, not kept
        once.settle(claimed, location=location)
    else:
        once.give_back(claimed)
    return response


def _body(request: HttpRequest, sent: Iterable[tuple[str, str]]) -> str:
    files = [(name, _digest(file)) for name, held in request.FILES.lists() for file in held]
    return repr(sorted([*sent, *files]))


def _digest(file: object) -> str:
    whole = hashlib.sha256()
    for part in file.chunks():  # type: ignore[attr-defined]
        whole.update(part)
    file.seek(0)  # type: ignore[attr-defined]
    return whole.hexdigest()


def _again(request: HttpRequest, earlier: once.Earlier) -> HttpResponse:
    if not earlier.same_body:
        return other_words(request, earlier.location, earlier.at)
    if not earlier.same_key or timezone.now() - earlier.at > DOUBLE_CLICK:  # they may wonder what became of it
        when = words.clock(earlier.at)
        messages.info(request, _("You sent exactly this at %(time)s. It is kept once; here it is.") % {"time": when})
    return redirect(earlier.location)


def other_words(request: HttpRequest, location: str, at: datetime) -> HttpResponse:
    """Return the page for a form that was sent before with something else in it; the first stays."""
    context = {
        "first_url": location, "sent_at": at, "address": request.get_full_path(), "typed": _as_new(request),
        "new_input": FormInput(request, new_key()),
    }  # fmt: skip
    return render(request, "errors/422.jinja", context, status=422)


def _as_new(request: HttpRequest) -> list[tuple[str, str]]:
    """Return the fields of a form that sends the same words as something new."""
    fresh = [("submission_key", str(uuid.uuid4()))] if "submission_key" in request.POST else []
    return [*typed(request), *fresh]
