"""Find support: free-standing, and for one person."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from linkwell.common.errors import DomainError
from linkwell.connections.actions import record_unmet_need
from linkwell.team.access import LW, SUP
from linkwell.web.calls.forms import NOW
from linkwell.web.find.forms import FindForm, MissingForm
from linkwell.web.find.page import age_of, failed, found, initial_for
from linkwell.web.people.header import episode_and_header
from linkwell.web.policy import MemberRequest, route
from linkwell.web.render import render, succeeded


@require_http_methods(["GET", "POST"])
@route(roles={LW, SUP}, relation="none", audit="directory.searched")
def search(request: MemberRequest) -> HttpResponse:
    """Look for support without naming anyone."""
    form = FindForm(request.POST) if request.method == "POST" else FindForm()
    result = found(form, age=None, at=timezone.now()) if form.is_bound and form.is_valid() else None
    context = {"form": form, "result": result, "person": None, "writing": False, "now_choices": NOW}
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
    result = found(form, age=age_of(episode, now), at=now) if form.is_valid() else None
    context = {
        "form": form,
        "result": result,
        "person": header,
        "writing": request.staff.role == LW and episode.ended_at is None,
        "now_choices": NOW,
    }
    return render(request, "find/search.jinja", context)


@require_http_methods(["GET", "POST"])
@route(roles={LW}, relation="caseload", audit="person.support_searched")
def missing(request: MemberRequest, person_id: int) -> HttpResponse:
    """Record that nothing here fits a need, with the limits of the search that found nothing."""
    now = timezone.now()
    episode, header = episode_and_header(viewer=request.staff, person_id=person_id, at=now)
    search = FindForm(request.POST if "reach" in request.POST else None)
    searched = search.is_bound and search.is_valid()
    if "missing-code" in request.POST:
        form = MissingForm(request.POST, prefix="missing")
    else:
        form = MissingForm(prefix="missing", initial=failed(search) if searched else None)
    if form.is_valid():
        limits = search.limits() if searched else {}
        try:
            record_unmet_need(episode_id=episode.pk, limits=limits, by=request.staff, at=now, **form.cleaned_data)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            succeeded(request, _("Recorded as missing here. It counts, without a name, in the report on gaps."))
            return redirect("support_search:for_person", person_id)
    return render(request, "find/missing.jinja", {"form": form, "search": search, "person": header})
