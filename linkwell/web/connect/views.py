"""Refer on: tick, read what they will read, agree, send. Or tell the person about it: no details leave."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from linkwell.common.errors import DomainError, NotVisible
from linkwell.connections import actions, queries
from linkwell.connections.actions import Share
from linkwell.connections.errors import AlreadyConnected, FullNow, NotTakingPeople
from linkwell.team.access import LW
from linkwell.web.connect.forms import AgreeForm, TellForm
from linkwell.web.people.header import episode_and_header
from linkwell.web.policy import MemberRequest, route
from linkwell.web.render import render, succeeded


@require_http_methods(["GET", "POST"])
@route(roles={LW}, relation="caseload", audit="person.share_prepared")
def refer(request: MemberRequest, person_id: int, service_id: int) -> HttpResponse:
    """Tick what they need to know; then the preview; then send."""
    now = timezone.now()
    episode, header = episode_and_header(viewer=request.staff, person_id=person_id, at=now)
    try:
        shown = queries.share_form(
            viewer=request.staff, episode_id=episode.pk, service_id=service_id, at=now,
            hope=request.POST.get("hope", "")[:300], waiting_list=_asks_for_the_list(request),
        )  # fmt: skip
    except NotVisible:
        raise
    except DomainError as error:
        return _refused(request, header, service_id, error)
    if shown.already and shown.connection_id:
        return redirect("connect:connection", shown.connection_id)
    form = TellForm(request.POST or None, shown=shown)
    context = {"person": header, "shown": shown, "form": form}
    if not form.is_valid() or "change" in request.POST:
        if "change" in request.POST:
            context["form"] = TellForm(shown=shown, initial=_typed(request))
        return render(request, "connect/refer.jinja", context)
    return _preview_or_send(request, episode.pk, service_id, context)


def _asks_for_the_list(request: MemberRequest) -> bool:
    """Say whether a place on a waiting list is asked for, knowing that there is no room now."""
    return request.GET.get("waiting") == "yes"


def _refused(request: MemberRequest, header: Any, service_id: int, error: DomainError) -> HttpResponse:
    """Say why nobody can be referred there now, and what can be done instead."""
    context = {
        "person": header,
        "why": str(error),
        "service_id": service_id,
        "has_list": isinstance(error, FullNow),
        "may_keep": isinstance(error, NotTakingPeople),
    }
    return render(request, "connect/refused.jinja", context)


def _typed(request: MemberRequest) -> dict[str, Any]:
    single = {name: request.POST.get(name, "") for name in ("hope", "extra_reason", "channel", "days")}
    return {**single, "ticked": request.POST.getlist("ticked"), "extra": request.POST.getlist("extra")}


def _preview_or_send(request: MemberRequest, episode_id: int, service_id: int, context: dict[str, Any]) -> HttpResponse:
    """Show exactly what they will read; send once the agreement to it is recorded."""
    now, form = timezone.now(), context["form"]
    told = form.told()
    try:
        seen = queries.preview(
            viewer=request.staff, episode_id=episode_id, service_id=service_id, at=now,
            waiting_list=_asks_for_the_list(request), **told,
        )  # fmt: skip
    except NotVisible:
        raise
    except DomainError as error:
        form.add_error(None, str(error))
        return render(request, "connect/refer.jinja", context)
    agree = AgreeForm(request.POST if "send" in request.POST else None, initial={"previewed": seen.digest})
    if agree.is_valid():
        share = Share(
            **told, **agree.cleaned_data,
            channel=form.cleaned_data["channel"], days=form.cleaned_data["days"],
            for_waiting_list=_asks_for_the_list(request),
        )  # fmt: skip
        try:
            connection = actions.share_with_organisation(
                episode_id=episode_id, service_id=service_id, share=share, by=request.staff, at=now
            )
        except AlreadyConnected as already:
            return redirect("connect:connection", already.connection_id)
        except NotVisible:
            raise
        except DomainError as error:
            agree.add_error(None, str(error))
            agree.data = agree.data.copy()
            agree.data["previewed"] = seen.digest  # what is on the page now
        else:
            _say_sent(request, share.channel, context)
            return redirect("connect:connection", connection.pk)
    hidden = {**_typed(request), "days": str(form.cleaned_data["days"])}
    return render(request, "connect/preview.jinja", {**context, "form": agree, "seen": seen, "hidden": hidden})


def _say_sent(request: MemberRequest, channel: str, context: dict[str, Any]) -> None:
    names = {"name": context["person"].name, "group": context["shown"].service.organisation}
    words = {
        "email": _(
            "%(name)s is referred to %(group)s. They get a link by e-mail, with nothing about the person in it."
        ),
        "phone": _("%(name)s is referred to %(group)s. Read it out to them by phone, then note what they say."),
        "print": _("%(name)s is referred to %(group)s. Print it and hand it over, then note what they say."),
    }
    succeeded(request, words[channel] % names)


@require_http_methods(["GET", "POST"])
@route(roles={LW}, relation="caseload", audit="person.signpost_prepared")
def signpost(request: MemberRequest, person_id: int, service_id: int) -> HttpResponse:
    """Tell the person about it: one button, and no details leave."""
    now = timezone.now()
    episode, header = episode_and_header(viewer=request.staff, person_id=person_id, at=now)
    shown = queries.tell_form(viewer=request.staff, episode_id=episode.pk, service_id=service_id, at=now)
    if shown.already and shown.connection_id:
        return redirect("connect:connection", shown.connection_id)
    refusal = shown.refusal
    if request.method == "POST" and not refusal:
        try:
            connection = actions.signpost(episode_id=episode.pk, service_id=service_id, by=request.staff, at=now)
        except AlreadyConnected as already:
            return redirect("connect:connection", already.connection_id)
        except NotVisible:
            raise
        except DomainError as error:
            refusal = str(error)
        else:
            names = {"name": header.name, "service": shown.service.name}
            succeeded(request, _("%(name)s has been told about %(service)s. No details left.") % names)
            return redirect("connect:connection", connection.pk)
    context = {"person": header, "service": shown.service, "refusal": refusal}
    return render(request, "connect/signpost.jinja", context)


@require_POST
@route(roles={LW}, relation="caseload")
def keep(request: MemberRequest, person_id: int, service_id: int) -> HttpResponse:
    """Keep a service on the person's short list."""
    now = timezone.now()
    episode, header = episode_and_header(viewer=request.staff, person_id=person_id, at=now)
    try:
        connection = actions.propose(episode_id=episode.pk, service_id=service_id, by=request.staff, at=now)
    except AlreadyConnected as already:
        return redirect("connect:connection", already.connection_id)
    succeeded(request, _("It is on the short list of %(name)s.") % {"name": header.name})
    return redirect("connect:connection", connection.pk)
