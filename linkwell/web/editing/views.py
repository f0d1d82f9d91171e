"""An entry by hand: begin, edit, end, bring back, hide its address, and what became of it."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from linkwell.common.errors import DomainError, NotVisible
from linkwell.directory.editing import keeping, moderation, queries
from linkwell.directory.editing.queries import Standing
from linkwell.directory.errors import NoSuchService
from linkwell.team.access import DIR, LW, SUP
from linkwell.web.editing.forms import EndForm, EntryForm, OwnerForm, ShowForm, WhyForm, every_name
from linkwell.web.policy import MemberRequest, route
from linkwell.web.render import render, succeeded


def _standing(service_id: int) -> Standing:
    try:
        return queries.standing(service_id)
    except NoSuchService:
        raise NotVisible from None


@require_http_methods(["GET", "POST"])
@route(roles={DIR, LW, SUP}, relation="none")
def edit(request: MemberRequest, service_id: int) -> HttpResponse:
    """All fields of an entry: an editor writes them, a link worker suggests them."""
    entry = _standing(service_id)
    writes = request.staff.role == DIR
    form = EntryForm(
        request.POST or None, stands=queries.texts(service_id), names=every_name(by_groups=not writes),
        hides=entry.is_undisclosed,
    )  # fmt: skip
    if form.is_valid():
        try:
            said = _write(request, service_id, form.said(), writes=writes)
        except NoSuchService:
            raise NotVisible from None
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            succeeded(request, said)
            return redirect("directory:service", service_id)
    return render(request, "editing/edit.jinja", {"form": form, "entry": entry, "writes": writes})


def _write(request: MemberRequest, service_id: int, fields: dict[str, str], *, writes: bool) -> str:
    why, now = request.POST.get("why", "")[:500], timezone.now()
    if writes:
        changed = keeping.edit_entry(service_id=service_id, fields=fields, by=request.staff, at=now, why=why)
        return _("Saved. Imports leave what you changed as it is.") if changed else _("Nothing was different.")
    moderation.suggest_changes(
        service_id=service_id, fields=fields, origin="worker", by=request.staff, at=now, reason=why
    )
    return _("Thank you. A directory editor looks at it; until then the entry stays as it is.")


@require_http_methods(["GET", "POST"])
@route(roles={DIR}, relation="none")
def begin(request: MemberRequest) -> HttpResponse:
    """A new entry of this directory, public at once."""
    names = [name for name in every_name() if not name.startswith("organisation_")]
    owner = OwnerForm(request.POST or None, prefix="owner")
    hides = "owner-is_undisclosed" in request.POST
    form = EntryForm(request.POST or None, stands={}, names=names, hides=hides)
    if form.is_valid() and owner.is_valid():
        try:
            made = _begin(request, form.said(), owner.cleaned_data)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            succeeded(request, _("%(name)s is in the directory.") % {"name": made.name})
            return redirect("directory:service", made.pk)
    return render(request, "editing/begin.jinja", {"form": form, "owner": owner})


def _begin(request: MemberRequest, fields: dict[str, str], said: dict[str, Any]) -> Any:
    wanted = " ".join(said["organisation"].split())
    known = [pk for pk, name in queries.organisations_named(wanted) if name.casefold() == wanted.casefold()]
    owner = keeping.Owner(known[0] if known else None, wanted, said["kind"])
    return keeping.begin_entry(
        fields=fields, owner=owner, is_undisclosed=said["is_undisclosed"], by=request.staff, at=timezone.now()
    )


@require_http_methods(["GET", "POST"])
@route(roles={DIR}, relation="none")
def end(request: MemberRequest, service_id: int) -> HttpResponse:
    """The entry has ended: a day and a reason."""
    entry = _standing(service_id)
    form = EndForm(request.POST or None, initial={"on": timezone.localdate()})
    if form.is_valid():
        try:
            keeping.end_entry(service_id=service_id, by=request.staff, at=timezone.now(), **form.cleaned_data)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            succeeded(request, _("Ended. It is out of every search; you can bring it back."))
            return redirect("directory:service", service_id)
    return render(request, "editing/end.jinja", {"form": form, "entry": entry})


@require_http_methods(["GET", "POST"])
@route(roles={DIR}, relation="none")
def back(request: MemberRequest, service_id: int) -> HttpResponse:
    """An ended entry comes back."""
    entry = _standing(service_id)
    form = WhyForm(request.POST or None)
    if form.is_valid():
        try:
            keeping.bring_back(service_id=service_id, by=request.staff, at=timezone.now(), **form.cleaned_data)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            succeeded(request, _("It is back in search. Somebody should confirm that it is right."))
            return redirect("directory:service", service_id)
    return render(request, "editing/back.jinja", {"form": form, "entry": entry})


@require_http_methods(["GET", "POST"])
@route(roles={DIR}, relation="none")
def undisclosed(request: MemberRequest, service_id: int) -> HttpResponse:
    """Stop giving an address out, or give it out again; the page shows first what the public will see."""
    entry = _standing(service_id)
    form: WhyForm = (ShowForm if entry.is_undisclosed else WhyForm)(request.POST or None)
    if form.is_valid():
        try:
            named = _hide_or_show(request, entry, form)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            said = _("Saved.")
            if named:
                said = _("Hidden. These words may still name the address, look at them: %(fields)s") % {
                    "fields": ", ".join(named)
                }
            succeeded(request, said)
            return redirect("directory:service", service_id)
    places = queries.texts(service_id)["places"]
    return render(request, "editing/undisclosed.jinja", {"form": form, "entry": entry, "places": places})


def _hide_or_show(request: MemberRequest, entry: Standing, form: WhyForm) -> list[str]:
    why, now = form.cleaned_data["why"], timezone.now()
    if isinstance(form, ShowForm):
        keeping.show_address(service_id=entry.pk, places=form.places(), why=why, by=request.staff, at=now)
        return []
    return keeping.hide_address(service_id=entry.pk, why=why, by=request.staff, at=now)


@require_safe
@route(roles={DIR, LW, SUP}, relation="none")
def history(request: MemberRequest, service_id: int) -> HttpResponse:
    """Who changed what by hand, and when."""
    entry = _standing(service_id)
    found = queries.versions(service_id, scheme_id=request.staff.scheme_id)
    return render(request, "editing/history.jinja", {"entry": entry, "versions": found})
