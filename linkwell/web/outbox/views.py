"""The outbox: states, what is held and why, and trying again. No address and no person stands on it."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from linkwell.common.errors import DomainError, NotVisible
from linkwell.messages import actions, queries
from linkwell.team.access import MGR
from linkwell.web.policy import MemberRequest, route
from linkwell.web.render import render, succeeded


def _list(request: MemberRequest, refusal: str = "") -> HttpResponse:
    number = request.GET.get("page", "1")
    page = int(number) if number.isdecimal() and len(number) < 7 else 1
    shown = queries.outbox(viewer=request.staff, state=request.GET.get("state", ""), page=page)
    return render(request, "outbox/list.jinja", {"outbox": shown, "refusal": refusal})


@require_safe
@route(roles={MGR}, relation="scheme", audit="outbox.read")
def outbox(request: MemberRequest) -> HttpResponse:
    """Show the scheme's messages, newest first."""
    return _list(request)


@require_POST
@route(roles={MGR}, relation="scheme")
def try_again(request: MemberRequest, message_id: int) -> HttpResponse:
    """Send a held or failed message after all."""
    try:
        actions.retry_message(message_id=message_id, by=request.staff, at=timezone.now())
    except NotVisible:
        raise
    except DomainError as error:
        return _list(request, refusal=str(error))
    succeeded(request, _("It is on its way again."))
    return redirect("outbox:list")
