"""Who works in the scheme: list, invite, change, end."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linkwell.common.errors import DomainError, NotVisible
from linkwell.team import actions
from linkwell.team import queries as team
from linkwell.team.access import ADM, FROM_THE_DIRECTORY, IG, MAY_CHANGE, MAY_INVITE, MAY_RESET, MGR, SUP
from linkwell.team.proposals import one_waiting, waiting
from linkwell.web.policy import MemberRequest, route
from linkwell.web.render import render, succeeded
from linkwell.web.signin import second_factor
from linkwell.web.team import page
from linkwell.web.team.forms import EndForm, InviteForm, MemberForm

LINK = "invitation_link"  # in the session: shown once to whoever must hand it over
WAITS_NOW = gettext_lazy("Nothing has changed yet: this waits for a second person, who was told by e-mail.")


@route(roles={MGR, ADM, SUP, IG}, relation="scheme", audit="members.listed")
@require_safe
def members(request: MemberRequest) -> HttpResponse:
    """Show who works here and who is invited."""
    viewer, at = request.staff, timezone.now()
    return render(
        request,
        "team/members.jinja",
        {
            "members": team.members(viewer=viewer, on=timezone.localdate(at)),
            "invitations": team.open_invitations(viewer=viewer, at=at),
            "changes": MAY_CHANGE.get(viewer.role, frozenset()),
            "invites": MAY_INVITE.get(viewer.role, frozenset()),
            "resets": MAY_RESET.get(viewer.role, frozenset()),
            "waiting": waiting(viewer=viewer, at=at),
            "me": viewer.account_id,
            "left_behind": page.nobody_is_with(viewer=viewer, on=timezone.localdate(at)),
            "arranges": viewer.role in (MGR, ADM),
        },
    )


@route(roles={MGR, ADM, SUP}, relation="scheme")
@require_http_methods(["GET", "POST"])
def invite(request: MemberRequest) -> HttpResponse:
    """Invite someone to a place in the scheme."""
    form = InviteForm(request.POST or None, viewer=request.staff)
    if form.is_valid():
        email, name = form.cleaned_data["email"], form.cleaned_data["name"]
        try:
            made = page.invite_and_mail(email=email, name=name, place=form.place(), by=request.staff, at=timezone.now())
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            if made is None:
                succeeded(request, WAITS_NOW)
                return redirect("team:members")
            if page.must_be_handed_over():
                request.session[LINK] = {"address": made.invitation.email, "path": made.url_path}
                return redirect("team:invited")
            succeeded(request, _("%(email)s is invited. The mail is on its way.") % {"email": made.invitation.email})
            return redirect("team:members")
    return render(request, "team/invite.jinja", {"form": form})


@route(roles={MGR, ADM, SUP, IG}, relation="scheme")
@require_safe
def invited(request: MemberRequest) -> HttpResponse:
    """Show a link that must be handed over, once."""
    link = request.session.pop(LINK, None)
    if link is None:
        return redirect("team:members")
    shown = {"address": link["address"], "link": request.build_absolute_uri(link["path"])}
    return render(request, "team/invited.jinja", shown)


@route(roles={MGR, ADM, SUP}, relation="scheme")
@require_POST
def withdraw(request: MemberRequest, invitation_id: int) -> HttpResponse:
    """Withdraw an invitation."""
    try:
        gone = actions.withdraw_invitation(invitation_id=invitation_id, by=request.staff, at=timezone.now())
    except NotVisible:
        raise
    except DomainError as error:
        raise NotVisible from error
    succeeded(request, _("The invitation to %(email)s is withdrawn. Its link no longer works.") % {"email": gone.email})
    return redirect("team:members")


@route(roles={MGR, ADM}, relation="scheme")
@require_http_methods(["GET", "POST"])
def member(request: MemberRequest, membership_id: int) -> HttpResponse:
    """Change someone's place."""
    row = _row(request, membership_id)
    if row.role in FROM_THE_DIRECTORY:  # it can only end: it is for one organisation
        return redirect("team:end", row.pk)
    form = MemberForm(request.POST or None, viewer=request.staff, initial=_initial(row))
    if form.is_valid():
        try:
            done = page.change_or_ask(membership_id=row.pk, place=form.place(), by=request.staff, at=timezone.now())
        except NotVisible:
            raise
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            said = _("%(name)s's place is changed, from their next click on.") % {"name": row.name}
            succeeded(request, said if done else WAITS_NOW)
            return redirect("team:members")
    still = page.still_with(row, viewer=request.staff)
    return render(request, "team/member.jinja", {"form": form, "member": row, "still_with": still})


