"""A quiet page to listen by: three open boxes, needs as they are mentioned, risks."""

import uuid
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from linkwell.matching.needs import CHOICES
from linkwell.people.actions import Reach
from linkwell.people.models import ACCESS_NEEDS
from linkwell.support.actions import Conversation, Happened
from linkwell.support.models import AboutMe, Mode
from linkwell.web.forms import PageForm

CHANNELS = [
    ("phone", _("Phone")),
    ("voicemail", _("Voicemail")),
    ("text", _("Text")),
    ("email", _("E-mail")),
    ("post", _("Letter")),
]


def _box(label: Any, rows: int = 4) -> forms.CharField:
    return forms.CharField(label=label, required=False, widget=forms.Textarea(attrs={"rows": rows}))


class ConversationForm(PageForm):
    """Nothing is required while listening; risks are asked for at the end."""

    brings = _box(_("What brings you here?"))
    matters = _box(_("What matters to you?"))
    good_week = _box(_("What would a good week look like?"))
    needs = forms.MultipleChoiceField(
        label=_("Needs that came up"), required=False, choices=CHOICES, widget=forms.CheckboxSelectMultiple
    )
    own_words = forms.CharField(
        label=_("In their own words"),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("One sentence, as they said it. It helps to find what fits."),
    )
    risk = forms.ChoiceField(
        label=_("Risks to the person or to you"),
        choices=[
            ("none", _("No known risks")),
            ("some", _("There is a risk")),
            ("held", _("Nothing new since it was last asked")),
        ],
        widget=forms.RadioSelect,
        required=False,
    )
    risk_text = forms.CharField(
        label=_("What is the risk, and what do we do about it?"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    channels = forms.MultipleChoiceField(
        label=_("How may we reach them?"), required=False, choices=CHANNELS, widget=forms.CheckboxSelectMultiple
    )
    when = forms.CharField(label=_("When is a good time?"), required=False, max_length=200)
    access_needs = forms.MultipleChoiceField(
        label=_("What do they need so that it works?"),
        required=False,
        choices=ACCESS_NEEDS,
        widget=forms.CheckboxSelectMultiple,
    )
    mode = forms.ChoiceField(label=_("How did you talk?"), choices=Mode.choices, initial=Mode.PHONE)
    minutes = forms.IntegerField(label=_("How long?"), min_value=0, max_value=600, required=False)
    note = forms.CharField(
        label=_("Anything else for your own record"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    questions = forms.ChoiceField(
        label=_("The wellbeing questions"),
        choices=[
            ("ask", _("Ask them next")),
            ("later", _("Another time")),
            ("skip", _("They would rather not")),
        ],
        widget=forms.RadioSelect,
        initial="later",
    )
    skip_why = forms.CharField(label=_("Why?"), required=False, max_length=200)
    submission_key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"submission_key": uuid.uuid4(), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("questions") == "skip" and not said.get("skip_why", "").strip():
            self.add_error("skip_why", _("Say why they would rather not answer, so that we can learn from it."))
        if said.get("risk") == "some" and not said.get("risk_text", "").strip():
            self.add_error("risk_text", _("Say what the risk is, or choose “No known risks”."))
        return said

    def happened(self, at: datetime) -> Happened:
        """Return the contact that this conversation was."""
        said = self.cleaned_data
        return Happened(
            mode=said["mode"], minutes=said["minutes"] or 0, reached=True, note=said["note"], happened_at=at,
            submission_key=said["submission_key"], next_step=str(_("Agree the plan")), next_step_on=at.date(),
        )  # fmt: skip

    def conversation(self) -> Conversation:
        """Return what was said."""
        said = self.cleaned_data
        words = said["own_words"].strip()
        headings = {
            heading: said[heading]
            for heading in (AboutMe.Heading.BRINGS, AboutMe.Heading.MATTERS, AboutMe.Heading.GOOD_WEEK)
        }
        chosen = set(said["channels"])
        reach = Reach(
            by_phone="phone" in chosen, by_text="text" in chosen, by_email="email" in chosen, by_post="post" in chosen,
            voicemail="voicemail" in chosen, when=said["when"], access_needs=tuple(said["access_needs"]),
        )  # fmt: skip
        return Conversation(
            about_me={str(heading): text for heading, text in headings.items()},
            needs=tuple((code, words) for code in said["needs"]),
            risk_text=said["risk_text"] if said["risk"] == "some" else "",
            risk_none_known=said["risk"] == "none",
            reach=reach,
        )
