"""What is missing here? For commissioners, managers and team leads; closed quarters only, and never a person."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from linkwell.evaluation.gaps import GapReport, gap_report
from linkwell.evaluation.report import NoSuchQuarter, NotYet
from linkwell.web.evidence.tables import as_file
from linkwell.web.evidence.views import READERS
from linkwell.web.gaps import page
from linkwell.web.gaps.forms import GapForm, limits, quarter_said, said
from linkwell.web.policy import MemberRequest, route
from linkwell.web.render import render


@require_safe
@route(roles=READERS, relation="scheme", audit="gaps.read")
def report(request: MemberRequest) -> HttpResponse:
    """Show needs and areas without a fitting service, and how many people went without."""
    asked = said(request.GET)
    found = _report(request, asked, exact=True)
    if isinstance(found, NotYet):
        return render(request, "gaps/not_yet.jinja", {"closes_on": found.first_closes_on})
    form = GapForm(initial=asked, quarters=found.quarters)
    return render(request, "gaps/report.jinja", {"form": form, **page.context(found, asked, request.GET.urlencode())})


@require_safe
@route(roles=READERS, relation="scheme", audit="gaps.exported")
def file(request: MemberRequest) -> HttpResponse:
    """Give the tables as a file that may be passed on: small numbers are hidden for everybody."""
    asked = said(request.GET)
    found = _report(request, asked, exact=False)
    if isinstance(found, NotYet):
        return redirect("gaps:report")  # which says when there will be something
    text = as_file(page.tables(found), heading=page.file_heading(found, asked, request.seat.scheme_name))
    response = HttpResponse(text, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="what-is-missing-{asked["period"]}.csv"'
    return response


def _report(request: MemberRequest, asked: dict[str, Any], *, exact: bool) -> GapReport | NotYet:
    try:
        return gap_report(
            viewer=request.staff, today=timezone.localdate(), quarter=quarter_said(asked), limits=limits(asked),
            exact=exact,
        )  # fmt: skip
    except (NoSuchQuarter, KeyError):
        raise Http404 from None
