"""What an organisation says of its own listing, beside the texts of the entry."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from linkwell.web.fields import DayField
from linkwell.web.forms import PageForm

STATUSES = [
    ("open", _("Open: new people are welcome")),
    ("waiting", _("There is a waiting list")),
    ("full", _("Full")),
    ("paused", _("Taking no new people for now")),
    ("phone_only", _("By phone only for now")),
    ("online_only", _("Online only for now")),
    ("closed", _("Closed for good")),
]
ENDS_BY_ITSELF = frozenset({"waiting", "full", "paused", "phone_only", "online_only"})


class NowForm(PageForm):
    """How it works now; it holds at once."""

    status = forms.ChoiceField(label=_("How is it now?"), choices=STATUSES, widget=forms.RadioSelect)
    wait_weeks = forms.IntegerField(label=_("Weeks to wait, about"), required=False, min_value=1, max_value=208)
    until = DayField(
        label=_("Until which day, if you know?"), required=False, earliest=timezone.localdate,
        help_text=_("From that day on it says open again by itself"),
    )  # fmt: skip
    note = forms.CharField(label=_("What should people know?"), required=False, max_length=300)

    def said(self) -> dict[str, Any]:
        """Return what the action takes; only of a valid form."""
        data = self.cleaned_data
        return {
            "status": data["status"],
            "wait_weeks": data["wait_weeks"] if data["status"] == "waiting" else None,
            "until": data["until"] if data["status"] in ENDS_BY_ITSELF else None,
            "note": data["note"],
        }


class BreakForm(PageForm):
    """A seasonal break: dates, not closure."""

    from_on = DayField(label=_("First day of the break"), required=False)
    until_on = DayField(label=_("The day you are back"), required=False, earliest=timezone.localdate)


class PlacesForm(PageForm):
    """How many places are free."""

    free = forms.IntegerField(
        label=_("Places free now"), required=False, min_value=0, max_value=100_000,
        help_text=_("With 0 the listing says that you are full; with more it says open again"),
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )  # fmt: skip
    total = forms.IntegerField(
        label=_("Of how many"), required=False, min_value=1, max_value=100_000,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )  # fmt: skip


class ReferralsForm(PageForm):
    """Where referrals should go: asked for here, confirmed on the phone."""

    email = forms.EmailField(
        label=_("E-mail address for referrals"), widget=forms.TextInput(attrs={"type": "email"}),
        help_text=_("We ring you on the number we know before anything goes to a new address"),
    )  # fmt: skip
