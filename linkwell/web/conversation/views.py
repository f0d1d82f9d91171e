"""A quiet page to listen by."""

from datetime import datetime

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from linkwell.common.errors import DomainError
from linkwell.outcomes.actions import skip_measures
from linkwell.people.queries import reach_now
from linkwell.support.actions import log_first_conversation
from linkwell.support.queries import needs_of
from linkwell.team.access import LW
from linkwell.team.models import Membership
from linkwell.web.conversation.forms import ConversationForm
from linkwell.web.people.header import episode_and_header
from linkwell.web.policy import MemberRequest, route
from linkwell.web.render import render, succeeded


@transaction.atomic
def _save(form: ConversationForm, episode_id: int, by: Membership, at: datetime) -> None:
    """Save the conversation and, where they would rather not answer, why."""
    log_first_conversation(
        episode_id=episode_id, happened=form.happened(at), conversation=form.conversation(), by=by, at=at
    )
    if form.cleaned_data["questions"] == "skip":
        why = form.cleaned_data["skip_why"]
        skip_measures(episode_id=episode_id, occasion="baseline", why=why, by=by, at=at)


@require_http_methods(["GET", "POST"])
@route(roles={LW}, relation="caseload", audit="person.conversation_read")
def first(request: MemberRequest, person_id: int) -> HttpResponse:
    """Hold the first conversation, and save all of it or nothing."""
    now = timezone.now()
    episode, header = episode_and_header(viewer=request.staff, person_id=person_id, at=now)
    if episode.first_conversation_at is not None and request.method == "GET":
        return redirect(header.url + "#log")
    held = reach_now(episode.person)
    initial = {
        "needs": [need.code for need in needs_of(episode.pk)],
        "channels": held.channels,
        "when": held.when,
        "access_needs": held.access_needs,
    }
    form = ConversationForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            _save(form, episode.pk, request.staff, now)
        except DomainError as error:
            form.add_error("risk" if error.code == "risk_not_asked" else None, str(error))
        else:
            if form.cleaned_data["questions"] == "ask":
                return redirect("measures:ask", person_id, "baseline")
            succeeded(
                request,
                _("Saved your first conversation with %(name)s.") % {"name": header.name},
                next_label=_("Write the plan together"),
                next_url=f"/people/{person_id}/plan/",
            )
            return redirect("people:person", person_id)
    return render(request, "conversation/first.jinja", {"form": form, "person": header})
