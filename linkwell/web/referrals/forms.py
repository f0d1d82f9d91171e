"""What triage is asked."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from linkwell.referrals.queries import ReferralPage
from linkwell.web.forms import PageForm

LATER = "later"
OTHER = "other"
# what the referrer reads
REASONS = [
    ("crisis", _("This needs clinical or crisis help first.")),
    ("elsewhere", _("They live outside the area we serve.")),
    ("already", _("We are supporting this person already.")),
    ("other_service", _("Another service is a better fit.")),
    ("age", _("We do not support people of this age.")),
    (OTHER, _("Another reason")),
]


class AcceptForm(PageForm):
    """Who takes it on; whether that may be is for the domain to say."""

    link_worker = forms.ChoiceField(label=_("Who takes this on?"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, page: ReferralPage, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = [(str(room.membership_id), room.name) for room in page.could_take]
        later = [] if page.state == "accepted" else [(LATER, _("Accept now, choose a link worker later"))]
        self.fields["link_worker"].choices = [*chosen, *later]  # type: ignore[attr-defined]
        if chosen:
            self.initial.setdefault("link_worker", chosen[0][0])

    @property
    def link_worker_id(self) -> int | None:
        """Return the link worker chosen; None is "later"."""
        chosen = self.cleaned_data["link_worker"]
        return None if chosen == LATER else int(chosen)


class DeclineForm(PageForm):
    """Why not, and who can help instead."""

    why = forms.ChoiceField(label=_("Why can’t we take this on?"), choices=REASONS, widget=forms.RadioSelect)
    more = forms.CharField(
        label=_("Anything else the referrer should know"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    other = forms.CharField(label=_("What is the reason?"), required=False, max_length=300)
    who_instead = forms.CharField(
        label=_("Who can help instead?"),
        required=False,
        max_length=500,
        help_text=_("Name and phone number or web address, so that nobody is left without a next step."),
    )

    def clean(self) -> dict[str, Any]:
        """Ask for the reason where none of the list fits."""
        if self.cleaned_data.get("why") == OTHER and not self.cleaned_data.get("other", "").strip():
            self.add_error("other", _("Say why, in words the referrer will understand."))
        return self.cleaned_data

    def reason(self) -> str:
        """Return what the referrer reads."""
        said = self.cleaned_data
        first = said["other"].strip() if said["why"] == OTHER else str(dict(REASONS)[said["why"]])
        return " ".join(part for part in (first, said["more"].strip()) if part)


class AskForm(PageForm):
    """A question to the referrer."""

    question = forms.CharField(
        label=_("What do you need to know?"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("The practice or agency reads this as you write it."),
    )


class AnswerForm(PageForm):
    """An answer that came by phone."""

    answer = forms.CharField(
        label=_("What did they answer?"), max_length=5000, widget=forms.Textarea(attrs={"rows": 3})
    )
