"""What is missing for one person: recorded in one press, changed or withdrawn until its quarter closes."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from linkwell.common.errors import DomainError, NotVisible
from linkwell.connections.actions import change_unmet_need, record_unmet_need, withdraw_unmet_need
from linkwell.connections.models import UnmetNeed
from linkwell.connections.queries import unmet_need, unmet_needs
from linkwell.matching import needs
from linkwell.support.models import Episode
from linkwell.team.access import LW, SUP
from linkwell.web.find.forms import FindForm
from linkwell.web.find.page import failed
from linkwell.web.missing import page
from linkwell.web.missing.forms import FromPlanForm, MissingForm
from linkwell.web.people.header import Header, episode_and_header
from linkwell.web.policy import MemberRequest, route
from linkwell.web.render import render, succeeded


@require_http_methods(["GET", "POST"])
@route(roles={LW, SUP}, relation="caseload", audit="person.missing_read")
def person(request: MemberRequest, person_id: int) -> HttpResponse:
    """What was recorded as missing; a post adds a need by hand."""
    episode, header = episode_and_header(viewer=request.staff, person_id=person_id, at=timezone.now())
    if request.method == "GET":
        return _shown(request, episode, header, MissingForm(prefix="missing"))
    if request.staff.role != LW:
        raise NotVisible
    return _by_hand(request, episode, header)


@require_http_methods(["GET", "POST"])
@route(roles={LW}, relation="caseload", audit="person.support_searched")
def from_search(request: MemberRequest, person_id: int) -> HttpResponse:
    """Record every need of a search that found nothing fitting; a search without needs is asked for one."""
    now = timezone.now()
    episode, header = episode_and_header(viewer=request.staff, person_id=person_id, at=now)
    if request.method == "GET":
        return redirect("missing:person", person_id)
    search = FindForm(request.POST)
    if "missing-code" in request.POST or "reach" not in request.POST or not search.is_valid():
        return _by_hand(request, episode, header)
    codes = search.cleaned_data["needs"]
    if not codes:
        return _shown(request, episode, header, MissingForm(prefix="missing", initial=failed(search)))
    page.record(episode, search, codes, origin=UnmetNeed.Origin.SEARCH, by=request.staff, at=now)
    return _recorded(request, person_id, codes, "support_search:for_person")


@require_POST
@route(roles={LW}, relation="caseload")
def from_plan(request: MemberRequest, person_id: int) -> HttpResponse:
    """Record one need of the plan as missing, under the limits that follow from what is known of the person."""
    now = timezone.now()
    episode, header = episode_and_header(viewer=request.staff, person_id=person_id, at=now)
    form = FromPlanForm(request.POST)
    if not form.is_valid():
        return _shown(request, episode, header, MissingForm(prefix="missing"))
    code = form.cleaned_data["code"]
    search = page.search_of_plan(episode, code)
    page.record(episode, search, [code], origin=UnmetNeed.Origin.PLAN, by=request.staff, at=now)
    return _recorded(request, person_id, [code], "plan:plan")


def _by_hand(request: MemberRequest, episode: Episode, header: Header) -> HttpResponse:
    """Record what was typed; a refusal stands on the form."""
    form = MissingForm(request.POST, prefix="missing")
    if form.is_valid():
        try:
            record_unmet_need(episode_id=episode.pk, by=request.staff, at=timezone.now(), **form.cleaned_data)
        except NotVisible:
            raise
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            return _recorded(request, header.person_id, [form.cleaned_data["code"]], "missing:person")
    return _shown(request, episode, header, form)


def _recorded(request: MemberRequest, person_id: int, codes: list[str], back: str) -> HttpResponse:
    said = _("Recorded as missing here: %(needs)s. It counts, without a name, in the report on gaps.")
    succeeded(
        request,
        said % {"needs": ", ".join(needs.label(code) for code in codes)},
        next_label=_("See or change what was recorded"),
        next_url=reverse("missing:person", args=[person_id]),
    )
    return redirect(back, person_id)


def _shown(request: MemberRequest, episode: Episode, header: Header, form: MissingForm) -> HttpResponse:
    lines = unmet_needs(viewer=request.staff, episode_id=episode.pk, at=timezone.now())
    writing = request.staff.role == LW and episode.ended_at is None
    return render(request, "missing/person.jinja", {"person": header, "form": form, "lines": lines, "writing": writing})


@require_http_methods(["GET", "POST"])
@route(roles={LW}, relation="caseload", audit="person.missing_read")
def change(request: MemberRequest, person_id: int, unmet_need_id: int) -> HttpResponse:
    """Put one record right, until its quarter closes."""
    now = timezone.now()
    episode, header = episode_and_header(viewer=request.staff, person_id=person_id, at=now)
    line = unmet_need(viewer=request.staff, episode_id=episode.pk, unmet_need_id=unmet_need_id, at=now)
    stands = {"code": line.code, "what_failed": line.what_failed, "main_reason": line.main_reason}
    form = MissingForm(request.POST or None, initial=stands)
    if form.is_valid():
        try:
            change_unmet_need(unmet_need_id=unmet_need_id, by=request.staff, at=now, **form.cleaned_data)
        except NotVisible:
            raise
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            succeeded(request, _("Changed."))
            return redirect("missing:person", person_id)
    return render(request, "missing/change.jinja", {"person": header, "form": form, "line": line})


@require_POST
@route(roles={LW}, relation="caseload")
def withdraw(request: MemberRequest, person_id: int, unmet_need_id: int) -> HttpResponse:
    """Take one record back, so that it does not count."""
    now = timezone.now()
    episode, _header = episode_and_header(viewer=request.staff, person_id=person_id, at=now)
    unmet_need(viewer=request.staff, episode_id=episode.pk, unmet_need_id=unmet_need_id, at=now)
    withdraw_unmet_need(unmet_need_id=unmet_need_id, by=request.staff, at=now)
    succeeded(request, _("Withdrawn. It no longer counts."))
    return redirect("missing:person", person_id)
