"""Judging a look."""

from django import forms
from django.utils.translation import gettext_lazy as _

from linkwell.people.models import AccessFlag
from linkwell.web.forms import PageForm

State = AccessFlag.State


class JudgeForm(PageForm):
    """Was the look right, or is there a question?"""

    state = forms.ChoiceField(
        label=_("What do you think?"),
        choices=[(State.CLEARED, _("It was right")), (State.CONCERN, _("I have a question"))],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=_("Note"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Write no details about the person."),
    )  # fmt: skip
