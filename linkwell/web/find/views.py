"""Find support: free-standing, and for one person."""

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from linkwell.connections.models import NotRight
from linkwell.connections.queries import experience, short_list
from linkwell.team.access import LW, SUP
from linkwell.web.calls.forms import NOW
from linkwell.web.find.forms import FindForm
from linkwell.web.find.page import age_of, found, initial_for
from linkwell.web.people.header import episode_and_header
from linkwell.web.policy import MemberRequest, route
from linkwell.web.render import render


@require_http_methods(["GET", "POST"])
@route(roles={LW, SUP}, relation="none", audit="directory.searched")
def search(request: MemberRequest) -> HttpResponse:
    """Look for support without naming anyone."""
    form = FindForm(request.POST) if request.method == "POST" else FindForm()
    result = found(form, age=None, at=timezone.now()) if form.is_bound and form.is_valid() else None
    context = {"form": form, "result": result, "person": None, "writing": False, "now_choices": NOW, "listed": ()}
    return render(request, "find/search.jinja", context)


@require_http_methods(["GET", "POST"])
@route(roles={LW, SUP}, relation="caseload", audit="person.support_searched")
def for_person(request: MemberRequest, person_id: int) -> HttpResponse:
    """What fits this person, and why? The first search is made of what is known of them."""
    now = timezone.now()
    episode, header = episode_and_header(viewer=request.staff, person_id=person_id, at=now)
    known = {} if request.method == "POST" else initial_for(episode)
    form = FindForm(request.POST if request.method == "POST" else known)
    if not form.is_valid() and request.method == "GET":
        form = FindForm(known | {"place": ""})  # a postcode that no table knows limits nothing
    tried = experience(episode, at=now) if form.is_valid() else {}
    result = found(form, age=age_of(episode, now), at=now, tried=tried) if form.is_valid() else None
    context = {
        "form": form,
        "result": result,
        "person": header,
        "writing": request.staff.role == LW and episode.ended_at is None,
        "now_choices": NOW,
        "listed": short_list(episode),
        "not_right_choices": NotRight.Reason.choices,
    }
    return render(request, "find/search.jinja", context)
