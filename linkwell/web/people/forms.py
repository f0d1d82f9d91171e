"""Logging what happened, from Today and from the person's page."""

import uuid
from datetime import datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from linkwell.support.actions import Happened
from linkwell.support.models import Mode
from linkwell.web.fields import DayField
from linkwell.web.forms import PageForm


class ContactForm(PageForm):
    """What happened: mode, minutes, reached or not, a note, and the next step; only mode is needed."""

    reached = forms.ChoiceField(
        label=_("Did you reach them?"),
        choices=[("yes", _("Yes")), ("no", _("No answer"))],
        widget=forms.RadioSelect,
        initial="yes",
    )
    mode = forms.ChoiceField(label=_("How"), choices=Mode.choices, initial=Mode.PHONE)
    minutes = forms.IntegerField(label=_("Minutes"), required=False, min_value=0, max_value=600)
    on = DayField(label=_("On another day than today"), required=False, latest=timezone.localdate)
    note = forms.CharField(
        label=_("What happened?"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("As the person would put it. You can leave it empty."),
    )
    next_step = forms.CharField(label=_("Next step"), required=False, max_length=200)
    next_step_on = DayField(label=_("By when"), required=False, earliest=timezone.localdate)
    submission_key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"submission_key": uuid.uuid4(), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)

    def happened(self, at: datetime) -> Happened:
        """Return the contact this form tells of."""
        said = self.cleaned_data
        day = said["on"]
        noon = datetime.combine(day, time(12), tzinfo=timezone.get_current_timezone()) if day else None
        return Happened(
            mode=said["mode"],
            minutes=said["minutes"] or 0,
            reached=said["reached"] == "yes",
            note=said["note"],
            happened_at=min(noon, at) if noon else None,
            next_step=said["next_step"],
            next_step_on=said["next_step_on"] or (timezone.localdate() if said["next_step"] else None),
            submission_key=said["submission_key"],
        )


class RiskForm(PageForm):
    """A risk in plain words, or that none is known."""

    risk = forms.ChoiceField(
        label=_("Risks to the person or to you"),
        choices=[("none", _("No known risks")), ("some", _("There is a risk"))],
        widget=forms.RadioSelect,
    )
    risk_text = forms.CharField(
        label=_("What is the risk, and what do we do about it?"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
