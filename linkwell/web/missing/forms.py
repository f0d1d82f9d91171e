"""What is missing here: the need, and what failed."""

from django import forms
from django.utils.translation import gettext_lazy as _

from linkwell.connections.models import UnmetNeed
from linkwell.matching.needs import CHOICES
from linkwell.web.forms import PageForm


class MissingForm(PageForm):
    """One need for which nothing fitted."""

    code = forms.ChoiceField(label=_("What is missing?"), choices=CHOICES)
    what_failed = forms.CharField(
        label=_("What did you look for?"), max_length=300, help_text=_("For example: evenings, within 5 km, in Punjabi")
    )
    main_reason = forms.ChoiceField(
        label=_("What kept them from it?"), required=False, choices=[("", _("Not said")), *UnmetNeed.Reason.choices]
    )


class FromPlanForm(PageForm):
    """The need of a plan for which nothing fits."""

    code = forms.ChoiceField(label=_("What is missing?"), choices=CHOICES)
