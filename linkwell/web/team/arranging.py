"""Who refers to the scheme, and its programmes."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linkwell.common.errors import DomainError, NotVisible
from linkwell.places.queries import reference_practices
from linkwell.team import actions
from linkwell.team import queries as team
from linkwell.team.access import ADM, MGR
from linkwell.web.policy import MemberRequest, route
from linkwell.web.render import render, succeeded
from linkwell.web.team.forms import AgencyForm, ChangedAgencyForm, ChangedPracticeForm, PracticeForm, ProgrammeForm

ARRANGERS = {MGR, ADM}
MOST_FOUND = 20


@route(roles=ARRANGERS, relation="scheme", audit="practices.listed")
@require_safe
def practices(request: MemberRequest) -> HttpResponse:
    """Show who refers: practices and agencies."""
    mine = team.practices(viewer=request.staff)
    return render(request, "team/practices.jinja", {"practices": mine, "agencies": team.agencies(viewer=request.staff)})


@route(roles=ARRANGERS, relation="scheme")
@require_http_methods(["GET", "POST"])
def add_practice(request: MemberRequest) -> HttpResponse:
    """Add a practice: found in the national register by code, name or postcode, or typed in."""
    text = request.GET.get("q", "").strip()[:60]
    found = reference_practices(text=text, limit=MOST_FOUND) if text else []
    picked = next((entry for entry in found if entry.code == request.GET.get("pick")), None)
    initial = {"name": picked.name, "code": picked.code, "postcode": picked.postcode} if picked else {}
    form = PracticeForm(request.POST or None, initial=initial)
    if form.is_valid():
        try:
            added = actions.add_practice(
                by=request.staff,
                at=timezone.now(),
                code_system=_system_of(form.cleaned_data["code"]),
                **form.cleaned_data,
            )
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            succeeded(request, _("%(name)s can refer now. Invite its staff next.") % {"name": added.name})
            return redirect("team:practices")
    taken = {row.code for row in team.practices(viewer=request.staff) if row.code}
    return render(
        request, "team/add_practice.jinja",
        {"form": form, "text": text, "found": found, "taken": taken, "by_hand": bool(picked) or form.is_bound},
    )  # fmt: skip


def _system_of(code: str) -> str:
    """Return the system of a code: that of the register where the code stands in it, else the scheme's own word."""
    exact = [entry for entry in reference_practices(text=code) if entry.code == code.strip().upper()] if code else []
    return exact[0].system if exact else "local" if code else ""


@route(roles=ARRANGERS, relation="scheme")
@require_http_methods(["GET", "POST"])
def practice(request: MemberRequest, practice_id: int) -> HttpResponse:
    """Change a practice."""
    row = _one(team.practices(viewer=request.staff), practice_id)
    form = ChangedPracticeForm(request.POST or None, initial=vars(row))
    if form.is_valid() and _done(form, actions.update_practice, request, practice_id=row.pk):
        succeeded(request, _("%(name)s is changed.") % {"name": form.cleaned_data["name"]})
        return redirect("team:practices")
    return render(request, "team/change.jinja", {"form": form, "title": row.name, "code": row.code})


@route(roles=ARRANGERS, relation="scheme")
@require_http_methods(["GET", "POST"])
def add_agency(request: MemberRequest) -> HttpResponse:
    """Add another organisation that refers."""
    form = AgencyForm(request.POST or None)
    if form.is_valid() and _done(form, actions.add_agency, request):
        succeeded(request, _("%(name)s can refer now. Invite its staff next.") % {"name": form.cleaned_data["name"]})
        return redirect("team:practices")
    return render(request, "team/change.jinja", {"form": form, "title": _("Add an agency"), "code": ""})


@route(roles=ARRANGERS, relation="scheme")
@require_http_methods(["GET", "POST"])
def agency(request: MemberRequest, agency_id: int) -> HttpResponse:
    """Change an agency."""
    row = _one(team.agencies(viewer=request.staff), agency_id)
    form = ChangedAgencyForm(request.POST or None, initial=vars(row))
    if form.is_valid() and _done(form, actions.update_agency, request, agency_id=row.pk):
        succeeded(request, _("%(name)s is changed.") % {"name": form.cleaned_data["name"]})
        return redirect("team:practices")
    return render(request, "team/change.jinja", {"form": form, "title": row.name, "code": ""})


@route(roles=ARRANGERS, relation="scheme")
@require_http_methods(["GET", "POST"])
def programmes(request: MemberRequest) -> HttpResponse:
    """Show the ways of supporting, and add one."""
    form = ProgrammeForm(request.POST or None, initial={"began_on": timezone.localdate(), "kind": "link_worker"})
    if form.is_valid() and _done(form, actions.add_programme, request):
        succeeded(request, _("%(name)s is added.") % {"name": form.cleaned_data["name"]})
        return redirect("team:programmes")
    return render(request, "team/programmes.jinja", {"form": form, "programmes": team.programmes(viewer=request.staff)})


@route(roles=ARRANGERS, relation="scheme")
@require_POST
def end_programme(request: MemberRequest, programme_id: int) -> HttpResponse:
    """End a programme today."""
    form = ProgrammeForm(None)
    at = timezone.now()
    try:
        ended = actions.end_programme(programme_id=programme_id, on=timezone.localdate(at), by=request.staff, at=at)
    except NotVisible:
        raise
    except DomainError as error:
        rows = team.programmes(viewer=request.staff)
        return render(request, "team/programmes.jinja", {"form": form, "programmes": rows, "problem": str(error)})
    succeeded(request, _("%(name)s is ended.") % {"name": ended.name})
    return redirect("team:programmes")


def _one(rows: list[Any], pk: int) -> Any:
    row = next((row for row in rows if row.pk == pk), None)
    if row is None:
        raise Http404
    return row


def _done(form: Any, action: Any, request: MemberRequest, **ids: int) -> bool:
    """Do what a valid form says; a refusal becomes the form's own."""
    try:
        action(by=request.staff, at=timezone.now(), **ids, **form.cleaned_data)
    except NotVisible:
        raise
    except DomainError as error:
        form.add_error(None, str(error))
        return False
    return True
