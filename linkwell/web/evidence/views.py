"""Is it helping? For commissioners, managers and team leads; closed quarters only, and never a person."""

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from linkwell.evaluation import report as reports
from linkwell.evaluation.figures import PAGES, figures
from linkwell.evaluation.methods.quarters import from_code
from linkwell.team.access import COM, MGR, SUP
from linkwell.web.evidence import page
from linkwell.web.evidence.tables import as_file, tables
from linkwell.web.policy import MemberRequest, route
from linkwell.web.render import render

READERS = {COM, MGR, SUP}


@require_safe
@route(roles=READERS, relation="scheme", audit="report.read")
def report(request: MemberRequest, period: str = page.ALL) -> HttpResponse:
    """Show the report of one closed quarter, or of all."""
    found = _report(request, period)
    if isinstance(found, reports.NotYet):
        return render(request, "evidence/not_yet.jinja", {"closes_on": found.first_closes_on})
    return render(request, "evidence/report.jinja", page.context(found))


@require_safe
@route(roles=READERS, relation="scheme", audit="report.exported")
def file(request: MemberRequest, period: str) -> HttpResponse:
    """Give the tables of the page, and nothing more, as a file."""
    found = _report(request, period)
    if isinstance(found, reports.NotYet):
        raise Http404
    heading = page.file_heading(found, request.seat.scheme_name)
    response = HttpResponse(as_file(tables(found), heading=heading), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="is-it-helping-{page.period_code(found)}.csv"'
    return response


def _report(request: MemberRequest, period: str) -> reports.Report | reports.NotYet:
    quarter = None if period == page.ALL else from_code(period)
    if quarter is None and period != page.ALL:
        raise Http404
    try:
        return reports.report(viewer=request.staff, today=timezone.localdate(), quarter=quarter)
    except reports.NoSuchQuarter:
        raise Http404 from None


@require_safe
@route(roles=READERS, relation="none")
def definitions(request: MemberRequest) -> HttpResponse:
    """Say what each figure counts, what it leaves out, and where it comes from."""
    groups = [(name, [row for row in figures() if row.kind == kind]) for kind, name in PAGES.items()]
    return render(request, "evidence/definitions.jinja", {"groups": groups})