@route(roles={MGR, ADM}, relation="scheme")
@require_http_methods(["GET", "POST"])
def end(request: MemberRequest, membership_id: int) -> HttpResponse:
    """End someone's place: they leave."""
    row = _row(request, membership_id)
    form = EndForm(request.POST or None, initial={"on": timezone.localdate()})
    if form.is_valid():
        on = form.cleaned_data["on"]
        try:
            actions.end_membership(membership_id=row.pk, on=on, by=request.staff, at=timezone.now())
        except NotVisible:
            raise
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            succeeded(request, _("%(name)s's place is ended.") % {"name": row.name})
            return redirect("team:members")
    still = page.still_with(row, viewer=request.staff)
    return render(request, "team/end.jinja", {"form": form, "member": row, "still_with": still})


@route(roles={MGR, ADM}, relation="scheme")
@require_http_methods(["GET", "POST"])
def reset(request: MemberRequest, membership_id: int) -> HttpResponse:
    """Reset the second step of a member who lost phone and codes, after showing one's own again."""
    row = _row(request, membership_id, among=MAY_RESET)
    if not second_factor.is_fresh(request):
        return second_factor.prove_again(request)
    problem = ""
    if request.method == "POST":
        try:
            done = page.reset_or_ask(membership_id=row.pk, by=request.staff, at=timezone.now())
        except NotVisible:
            raise
        except DomainError as error:
            problem = str(error)
        else:
            return _after_reset(request, row.name, row.email, done.url_path if done else "")
    return render(request, "team/reset.jinja", {"member": row, "problem": problem})


def _after_reset(request: MemberRequest, name: str, address: str, path: str) -> HttpResponse:
    if not path:
        succeeded(request, WAITS_NOW)
    elif page.must_be_handed_over():
        request.session[LINK] = {"address": address, "path": path}
        return redirect("team:invited")
    else:
        succeeded(request, _("%(name)s's second step is reset. They have a mail with a link.") % {"name": name})
    return redirect("team:members")


@route(roles={MGR, ADM, IG}, relation="scheme")
@require_http_methods(["GET", "POST"])
def decide(request: MemberRequest, proposal_id: int) -> HttpResponse:
    """Agree to or refuse what a colleague asked for, after showing one's own second step again."""
    row = one_waiting(proposal_id, viewer=request.staff, at=timezone.now())
    if row is None or not row.may_decide:
        raise Http404
    if not second_factor.is_fresh(request):
        return second_factor.prove_again(request)
    if request.method == "POST" and request.POST.get("answer") == "refuse":
        actions.refuse(proposal_id=row.pk, by=request.staff, at=timezone.now())
        succeeded(request, _("Refused. Nothing has changed."))
        return redirect("team:members")
    problem = ""
    if request.method == "POST" and request.POST.get("answer") == "agree":
        try:
            agreed = page.agree_and_tell(proposal_id=row.pk, by=request.staff, at=timezone.now())
        except NotVisible:
            raise
        except DomainError as error:
            problem = str(error)
        else:
            return _after_agreement(request, agreed)
    return render(request, "team/decide.jinja", {"row": row, "problem": problem})


def _after_agreement(request: MemberRequest, agreed: actions.Agreed) -> HttpResponse:
    if agreed.reset is not None:
        member = agreed.reset.member
        return _after_reset(request, member.name, member.account.email, agreed.reset.url_path)
    if agreed.invited is not None and page.must_be_handed_over():
        request.session[LINK] = {"address": agreed.invited.invitation.email, "path": agreed.invited.url_path}
        return redirect("team:invited")
    succeeded(request, _("Agreed. It holds from now on, and the managers are told."))
    return redirect("team:members")


@route(roles={MGR, ADM, SUP}, relation="scheme")
@require_POST
def withdraw_asked(request: MemberRequest, proposal_id: int) -> HttpResponse:
    """Withdraw what one asked for oneself."""
    row = one_waiting(proposal_id, viewer=request.staff, at=timezone.now())
    if row is None or not row.is_mine:
        raise Http404
    actions.refuse(proposal_id=row.pk, by=request.staff, at=timezone.now())
    succeeded(request, _("Withdrawn. Nothing has changed."))
    return redirect("team:members")


def _row(request: MemberRequest, membership_id: int, among: dict[str, frozenset[str]] = MAY_CHANGE) -> team.MemberRow:
    row = team.member(membership_id, viewer=request.staff, on=timezone.localdate())
    mine = row is not None and row.account_id == request.staff.account_id
    if row is None or mine or row.role not in among[request.staff.role]:
        raise Http404
    return row


def _initial(row: team.MemberRow) -> dict[str, object]:
    where = f"practice-{row.practice_id}" if row.practice_id else f"agency-{row.agency_id}" if row.agency_id else ""
    return {
        "role": row.role, "where": where, "job_title": row.job_title, "hours_per_week": row.hours_per_week,
        "may_triage": row.may_triage,
    }  # fmt: skip
