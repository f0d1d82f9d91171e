"""Pairs of entries that may be one service: side by side, joined, kept apart, taken apart again."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linkwell.common.errors import DomainError, NotVisible
from linkwell.directory.duplicates import actions, queries
from linkwell.directory.errors import AnswerRefused
from linkwell.team.access import DIR
from linkwell.web.policy import MemberRequest, route
from linkwell.web.render import render, succeeded
from linkwell.web.sources.forms import JoinForm, number


@require_safe
@route(roles={DIR}, relation="none")
def pairs(request: MemberRequest) -> HttpResponse:
    """What may be the same service, the likest first, and what was joined."""
    return _pairs(request)


def _pairs(request: MemberRequest, refusal: str = "") -> HttpResponse:
    found = queries.pairs(page=number(request.GET.get("page")))
    return render(request, "sources/pairs.jinja", {"found": found, "refusal": refusal})


@require_http_methods(["GET", "POST"])
@route(roles={DIR}, relation="none")
def pair(request: MemberRequest, duplicate_id: int) -> HttpResponse:
    """Two entries side by side; each field is chosen from one of them."""
    page = queries.pair_page(duplicate_id)
    if page is None:
        raise NotVisible
    form = JoinForm(request.POST or None, page=page)
    if form.is_valid():
        try:
            if "apart" in request.POST:
                actions.keep_apart(duplicate_id=duplicate_id, by=request.staff, at=timezone.now())
                succeeded(request, _("They stay two entries, and are not proposed again."))
            else:
                actions.join_entries(
                    duplicate_id=duplicate_id, keep_id=form.keep_id(), taken=form.taken(), by=request.staff,
                    at=timezone.now(),
                )  # fmt: skip
                succeeded(request, _("Joined. You can take them apart again below."))
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            return redirect("sources:pairs")
    return render(request, "sources/pair.jinja", {"page": page, "form": form})


@require_POST
@route(roles={DIR}, relation="none")
def undo(request: MemberRequest, joining_id: int) -> HttpResponse:
    """Take two joined entries apart."""
    try:
        actions.undo_joining(joining_id=joining_id, by=request.staff, at=timezone.now())
    except AnswerRefused as error:
        return _pairs(request, refusal=str(error))
    succeeded(request, _("They are two entries again, each as it was."))
    return redirect("sources:pairs")
