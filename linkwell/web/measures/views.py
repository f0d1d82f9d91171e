"""Asking the wellbeing questions, and showing how the answers have changed."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from linkwell.common.errors import DomainError
from linkwell.outcomes import queries
from linkwell.outcomes.actions import complete_measures
from linkwell.outcomes.catalogue import measures_for
from linkwell.outcomes.models import Occasion
from linkwell.team.access import LW, SUP
from linkwell.web.measures.forms import FIELD_OF_ERROR, MeasuresForm
from linkwell.web.people.header import episode_and_header
from linkwell.web.policy import MemberRequest, route
from linkwell.web.render import render, succeeded


@require_safe
@route(roles={LW, SUP}, relation="caseload", audit="person.measures_read")
def history(request: MemberRequest, person_id: int) -> HttpResponse:
    """Show every score over time, and what was not asked and why."""
    now = timezone.now()
    episode, header = episode_and_header(viewer=request.staff, person_id=person_id, at=now)
    due = queries.due_of_episode(episode=episode, at=now) if request.staff.role == LW else None
    context = {
        "person": header,
        "history": queries.history(episode=episode),
        "due": due,
        "occasions": _occasions(ended=episode.ended_at is not None) if request.staff.role == LW else [],
    }
    return render(request, "measures/history.jinja", context)


def _occasions(*, ended: bool) -> list[tuple[str, str]]:
    after = (Occasion.EXIT, Occasion.MONTHS_3, Occasion.MONTHS_6)
    during = (Occasion.BASELINE, Occasion.REVIEW)
    return [(str(occasion), str(occasion.label)) for occasion in (after if ended else during)]


@require_http_methods(["GET", "POST"])
@route(roles={LW}, relation="caseload", audit="person.measures_read")
def ask(request: MemberRequest, person_id: int, occasion: str) -> HttpResponse:
    """Ask the questions on one occasion; any of them can be left out with a reason."""
    if occasion not in Occasion.values:
        raise Http404
    now = timezone.now()
    episode, header = episode_and_header(viewer=request.staff, person_id=person_id, at=now)
    measures = measures_for(born_on=episode.person.born_on, on=timezone.localdate(now))
    form = MeasuresForm(request.POST if request.method == "POST" else None, measures=measures)
    if form.is_valid():
        said = form.cleaned_data
        try:
            complete_measures(
                episode_id=episode.pk, occasion=occasion, how=said["how"], helped_by=said["helped_by"],
                answers=form.answers(), skipped=form.skipped(), submission_key=said["submission_key"],
                by=request.staff, at=now,
            )  # fmt: skip
        except DomainError as error:
            form.add_error(FIELD_OF_ERROR.get(error.code), str(error))
        else:
            seen = {"next_label": _("See the answers"), "next_url": reverse("measures:history", args=[person_id])}
            succeeded(request, _("Saved the answers of %(name)s.") % {"name": header.name}, **seen)
            return redirect("people:person", person_id)
    words = Occasion(occasion).label
    return render(request, "measures/ask.jinja", {"form": form, "person": header, "occasion": words})
