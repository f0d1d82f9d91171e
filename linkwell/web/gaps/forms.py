"""Under which limits nothing fits: choices from fixed lists, which no number of people depends on."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from linkwell.evaluation.methods.quarters import Quarter, from_code
from linkwell.matching import vocabulary
from linkwell.matching.needs import CHOICES
from linkwell.matching.query import Query
from linkwell.web.find.forms import DAYS, LANGUAGES, REACH
from linkwell.web.forms import PageForm

ALL = "all"
DEFAULTS = {"period": ALL, "need": "", "reach": "5000", "way": "in_person"}
WAYS = [
    ("in_person", gettext_lazy("To go to in person")),
    ("", gettext_lazy("Any way: also by phone, online, at home")),
]


class GapForm(PageForm):
    """A closed quarter, a need to look at, and the limits."""

    period = forms.ChoiceField(label=gettext_lazy("People of"), required=False)
    need = forms.ChoiceField(
        label=gettext_lazy("Need"), required=False, choices=[("", gettext_lazy("All needs")), *CHOICES]
    )
    reach = forms.ChoiceField(label=gettext_lazy("Within"), required=False, choices=REACH)
    way = forms.ChoiceField(label=gettext_lazy("How"), required=False, choices=WAYS)
    day = forms.ChoiceField(label=gettext_lazy("Day"), required=False, choices=[("", gettext_lazy("Any day")), *DAYS])
    language = forms.ChoiceField(label=gettext_lazy("Language"), required=False, choices=LANGUAGES)
    free = forms.BooleanField(label=gettext_lazy("Free only"), required=False)
    step_free = forms.BooleanField(label=gettext_lazy("Step-free only"), required=False)

    def __init__(self, *args: Any, quarters: Sequence[Quarter] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        newest_first = [(quarter.code, quarter.name) for quarter in reversed(quarters)]
        self.fields["period"].choices = [(ALL, _("All closed quarters")), *newest_first]  # type: ignore[attr-defined]


def said(given: Any) -> dict[str, Any]:
    """Return what an address asks for; whatever is none of the choices counts as not asked."""
    form = GapForm(DEFAULTS | given.dict())
    form.fields["period"].choices = [(given.get("period", ALL), "")]  # type: ignore[attr-defined]
    form.full_clean()
    return {name: form.cleaned_data.get(name, DEFAULTS.get(name, "")) for name in form.fields}


def quarter_said(asked: dict[str, Any]) -> Quarter | None:
    """Return the quarter that is asked for; None for all of them; raise KeyError for what is none."""
    if asked["period"] in (ALL, ""):
        return None
    quarter = from_code(asked["period"])
    if quarter is None:
        raise KeyError(asked["period"])
    return quarter


def limits(asked: dict[str, Any]) -> Query:
    """Return the limits as a question without a person."""
    return Query(
        reach_metres=int(asked["reach"]) if asked["reach"] else None,
        modes=(asked["way"],) if asked["way"] else (),
        languages=(asked["language"],) if asked["language"] else (),
        access_needs=("step_free",) if asked["step_free"] else (),
        slots=vocabulary.slots_of([int(asked["day"])]) if asked["day"] else 0,
        free_only=bool(asked["free"]),
    )
