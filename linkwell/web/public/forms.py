"""What the public types: a search, what they found at the door, what should be changed."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from linkwell.directory.models import Report
from linkwell.directory.suggesting import FIELDS, LABELS
from linkwell.web.forms import PageForm

WITHIN = [
    ("1500", _("1.5 km")),
    ("3000", _("3 km")),
    ("5000", _("5 km")),
    ("10000", _("10 km")),
    ("20000", _("20 km")),
]
FOUND = [
    ("closed", _("It was closed, or nobody was there")),
    ("full", _("It was full")),
    ("wrong", _("Something on the page is wrong")),
    ("unsafe", _("Something there was not right, or not safe")),
]
assert {code for code, _label in FOUND} == {code for code, _label in Report.KINDS}


class BoxForm(PageForm):
    """The one box and the place; sent by POST, so that no words stand in an address as they were typed."""

    words = forms.CharField(
        label=_("What would help?"), required=False, max_length=300,
        help_text=_("A word or a sentence, for example “walking group” or “I am on my own a lot”"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    place = forms.CharField(
        label=_("Where?"), required=False, max_length=60, help_text=_("A postcode or a town"),
        widget=forms.TextInput(attrs={"autocomplete": "postal-code"}),
    )  # fmt: skip
    within = forms.ChoiceField(label=_("How far?"), required=False, choices=WITHIN)

    def clean_within(self) -> str:
        return str(self.cleaned_data["within"]) or "5000"


class OutsideForm(PageForm):
    """A form that anybody may send: one field stays empty unless a machine fills it in."""

    website = forms.CharField(required=False, max_length=1_000)
    is_too_often = False

    @property
    def is_by_machine(self) -> bool:
        return bool(self.data.get("website"))


def one_line(value: str) -> None:
    """Refuse what would be two lines in a header or a log."""
    if "\r" in value or "\n" in value:
        raise forms.ValidationError(_("Write it in one line."))


class TellForm(OutsideForm):
    """What somebody found at the door."""

    kind = forms.ChoiceField(label=_("What did you find?"), choices=FOUND, widget=forms.RadioSelect)
    note = forms.CharField(
        label=_("Anything that helps us to put it right?"), required=False, max_length=300, validators=[one_line],
        help_text=_("For example when you were there. Please name nobody."),
    )  # fmt: skip


class ChangeForm(OutsideForm):
    """Words about the whole, or the words themselves: each field begins as it stands now."""

    note = forms.CharField(
        label=_("What should we change?"), required=False, max_length=1_000,
        help_text=_("For example “It is on Thursdays now, from 2pm”. Please name nobody."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip

    def __init__(self, *args: Any, stands: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, initial=stands, **kwargs)
        for name in FIELDS:
            if name in stands:
                lines = max(1, stands[name].count("\n") + 1)
                self.fields[name] = forms.CharField(
                    label=LABELS[name], required=False, max_length=3_000,
                    widget=forms.Textarea(attrs={"rows": min(8, lines + 1)}),
                )  # fmt: skip

    def changes(self) -> dict[str, str]:
        """Return what was sent, by field: a field that was not on the page is no wish to empty it."""
        return {name: text for name, text in self.cleaned_data.items() if name != "website" and name in self.data}
