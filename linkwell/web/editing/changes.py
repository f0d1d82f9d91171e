"""Changes that wait for a directory editor: the list, and one submission beside the entry."""

import uuid

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from linkwell.common.errors import DomainError, NotVisible
from linkwell.directory.editing import moderation, queries
from linkwell.directory.errors import NoSuchChange
from linkwell.team.access import DIR
from linkwell.web.editing.forms import RefuseForm
from linkwell.web.policy import MemberRequest, route
from linkwell.web.render import render, succeeded

SEEN, WORDS, TAKE = "seen-", "words-", "take-"


@require_safe
@route(roles={DIR}, relation="none")
def waiting(request: MemberRequest) -> HttpResponse:
    """What waits, oldest first; and papers of groups whose day has passed."""
    page = request.GET.get("page", "")
    found = queries.waiting_changes(int(page) if page.isdecimal() and len(page) < 6 else 1)
    past = queries.run_out_checks(on=timezone.localdate())
    return render(request, "editing/waiting.jinja", {"found": found, "past": past})


@require_http_methods(["GET", "POST"])
@route(roles={DIR}, relation="none")
def decide(request: MemberRequest, submission: uuid.UUID) -> HttpResponse:
    """One submission, word by word: take it, take it with other words, or refuse it with a reason."""
    try:
        found = queries.submission(submission)
    except NoSuchChange:
        raise NotVisible from None
    problem, refusing = "", request.POST.get("answer") == "refuse"
    form = RefuseForm(request.POST if refusing else None)
    if request.method == "POST" and (form.is_valid() or not refusing):
        try:
            said = _decided(request, submission)
        except NoSuchChange:
            raise NotVisible from None
        except DomainError as error:
            found = queries.submission(submission)
            if refusing:
                form.add_error("why", str(error))
            else:
                problem = str(error)
        else:
            succeeded(request, said)
            return redirect("editing:waiting")
    typed = {key: value for key, value in request.POST.items() if key.startswith(WORDS)}
    context = {"found": found, "problem": problem, "typed": typed, "form": form}
    return render(request, "editing/decide.jinja", context)


def _decided(request: MemberRequest, submission: uuid.UUID) -> str:
    now = timezone.now()
    if request.POST.get("answer") == "refuse":
        moderation.refuse_changes(submission=submission, why=request.POST.get("why", ""), by=request.staff, at=now)
        return _("Refused. If a group suggested it, it hears that there is an answer.")
    numbered = [key.removeprefix(TAKE) for key in request.POST if key.startswith(TAKE)]
    chosen = [int(number) for number in numbered if number.isdecimal() and len(number) < 19]
    words = {pk: request.POST.get(f"{WORDS}{pk}", "") for pk in chosen}
    seen = {pk: request.POST.get(f"{SEEN}{pk}", "") for pk in chosen}
    moderation.take_changes(submission=submission, words=words, seen=seen, by=request.staff, at=now)
    return _("Taken. The entry says it from now on, and imports leave it as it is.")
