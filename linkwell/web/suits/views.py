"""Whom would a service suit? A link worker's own people, or those whose records a team lead may open."""

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from linkwell.common.errors import NotVisible
from linkwell.connections.queries import whom_it_suits
from linkwell.directory.errors import NoSuchService
from linkwell.directory.imports.queries import standing
from linkwell.directory.queries import service_page
from linkwell.team.access import LW, SUP
from linkwell.web.policy import MemberRequest, route
from linkwell.web.render import render


@require_safe
@route(roles={LW, SUP}, relation="caseload", audit="person.suits_read")
def service(request: MemberRequest, service_id: int) -> HttpResponse:
    """List the viewer's people whose open needs this service fits, with why."""
    now = timezone.now()
    stands = standing(service_id)
    if stands is None or stands.hidden_at or stands.joined_into_id:
        raise NotVisible
    try:
        page = service_page(service_id, at=now)
    except NoSuchService:
        raise NotVisible from None
    people = whom_it_suits(viewer=request.staff, service_id=service_id, at=now)
    context = {"page": page, "people": people, "is_lead": request.staff.role == SUP}
    return render(request, "suits/service.jinja", context)
