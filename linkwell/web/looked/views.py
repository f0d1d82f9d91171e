"""Who looked at whom: flags to judge, counts for managers, and the looks at one record."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linkwell.common.errors import DomainError, NotVisible
from linkwell.support.actions.access_review import find_access_flags, judge_flag
from linkwell.support.queries import looked
from linkwell.team.access import IG, LW, MGR, SUP
from linkwell.web.looked.forms import JudgeForm
from linkwell.web.looked.page import KINDS, STATES, event_words, shown
from linkwell.web.people.header import episode_and_header
from linkwell.web.policy import MemberRequest, route
from linkwell.web.render import render, succeeded

DAYS_NOW = 7


@require_safe
@route(roles={IG, SUP}, relation="scheme", audit="access_flag.list_read")
def flags(request: MemberRequest) -> HttpResponse:
    """Looks that somebody should think about, newest first."""
    state, kind = request.GET.get("state", "open"), request.GET.get("kind", "")
    found = looked.access_flags(viewer=request.staff, state=state, kind=kind, at=timezone.now(), page=_page(request))
    context = {
        "flags": [shown(line) for line in found.lines],
        "page": found.page,
        "pages": found.pages,
        "state": state,
        "kind": kind,
        "states": [(code.value, name, found.counts.get(code, 0)) for code, name in STATES.items()],
        "kinds": [(code.value, name) for code, name in KINDS.items()],
        "base": f"?{urlencode({'state': state, 'kind': kind})}&page=",
    }
    return render(request, "looked/flags.jinja", context)


def _page(request: HttpRequest) -> int:
    number = request.GET.get("page", "1")
    return int(number) if number.isdecimal() and len(number) < 7 else 1


@require_POST
@route(roles={IG, SUP}, relation="scheme")
def search(request: MemberRequest) -> HttpResponse:
    """Look through the last days now, today included."""
    now = timezone.now()
    days = [timezone.localdate(now) - timedelta(days=back) for back in range(DAYS_NOW, -1, -1)]
    new = find_access_flags(scheme_id=request.staff.scheme_id, days=days, at=now, by=request.staff)
    told = ngettext("%(num)d new look stands out.", "%(num)d new looks stand out.", new) % {"num": new}
    succeeded(request, told if new else _("Nothing new stands out."))
    return redirect("looked:flags")


@require_http_methods(["GET", "POST"])
@route(roles={IG, SUP}, relation="scheme", audit="access_flag.read")
def flag(request: MemberRequest, flag_id: int) -> HttpResponse:
    """One flag: what stood out, and what the reviewer thinks of it."""
    now = timezone.now()
    line = looked.access_flag(viewer=request.staff, flag_id=flag_id, at=now)
    form = JudgeForm(request.POST or None)
    if form.is_valid():
        try:
            judge_flag(flag_id=flag_id, by=request.staff, at=now, **form.cleaned_data)
        except NotVisible:
            raise
        except DomainError as error:
            form.add_error("note", str(error))
        else:
            succeeded(request, _("Saved what you think of it."))
            return redirect("looked:flags")
    acts = [(act.at, event_words(act.event)) for act in looked.acts_of(viewer=request.staff, flag_id=flag_id)]
    return render(request, "looked/flag.jinja", {"flag": shown(line), "form": form, "acts": acts})


@require_safe
@route(roles={MGR}, relation="scheme", audit="access_flag.counts_read")
def counts(request: MemberRequest) -> HttpResponse:
    """How many looks stood out, and what became of them; nobody is named."""
    rows = looked.flag_counts(viewer=request.staff, at=timezone.now())
    lines = [(KINDS[row.kind], row.open, row.cleared, row.concern) for row in rows]  # type: ignore[index]
    return render(request, "looked/counts.jinja", {"rows": lines, "days": looked.SUMMARY_DAYS})


@require_safe
@route(roles={LW, SUP}, relation="caseload", audit="person.looked_read")
def person(request: MemberRequest, person_id: int) -> HttpResponse:
    """Who looked at this record, day by day."""
    now = timezone.now()
    _episode, header = episode_and_header(viewer=request.staff, person_id=person_id, at=now)
    looks = looked.who_looked(viewer=request.staff, person_id=person_id, at=now, page=_page(request))
    return render(request, "looked/person.jinja", {"person": header, "looks": looks})
