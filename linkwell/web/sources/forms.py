"""Keeping a source, saying when it is read, hiding an entry."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from linkwell.directory.duplicates.queries import PairPage
from linkwell.interop.opening import ACTIVITY, FEEDS, PACKAGE
from linkwell.matching.needs import CHOICES
from linkwell.web.forms import PageForm

EVERY = [("", _("Only when asked")), ("6", _("Every 6 hours")), ("24", _("Every day")), ("72", _("Every 3 days")),
         ("168", _("Every week"))]  # fmt: skip
FORMATS = {"oruk1": "Open Referral UK 1.0", "oruk3": "Open Referral UK 3.0", "hsds3": "HSDS 3", "ndjson": "NDJSON",
           "hsdscsv": "HSDS CSV data package", "openactive": "OpenActive sessions (RPDE)"}  # fmt: skip


def _every(value: str) -> int | None:
    return int(value) if value else None


class AddressForm(PageForm):
    """A list's address, looked at before it is kept."""

    url = forms.CharField(label=_("Address of the list"), max_length=2000)
    name = forms.CharField(label=_("Whose list is it?"), max_length=120)
    kind = forms.ChoiceField(
        label=_("What is it?"), required=False,
        choices=[("auto", _("Find out")), *((kind, FORMATS[kind]) for kind in (*FEEDS, PACKAGE, ACTIVITY))],
    )  # fmt: skip
    mapping = forms.ChoiceField(label=_("Columns, where it is a spreadsheet"), required=False)
    every = forms.TypedChoiceField(
        label=_("How often should it be read?"), choices=EVERY, coerce=_every, empty_value=None, required=False,
        initial="24",
    )  # fmt: skip

    def __init__(self, *args: Any, mappings: Iterable[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["mapping"].choices = [("", _("It is no spreadsheet")), *mappings]

    def clean_kind(self) -> str:
        return self.cleaned_data["kind"] or "auto"

    def clean_mapping(self) -> str:
        chosen: str = self.cleaned_data["mapping"]
        if chosen and self.cleaned_data.get("kind", "auto") != "auto":
            raise forms.ValidationError(_("Columns are for spreadsheets: say “Find out” above, or choose none here."))
        return chosen


class ScheduleForm(PageForm):
    """When a source is read."""

    every = forms.TypedChoiceField(
        label=_("How often should it be read?"), choices=EVERY, coerce=_every, empty_value=None, required=False
    )
    is_paused = forms.BooleanField(label=_("Pause: do not read it for now"), required=False)


class JoinForm(PageForm):
    """Which entry stays, and from which of the two each field comes."""

    keep = forms.ChoiceField(label=_("Which entry stays?"), widget=forms.RadioSelect, required=False)

    def __init__(self, *args: Any, page: PairPage, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.page = page
        sides = [side for side in (page.first, page.second) if side.may_stay]
        self.fields["keep"].choices = [(str(side.pk), f"{side.name} ({side.source})") for side in sides]
        self.fields["keep"].initial = str(sides[0].pk) if sides else None
        for one in page.fields:
            if not one.is_same:
                self.fields[one.name] = forms.ChoiceField(
                    label=one.label, required=False, widget=forms.RadioSelect,
                    choices=[(str(side.pk), words or _("Nothing")) for side, words in
                             ((page.first, one.first), (page.second, one.second))],
                    initial=str(page.first.pk) if one.first else str(page.second.pk),
                )  # fmt: skip

    def clean_keep(self) -> str:
        """Ask which stays, unless they are to be kept apart."""
        if not self.cleaned_data["keep"] and "apart" not in self.data:
            raise forms.ValidationError(_("Choose which entry stays"))
        return str(self.cleaned_data["keep"])

    def keep_id(self) -> int:
        return int(self.cleaned_data["keep"])

    def taken(self) -> list[str]:
        """Return the fields that come from the entry that does not stay."""
        names = [one.name for one in self.page.fields if not one.is_same]
        return [name for name in names if self.cleaned_data[name] not in ("", self.cleaned_data["keep"])]


class AlikeForm(PageForm):
    """One answer for several questions of a source."""

    source_id = forms.IntegerField(min_value=1)
    kind = forms.CharField(max_length=20)
    field = forms.CharField(max_length=40, required=False)
    newest = forms.IntegerField(min_value=1)
    answer = forms.CharField(max_length=20)


class HideForm(PageForm):
    """Why an entry is hidden."""

    why = forms.CharField(label=_("Why is it hidden?"), max_length=500)


class TermSearchForm(PageForm):
    """Which terms are shown; nobody is named, so it may stand in an address."""

    words = forms.CharField(label=_("Term"), required=False, max_length=80)
    undecided = forms.BooleanField(label=_("Only those that nobody has decided"), required=False)


class TermForm(PageForm):
    """Which needs a term stands for; none ticked says that it stands for none of them."""

    needs = forms.MultipleChoiceField(
        label=_("Which needs does it stand for?"), choices=CHOICES, required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip


class PhraseForm(PageForm):
    """Plain words for a need."""

    phrase = forms.CharField(label=_("Words that people use"), max_length=60)
    code = forms.ChoiceField(label=_("The need they stand for"), choices=[("", _("Choose a need")), *CHOICES])


class TaxonomyForm(PageForm):
    """A taxonomy from a file."""

    name = forms.CharField(label=_("Name of the taxonomy"), max_length=120)
    file = forms.FileField(label=_("File: XML or CSV"))


def number(value: Any) -> int:
    """Return a page's number from an address, 1 where it is none."""
    text = str(value or "1")
    return int(text) if text.isdecimal() and len(text) < 7 and int(text) > 0 else 1
