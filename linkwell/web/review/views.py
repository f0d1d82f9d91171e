"""How is it going? What changed, what is next, and the questions when they are due."""

import uuid
from datetime import timedelta
from typing import Any

from django import forms
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from linkwell.common.errors import DomainError
from linkwell.outcomes.actions import skip_measures
from linkwell.support.actions import Happened, hold_review
from linkwell.support.models import Mode
from linkwell.support.queries import plan
from linkwell.team.access import LW
from linkwell.web.fields import DayField
from linkwell.web.forms import PageForm
from linkwell.web.people.header import episode_and_header
from linkwell.web.policy import MemberRequest, route
from linkwell.web.render import render, succeeded


class ReviewForm(PageForm):
    """What was said, when to look again, and whether the questions were asked."""

    note = forms.CharField(label=gettext_lazy("How is it going?"), widget=forms.Textarea(attrs={"rows": 5}))
    mode = forms.ChoiceField(label=gettext_lazy("How did you talk?"), choices=Mode.choices, initial=Mode.PHONE)
    minutes = forms.IntegerField(label=gettext_lazy("How long?"), min_value=0, max_value=600, required=False)
    questions = forms.ChoiceField(
        label=gettext_lazy("The wellbeing questions"),
        choices=[
            ("ask", gettext_lazy("Ask them next")),
            ("skip", gettext_lazy("They would rather not")),
            ("later", gettext_lazy("Another time")),
        ],
        widget=forms.RadioSelect,
        initial="ask",
    )
    skip_why = forms.CharField(label=gettext_lazy("Why?"), required=False, max_length=200)
    next_due_on = DayField(label=gettext_lazy("Next review"), required=False, earliest=timezone.localdate)
    submission_key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("questions") == "skip" and not said.get("skip_why", "").strip():
            self.add_error("skip_why", _("Say why they would rather not answer, so that we can learn from it."))
        return said


@require_http_methods(["GET", "POST"])
@route(roles={LW}, relation="caseload", audit="person.review_read")
def review(request: MemberRequest, person_id: int) -> HttpResponse:
    """Hold a review and save it as the contact that it was."""
    now = timezone.now()
    episode, header = episode_and_header(viewer=request.staff, person_id=person_id, at=now)
    initial = {"submission_key": uuid.uuid4(), "next_due_on": timezone.localdate() + timedelta(weeks=6)}
    form = ReviewForm(request.POST or None, initial=initial)
    if form.is_valid():
        said = form.cleaned_data
        happened = Happened(
            mode=said["mode"], minutes=said["minutes"] or 0, note=said["note"], submission_key=said["submission_key"]
        )
        try:
            with transaction.atomic():
                hold_review(
                    episode_id=episode.pk, happened=happened, note=said["note"], next_due_on=said["next_due_on"],
                    by=request.staff, at=now,
                )  # fmt: skip
                if said["questions"] == "skip":
                    why = said["skip_why"]
                    skip_measures(episode_id=episode.pk, occasion="review", why=why, by=request.staff, at=now)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            if said["questions"] == "ask":
                return redirect("measures:ask", person_id, "review")
            succeeded(request, _("Saved the review with %(name)s.") % {"name": header.name})
            return redirect("people:person", person_id)
    return render(request, "review/review.jinja", {"form": form, "person": header, "plan": plan(episode=episode)})
