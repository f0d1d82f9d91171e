"""An organisation of the directory: what was checked of it, and who signs in for it."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from linkwell.common.errors import DomainError, NotVisible
from linkwell.directory.editing import keeping, queries
from linkwell.directory.errors import NoSuchService
from linkwell.directory.queries import organisation_entry
from linkwell.team import actions
from linkwell.team.access import DIR, LW, MGR, SUP, VOA
from linkwell.team.queries import accounts_of, open_invitations
from linkwell.team.rules import Place
from linkwell.web.editing.forms import AccountForm, CheckForm
from linkwell.web.policy import MemberRequest, route
from linkwell.web.render import render, succeeded
from linkwell.web.team.page import invite_and_mail, must_be_handed_over

INVITES = {DIR, SUP, MGR}
LINK = "organisation_link"  # in the session: shown once to whoever must hand it over


def _name(organisation_id: int) -> str:
    try:
        return organisation_entry(organisation_id).name
    except NoSuchService:
        raise NotVisible from None


@require_http_methods(["GET", "POST"])
@route(roles={DIR, LW, SUP}, relation="none")
def checks(request: MemberRequest, organisation_id: int) -> HttpResponse:
    """What was checked, when and by whom; it informs and stops nothing."""
    name = _name(organisation_id)
    form = CheckForm(request.POST or None, initial={"checked_on": timezone.localdate()})
    if form.is_valid():
        try:
            keeping.record_check(
                organisation_id=organisation_id, by=request.staff, at=timezone.now(), **form.cleaned_data
            )
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            succeeded(request, _("Kept. Colleagues see it; nobody is stopped by it."))
            return redirect("editing:checks", organisation_id)
    found = queries.checks(organisation_id, scheme_id=request.staff.scheme_id, on=timezone.localdate())
    return render(request, "editing/checks.jinja", {"form": form, "name": name, "checks": found})


@require_http_methods(["GET", "POST"])
@route(roles=INVITES, relation="none")
def accounts(request: MemberRequest, organisation_id: int) -> HttpResponse:
    """Who signs in for an organisation, and inviting somebody."""
    name = _name(organisation_id)
    form = AccountForm(request.POST or None)
    if form.is_valid():
        try:
            handed = invite_for(request, organisation_id, name, form)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            if not handed:
                succeeded(request, _("%(email)s is invited. The mail is on its way.") % form.cleaned_data)
            return redirect("editing:accounts", organisation_id)
    viewer, at = request.staff, timezone.now()
    context = {
        "form": form,
        "name": name,
        "organisation_id": organisation_id,
        "accounts": accounts_of(organisation_id, viewer=viewer, on=timezone.localdate(at)),
        "invitations": [
            one for one in open_invitations(viewer=viewer, at=at) if one.organisation_id == organisation_id
        ],
        "handed_over": handed_over(request),
        "may_end": viewer.role in (DIR, MGR),
    }
    return render(request, "editing/accounts.jinja", context)


def invite_for(request: MemberRequest, organisation_id: int, name: str, form: AccountForm) -> bool:
    """Invite somebody for an organisation; say whether the link must be handed over, for no mail can leave."""
    made = invite_and_mail(
        email=form.cleaned_data["email"], name=form.cleaned_data["name"],
        place=Place(role=VOA, organisation_id=organisation_id), by=request.staff, at=timezone.now(),
        called=_("%(organisation)s’s own listing") % {"organisation": " ".join(name.split())[:40]},
    )  # fmt: skip
    if made is None or not must_be_handed_over():
        return False
    request.session[LINK] = {"address": made.invitation.email, "path": made.url_path}
    return True


def handed_over(request: MemberRequest) -> dict[str, str] | None:
    """Return the link that was just made and must be given by hand, once."""
    link = request.session.pop(LINK, None)
    return link and {"address": link["address"], "link": request.build_absolute_uri(link["path"])}


@require_POST
@route(roles={DIR, MGR}, relation="scheme")
def end_account(request: MemberRequest, organisation_id: int, membership_id: int) -> HttpResponse:
    """End an organisation's account at once."""
    here = {one.pk for one in accounts_of(organisation_id, viewer=request.staff, on=timezone.localdate())}
    if membership_id not in here:
        raise NotVisible
    actions.end_membership(membership_id=membership_id, on=timezone.localdate(), by=request.staff, at=timezone.now())
    succeeded(request, _("Ended. They are signed out."))
    return redirect("editing:accounts", organisation_id)
