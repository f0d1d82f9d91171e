"""The inbox, and deciding on a referral."""

from collections.abc import Callable
from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from linkwell.common.errors import DomainError, NotVisible
from linkwell.matching.vocabulary import LANGUAGES
from linkwell.referrals.actions import (
    accept_referral,
    answer_question,
    decline_referral,
    ensure_accepted,
    return_referral,
)
from linkwell.referrals.errors import TooLate
from linkwell.referrals.queries import ReferralPage, referral_page
from linkwell.support.actions import accept_and_take_on
from linkwell.team.access import LW, SUP
from linkwell.web.people.found import remember_found
from linkwell.web.policy import MemberRequest, route
from linkwell.web.referrals.forms import AcceptForm, AnswerForm, AskForm, DeclineForm
from linkwell.web.referrals.page import inbox_page, who_triages
from linkwell.web.render import render, succeeded


@require_GET
@route(roles={LW, SUP}, relation="team", audit="referral.inbox_read")
def inbox(request: MemberRequest) -> HttpResponse:
    """New, urgent, returned; who could take each, and why."""
    now = timezone.now()
    if not request.staff.triages:
        return render(request, "referrals/who_triages.jinja", {"names": who_triages(viewer=request.staff, at=now)})
    return render(request, "referrals/inbox.jinja", {"inbox": inbox_page(viewer=request.staff, at=now)})


def _page(request: MemberRequest, referral_id: int, now: datetime) -> ReferralPage:
    page = referral_page(viewer=request.staff, referral_id=referral_id, at=now)
    request.person_id = page.person_id
    return page


@require_GET
@route(roles={LW, SUP}, relation="team", audit="referral.read")
def referral(request: MemberRequest, referral_id: int) -> HttpResponse:
    """One referral, to decide on."""
    page = _page(request, referral_id, timezone.now())
    return _shown(request, page, AcceptForm(page=page), AnswerForm())


def _shown(request: MemberRequest, page: ReferralPage, form: AcceptForm, answer_form: AnswerForm) -> HttpResponse:
    remember_found(request, [match.person_id for match in page.matches])
    hints = {str(room.membership_id): room.why for room in page.could_take}
    context = {"page": page, "form": form, "answer_form": answer_form, "hints": hints, "languages": LANGUAGES}
    return render(request, "referrals/referral.jinja", context)


@require_POST
@route(roles={LW, SUP}, relation="team", audit="referral.read")
def accept(request: MemberRequest, referral_id: int) -> HttpResponse:
    """Accept, and give it to a link worker, in one act."""
    now = timezone.now()
    try:
        page = _page(request, referral_id, now)
    except NotVisible:
        return _decided_already(request, referral_id, now)
    form = AcceptForm(request.POST, page=page)
    if form.is_valid():
        worker_id = form.link_worker_id
        try:
            if worker_id is None:
                accept_referral(referral_id=referral_id, by=request.staff, at=now)
            else:
                accept_and_take_on(referral_id=referral_id, link_worker_id=worker_id, by=request.staff, at=now)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            return _taken(request, page, worker_id)
    return _shown(request, page, form, AnswerForm())


def _decided_already(request: MemberRequest, referral_id: int, now: datetime) -> HttpResponse:
    """Tell who was second that somebody was quicker; for anybody else the referral does not exist."""
    try:
        ensure_accepted(referral_id=referral_id, by=request.staff, at=now)
    except TooLate as error:
        messages.warning(request, str(error))
    return redirect("referrals:inbox")


def _taken(request: MemberRequest, page: ReferralPage, worker_id: int | None) -> HttpResponse:
    if worker_id is None:
        told = _("%(name)s is accepted and waits for a link worker.") % {"name": page.name}
        succeeded(
            request, told, next_label=_("Choose one"), next_url=reverse("referrals:referral", args=[page.referral_id])
        )
        return redirect("referrals:inbox")
    worker = next(room.name for room in page.could_take if room.membership_id == worker_id)
    told = _("%(name)s is now with %(worker)s. %(source)s will be told.") % {
        "name": page.name, "worker": worker, "source": page.source,
    }  # fmt: skip
    sees_them = request.staff.role == SUP or worker_id == request.staff.pk
    label, address = (
        (_("Open their record"), reverse("people:person", args=[page.person_id])) if sees_them else ("", "")
    )
    succeeded(request, told, next_label=label, next_url=address)
    return redirect("referrals:inbox")


def _decide(
    request: MemberRequest, page: ReferralPage, form: DeclineForm | AskForm, act: Callable[[], object], done: str
) -> HttpResponse | None:
    """Run one decision; return where to go next, or None if the form must come back."""
    if not form.is_valid():
        return None
    try:
        act()
    except DomainError as error:
        form.add_error(None, str(error))
        return None
    succeeded(request, done % {"name": page.name, "source": page.source})
    return redirect("referrals:inbox")


@require_http_methods(["GET", "POST"])
@route(roles={LW, SUP}, relation="team", audit="referral.read")
def decline(request: MemberRequest, referral_id: int) -> HttpResponse:
    """Say no, with the reason and who can help instead."""
    now = timezone.now()
    page, form = _page(request, referral_id, now), DeclineForm(request.POST if request.method == "POST" else None)
    done = _decide(
        request, page, form,
        lambda: decline_referral(
            referral_id=referral_id, reason=form.reason(), who_instead=form.cleaned_data["who_instead"],
            by=request.staff, at=now,
        ),
        _("%(name)s was not taken on. %(source)s will be told why."),
    )  # fmt: skip
    return done or render(request, "referrals/decline.jinja", {"page": page, "form": form})


@require_http_methods(["GET", "POST"])
@route(roles={LW, SUP}, relation="team", audit="referral.read")
def ask(request: MemberRequest, referral_id: int) -> HttpResponse:
    """Return it to the referrer with a question."""
    now = timezone.now()
    page, form = _page(request, referral_id, now), AskForm(request.POST if request.method == "POST" else None)
    done = _decide(
        request, page, form,
        lambda: return_referral(
            referral_id=referral_id, question=form.cleaned_data["question"], by=request.staff, at=now
        ),
        _("Your question about %(name)s went to %(source)s. The referral comes back here with the answer."),
    )  # fmt: skip
    return done or render(request, "referrals/ask.jinja", {"page": page, "form": form})


@require_POST
@route(roles={LW, SUP}, relation="team", audit="referral.read")
def answer(request: MemberRequest, referral_id: int) -> HttpResponse:
    """Write down an answer that came by phone; the referral is new again."""
    now = timezone.now()
    page, form = _page(request, referral_id, now), AnswerForm(request.POST)
    if form.is_valid():
        try:
            answer_question(referral_id=referral_id, answer=form.cleaned_data["answer"], by=request.staff, at=now)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            succeeded(request, _("Saved the answer. You can decide now."))
            return redirect("referrals:referral", referral_id)
    return _shown(request, page, AcceptForm(page=page), form)
