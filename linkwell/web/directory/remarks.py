"""Changing and withdrawing a remark among colleagues."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from linkwell.directory.editing.remarks import edit_remark, withdraw_remark
from linkwell.team.access import DIR, LW, SUP
from linkwell.web.policy import MemberRequest, route
from linkwell.web.render import succeeded


@require_POST
@route(roles={LW, SUP, DIR}, relation="scheme")
def edit(request: MemberRequest, remark_id: int) -> HttpResponse:
    """Write one's own remark anew."""
    text = request.POST.get("text", "")
    remark = edit_remark(remark_id=remark_id, text=text, by=request.staff, at=timezone.now())
    succeeded(request, _("Changed. Your colleagues read the new words."))
    return redirect("directory:service", remark.service_id)


@require_POST
@route(roles={LW, SUP, DIR}, relation="scheme")
def withdraw(request: MemberRequest, remark_id: int) -> HttpResponse:
    """Take a remark back."""
    remark = withdraw_remark(remark_id=remark_id, by=request.staff, at=timezone.now())
    succeeded(request, _("Withdrawn. Nobody reads it any more."))
    return redirect("directory:service", remark.service_id)
