"""Goals as sentences in the person's words; who does what, when."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from linkwell.support.models import AGREED_HOW, Goal
from linkwell.web.fields import DayField
from linkwell.web.forms import PageForm

SCALE = [("", _("Not asked")), *((str(number), str(number)) for number in range(1, 11))]


def _scale(label: Any) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(label=label, choices=SCALE, coerce=int, empty_value=None, required=False)


class GoalForm(PageForm):
    """A new goal, or one that changes."""

    text = forms.CharField(
        label=_("Goal, in the person’s own words"), max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )
    importance = _scale(_("How important is it to them? (1 to 10)"))
    confidence = _scale(_("How sure are they that they can do it? (1 to 10)"))


class ChangeGoalForm(GoalForm):
    """A goal and where it stands."""

    status = forms.ChoiceField(label=_("Where it stands"), choices=Goal.Status.choices)


class ActionForm(PageForm):
    """Who does what, by when."""

    text = forms.CharField(label=_("What will be done?"), max_length=300)
    who = forms.CharField(label=_("Who will do it?"), max_length=120)
    due_on = DayField(label=_("By when?"), required=False)


class StrengthForm(PageForm):
    """Something the person brings."""

    text = forms.CharField(label=_("What they bring: a strength, a skill, someone they know"), max_length=300)


class AgreeForm(PageForm):
    """How the person agreed, and when the plan is looked at again."""

    agreed_how = forms.ChoiceField(
        label=_("How did they agree to this plan?"), choices=AGREED_HOW, widget=forms.RadioSelect
    )
    review_on = DayField(label=_("When will you look at it again?"), required=False, earliest=timezone.localdate)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"review_on": timezone.localdate() + timedelta(weeks=12), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
