"""What stands around a page: where the viewer may go, and whose sign-in this is."""

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from linkwell.team.access import COM, DIR, IG, LW, MGR, REF, SUP, VOA
from linkwell.team.queries import Seat
from linkwell.web.render import Frame, NavItem

# role → (name of the page, label); the first is the role's home page
NAVIGATION = {
    LW: [
        ("today:today", gettext_noop("Today")),
        ("people:people", gettext_noop("People")),
        ("support_search:search", gettext_noop("Find support")),
        ("directory:list", gettext_noop("Directory")),
        ("referrals:inbox", gettext_noop("Referrals")),
        ("more:more", gettext_noop("More")),
    ],
    SUP: [
        ("referrals:inbox", gettext_noop("Referrals")),
        ("people:people", gettext_noop("People")),
        ("support_search:search", gettext_noop("Find support")),
        ("directory:list", gettext_noop("Directory")),
        ("manage:overview", gettext_noop("Team")),
        ("more:more", gettext_noop("More")),
    ],
    MGR: [
        ("manage:overview", gettext_noop("Overview")),
        ("team:members", gettext_noop("Team")),
        ("team:practices", gettext_noop("Practices")),
        ("directory:list", gettext_noop("Directory")),
        ("evidence:report", gettext_noop("Is it helping?")),
        ("gaps:report", gettext_noop("What is missing")),
        ("outbox:list", gettext_noop("Outbox")),
    ],
    COM: [
        ("evidence:report", gettext_noop("Is it helping?")),
        ("gaps:report", gettext_noop("What is missing")),
        ("directory:list", gettext_noop("Directory")),
    ],
    REF: [
        ("refer:mine", gettext_noop("My referrals")),
        ("refer:refer", gettext_noop("Refer someone")),
        ("directory:list", gettext_noop("Directory")),
    ],
    DIR: [
        ("directory:list", gettext_noop("Directory")),
        ("sources:list", gettext_noop("Sources")),
        ("directory_mapping:start", gettext_noop("Bring in a list")),
        ("editing:waiting", gettext_noop("Changes")),
        ("calls:list", gettext_noop("Who to ring")),
        ("more:more", gettext_noop("More")),
    ],
    VOA: [
        ("organisation:listing", gettext_noop("Our listing")),
        ("organisation:colleagues", gettext_noop("Who signs in")),
        ("more:more", gettext_noop("More")),
    ],
    IG: [
        ("looked:flags", gettext_noop("Who looked at whom")),
        ("team:members", gettext_noop("Team")),
        ("more:more", gettext_noop("More")),
    ],
}


def home_url(role: str) -> str:
    """Return the address of a role's own first page."""
    return reverse(NAVIGATION.get(role, [("more:more", "")])[0][0])


def frame_for(request: HttpRequest, seat: Seat | None) -> Frame:
    """Return the frame for a seat; for nobody signed in, the bare one."""
    if seat is None:
        signed_in = request.user.is_authenticated
        return Frame(
            demo=settings.DEMO,
            sign_in_url="" if signed_in else reverse("account_login"),
            sign_out_url=reverse("account_logout") if signed_in else "",
            my_name=request.user.name if signed_in else "",
        )
    role = seat.membership.role
    here = _current(request, [name for name, _label in NAVIGATION.get(role, [])])
    items = [
        NavItem(label=_(label), url=reverse(name), current=name == here) for name, label in NAVIGATION.get(role, [])
    ]
    return Frame(
        home_url=home_url(role),
        scheme_name=seat.scheme_name,
        nav=items,
        my_name=seat.membership.name,
        account_url=reverse("more:more"),
        sign_out_url=reverse("account_logout"),
        people_search_url=reverse("people:search") if role in (LW, SUP) else "",
        demo=settings.DEMO,
    )


def _current(request: HttpRequest, names: list[str]) -> str:
    """Return the entry of the menu that a page belongs to: itself, else the first of its journey; else none."""
    match = request.resolver_match
    if match is None or match.view_name in names:
        return match.view_name if match else ""
    return next((name for name in names if name.split(":")[0] == match.namespace), "")
