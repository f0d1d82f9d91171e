"""What the pages of a connection ask for."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from linkwell.connections.models import Reply, SharePacket
from linkwell.connections.queries import ShareForm
from linkwell.connections.rules import AGREED_HOW, DAYS_OPEN, DEFAULT_DAYS, MOST_WEEKS
from linkwell.web.fields import DayField
from linkwell.web.forms import PageForm


class TellForm(PageForm):
    """What we'll tell them, and how."""

    hope = forms.CharField(
        label=_("What they hope for, in a sentence they would agree with"),
        help_text=_("They read it as you write it. Leave it empty to say nothing of it."),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    ticked = forms.MultipleChoiceField(
        label=_("What do they need to know?"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    extra = forms.MultipleChoiceField(
        label=_("Not usually needed"), widget=forms.CheckboxSelectMultiple, required=False
    )
    extra_reason = forms.CharField(
        label=_("Why do they need that?"),
        help_text=_("If you ticked something that is not usual. The person can read this."),
        required=False,
        max_length=300,
    )
    channel = forms.ChoiceField(label=_("How will you tell them?"), widget=forms.RadioSelect)
    days = forms.TypedChoiceField(
        label=_("How long may they look at it?"), coerce=int, choices=DAYS_OPEN, initial=DEFAULT_DAYS
    )

    def __init__(self, *args: Any, shown: ShareForm, **kwargs: Any) -> None:
        allowed = [offer for offer in shown.offers if offer.allowed and offer.code != "hope"]
        usual = [offer for offer in allowed if offer.usual]
        extra = [offer for offer in allowed if not offer.usual]
        channels = [choice for choice in SharePacket.Channel.choices if choice[0] != "email" or shown.may_email]
        kwargs["initial"] = {
            "hope": shown.hope,
            "ticked": [offer.code for offer in usual],
            "extra": [],
            "channel": channels[0][0],
            **kwargs.get("initial", {}),
        }
        super().__init__(*args, **kwargs)
        for name, choices in (
            ("ticked", [(offer.code, offer.label) for offer in usual]),
            ("extra", [(offer.code, offer.label) for offer in extra]),
            ("channel", channels),
        ):
            self.fields[name].choices = choices  # type: ignore[attr-defined]
        self.hints = {offer.code: _hint(offer.value, offer.why) for offer in allowed}

    def told(self) -> dict[str, Any]:
        """Return what is to be told, as the actions and queries ask for it."""
        hope = self.cleaned_data["hope"].strip()
        chosen = (*self.cleaned_data["ticked"], *self.cleaned_data["extra"], *(["hope"] if hope else []))
        return {"ticked": chosen, "hope": hope, "extra_reason": self.cleaned_data["extra_reason"]}


def _hint(value: str, why: str) -> str:
    return f"{value} – {why}" if why else value


class AgreeForm(PageForm):
    """That the person agreed to exactly this."""

    agreed_how = forms.ChoiceField(
        label=_("How did they agree to this being told?"), choices=AGREED_HOW, widget=forms.RadioSelect
    )
    previewed = forms.CharField(widget=forms.HiddenInput)


class AnswerForm(PageForm):
    """What a group says: through its link, or by phone."""

    answer = forms.ChoiceField(label=_("Your answer"), choices=Reply.Answer.choices, widget=forms.RadioSelect)
    wait_weeks = forms.IntegerField(
        label=_("How many weeks, about?"),
        help_text=_("Leave it empty if you do not know"),
        required=False,
        min_value=1,
        max_value=MOST_WEEKS,
        error_messages={
            "min_value": _("The wait must be between 1 and 104 weeks"),
            "max_value": _("The wait must be between 1 and 104 weeks"),
        },
    )
    why = forms.ChoiceField(
        label=_("What stands in the way?"), required=False, choices=[("", _("Not said")), *Reply.Why.choices]
    )
    text = forms.CharField(
        label=_("Anything we should know"),
        help_text=_("If it is not right for you, say why in a few words. Please name nobody else."),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    answered_by = forms.CharField(label=_("Your name"), required=False, max_length=120)

    def clean(self) -> dict[str, Any]:
        """Ask for the reason of a no where it is typed."""
        cleaned = super().clean() or {}
        if cleaned.get("answer") == Reply.Answer.NO and not (cleaned.get("text") or "").strip():
            self.add_error("text", _("Say why, in a few words"))
        return cleaned


class PhoneAnswerForm(AnswerForm):
    """What a group said by phone or letter."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["answer"].label = _("What did they say?")
        self.fields["text"].label = _("What else did they say?")
        self.fields["text"].help_text = _("If they could not take the referral, say why")
        self.fields["answered_by"].label = _("Who said it?")


class FirstTimeForm(PageForm):
    """When someone went for the first time."""

    attended_on = DayField(label=_("When did they go?"), latest=timezone.localdate)
    accompanied = forms.BooleanField(label=_("Someone of us went along"), required=False)


class ReasonForm(PageForm):
    """Why something ends."""

    reason = forms.CharField(label=_("Why?"), max_length=300, error_messages={"required": _("Say why, in a few words")})
