"""Our listing: an organisation's own entries, what holds at once and what waits for a directory editor."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linkwell.common.errors import DomainError, NotVisible
from linkwell.directory import actions
from linkwell.directory.editing import keeping, moderation, queries
from linkwell.directory.editing.fields import REFERRAL_ADDRESS
from linkwell.team.access import VOA
from linkwell.team.queries import accounts_of, open_invitations
from linkwell.web.editing.forms import AccountForm, EntryForm, names_of
from linkwell.web.editing.groups import handed_over, invite_for
from linkwell.web.forms import PageForm
from linkwell.web.organisation.forms import BreakForm, NowForm, PlacesForm, ReferralsForm
from linkwell.web.organisation.page import SHOWN, own, own_entry
from linkwell.web.policy import MemberRequest, route
from linkwell.web.render import render, succeeded


@require_safe
@route(roles={VOA}, relation="own")
def listing(request: MemberRequest) -> HttpResponse:
    """Our entries as everybody sees them, and what became of what we suggested."""
    ids = queries.own_services(viewer=request.staff)
    if len(ids) == 1:
        return _page(request, ids[0])
    context = {
        "name": queries.organisation_name(request.staff.organisation_id),
        "entries": queries.own_lines(viewer=request.staff, at=timezone.now()),
        "answers": queries.my_suggestions(viewer=request.staff),
    }
    return render(request, "organisation/listing.jinja", context)


@require_safe
@route(roles={VOA}, relation="own")
def entry(request: MemberRequest, service_id: int) -> HttpResponse:
    """One entry, to look at and to change."""
    return _page(request, service_id)


def _page(request: MemberRequest, service_id: int, **bound: Any) -> HttpResponse:
    viewer, at = request.staff, timezone.now()
    parts = {name: form for name, form in bound.items() if isinstance(form, EntryForm)}
    found = own_entry(service_id, viewer=viewer, at=at, bound=parts)
    shown = found.shown
    places = found.places
    forms: dict[str, PageForm] = {
        "now": NowForm(prefix="now", initial={"status": shown.operating, "wait_weeks": shown.wait_weeks}),
        "break": BreakForm(prefix="break", initial={"from_on": found.break_from, "until_on": found.break_until}),
        "places": PlacesForm(prefix="places", initial={"free": places.free, "total": places.total} if places else {}),
        "address": ReferralsForm(prefix="address"),
        **bound,
    }
    context = {
        "found": found,
        "page": shown,
        "forms": forms,
        "problems": list(bound.values()),
        "answers": queries.my_suggestions(viewer=viewer),
        "several": len(queries.own_services(viewer=viewer)) > 1,
    }
    return render(request, "organisation/entry.jinja", context)


def _act(
    request: MemberRequest, service_id: int, name: str, form: PageForm, act: Callable[[], Any], said: str
) -> HttpResponse:
    """Do one act on an own entry; a refusal stands on its form and nothing typed is lost."""
    own(service_id, viewer=request.staff)
    if form.is_valid():
        try:
            act()
        except NotVisible:
            raise
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            succeeded(request, said)
            return redirect("organisation:entry", service_id)
    return _page(request, service_id, **{name: form})


@require_POST
@route(roles={VOA}, relation="own")
def change(request: MemberRequest, service_id: int, group: str) -> HttpResponse:
    """Suggest other words for one part of the entry; a directory editor takes them."""
    if group not in SHOWN:
        raise NotVisible
    service = own(service_id, viewer=request.staff)
    form = EntryForm(
        request.POST, stands=queries.texts(service_id), names=names_of(group), hides=service.is_undisclosed,
        prefix=group,
    )  # fmt: skip

    def act() -> None:
        moderation.suggest_changes(
            service_id=service_id, fields=form.said(), origin="organisation", by=request.staff, at=timezone.now(),
            reason=request.POST.get("reason", "")[:500],
        )  # fmt: skip

    said = _("Thank you. Somebody looks at it before everybody sees it, and you hear by e-mail.")
    return _act(request, service_id, group, form, act, said)


@require_POST
@route(roles={VOA}, relation="own")
def right(request: MemberRequest, service_id: int) -> HttpResponse:
    """Everything still right, in one press."""
    own(service_id, viewer=request.staff)
    _confirm(request, [service_id])
    succeeded(request, _("Thank you. Your listing says that you confirmed it today."))
    return redirect("organisation:entry", service_id)


@require_POST
@route(roles={VOA}, relation="own")
def all_right(request: MemberRequest) -> HttpResponse:
    """Everything still right in every one of our entries."""
    ids = queries.own_services(viewer=request.staff)
    _confirm(request, ids)
    said = ngettext("Thank you. %(num)d listing is confirmed.", "Thank you. %(num)d listings are confirmed.", len(ids))
    succeeded(request, said % {"num": len(ids)})
    return redirect("organisation:listing")


def _confirm(request: MemberRequest, ids: list[int]) -> None:
    for service_id in ids:
        actions.record_verification(
            service_id=service_id, who="group", how="account", found="right", by=request.staff, at=timezone.now()
        )


@require_POST
@route(roles={VOA}, relation="own")
def now(request: MemberRequest, service_id: int) -> HttpResponse:
    """How it is now; it holds at once."""
    form = NowForm(request.POST, prefix="now")

    def act() -> None:
        actions.set_operating_status(service_id=service_id, by=request.staff, at=timezone.now(), **form.said())

    return _act(request, service_id, "now", form, act, _("Saved. Everybody sees it from now on."))


@require_POST
@route(roles={VOA}, relation="own")
def seasonal(request: MemberRequest, service_id: int) -> HttpResponse:
    """A seasonal break; it holds at once, and ends by itself."""
    form = BreakForm(request.POST, prefix="break")

    def act() -> None:
        actions.set_break(service_id=service_id, by=request.staff, at=timezone.now(), **form.cleaned_data)

    return _act(request, service_id, "break", form, act, _("Saved. The listing says when you are back."))


@require_POST
@route(roles={VOA}, relation="own")
def places(request: MemberRequest, service_id: int) -> HttpResponse:
    """How many places are free; it holds at once."""
    form = PlacesForm(request.POST, prefix="places")

    def act() -> None:
        keeping.set_capacity(service_id=service_id, by=request.staff, at=timezone.now(), **form.cleaned_data)

    return _act(request, service_id, "places", form, act, _("Saved. Everybody sees it from now on."))


@require_POST
@route(roles={VOA}, relation="own")
def address(request: MemberRequest, service_id: int) -> HttpResponse:
    """Ask for another address for referrals; somebody rings before it is used."""
    form = ReferralsForm(request.POST, prefix="address")

    def act() -> None:
        moderation.suggest_changes(
            service_id=service_id, fields={REFERRAL_ADDRESS: form.cleaned_data["email"]}, origin="organisation",
            by=request.staff, at=timezone.now(),
        )  # fmt: skip

    said = _("Thank you. We ring you before anything goes there; until then the address stays as it was.")
    return _act(request, service_id, "address", form, act, said)


@require_http_methods(["GET", "POST"])
@route(roles={VOA}, relation="own")
def colleagues(request: MemberRequest) -> HttpResponse:
    """Who signs in for our organisation, and inviting a colleague."""
    viewer, at = request.staff, timezone.now()
    mine = viewer.organisation_id or 0
    name = queries.organisation_name(mine)
    form = AccountForm(request.POST or None)
    if form.is_valid():
        try:
            handed = invite_for(request, mine, name, form)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            if not handed:
                succeeded(request, _("%(email)s is invited. The mail is on its way.") % form.cleaned_data)
            return redirect("organisation:colleagues")
    context = {
        "form": form,
        "name": name,
        "accounts": accounts_of(mine, viewer=viewer, on=timezone.localdate(at)),
        "invitations": [one for one in open_invitations(viewer=viewer, at=at) if one.organisation_id == mine],
        "handed_over": handed_over(request),
        "may_end": False,
    }
    return render(request, "organisation/colleagues.jinja", context)
