"""What a group was asked for and could not do."""

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from linkwell.connections.queries import asked_of_us
from linkwell.team.access import VOA
from linkwell.web.policy import MemberRequest, route
from linkwell.web.render import render


@require_safe
@route(roles={VOA}, relation="own", audit="organisation.asked_read")
def asked(request: MemberRequest) -> HttpResponse:
    """Referrals of the last year by our own answers: for those who plan, and for those who pay."""
    lines = asked_of_us(viewer=request.staff, at=timezone.now())
    head = (_("Group or service"), _("Asked"), _("Yes"), _("Yes, with a wait"), _("No: full"), _("No: no money for it"),
            _("No: not right for the person"), _("Not answered yet"))  # fmt: skip
    rows = [(one.service, one.asked, one.yes, one.wait, one.full, one.funds, one.other, one.no_answer) for one in lines]
    return render(request, "organisation/asked.jinja", {"head": head, "rows": rows, "scheme": request.seat.scheme_name})
