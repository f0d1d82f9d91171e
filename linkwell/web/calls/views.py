"""The list of calls, the entries left out of search, and one tap that says how an entry is now."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from linkwell.common.errors import NotVisible
from linkwell.directory import actions
from linkwell.directory.confirming import calling
from linkwell.directory.errors import ConfirmationRefused, NoSuchService, StatusRefused
from linkwell.directory.queries.aged import left_out
from linkwell.team.access import DIR, LW, RECORD_STAFF, SUP
from linkwell.web.calls.forms import BreakForm, CallForm, NowForm
from linkwell.web.policy import MemberRequest, route
from linkwell.web.render import render, succeeded

KEEPERS = {LW, SUP, DIR}


@require_GET
@route(roles=KEEPERS, relation="none")
def calls(request: MemberRequest) -> HttpResponse:
    """Who should be rung, most harm avoided first."""
    page = request.GET.get("page", "1")
    found = calling.calls(at=timezone.now(), page=int(page[:6]) if page.isdecimal() else 1)
    return render(request, "calls/list.jinja", {"found": found, "outcomes": calling.OUTCOMES.items()})


@require_POST
@route(roles=KEEPERS, relation="none")
def note(request: MemberRequest, call_id: int) -> HttpResponse:
    """Note in one tap what came of a call."""
    form = CallForm(request.POST)
    if not form.is_valid():
        raise ConfirmationRefused("Choose what came of the call.")
    try:
        call = calling.record_call(call_id=call_id, by=request.staff, at=timezone.now(), **form.cleaned_data)
    except NoSuchService:
        raise NotVisible from None
    succeeded(request, _("Noted: %(name)s") % {"name": call.service.name})
    return redirect("calls:list")


@require_GET
@route(roles=KEEPERS, relation="none")
def not_shown(request: MemberRequest) -> HttpResponse:
    """Which entries are left out of search because nobody confirmed them, those most used first."""
    page = request.GET.get("page", "1")
    found = left_out(at=timezone.now(), page=int(page[:6]) if page.isdecimal() else 1)
    return render(request, "calls/not_shown.jinja", {"found": found})


@require_POST
@route(roles=KEEPERS, relation="none")
def now(request: MemberRequest, service_id: int) -> HttpResponse:
    """Say in one tap how an entry is now, and go back to where one stood."""
    form = NowForm(request.POST)
    if not form.is_valid():
        raise StatusRefused("Choose how the service works now.")
    said = form.cleaned_data
    try:
        if said["status"] == "right":
            actions.record_verification(
                service_id=service_id, who="worker", how="phone", found="right", by=request.staff, at=timezone.now()
            )
        else:
            actions.set_operating_status(
                service_id=service_id, status=said["status"], by=request.staff, at=timezone.now()
            )
    except NoSuchService:
        raise NotVisible from None
    succeeded(request, _("Saved. Searches know it from now on, and so do colleagues whose people go there."))
    if said["person_id"] and said["back"] == "plan" and request.staff.role in RECORD_STAFF:
        return redirect("plan:plan", said["person_id"])
    if said["person_id"] and request.staff.role in RECORD_STAFF:
        return redirect("support_search:for_person", said["person_id"])
    if said["back"] == "find" and request.staff.role in RECORD_STAFF:
        return redirect("support_search:search")
    return redirect("directory:service", service_id)


@require_POST
@route(roles=KEEPERS, relation="none")
def seasonal_break(request: MemberRequest, service_id: int) -> HttpResponse:
    """Note a seasonal break, or take it away with two empty days."""
    form = BreakForm(request.POST, prefix="break")
    if not form.is_valid():
        raise StatusRefused("Give the first day of the break and the day they are back.")
    try:
        actions.set_break(service_id=service_id, by=request.staff, at=timezone.now(), **form.cleaned_data)
    except NoSuchService:
        raise NotVisible from None
    succeeded(request, _("Saved. Nobody is asked about it in that time."))
    return redirect("directory:service", service_id)
