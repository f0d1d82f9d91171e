"""Telling us: it was closed, or something should be changed. Nothing here changes an entry."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from linkwell.common.errors import DomainError
from linkwell.directory import suggesting
from linkwell.directory.actions import report_public
from linkwell.directory.errors import NoSuchService
from linkwell.web import errors
from linkwell.web.policy import public
from linkwell.web.public.forms import ChangeForm, OutsideForm, TellForm
from linkwell.web.public.limits import may_write
from linkwell.web.public.shared import keep_private, own_page, shared_page
from linkwell.web.render import render

METHODS = ["GET", "HEAD", "POST"]


@require_http_methods(METHODS)
@public()
@own_page
def tell(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Say what was found at the door; it asks us to look, and overwrites nothing."""
    now = timezone.now()
    try:
        entry = suggesting.suggestable(public_id)
    except NoSuchService:
        return errors.not_found(request)
    form = TellForm(request.POST or None)
    if form.is_bound and form.is_by_machine:
        return redirect("public:thanks")
    if form.is_valid() and _has_room(request, form, public_id):
        said = form.cleaned_data
        try:
            report_public(public_id=public_id, kind=said["kind"], note=said["note"], at=now)
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("public:thanks")
    return _page(request, "public/tell.jinja", form, entry, public_id)


@require_http_methods(METHODS)
@public()
@own_page
def change(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Suggest a change; a person compares it with what stands and decides."""
    now = timezone.now()
    try:
        entry = suggesting.suggestable(public_id)
    except NoSuchService:
        return errors.not_found(request)
    form = ChangeForm(request.POST or None, stands=entry.stands)
    if form.is_bound and form.is_by_machine:
        return redirect("public:thanks")
    if form.is_valid() and _has_room(request, form, public_id):
        try:
            suggesting.suggest(public_id=public_id, fields=form.changes(), at=now)
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("public:thanks")
    return _page(request, "public/change.jinja", form, entry, public_id)


def _has_room(request: HttpRequest, form: OutsideForm, public_id: UUID) -> bool:
    if may_write(request, public_id):
        return True
    form.add_error(None, _("We have heard a lot from here today. Please ring the group, or try again tomorrow."))
    form.is_too_often = True
    return False


def _page(
    request: HttpRequest, template: str, form: OutsideForm, entry: suggesting.Suggestable, public_id: UUID
) -> HttpResponse:
    if entry.is_private:
        keep_private(request, shared=False)
    status = 429 if form.is_too_often else 200
    return render(request, template, {"form": form, "name": entry.name, "public_id": public_id}, status=status)


@require_safe
@public()
@shared_page
def thanks(request: HttpRequest) -> HttpResponse:
    """Say what happens next."""
    return render(request, "public/thanks.jinja")
