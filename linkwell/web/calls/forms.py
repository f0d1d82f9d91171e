"""One tap each."""

from django import forms
from django.utils.translation import gettext_lazy as _

from linkwell.directory.confirming.calling import OUTCOMES
from linkwell.web.fields import DayField
from linkwell.web.forms import PageForm

# What one tap says; a status that needs more (weeks, days, why) has its own form on the entry's page
NOW = [
    ("right", _("Still right: I asked")),
    ("closed", _("Closed")),
    ("full", _("Full")),
    ("paused", _("Not taking new people")),
    ("waiting", _("Has a waiting list")),
    ("phone_only", _("By phone only")),
    ("online_only", _("Online only")),
    ("moved", _("Has moved")),
    ("open", _("Open again")),
]


class NowForm(PageForm):
    """How an entry is now, and where to go back to."""

    status = forms.ChoiceField(choices=NOW)
    back = forms.ChoiceField(choices=[("find", ""), ("plan", ""), ("", "")], required=False)
    person_id = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)


class CallForm(PageForm):
    """What came of a call, and the number that was rung."""

    found = forms.ChoiceField(choices=list(OUTCOMES.items()))
    number = forms.CharField(required=False, max_length=60)


class BreakForm(PageForm):
    """A seasonal break."""

    from_on = DayField(label=_("First day of the break"), required=False)
    until_on = DayField(label=_("Back on"), required=False)
