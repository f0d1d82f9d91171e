"""What a page of the public search shows, put together."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from linkwell.directory.confirming.uses import note_shown
from linkwell.directory.queries import PublicPage, public_search
from linkwell.directory.queries.public_search import Near
from linkwell.matching import needs
from linkwell.matching.query import Query
from linkwell.places.queries import Located
from linkwell.web.public.address import KEYS, Search
from linkwell.web.public.forms import WITHIN, BoxForm

NO_SUCH_PLACE = gettext_lazy("We do not know this place. Try the first half of the postcode, or a town.")
NOTHING_ASKED = gettext_lazy("Say what would help, or where you are.")
INSTEAD = 3
INSTEAD_WITHIN = 10_000


@dataclass(frozen=True)
class Choice:
    """One value of a filter."""

    value: str
    label: str
    count: int
    chosen: bool


def topics() -> list[tuple[str, str]]:
    """Return (label, key) of every need that somebody may begin with."""
    return [(need.label, KEYS[need.code]) for need in needs.NEEDS]


def results(asked: Search, located: Located | None, form: BoxForm, *, counts: bool, at: datetime) -> dict[str, Any]:
    """Return what the page of results shows; with `counts`, what it shows counts as looked for."""
    found = public_search(asked.query(located), at)
    if counts:
        note_shown((one.pk for one in found.services), at=at)  # what many look for is kept fresh first
    heard = [needs.label(code) for code in found.heard if code not in asked.needs]
    return {
        "asked": asked,
        "form": form,
        "found": found,
        "located": located,
        "reach": dict(WITHIN)[asked.within],
        "topics": [needs.label(code) for code in asked.needs],
        "heard": heard,
        "filters": _filters(asked, found.facets),
        "wider": _wider(asked),
        "base": f"?{asked.params()}&page=",
        "home": f"{located.latitude:.2f},{located.longitude:.2f}" if located else "",
    }


def _filters(asked: Search, facets: dict[str, Any]) -> list[tuple[str, str, bool, list[Choice]]]:
    """Return (heading, field, whether several may be chosen, values): a value that nothing has is left out."""
    made = [
        (_("Cost"), "free", "free", True, ["1"] if asked.free else []),
        (_("Days"), "day", "day", True, list(asked.days)),
        (_("How"), "how", "how", True, list(asked.how)),
        (_("Getting in"), "access", "access", True, ["step_free"] if asked.step_free else []),
        (_("Language besides English"), "lang", "language", False, [asked.language]),
        (_("For whom"), "age", "age", False, [asked.age]),
    ]
    shown = []
    for heading, field, name, several, chosen in made:
        values = [Choice(one.value, _(one.label), one.count, one.value in chosen) for one in facets[name]]
        values = [one for one in values if one.count or one.chosen]
        if values:
            shown.append((heading, field, several, values))
    return shown


def _wider(asked: Search) -> list[tuple[str, str]]:
    """Return (words, address) of searches that find more."""
    offered = []
    if Search(asked.words, asked.needs, asked.near, asked.within) != asked:
        whole = Search(asked.words, asked.needs, asked.near, asked.within)
        offered.append((_("Without filters"), f"?{whole.params()}"))
    if asked.near and asked.within != "20000":
        offered.append((_("Up to 20 km away"), f"?{asked.params(within='20000')}"))
    if asked.near and (asked.words or asked.needs):
        offered.append(
            (_("Everything near %(place)s") % {"place": _place(asked)}, f"?{Search(near=asked.near).params()}")
        )
    return offered


def _place(asked: Search) -> str:
    return _("there") if "," in asked.near else asked.near


def title_of(found: PublicPage) -> str:
    """Return what stands in the browser's list of pages: nothing of a private topic."""
    return _("Local service") if found.is_sensitive else found.name


def instead_of(found: PublicPage, *, at: datetime) -> list[Near]:
    """Return what is near an entry that is gone, for the same needs."""
    if not found.need_codes:
        return []
    query = Query(needs=found.need_codes[:3], home=found.point, reach_metres=INSTEAD_WITHIN, limit=INSTEAD + 1)
    answer = public_search(query, at)
    return [one for one in answer.services if one.public_id != found.public_id][:INSTEAD]
