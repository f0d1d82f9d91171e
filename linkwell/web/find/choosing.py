"""Choosing together: side by side, on a short list, sent to the person; and what is not right for them."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from linkwell.common.errors import DomainError, NotVisible
from linkwell.connections import actions, queries
from linkwell.connections.errors import AlreadyConnected, ReasonMissing
from linkwell.directory.queries import side_by_side
from linkwell.team.access import LW, SUP
from linkwell.web.find.forms import NotRightForm, SendForm, chosen
from linkwell.web.people.header import episode_and_header
from linkwell.web.policy import MemberRequest, by_token, route
from linkwell.web.render import render, succeeded
from linkwell.web.reply.views import quiet

MOST_BESIDE = 4


@require_safe
@route(roles={LW, SUP}, relation="none")
def beside(request: MemberRequest) -> HttpResponse:
    """Services side by side; the address says which, and nothing of anybody."""
    services = side_by_side(chosen(request.GET, most=MOST_BESIDE), timezone.now())
    return render(request, "find/beside.jinja", {"services": services, "person": None, "writing": False})


@require_safe
@route(roles={LW, SUP}, relation="caseload", audit="person.support_compared")
def beside_for(request: MemberRequest, person_id: int) -> HttpResponse:
    """Services side by side, to choose with a person."""
    now = timezone.now()
    episode, header = episode_and_header(viewer=request.staff, person_id=person_id, at=now)
    services = side_by_side(chosen(request.GET, most=MOST_BESIDE), now)
    writing = request.staff.role == LW and episode.ended_at is None
    return render(request, "find/beside.jinja", {"services": services, "person": header, "writing": writing})


@require_safe
@route(roles={LW, SUP}, relation="caseload", audit="person.short_list_read")
def listed(request: MemberRequest, person_id: int) -> HttpResponse:
    """A person's short list: to read, to print, to send."""
    return _listed(request, person_id)


def _listed(request: MemberRequest, person_id: int, *, refusal: str = "") -> HttpResponse:
    now = timezone.now()
    episode, header = episode_and_header(viewer=request.staff, person_id=person_id, at=now)
    context = {
        "person": header,
        "services": side_by_side(queries.short_list(episode), now),
        "not_right": queries.not_right(episode),
        "ways": queries.ways_to_send(episode),
        "writing": request.staff.role == LW and episode.ended_at is None,
        "large": request.GET.get("size") == "large",
        "refusal": refusal,
        "scheme_name": request.seat.scheme_name,
    }
    return render(request, "find/listed.jinja", context)


@require_POST
@route(roles={LW}, relation="caseload")
def keep(request: MemberRequest, person_id: int, service_id: int) -> HttpResponse:
    """Put a service on the short list, and go back to what fits."""
    now = timezone.now()
    episode, header = episode_and_header(viewer=request.staff, person_id=person_id, at=now)
    try:
        actions.propose(episode_id=episode.pk, service_id=service_id, by=request.staff, at=now)
    except AlreadyConnected as already:
        return redirect("connect:connection", already.connection_id)
    said = _("It is on the short list of %(name)s.") % {"name": header.name}
    return _back(request, person_id, said, show_list=True)


def _back(request: MemberRequest, person_id: int, said: str, *, show_list: bool = False) -> HttpResponse:
    shown: dict[str, Any] = {}
    if show_list:
        shown = {"next_label": _("See the short list"), "next_url": reverse("support_search:listed", args=[person_id])}
    succeeded(request, said, **shown)
    return redirect("support_search:for_person", person_id)


@require_POST
@route(roles={LW}, relation="caseload")
def not_right(request: MemberRequest, person_id: int, service_id: int) -> HttpResponse:
    """Say in one tap why a service is not right for this person; it stands lower for them."""
    now, form = timezone.now(), NotRightForm(request.POST)
    episode, header = episode_and_header(viewer=request.staff, person_id=person_id, at=now)
    if not form.is_valid():
        raise ReasonMissing
    actions.say_not_right(
        episode_id=episode.pk, service_id=service_id, by=request.staff, at=now, reason=form.cleaned_data["reason"]
    )
    said = _("Noted. It stands lower for %(name)s, and says why; nobody else sees that.") % {"name": header.name}
    return _back(request, person_id, said, show_list=True)


@require_POST
@route(roles={LW}, relation="caseload")
def take_back(request: MemberRequest, person_id: int, service_id: int) -> HttpResponse:
    """Take back that a service is not right."""
    now = timezone.now()
    episode, _header = episode_and_header(viewer=request.staff, person_id=person_id, at=now)
    actions.take_back_not_right(episode_id=episode.pk, service_id=service_id, by=request.staff, at=now)
    succeeded(request, _("Taken back. It stands where it did before."))
    return redirect("support_search:listed", person_id)


@require_POST
@route(roles={LW}, relation="caseload")
def send(request: MemberRequest, person_id: int) -> HttpResponse:
    """Send the person a link to their short list."""
    now, form = timezone.now(), SendForm(request.POST)
    episode, header = episode_and_header(viewer=request.staff, person_id=person_id, at=now)
    if not form.is_valid():
        return _listed(request, person_id, refusal=_("Choose how it should go to them."))
    try:
        actions.send_short_list(episode_id=episode.pk, by=request.staff, at=now, channel=form.cleaned_data["channel"])
    except NotVisible:
        raise
    except DomainError as refusal:
        return _listed(request, person_id, refusal=str(refusal))
    said = _("A link to the list is on its way to %(name)s. The message says nothing of what is on it.")
    succeeded(request, said % {"name": header.name})
    return redirect("support_search:listed", person_id)


@require_safe
@by_token(purpose=queries.LINK)
@quiet
def by_link(request: HttpRequest, token_id: int) -> HttpResponse:
    """The list that a person was sent: services, and whom to ring."""
    return render(request, "find/sent.jinja", {"page": queries.list_of_link(token_id, at=timezone.now())})
