"""Pages of the manual that hold what the product itself counts with: their numbers are its numbers."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from linkwell.directory import freshness as contract
from linkwell.web.policy import public
from linkwell.web.render import render

FACTS = {
    "times": _("Days and times"),
    "cost": _("What it costs"),
    "way_in": _("How one gets in"),
    "web": _("Website and e-mail"),
    "phone": _("Telephone number"),
    "place": _("Where it is"),
    "running": _("Whether it still runs"),
    "name": _("Its name"),
}
RUN_BY = {
    "council": _("A council"),
    "nhs": _("The NHS"),
    "public": _("Another public body"),
    "business": _("A business"),
    "unknown": _("Not known"),
    "voluntary": _("A voluntary or community group"),
}
TRUST = {
    "group": _("The group itself, by e-mail, text, phone or signed in"),
    "phone": _("A member of staff, by phone"),
    "visit": _("A member of staff, on a visit"),
    "feed_assured": _("Its list, with a date of its own on which somebody checked"),
    "web": _("Somebody who looked at the website"),
    "public": _("A visitor"),
    "feed_changed": _("Its list, by the date on which the entry last changed there"),
    "feed_read": _("Its list, which has no dates, on the day it was loaded"),
}


def _until(line: float, *, how: str, run_by: str) -> str:
    days = contract.days_until(line, trust=contract.TRUST[how], fades=contract.fades(run_by))
    return _("%(months)d months") % {"months": round(days / 30.44)}


@require_safe
@public()
def freshness(request: HttpRequest) -> HttpResponse:
    """The freshness contract: how sure an entry is, how fast that fades, and what follows."""
    context = {
        "facts": [(label, f"{contract.FACTS[code]:.0%}") for code, label in FACTS.items()],
        "all_facts": f"{sum(contract.FACTS.values()):.2f}",
        "run_by": [
            (
                label,
                f"× {contract.RUN_BY[code]}",
                _until(contract.SINKS_BELOW, how="phone", run_by=code),
                _("never by itself")
                if code == "voluntary"
                else _until(contract.LEAVES_BELOW, how="phone", run_by=code),
            )
            for code, label in RUN_BY.items()
        ],
        "trust": [(label, f"{contract.TRUST[code]:.0%}") for code, label in TRUST.items()],
        "report": f"{contract.REPORT:.0%}",
        "sinks": f"{contract.SINKS_BELOW:.0%}",
        "leaves": f"{contract.LEAVES_BELOW:.0%}",
    }
    return render(request, "manual/freshness.jinja", context)
