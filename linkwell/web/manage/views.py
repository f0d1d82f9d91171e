"""Where the work stands now, for scheme managers and team leads."""

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from linkwell.evaluation import overview as work
from linkwell.referrals.models import State
from linkwell.support.models import EpisodeState
from linkwell.team.access import MGR, SUP
from linkwell.web.policy import MemberRequest, route
from linkwell.web.render import render

STAGES = {
    State.RECEIVED: _("Waiting for a decision"),
    State.RETURNED: _("Returned to referrer, waiting for an answer"),
    State.ACCEPTED: _("Waiting for a link worker"),
    EpisodeState.NEW: _("With a link worker, not tried yet"),
    EpisodeState.CONTACTED: _("Tried or spoken to, not met yet"),
    EpisodeState.ENGAGED: _("Being supported"),
    EpisodeState.STEPPING_DOWN: _("Stepping down"),
}
OVERDUE = {"first_contact": _("First contact"), "review": _("Review"), "next_step": _("Next step")}


@require_safe
@route(roles={MGR, SUP}, relation="scheme", audit="overview.read")
def overview(request: MemberRequest) -> HttpResponse:
    """Show the work of the scheme: where people are, how long they wait, caseloads, what is overdue."""
    found = work.overview(viewer=request.staff, at=timezone.now())
    context = {
        "overview": found,
        "stages": [(str(STAGES[state]), count) for state, count in found.stages],  # type: ignore[index]
        "overdue": [(row.reference, str(OVERDUE[row.what]), row.days, row.worker or "–") for row in found.overdue],
        "is_lead": request.staff.role == SUP,
    }
    return render(request, "manage/overview.jinja", context)
