"""People, and one person."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from linkwell.common.errors import DomainError
from linkwell.people.actions import record_risk
from linkwell.support.actions import Happened, log_contact
from linkwell.support.models import Mode
from linkwell.support.queries import caseload
from linkwell.team.access import LW, SUP
from linkwell.team.queries import practices
from linkwell.web.people.forms import ContactForm, RiskForm
from linkwell.web.people.header import episode_and_header
from linkwell.web.people.page import person_page
from linkwell.web.policy import MemberRequest, route
from linkwell.web.render import render, succeeded


@require_GET
@route(roles={LW, SUP}, relation="caseload", audit="person.list_read")
def people(request: MemberRequest) -> HttpResponse:
    """Who is with me, and who is slipping: longest silent first, by practice where asked."""
    chosen = request.GET.get("practice", "")
    practice_id = int(chosen) if chosen.isdecimal() and len(chosen) < 18 else None
    lines = caseload(viewer=request.staff, at=timezone.now(), practice_id=practice_id)
    here = [(row.pk, row.name) for row in practices(viewer=request.staff)]
    return render(
        request,
        "people/people.jinja",
        {"lines": lines, "practices": here, "practice_id": practice_id, "is_lead": request.staff.role == SUP},
    )


@require_GET
@route(roles={LW, SUP}, relation="caseload", audit="person.read")
def person(request: MemberRequest, person_id: int) -> HttpResponse:
    """Who is this, what matters to them, where are we?"""
    page = person_page(viewer=request.staff, person_id=person_id, at=timezone.now())
    return _shown(request, page, ContactForm(), RiskForm(prefix="risk"))


def _shown(request: MemberRequest, page: object, form: ContactForm, risk_form: RiskForm) -> HttpResponse:
    may_write = request.staff.role == LW
    context = {"page": page, "form": form, "risk_form": risk_form, "may_write": may_write}
    return render(request, "people/person.jinja", context)


@require_http_methods(["POST"])
@route(roles={LW}, relation="caseload")
def log(request: MemberRequest, person_id: int) -> HttpResponse:
    """Log a contact without leaving the page."""
    now = timezone.now()
    form = ContactForm(request.POST)
    if form.is_valid():
        episode, header = episode_and_header(viewer=request.staff, person_id=person_id, at=now)
        try:
            contact = log_contact(episode_id=episode.pk, happened=form.happened(now), by=request.staff, at=now)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            said = _("Saved: you spoke to %(name)s.") if contact.reached else _("Saved: no answer from %(name)s.")
            succeeded(request, said % {"name": header.name})
            return redirect("people:person", person_id)
    return _shown(
        request, person_page(viewer=request.staff, person_id=person_id, at=now), form, RiskForm(prefix="risk")
    )


@require_POST
@route(roles={LW}, relation="caseload")
def attempt(request: MemberRequest, person_id: int) -> HttpResponse:
    """Log "no answer" in one tap."""
    now = timezone.now()
    episode, header = episode_and_header(viewer=request.staff, person_id=person_id, at=now)
    key = request.POST.get("submission_key", "")
    form = ContactForm({"reached": "no", "mode": Mode.PHONE, "submission_key": key})
    form.full_clean()
    happened = Happened(mode=Mode.PHONE, reached=False, submission_key=form.cleaned_data.get("submission_key"))
    log_contact(episode_id=episode.pk, happened=happened, by=request.staff, at=now)
    succeeded(request, _("Saved: no answer from %(name)s. We will remind you in two days.") % {"name": header.name})
    return redirect("today:today")


@require_POST
@route(roles={LW}, relation="caseload")
def risks(request: MemberRequest, person_id: int) -> HttpResponse:
    """Record a risk, or that none is known."""
    now = timezone.now()
    episode, header = episode_and_header(viewer=request.staff, person_id=person_id, at=now)
    form = RiskForm(request.POST, prefix="risk")
    if form.is_valid():
        none_known = form.cleaned_data["risk"] == "none"
        text = "" if none_known else form.cleaned_data["risk_text"]
        try:
            record_risk(person=episode.person, text=text, none_known=none_known, by=request.staff, at=now)
        except DomainError as error:
            form.add_error("risk_text", str(error))
        else:
            succeeded(request, _("Saved what you know of risks for %(name)s.") % {"name": header.name})
            return redirect("people:person", person_id)
    return _shown(request, person_page(viewer=request.staff, person_id=person_id, at=now), ContactForm(), form)
