"""Looking for an entry, and saying how it is now."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from linkwell.directory.models import Service, Verification
from linkwell.directory.queries import place_named
from linkwell.matching.needs import CHOICES
from linkwell.places.queries import Located
from linkwell.web.fields import DayField
from linkwell.web.forms import PageForm


class ListForm(PageForm):
    """Words, a need and a place; all may be empty. Nobody is named, so it may stand in an address."""

    words = forms.CharField(label=_("Name or words"), required=False, max_length=200)
    need = forms.ChoiceField(label=_("Need"), required=False, choices=[("", _("Any need")), *CHOICES])
    place = forms.CharField(label=_("Near"), required=False, max_length=60)
    old_too = forms.BooleanField(required=False, widget=forms.HiddenInput)
    page = forms.IntegerField(required=False, min_value=1, max_value=10_000, widget=forms.HiddenInput)

    located: Located | None = None

    def clean_place(self) -> str:
        """Find the place, or say that it is not known."""
        place = str(self.cleaned_data["place"]).strip()
        self.located = place_named(place) if place else None
        if place and self.located is None:
            raise forms.ValidationError(_("We do not know this place. Try the first half of the postcode, or a town."))
        return place


class StatusForm(PageForm):
    """How it works now."""

    status = forms.ChoiceField(label=_("How does it work now?"), choices=Service.OPERATING, widget=forms.RadioSelect)
    wait_weeks = forms.IntegerField(label=_("Weeks to wait"), required=False, min_value=1, max_value=208)
    until = DayField(label=_("Until, if it ends by itself"), required=False)
    note = forms.CharField(label=_("Why, or how do you know?"), required=False, max_length=300)


class ConfirmForm(PageForm):
    """Somebody looked whether the entry is right."""

    how = forms.ChoiceField(label=_("How did you find out?"), choices=Verification.HOW, widget=forms.RadioSelect)
    found = forms.ChoiceField(label=_("What did you find?"), choices=Verification.FOUND, widget=forms.RadioSelect)
    who = forms.ChoiceField(label=_("Who says so?"), choices=Verification.WHO[:2], widget=forms.RadioSelect)


class RemarkForm(PageForm):
    """A remark for colleagues; it is never published."""

    text = forms.CharField(
        label=_("What should your colleagues know?"), max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )


class AddressForm(PageForm):
    """Where people's details go, confirmed with the group by hand; a feed never decides this."""

    email = forms.EmailField(label=_("E-mail address for referrals"), required=False)
    how = forms.CharField(label=_("How did you confirm it with the group?"), required=False, max_length=200)

    def clean(self) -> dict[str, Any]:
        """Ask how, where an address is given."""
        said = super().clean() or {}
        if said.get("email") and not said.get("how", "").strip():
            self.add_error("how", _("Say how you confirmed this address, for example: rang them"))
        return said
