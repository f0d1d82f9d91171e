"""What do I do next?"""

import uuid

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from linkwell.connections.queries import news
from linkwell.support.actions import finish_task
from linkwell.support.queries import today as todays
from linkwell.team.access import LW
from linkwell.web.policy import MemberRequest, route
from linkwell.web.render import render, succeeded

MOST_OPENED = 5  # groups that opened, newest first
KINDS = {
    "CALL": gettext_lazy("Call"),
    "REPLY": gettext_lazy("Reply"),
    "CHANGED": gettext_lazy("Changed"),
    "DUE": gettext_lazy("Due"),
    "TODO": gettext_lazy("To do"),
}


def _counted(kind: str, number: int) -> str:
    words = {
        "CALL": ngettext("%(number)d call", "%(number)d calls", number),
        "REPLY": ngettext("%(number)d reply", "%(number)d replies", number),
        "CHANGED": ngettext("%(number)d change", "%(number)d changes", number),
        "DUE": ngettext("%(number)d review due", "%(number)d reviews due", number),
        "TODO": ngettext("%(number)d to do", "%(number)d to do", number),
    }
    return words[kind] % {"number": number}


@require_GET
@route(roles={LW}, relation="caseload", audit="person.today_read")
def today(request: MemberRequest) -> HttpResponse:
    """One row, one person, one tap to the act."""
    now = timezone.now()
    day = todays(viewer=request.staff, at=now)
    counts = [_counted(kind, number) for kind, number in day.counts]
    opened = news(viewer=request.staff, at=now)[:MOST_OPENED]
    context = {"day": day, "opened": opened, "now": now, "kinds": KINDS, "counts": counts, "new_key": uuid.uuid4}
    return render(request, "today/today.jinja", context)


@require_POST
@route(roles={LW}, relation="own")
def done(request: MemberRequest, task_id: int) -> HttpResponse:
    """Tick a task off."""
    finish_task(task_id=task_id, by=request.staff, at=timezone.now())
    succeeded(request, _("Ticked off."))
    return redirect("today:today")
