"""Finding someone; standing in for a colleague; opening a restricted record."""

from datetime import UTC, datetime

from allauth.account.authentication import get_authentication_records
from allauth.mfa.utils import is_mfa_enabled
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from linkwell.common.errors import DomainError, NotVisible
from linkwell.people.errors import NothingToOpen, SecondFactorNeeded
from linkwell.people.rules import check_second_factor
from linkwell.referrals.actions import cover_person
from linkwell.referrals.queries import card, openings_to_review, search_people
from linkwell.support.actions import note_refused_opening, note_search, open_restricted_record, review_opening
from linkwell.team.access import LW, SUP
from linkwell.web import words
from linkwell.web.people.found import check_found, remember_found
from linkwell.web.people.search_forms import CoverForm, RestrictedForm, SearchForm, from_one_box
from linkwell.web.policy import MemberRequest, route
from linkwell.web.render import render, succeeded


@require_http_methods(["GET", "POST"])
@route(roles={LW, SUP}, relation="scheme")
def search(request: MemberRequest) -> HttpResponse:
    """Find a person by two traits or a reference. What is searched for never stands in an address."""
    typed = from_one_box(request.POST["q"]) if "q" in request.POST else request.POST
    form, cards = SearchForm(typed if request.method == "POST" else None), None
    if form.is_valid():
        traits, reference, now = form.traits(), form.cleaned_data["reference"], timezone.now()
        try:
            note_search(traits=traits, reference=reference, by=request.staff, at=now)
            cards = search_people(viewer=request.staff, traits=traits, reference=reference, at=now)
            remember_found(request, [row.person_id for row in cards])
        except NotVisible:
            raise
        except DomainError as error:
            form.add_error(None, str(error))
    return render(request, "people/search.jinja", {"form": form, "cards": cards})


@require_http_methods(["GET", "POST"])
@route(roles={LW, SUP}, relation="scheme", audit="person.card_read")
def cover(request: MemberRequest, person_id: int) -> HttpResponse:
    """Open a colleague's record until midnight, with a reason; its worker sees who did.

    Only for someone just found by a search or shown as a possible match: counting up ids finds nobody.
    """
    now = timezone.now()
    check_found(request, person_id)
    shown = card(viewer=request.staff, person_id=person_id, at=now)
    if shown.in_reach:
        return redirect("people:person", person_id)
    form = CoverForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            cover_person(person_id=person_id, by=request.staff, at=now, **form.cleaned_data)
        except NotVisible:
            raise
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            told = _("You can see this record until midnight. %(worker)s sees that you opened it, and why.")
            succeeded(request, told % {"worker": shown.link_worker or _("Their link worker")})
            return redirect("people:person", person_id)
    return render(request, "people/cover.jinja", {"card": shown, "form": form})


def second_factor_given_at(request: MemberRequest) -> datetime | None:
    """Return when the second factor was last given again in this session; signing in does not count."""
    given = [
        record["at"]
        for record in get_authentication_records(request, request.user)
        if record.get("method") == "mfa" and record.get("reauthenticated") and "at" in record
    ]
    return datetime.fromtimestamp(max(given), tz=UTC) if given else None


@require_http_methods(["GET", "POST"])
@route(roles={LW, SUP}, relation="scheme")
def restricted(request: MemberRequest) -> HttpResponse:
    """Open one restricted record for 60 minutes; the team leads are told at once."""
    now, given_at = timezone.now(), second_factor_given_at(request)
    form = RestrictedForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            opening = open_restricted_record(second_factor_at=given_at, by=request.staff, at=now, **form.cleaned_data)
        except DomainError as error:
            note_refused_opening(by=request.staff, at=now)
            form.add_error("reference" if isinstance(error, NothingToOpen) else None, str(error))
        else:
            told = _("You can see this record until %(clock)s. The team leads know that you opened it.")
            succeeded(request, told % {"clock": words.clock(opening.ends_at)})
            return redirect("people:person", opening.person_id)
    context = {
        "form": form,
        "is_proved": _is_fresh(given_at, now),
        "has_factor": is_mfa_enabled(request.user),
        "prove_url": f"{reverse('mfa_reauthenticate')}?{urlencode({'next': reverse('people:restricted')})}",
    }
    return render(request, "people/restricted.jinja", context)


def _is_fresh(given_at: datetime | None, now: datetime) -> bool:
    try:
        check_second_factor(given_at, now)
    except SecondFactorNeeded:
        return False
    return True


@require_http_methods(["GET", "POST"])
@route(roles={SUP}, relation="scheme", audit="person.opening_read")
def opening(request: MemberRequest, opening_id: int) -> HttpResponse:
    """Why someone opened a restricted record; a team lead notes that they looked into it."""
    now = timezone.now()
    shown = next(
        (row for row in openings_to_review(viewer=request.staff, at=now) if row.opening_id == opening_id), None
    )
    if shown is None:
        raise NotVisible
    if request.method == "POST":
        review_opening(opening_id=opening_id, by=request.staff, at=now)
        succeeded(request, _("Noted that you looked into it."))
        return redirect("referrals:inbox")
    return render(request, "people/opening.jinja", {"opening": shown})
