"""Runs of imports: what each did, what it withheld, and the questions that it left for a person."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from linkwell.common.errors import DomainError, NotVisible
from linkwell.directory.errors import AnswerRefused, ImportRunning
from linkwell.directory.imports import queries, question_queries, sources
from linkwell.directory.imports.answers import answer_alike, answer_question
from linkwell.team.access import DIR
from linkwell.web.policy import MemberRequest, route
from linkwell.web.render import render, succeeded
from linkwell.web.sources.forms import AlikeForm, number
from linkwell.web.sources.views import READERS


@require_safe
@route(roles=READERS, relation="none")
def run(request: MemberRequest, run_id: int) -> HttpResponse:
    """One run: its counts, and its rows by kind."""
    return _run(request, run_id)


def _run(request: MemberRequest, run_id: int, refusal: str = "") -> HttpResponse:
    kind = request.GET.get("kind", "")
    page = queries.run_page(run_id, kind=kind, page=number(request.GET.get("page")))
    if page is None:
        raise NotVisible
    return render(request, "sources/run.jinja", {"page": page, "edits": request.staff.role == DIR, "refusal": refusal})


@require_POST
@route(roles={DIR}, relation="none")
def agree(request: MemberRequest, run_id: int) -> HttpResponse:
    """Agree that the entries which this run withheld have gone."""
    try:
        closed = sources.agree_to_closing(run_id=run_id, by=request.staff, at=timezone.now())
    except DomainError as error:
        return _run(request, run_id, refusal=str(error))
    if closed:
        said = ngettext("%(num)d entry was closed.", "%(num)d entries were closed.", closed)
    else:
        said = _("The list is read once more first. Only what is still missing then is closed.")
    succeeded(request, said % {"num": closed} if closed else said)
    return redirect("sources:run", run_id)


@require_safe
@route(roles={DIR}, relation="none")
def questions(request: MemberRequest) -> HttpResponse:
    """What imports would not decide, the oldest first."""
    return _questions(request)


def _questions(request: MemberRequest, refusal: str = "") -> HttpResponse:
    found = question_queries.open_questions(page=number(request.GET.get("page")))
    return render(request, "sources/questions.jinja", {"found": found, "refusal": refusal})


@require_POST
@route(roles={DIR}, relation="none")
def answer(request: MemberRequest, question_id: int) -> HttpResponse:
    """Settle one question."""
    said = request.POST.get("answer", "")
    try:
        answer_question(question_id=question_id, answer=said, by=request.staff, at=timezone.now())
    except (AnswerRefused, ImportRunning) as error:
        return _questions(request, refusal=str(error))
    succeeded(request, _("Settled. The entry says so from now on."))
    return redirect("sources:questions")


@require_POST
@route(roles={DIR}, relation="none")
def alike(request: MemberRequest) -> HttpResponse:
    """Settle several questions of a source with one answer."""
    form = AlikeForm(request.POST)
    if not form.is_valid():
        return _questions(request, refusal=_("Choose one answer for all of them."))
    try:
        settled = answer_alike(**form.cleaned_data, by=request.staff, at=timezone.now())
    except (AnswerRefused, ImportRunning) as error:
        return _questions(request, refusal=str(error))
    said = ngettext("%(num)d question is settled.", "%(num)d questions are settled.", settled)
    succeeded(request, said % {"num": settled})
    return redirect("sources:questions")


@require_safe
@route(roles={DIR}, relation="none")
def record(request: MemberRequest, service_id: int) -> HttpResponse:
    """One entry as its source wrote it, beside ours."""
    beside = question_queries.raw_beside(service_id)
    if beside is None:
        raise NotVisible
    return render(request, "sources/record.jinja", {"beside": beside})
