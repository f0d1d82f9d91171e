"""Keeping a source, saying when it is read, hiding an entry."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from linkwell.interop.opening import FEEDS
from linkwell.web.forms import PageForm

EVERY = [("", _("Only when asked")), ("6", _("Every 6 hours")), ("24", _("Every day")), ("72", _("Every 3 days")),
         ("168", _("Every week"))]  # fmt: skip
FORMATS = {"oruk1": "Open Referral UK 1.0", "oruk3": "Open Referral UK 3.0", "hsds3": "HSDS 3", "ndjson": "NDJSON",
           "hsdscsv": "HSDS CSV", "openactive": "OpenActive"}  # fmt: skip


def _every(value: str) -> int | None:
    return int(value) if value else None


class AddressForm(PageForm):
    """A list's address, looked at before it is kept."""

    url = forms.CharField(label=_("Address of the list"), max_length=2000)
    name = forms.CharField(label=_("Whose list is it?"), max_length=120)
    kind = forms.ChoiceField(
        label=_("What is it?"), required=False,
        choices=[("auto", _("Find out")), *((kind, FORMATS[kind]) for kind in FEEDS)],
    )  # fmt: skip
    every = forms.TypedChoiceField(
        label=_("How often should it be read?"), choices=EVERY, coerce=_every, empty_value=None, required=False,
        initial="24",
    )  # fmt: skip

    def clean_kind(self) -> str:
        return self.cleaned_data["kind"] or "auto"


class ScheduleForm(PageForm):
    """When a source is read."""

    every = forms.TypedChoiceField(
        label=_("How often should it be read?"), choices=EVERY, coerce=_every, empty_value=None, required=False
    )
    is_paused = forms.BooleanField(label=_("Pause: do not read it for now"), required=False)


class HideForm(PageForm):
    """Why an entry is hidden."""

    why = forms.CharField(label=_("Why is it hidden?"), max_length=500)


def number(value: Any) -> int:
    """Return a page's number from an address, 1 where it is none."""
    text = str(value or "1")
    return int(text) if text.isdecimal() and len(text) < 7 and int(text) > 0 else 1
