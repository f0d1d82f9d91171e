"""What is there, how it works now, and how one gets in."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from linkwell.common.errors import DomainError, NotVisible
from linkwell.directory import actions
from linkwell.directory.editing.moderation import settle_address
from linkwell.directory.errors import NoSuchService
from linkwell.directory.imports.queries import standing
from linkwell.directory.queries import remarks, search_directory, service_page
from linkwell.team.access import DIR, LW, MGR, READS_DIRECTORY, RECORD_STAFF, SUP
from linkwell.web.calls.forms import NOW, BreakForm
from linkwell.web.directory.beside import beside_entry
from linkwell.web.directory.forms import AddressForm, ConfirmForm, ListForm, RemarkForm, StatusForm
from linkwell.web.forms import PageForm
from linkwell.web.policy import MemberRequest, route
from linkwell.web.render import render, succeeded

KEEPERS = {LW, SUP, DIR}  # who may say how an entry is now
READS_REMARKS = {LW, SUP, DIR, MGR}


@require_GET
@route(roles=READS_DIRECTORY, relation="none")
def listing(request: MemberRequest) -> HttpResponse:
    """Every entry, or those that fit the words, the need and the place."""
    form = ListForm(request.GET)
    valid = form.is_valid()
    said = form.cleaned_data
    found = search_directory(
        said.get("words", ""), form.located if valid else None, said.get("need", ""), said.get("page") or 1,
        at=timezone.now(), old_too=bool(said.get("old_too")),
    )  # fmt: skip
    kept = urlencode({name: said.get(name) for name in ("words", "need", "place", "old_too") if said.get(name)})
    calls_url = reverse("calls:list") if request.staff.role in KEEPERS else ""
    context = {
        "form": form,
        "found": found,
        "base": f"?{kept}&page=",
        "calls_url": calls_url,
        "begins": request.staff.role == DIR,
    }
    return render(request, "directory/list.jinja", context)


@require_GET
@route(roles=READS_DIRECTORY, relation="none")
def service(request: MemberRequest, service_id: int) -> HttpResponse:
    """One entry: when, where, how to get in, what it costs, who confirmed it."""
    return _page(request, service_id)


def _page(request: MemberRequest, service_id: int, **bound: PageForm) -> HttpResponse:
    role = request.staff.role
    stands = standing(service_id)
    if stands is None or (stands.hidden_at and role != DIR):
        raise NotVisible
    if stands.joined_into_id:
        return redirect("directory:service", stands.joined_into_id)
    try:
        page = service_page(service_id, at=timezone.now())
    except NoSuchService:
        raise NotVisible from None
    owner = page.organisation
    forms: dict[str, PageForm] = {
        "status_form": StatusForm(prefix="status", initial={"status": page.operating, "wait_weeks": page.wait_weeks}),
        "break_form": BreakForm(prefix="break", initial={"from_on": page.break_from, "until_on": page.break_until}),
        "confirm_form": ConfirmForm(prefix="confirm"),
        "remark_form": RemarkForm(prefix="remark"),
        "address_form": AddressForm(prefix="address", initial={"email": owner.referral_email if owner else ""}),
        **bound,
    }
    context = {
        "page": page,
        "stands": stands,
        "edits": role == DIR,
        "remarks": remarks(service_id, scheme_id=request.staff.scheme_id) if role in READS_REMARKS else (),
        "reads_remarks": role in READS_REMARKS,
        "keeps": role in KEEPERS,
        "shares": role in RECORD_STAFF,
        "beside": beside_entry(page, viewer=request.staff, at=timezone.now()),
        "forms": forms,
        "now_choices": NOW,
    }
    return render(request, "directory/service.jinja", context)


def _save(
    request: MemberRequest, service_id: int, name: str, form: PageForm, act: Callable[[dict[str, Any]], Any], said: str
) -> HttpResponse:
    """Run one act of the page; a refusal stands on its form."""
    if form.is_valid():
        try:
            act(form.cleaned_data)
        except NoSuchService:
            raise NotVisible from None
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            succeeded(request, said)
            return redirect(reverse("directory:service", args=[service_id]))
    return _page(request, service_id, **{name: form})


@require_POST
@route(roles=KEEPERS, relation="none")
def status(request: MemberRequest, service_id: int) -> HttpResponse:
    """Say how it works now; the next search knows."""

    def act(data: dict[str, Any]) -> None:
        weeks = data["wait_weeks"] if data["status"] == "waiting" else None
        actions.set_operating_status(
            service_id=service_id, status=data["status"], wait_weeks=weeks, note=data["note"], by=request.staff,
            until=data["until"], at=timezone.now(),
        )  # fmt: skip

    form = StatusForm(request.POST, prefix="status")
    return _save(request, service_id, "status_form", form, act, _("Saved. Searches know it from now on."))


@require_POST
@route(roles=KEEPERS, relation="none")
def confirm(request: MemberRequest, service_id: int) -> HttpResponse:
    """Say that somebody looked whether the entry is right."""

    def act(data: dict[str, Any]) -> None:
        actions.record_verification(service_id=service_id, by=request.staff, at=timezone.now(), **data)

    form = ConfirmForm(request.POST, prefix="confirm")
    return _save(request, service_id, "confirm_form", form, act, _("Thank you: the entry says who looked, and when."))


@require_POST
@route(roles=KEEPERS, relation="none")
def remark(request: MemberRequest, service_id: int) -> HttpResponse:
    """Leave a remark for colleagues."""

    def act(data: dict[str, Any]) -> None:
        actions.add_remark(service_id=service_id, text=data["text"], by=request.staff, at=timezone.now())

    form = RemarkForm(request.POST, prefix="remark")
    return _save(
        request, service_id, "remark_form", form, act, _("Your colleagues can read it. It is never published.")
    )


@require_POST
@route(roles=RECORD_STAFF, relation="none")
def address(request: MemberRequest, service_id: int) -> HttpResponse:
    """Confirm the address that people's details go to."""
    owner = _owner(service_id)

    def act(data: dict[str, Any]) -> None:
        said = {"organisation_id": owner, "email": data["email"], "by": request.staff, "at": timezone.now()}
        actions.set_referral_email(**said, how=data["how"])
        settle_address(**said)

    form = AddressForm(request.POST, prefix="address")
    return _save(request, service_id, "address_form", form, act, _("Saved where referrals go."))


def _owner(service_id: int) -> int:
    try:
        owner = service_page(service_id, at=timezone.now()).organisation
    except NoSuchService:
        raise NotVisible from None
    if owner is None:
        raise NotVisible
    return owner.pk
