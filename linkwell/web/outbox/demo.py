"""The demo's mails, made anew each time with the links and codes that work."""

import re
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from linkwell.messages import queries
from linkwell.web.policy import demo_scope
from linkwell.web.render import render

ADDRESS = re.compile(r"(https?://\S+)")


@dataclass(frozen=True)
class Piece:
    """A bit of a mail's text; `href` where it is a link."""

    text: str
    href: str = ""


def paragraphs(body: str) -> list[list[Piece]]:
    """Return a mail's lines, each in pieces, so that its links can be followed."""
    return [
        [Piece(part, part if ADDRESS.fullmatch(part) else "") for part in ADDRESS.split(line) if part]
        for line in body.splitlines()
    ]


@require_safe
@demo_scope()
def mails(request: HttpRequest, scheme_ids: list[int]) -> HttpResponse:
    """List the newest mails of the demo."""
    return render(request, "outbox/demo_list.jinja", {"mails": queries.demo_mails(scheme_ids=scheme_ids)})


@require_safe
@demo_scope()
def mail(request: HttpRequest, scheme_ids: list[int], message_id: int) -> HttpResponse:
    """Show one mail as its recipient would read it."""
    shown = queries.demo_mail(scheme_ids=scheme_ids, message_id=message_id)
    if shown is None:
        raise Http404
    return render(request, "outbox/demo_mail.jinja", {"mail": shown, "paragraphs": paragraphs(shown.body)})
