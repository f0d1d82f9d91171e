"""Ending well: why, what is still open, and what the referrer reads."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from linkwell.common.errors import DomainError
from linkwell.connections.actions import end_support
from linkwell.support import actions
from linkwell.support.models import EndReason
from linkwell.team.access import LW
from linkwell.web.ending.page import ending
from linkwell.web.forms import PageForm
from linkwell.web.people.header import episode_and_header
from linkwell.web.policy import MemberRequest, route
from linkwell.web.render import render, succeeded


class EndForm(PageForm):
    """Why, and what the referrer reads; left empty, they read the words for the reason."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Why does support end?"), choices=EndReason.choices, widget=forms.RadioSelect
    )
    told_referrer = forms.CharField(
        label=gettext_lazy("What the referrer will read"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy(
            "They are always told. Leave it empty, and they read the sentence for the reason you chose."
        ),
    )
    note = forms.CharField(
        label=gettext_lazy("A note for the record"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    questions = forms.BooleanField(label=gettext_lazy("Ask the wellbeing questions once more, next"), required=False)


@require_http_methods(["GET", "POST"])
@route(roles={LW}, relation="caseload", audit="person.ending_read")
def end(request: MemberRequest, person_id: int) -> HttpResponse:
    """End support; the referrer is told in the same act."""
    now = timezone.now()
    episode, header = episode_and_header(viewer=request.staff, person_id=person_id, at=now)
    page = ending(viewer=request.staff, episode=episode, at=now)
    initial: dict[str, Any] = {"reason": EndReason.NOT_REACHED} if not episode.contacts_count else {}
    form = EndForm(request.POST or None, initial=initial)
    if form.is_valid():
        said = form.cleaned_data
        told = said["told_referrer"].strip() or page.words[said["reason"]]
        try:
            end_support(
                episode_id=episode.pk,
                reason=said["reason"],
                told_referrer=told,
                note=said["note"],
                by=request.staff,
                at=now,
            )
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            if said["questions"]:
                return redirect("measures:ask", person_id, "exit")
            succeeded(request, _("Support for %(name)s has ended, and the referrer was told.") % {"name": header.name})
            return redirect("people:person", person_id)
    return render(
        request, "ending/end.jinja", {"form": form, "person": header, "page": page, "is_open": episode.ended_at is None}
    )


@require_POST
@route(roles={LW}, relation="caseload")
def step_down(request: MemberRequest, person_id: int) -> HttpResponse:
    """Begin a planned ending."""
    now = timezone.now()
    episode, header = episode_and_header(viewer=request.staff, person_id=person_id, at=now)
    actions.step_down(episode_id=episode.pk, by=request.staff, at=now)
    succeeded(request, _("%(name)s is stepping down: fewer contacts from now on.") % {"name": header.name})
    return redirect("people:person", person_id)
