"""What is asked to find a person, to stand in for a colleague, and to open a restricted record."""

import re
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from linkwell.people.keys import Traits
from linkwell.people.rules import OPENING_REASONS, OTHER_REASON, RESTRICTED_REASONS
from linkwell.web.fields import MONTHS, DayField
from linkwell.web.forms import PageForm

NOT_OFF = {"autocomplete": "off"}
REFERENCE = re.compile(r"\b[A-Z]{1,3}-[A-Z0-9]{6}\b", re.IGNORECASE)
NUMBER = re.compile(r"\b\d{3}[ -]?\d{3}[ -]?\d{4}\b")
DAY = re.compile(r"\b(\d{1,2})[/. -]+(\d{1,2}|[A-Za-z]{3,9})[/. -]+(\d{4})\b")
POSTCODE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b", re.IGNORECASE)


def line(label: Any, *, hint: Any = "", most: int = 120) -> forms.CharField:
    """Return a one-line field that may stay empty and that browsers remember nothing of."""
    widget = forms.TextInput(attrs=NOT_OFF)
    return forms.CharField(label=label, required=False, max_length=most, help_text=hint, widget=widget)


class SearchForm(PageForm):
    """At least two traits, or an exact reference."""

    family_name = line(_("Family name"), hint=_("It need not be spelt right."))
    born_on = DayField(
        label=_("Date of birth"), required=False, latest=timezone.localdate, help_text=_("For example, 15 3 1984")
    )
    postcode = line(_("Postcode"), most=10)
    number = line(_("NHS number"), most=20, hint=_("With two of the others."))
    reference = line(_("Reference of the referral"), most=12, hint=_("For example, LW-7K3PQX"))

    def traits(self) -> Traits:
        """Return what is known of the person."""
        said = self.cleaned_data
        return Traits(**{name: said[name] for name in ("family_name", "born_on", "postcode", "number")})


def from_one_box(typed: str) -> dict[str, str]:
    """Return the search form's fields as they can be read out of one line, such as "Clarke 15/3/1984"."""
    rest, found = typed[:200], {}
    for name, pattern in (("reference", REFERENCE), ("born_on", DAY), ("number", NUMBER), ("postcode", POSTCODE)):
        match = pattern.search(rest)
        if match is None:
            continue
        rest = rest[: match.start()] + " " + rest[match.end() :]
        if name == "born_on":
            found |= _parts(match)
        else:
            found[name] = match.group()
    words = rest.split()
    return found | ({"family_name": words[-1]} if words else {})


def _parts(match: re.Match[str]) -> dict[str, str]:
    day, month, year = match.groups()
    number = MONTHS.index(month[:3].lower()) + 1 if month[:3].lower() in MONTHS else month
    return {"born_on-day": day, "born_on-month": str(number), "born_on-year": year}


def _reasons(offered: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(reason, reason) for reason in offered]


class CoverForm(PageForm):
    """Why a colleague's record is opened."""

    reason = forms.ChoiceField(
        label=_("Why are you opening this record?"), choices=_reasons(OPENING_REASONS), widget=forms.RadioSelect
    )
    text = forms.CharField(label=_("What is the reason?"), required=False, max_length=300)

    def clean(self) -> dict[str, Any]:
        """Ask for words where no reason of the list fits."""
        if self.cleaned_data.get("reason") == OTHER_REASON and not self.cleaned_data.get("text", "").strip():
            self.add_error("text", _("Say why you are opening this record."))
        return self.cleaned_data


class RestrictedForm(PageForm):
    """Which restricted record, and why."""

    reference = forms.CharField(
        label=_("Reference of the referral"), max_length=12, help_text=_("The exact reference, such as LW-7K3PQX"),
        widget=forms.TextInput(attrs=NOT_OFF),
    )  # fmt: skip
    reason = forms.ChoiceField(
        label=_("Why must you open it?"), choices=_reasons(RESTRICTED_REASONS), widget=forms.RadioSelect
    )
    text = forms.CharField(
        label=_("What has happened?"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The team leads read this."),
    )  # fmt: skip
