"""What do I do next?"""

import uuid

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from linkwell.support.actions import finish_task
from linkwell.support.queries import today as todays
from linkwell.team.access import LW
from linkwell.web.policy import MemberRequest, route
from linkwell.web.render import render, succeeded

KINDS = {
    "CALL": (_("Call"), _("calls")),
    "REPLY": (_("Reply"), _("replies")),
    "CHANGED": (_("Changed"), _("changes")),
    "DUE": (_("Due"), _("reviews due")),
    "TODO": (_("To do"), _("to do")),
}


@require_GET
@route(roles={LW}, relation="caseload", audit="person.today_read")
def today(request: MemberRequest) -> HttpResponse:
    """One row, one person, one tap to the act."""
    now = timezone.now()
    day = todays(viewer=request.staff, at=now)
    context = {"day": day, "now": now, "kinds": KINDS, "new_key": uuid.uuid4}
    return render(request, "today/today.jinja", context)


@require_POST
@route(roles={LW}, relation="own")
def done(request: MemberRequest, task_id: int) -> HttpResponse:
    """Tick a task off."""
    finish_task(task_id=task_id, by=request.staff, at=timezone.now())
    succeeded(request, _("Ticked off."))
    return redirect("today:today")
