"""Refer someone, and see what became of it."""

from contextlib import suppress

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from linkwell.common.errors import DomainError
from linkwell.people.keys import nhs_number_is_valid
from linkwell.referrals.actions import answer_question, mark_read, receive_referral
from linkwell.referrals.errors import AddedAlready
from linkwell.referrals.queries import AlreadyOpen, already_open, receipt
from linkwell.support.actions import add_note_to_referral
from linkwell.team.access import LW, REF, SUP
from linkwell.web.policy import MemberRequest, route
from linkwell.web.refer import page
from linkwell.web.refer.forms import ReferForm, WhoForm, WordsForm
from linkwell.web.render import render, succeeded

SHOWS = ("open", "mine", "all")


@require_http_methods(["GET", "POST"])
@route(roles={REF, LW, SUP}, relation="own")
def refer(request: MemberRequest) -> HttpResponse:
    """One page to refer someone; a referral that is open already is shown before a second one is sent."""
    form = ReferForm(request.POST if request.method == "POST" else None, viewer=request.staff)
    existing = None
    if form.is_valid():
        existing = None if "send_anyway" in request.POST else _existing(request, form)
        if existing is None:
            try:
                referral = receive_referral(
                    details=form.details(), reach=form.reach(), request=form.request(), by=request.staff,
                    at=timezone.now(),
                )  # fmt: skip
            except DomainError as error:
                form.add_error(None, str(error))
            else:
                return redirect("refer:sent", referral.pk)
    context = {
        "form": form,
        "existing": existing,
        "untraced": _is_untraced(form),
        "urgent_lines": page.urgent_lines(request.staff.scheme.nation),
        "home": "refer:mine" if request.staff.role == REF else "referrals:inbox",
    }
    return render(request, "refer/refer.jinja", context)


def _existing(request: MemberRequest, form: ReferForm) -> AlreadyOpen | None:
    key = form.cleaned_data["submission_key"]
    return already_open(viewer=request.staff, but_not=key, **WhoForm(request.POST).who())


def _is_untraced(form: ReferForm) -> bool:
    """Say whether the NHS number that was typed has ten digits and a wrong check digit."""
    digits = WhoForm(form.data).who()["health_number"]
    return form.has_nhs_number and len(digits) == 10 and not nhs_number_is_valid(digits)


@require_POST
@route(roles={REF, LW, SUP}, relation="own", audit="referral.already_open_checked")
def check(request: MemberRequest) -> HttpResponse:
    """The same notices while one types: is something open already, and does the number add up?"""
    who = WhoForm(request.POST).who()
    form = ReferForm(request.POST, viewer=request.staff)
    existing = already_open(viewer=request.staff, **who)
    return render(request, "refer/_notices.jinja", {"existing": existing, "untraced": _is_untraced(form)})


@require_GET
@route(roles={REF, LW, SUP}, relation="own", audit="referral.receipt_read")
def sent(request: MemberRequest, referral_id: int) -> HttpResponse:
    """Reference, what happens next, by when."""
    context = {
        "receipt": receipt(viewer=request.staff, referral_id=referral_id),
        "phone": request.staff.scheme.phone,
        "is_referrer": request.staff.role == REF,
    }
    return render(request, "refer/sent.jinja", context)


def _show(request: MemberRequest) -> str:
    show = request.GET.get("show", "")
    return show if show in SHOWS else "all"


@require_GET
@route(roles={REF}, relation="own", audit="referral.own_list_read")
def mine(request: MemberRequest) -> HttpResponse:
    """One line each, in words."""
    number = request.GET.get("page", "1")
    shown = page.mine(
        viewer=request.staff, at=timezone.now(), show=_show(request),
        page=int(number) if number.isdecimal() and len(number) < 6 else 1,
    )  # fmt: skip
    return render(request, "refer/mine.jinja", {"mine": shown, "show": _show(request)})


@require_GET
@route(roles={REF}, relation="own", audit="referral.own_list_read")
def printed(request: MemberRequest) -> HttpResponse:
    """The practice's list, to print."""
    now = timezone.now()
    lines = page.printed(viewer=request.staff, at=now, show=_show(request))
    context = {"lines": lines, "show": _show(request), "now": now, "most": page.MOST_PRINTED}
    return render(request, "refer/print.jinja", context)


@require_GET
@route(roles={REF}, relation="own", audit="referral.own_read")
def own(request: MemberRequest, referral_id: int) -> HttpResponse:
    """What was written, and all that we said about it; opening it counts as having read it."""
    shown = page.own(viewer=request.staff, referral_id=referral_id, at=timezone.now())
    request.person_id = shown.page.line.person_id
    mark_read(referral_id=referral_id, by=request.staff, at=timezone.now())
    return _own(request, shown, WordsForm())


def _own(request: MemberRequest, shown: page.Own, form: WordsForm) -> HttpResponse:
    return render(request, "refer/own.jinja", {"own": shown, "form": form})


@require_POST
@route(roles={REF}, relation="own")
def answer(request: MemberRequest, referral_id: int) -> HttpResponse:
    """Answer what we asked; the referral is received again."""
    form = WordsForm(request.POST)
    if form.is_valid():
        try:
            answer_question(
                referral_id=referral_id, answer=form.cleaned_data["words"], by=request.staff, at=timezone.now()
            )
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            succeeded(request, _("Thank you. We have your answer, and will decide now."))
            return redirect("refer:own", referral_id)
    return _own(request, page.own(viewer=request.staff, referral_id=referral_id, at=timezone.now()), form)


@require_POST
@route(roles={REF}, relation="own")
def note(request: MemberRequest, referral_id: int) -> HttpResponse:
    """Add something to an open referral."""
    form = WordsForm(request.POST)
    if form.is_valid():
        try:
            with suppress(AddedAlready):  # a double click: it stands there once, and the answer is the same
                add_note_to_referral(
                    referral_id=referral_id, note=form.cleaned_data["words"], by=request.staff, at=timezone.now()
                )
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            succeeded(request, _("Added to the referral. Whoever looks after it will see it."))
            return redirect("refer:own", referral_id)
    return _own(request, page.own(viewer=request.staff, referral_id=referral_id, at=timezone.now()), form)
