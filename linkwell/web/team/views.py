"""The scheme's settings, and who may see what."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from linkwell.common.errors import DomainError
from linkwell.team import actions
from linkwell.team import queries as team
from linkwell.team.access import ADM, IG, MGR, ROLE_NAMES
from linkwell.team.manual import cells, legend
from linkwell.web.policy import MemberRequest, route
from linkwell.web.render import render, succeeded
from linkwell.web.team import page
from linkwell.web.team.forms import SchemeForm


@route(roles={MGR, ADM}, relation="scheme")
@require_http_methods(["GET", "POST"])
def scheme(request: MemberRequest) -> HttpResponse:
    """Show and change what the scheme sets for itself."""
    now = team.scheme_settings(viewer=request.staff)
    form = SchemeForm(request.POST or None, initial=vars(now) | {"centre": ""})
    if form.is_valid():
        words = form.cleaned_data.pop("centre")
        centre = page.centre_of(words) if words else now.centre
        if words and centre is None:
            form.add_error(
                "centre", _("This place is not in the tables of postcodes and towns. Try a postcode nearby.")
            )
        else:
            latitude, longitude = centre or (None, None)
            settings = actions.Settings(centre_latitude=latitude, centre_longitude=longitude, **form.cleaned_data)
            try:
                actions.update_scheme(settings=settings, by=request.staff, at=timezone.now())
            except DomainError as error:
                form.add_error(None, str(error))
            else:
                succeeded(request, _("The settings are changed."))
                return redirect("team:scheme")
    return render(request, "team/scheme.jinja", {"form": form, "now": now})


@route(roles={MGR, ADM, IG}, relation="scheme", audit="access.read")
@require_safe
def access(request: MemberRequest) -> HttpResponse:
    """Show the matrix of who may see what, as the product itself reads it."""
    return render(request, "team/access.jinja", {"rows": cells(), "roles": ROLE_NAMES, "legend": legend()})
