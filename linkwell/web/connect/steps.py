"""One connection: how it stands, what was told, what was answered, and the next step."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from linkwell.common.errors import DomainError, NotVisible
from linkwell.connections import actions
from linkwell.connections.actions import Answer
from linkwell.connections.queries import ConnectionPage, connection_page
from linkwell.support.queries import visible_episode
from linkwell.team.access import LW, SUP
from linkwell.web.connect.forms import FirstTimeForm, PhoneAnswerForm, ReasonForm
from linkwell.web.forms import PageForm
from linkwell.web.people.header import header_of
from linkwell.web.policy import MemberRequest, route
from linkwell.web.render import render, succeeded

FORMS: dict[str, type[PageForm]] = {
    "answer_form": PhoneAnswerForm,
    "first_form": FirstTimeForm,
    "no_form": ReasonForm,
    "end_form": ReasonForm,
}


def _page(request: MemberRequest, connection_id: int, *, refusal: str = "", **bound: PageForm) -> HttpResponse:
    """Show the connection with its forms; a bound form carries its errors."""
    now = timezone.now()
    shown = connection_page(viewer=request.staff, connection_id=connection_id, at=now)
    request.person_id = shown.person_id
    episode = visible_episode(viewer=request.staff, episode_id=shown.episode_id, at=now)
    forms = {name: bound.get(name) or kind(prefix=name) for name, kind in FORMS.items()}
    context = {
        "page": shown,
        "person": header_of(episode, at=now),
        "primary": _primary(shown),
        "refusal": refusal,
        "forms": list(bound.values()),
        "now": now,
        **forms,
    }
    return render(request, "connect/connection.jinja", context)


def _primary(page: ConnectionPage) -> str:
    """Return the one act that this page is for now."""
    if not page.may_write:
        return ""
    if page.may_settle:
        return "settle"
    if page.line.state == "proposed":
        return "refer"
    if "first_attended" in page.next_states:
        return "first_time"
    if "attending" in page.next_states:
        return "going"
    by_hand = page.packet is not None and page.packet.channel != "email"
    return "answer" if page.may_note_answer and by_hand else ""


@require_safe
@route(roles={LW, SUP}, relation="caseload", audit="person.connection_read")
def connection(request: MemberRequest, connection_id: int) -> HttpResponse:
    """Show one connection."""
    return _page(request, connection_id)


@require_safe
@route(roles={LW, SUP}, relation="caseload", audit="person.share_printed")
def printed(request: MemberRequest, connection_id: int) -> HttpResponse:
    """What they are told, on paper."""
    shown = connection_page(viewer=request.staff, connection_id=connection_id, at=timezone.now())
    if shown.packet is None or not shown.packet.is_out:
        raise NotVisible
    request.person_id = shown.person_id
    return render(request, "connect/print.jinja", {"page": shown, "scheme_name": request.seat.scheme_name})


def _act(
    request: MemberRequest, connection_id: int, act: Callable[..., Any], said: str, *, form_name: str = "",
    form: PageForm | None = None, **values: Any,
) -> HttpResponse:  # fmt: skip
    """Do one act and show the connection; a refusal stands on the page and nothing typed is lost."""
    bound = {form_name: form} if form is not None else {}
    if form is not None and not form.is_valid():
        return _page(request, connection_id, **bound)
    try:
        act(connection_id=connection_id, by=request.staff, at=timezone.now(), **values)
    except NotVisible:
        raise
    except DomainError as error:
        if form is None:
            return _page(request, connection_id, refusal=str(error))
        form.add_error(None, str(error))
        return _page(request, connection_id, **bound)
    succeeded(request, said)
    return redirect("connect:connection", connection_id)


@require_POST
@route(roles={LW}, relation="caseload")
def answer(request: MemberRequest, connection_id: int) -> HttpResponse:
    """Note what the group said by phone or letter."""
    form = PhoneAnswerForm(request.POST, prefix="answer_form")
    given = Answer(**form.cleaned_data) if form.is_valid() else None
    said = _("Noted what they said. Now tell the person.")
    return _act(
        request, connection_id, actions.note_answer_by_phone, said, form_name="answer_form", form=form, given=given
    )


@require_POST
@route(roles={LW}, relation="caseload")
def settle(request: MemberRequest, connection_id: int) -> HttpResponse:
    """The person has been told the answer."""
    return _act(request, connection_id, actions.settle_answer, _("Noted that the person knows."))


@require_POST
@route(roles={LW}, relation="caseload")
def first_time(request: MemberRequest, connection_id: int) -> HttpResponse:
    """The person went for the first time."""
    form = FirstTimeForm(request.POST, prefix="first_form")
    values = form.cleaned_data if form.is_valid() else {}
    said = _("They went. Ask in a week or two whether it became theirs.")
    return _act(
        request, connection_id, actions.record_first_attendance, said, form_name="first_form", form=form, **values
    )


@require_POST
@route(roles={LW}, relation="caseload")
def going(request: MemberRequest, connection_id: int) -> HttpResponse:
    """The person goes there now."""
    return _act(request, connection_id, actions.record_attending, _("Noted that they go there now."))


@require_POST
@route(roles={LW}, relation="caseload")
def said_no(request: MemberRequest, connection_id: int) -> HttpResponse:
    """The person said no."""
    form = ReasonForm(request.POST, prefix="no_form")
    values = form.cleaned_data if form.is_valid() else {}
    said = _("Noted that they said no. If a group was waiting, it hears that it is over.")
    return _act(request, connection_id, actions.person_declined, said, form_name="no_form", form=form, **values)


@require_POST
@route(roles={LW}, relation="caseload")
def end(request: MemberRequest, connection_id: int) -> HttpResponse:
    """The connection has come to an end."""
    form = ReasonForm(request.POST, prefix="end_form")
    values = form.cleaned_data if form.is_valid() else {}
    return _act(request, connection_id, actions.end_connection, _("Ended."), form_name="end_form", form=form, **values)


@require_POST
@route(roles={LW}, relation="caseload")
def withdraw(request: MemberRequest, connection_id: int) -> HttpResponse:
    """Take back what was told."""
    said = _("Withdrawn. Their page is gone, and they are asked to destroy what they have.")
    return _act(request, connection_id, actions.withdraw_share, said)
