"""Sources: the list, one of them, adding one by its address after a look, and hiding an entry at once."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linkwell.common.errors import DomainError, NotVisible
from linkwell.directory.errors import NoSuchService
from linkwell.directory.imports import queries, sources
from linkwell.interop.fetching import web_address
from linkwell.interop.files.kept import mappings_to_choose
from linkwell.interop.sources import Found, look_at
from linkwell.team.access import COM, DIR, LW, MGR, SUP
from linkwell.web.forms import PageForm
from linkwell.web.policy import MemberRequest, route
from linkwell.web.render import render, succeeded
from linkwell.web.sources.forms import AddressForm, HideForm, ScheduleForm

READERS = {DIR, LW, SUP, MGR, COM}


@require_safe
@route(roles=READERS, relation="none")
def listing(request: MemberRequest) -> HttpResponse:
    """Every source: when it was read last, how that went, what waits for a person."""
    context = {
        "sources": queries.source_list(),
        "waiting": queries.waiting(),
        "hidden": queries.hidden_entries() if request.staff.role == DIR else (),
        "edits": request.staff.role == DIR,
    }
    return render(request, "sources/list.jinja", context)


@require_http_methods(["GET", "POST"])
@route(roles={DIR}, relation="none")
def add(request: MemberRequest) -> HttpResponse:
    """Look at an address, show what is there, and keep it only then."""
    form = AddressForm(request.POST or None, mappings=mappings_to_choose())
    found: Found | None = None
    if form.is_valid():
        data = form.cleaned_data
        try:
            if "keep" in request.POST:
                kept = sources.add_source(
                    name=data["name"], url=str(web_address(data["url"])), kind=data["kind"], every_hours=data["every"],
                    mapping=data["mapping"], by=request.staff, at=timezone.now(),
                )  # fmt: skip
                succeeded(
                    request, _("Kept. It is read within a few minutes; approve it once you have seen its entries.")
                )
                return redirect("sources:source", kept.pk)
            found = look_at(data["url"], kind=data["kind"], mapping=data["mapping"], today=timezone.localdate())
        except DomainError as error:
            form.add_error(None, str(error))
    return render(request, "sources/add.jinja", {"form": form, "found": found})


@require_safe
@route(roles=READERS, relation="none")
def source(request: MemberRequest, source_id: int) -> HttpResponse:
    """One source: its address, its schedule, whether it is approved, its newest runs."""
    return _page(request, source_id)


def _page(request: MemberRequest, source_id: int, form: PageForm | None = None, refusal: str = "") -> HttpResponse:
    page = queries.source_page(source_id)
    if page is None:
        raise NotVisible
    form = form or ScheduleForm(initial={"every": str(page.every_hours or ""), "is_paused": page.source.is_paused})
    context = {"page": page, "form": form, "edits": request.staff.role == DIR, "refusal": refusal}
    return render(request, "sources/source.jinja", context)


def _act(request: MemberRequest, source_id: int, act: Callable[[], Any], said: str) -> HttpResponse:
    try:
        act()
    except DomainError as error:
        return _page(request, source_id, refusal=str(error))
    succeeded(request, said)
    return redirect("sources:source", source_id)


@require_POST
@route(roles={DIR}, relation="none")
def schedule(request: MemberRequest, source_id: int) -> HttpResponse:
    """Say how often a source is read, or pause it."""
    form = ScheduleForm(request.POST)
    if not form.is_valid():
        return _page(request, source_id, form)
    data = form.cleaned_data

    def act() -> None:
        sources.schedule_source(
            source_id=source_id, every_hours=data["every"], is_paused=data["is_paused"], by=request.staff,
            at=timezone.now(),
        )  # fmt: skip

    return _act(request, source_id, act, _("Saved when this source is read."))


@require_POST
@route(roles={DIR}, relation="none")
def read_now(request: MemberRequest, source_id: int) -> HttpResponse:
    """Let a source be read as soon as the worker comes to it."""

    def act() -> None:
        sources.read_now(source_id=source_id, by=request.staff, at=timezone.now())

    return _act(request, source_id, act, _("It is read within a few minutes."))


@require_POST
@route(roles={DIR}, relation="none")
def approve(request: MemberRequest, source_id: int) -> HttpResponse:
    """Let the public see the entries of a source, or no longer."""
    approved = request.POST.get("approved") == "1"

    def act() -> None:
        sources.approve_source(source_id=source_id, is_approved=approved, by=request.staff, at=timezone.now())

    said = _("The public sees its entries now.") if approved else _("The public no longer sees its entries.")
    return _act(request, source_id, act, said)


@require_POST
@route(roles={DIR}, relation="none")
def hide(request: MemberRequest, service_id: int) -> HttpResponse:
    """Take one entry out of everything at once."""
    if queries.standing(service_id) is None:
        raise NotVisible
    form = HideForm(request.POST)
    if not form.is_valid():
        return render(request, "sources/hide.jinja", {"form": form, "service_id": service_id})
    sources.hide_entry(service_id=service_id, why=form.cleaned_data["why"], by=request.staff, at=timezone.now())
    succeeded(request, _("Hidden. Nobody but directory editors sees it now."))
    return redirect("directory:service", service_id)


@require_POST
@route(roles={DIR}, relation="none")
def show(request: MemberRequest, service_id: int) -> HttpResponse:
    """Let a hidden entry be seen again."""
    try:
        sources.show_entry(service_id=service_id, by=request.staff, at=timezone.now())
    except NoSuchService:
        raise NotVisible from None
    succeeded(request, _("It can be seen again."))
    return redirect("directory:service", service_id)
