"""The form of any set of measures: its fields come from the measures' files."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from linkwell.outcomes.definitions import Item, Measure
from linkwell.outcomes.models import Completion, Help
from linkwell.web.forms import PageForm

NO_ANSWER = "none"
OTHER = "other"
WHY_NOT = [
    ("did_not_want", gettext_lazy("They would rather not")),
    ("not_now", gettext_lazy("It was not the right moment")),
    ("unwell", gettext_lazy("They were too unwell or upset")),
    ("language", gettext_lazy("The questions were hard to follow, or not in their language")),
    ("proxy", gettext_lazy("Somebody else was answering for them")),
    ("no_time", gettext_lazy("There was no time")),
    (OTHER, gettext_lazy("Another reason")),
]
FIELD_OF_ERROR = {"proxy_not_allowed": "helped_by", "how_missing": "how", "way_not_allowed": "how"}


@dataclass(frozen=True)
class Group:
    """One measure on the page: its questions, and the way out."""

    measure: Measure
    questions: tuple[BoundField, ...]
    skip: BoundField
    skip_other: BoundField
    is_skipped: bool


class MeasuresForm(PageForm):
    """The questions of some measures; each measure can be left out with a reason, each question unanswered.

    `may_be_empty=True` lets a page that holds other things save without any answer.
    """

    how = forms.ChoiceField(
        label=gettext_lazy("How were the questions answered?"),
        choices=Completion.How.choices,
        widget=forms.RadioSelect,
        required=False,
    )
    helped_by = forms.ChoiceField(
        label=gettext_lazy("Did anybody help?"),
        choices=Help.choices,
        widget=forms.RadioSelect,
        required=False,
    )
    submission_key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, measures: Iterable[Measure], may_be_empty: bool = False, **kwargs: Any) -> None:
        self.measures, self.may_be_empty = tuple(measures), may_be_empty
        kwargs["initial"] = {"submission_key": uuid.uuid4(), "helped_by": "", **kwargs.get("initial", {})}
        self.base_fields = {**self.base_fields, **_fields(self.measures)}
        super().__init__(*args, **kwargs)

    @property
    def groups(self) -> list[Group]:
        """Return the fields measure by measure, for the template."""
        return [
            Group(
                measure,
                tuple(self[_name(measure, item)] for item in measure.items),
                self[f"skip_{measure.code}"],
                self[f"skip_{measure.code}_other"],
                bool(self[f"skip_{measure.code}"].value()),
            )
            for measure in self.measures
        ]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        for measure in self.measures:
            why, other = f"skip_{measure.code}", f"skip_{measure.code}_other"
            if said.get(why) == OTHER and not said.get(other, "").strip():
                self.add_error(other, _("Say why the questions were not asked"))
            if said.get(why) and self.answers().get(measure.code):
                self.add_error(
                    why,
                    _("“%(name)s” has answers and a reason for not asking. Keep one of the two.")
                    % {"name": measure.name},
                )
        if self.answers() and not said.get("how"):
            self.add_error("how", _("Say how the questions were answered"))
        if not self.may_be_empty and not self.errors and self.is_left_empty:
            raise forms.ValidationError(_("Choose at least one answer, or say why the questions were not asked."))
        return said

    @property
    def is_left_empty(self) -> bool:
        """Whether there is neither an answer nor a reason for leaving a measure out."""
        return not self.answers() and not self.skipped()

    def answers(self) -> dict[str, dict[str, int]]:
        """Return {measure: {question: number}} of what was answered."""
        said = self.cleaned_data
        given = {
            measure.code: {
                item.code: said[_name(measure, item)]
                for item in measure.items
                if said.get(_name(measure, item)) is not None
            }
            for measure in self.measures
        }
        return {code: answers for code, answers in given.items() if answers}

    def skipped(self) -> dict[str, str]:
        """Return {measure: why} of what was left out with a reason."""
        words = {code: str(label) for code, label in WHY_NOT}
        left_out = {}
        for measure in self.measures:
            why = self.cleaned_data.get(f"skip_{measure.code}")
            if why:
                other = self.cleaned_data.get(f"skip_{measure.code}_other", "").strip()
                left_out[measure.code] = other if why == OTHER else words[why]
        return left_out


def _name(measure: Measure, item: Item) -> str:
    return f"{measure.code}_{item.code}"


def _fields(measures: tuple[Measure, ...]) -> dict[str, forms.Field]:
    made: dict[str, forms.Field] = {}
    for measure in measures:
        for item in measure.items:
            made[_name(measure, item)] = _question(item)
        made[f"skip_{measure.code}"] = forms.ChoiceField(
            label=_("Why were the questions not asked?"), choices=WHY_NOT, widget=forms.RadioSelect, required=False
        )
        made[f"skip_{measure.code}_other"] = forms.CharField(
            label=_("What was the reason?"), max_length=200, required=False
        )
    return made


def _question(item: Item) -> forms.Field:
    hint = ""
    if item.is_scale:
        ends = {"low": item.answers[0][1], "high": item.answers[-1][1]}
        ends |= {"low_words": item.lowest_label, "high_words": item.highest_label}
        hint = _("%(low)s is %(low_words)s, %(high)s is %(high_words)s") % ends
    return forms.TypedChoiceField(
        label=item.question,
        help_text=hint,
        choices=[*((str(number), words) for number, words in item.answers), (NO_ANSWER, _("No answer"))],
        coerce=lambda typed: None if typed == NO_ANSWER else int(typed),
        empty_value=None,
        widget=forms.RadioSelect,
        required=False,
    )
