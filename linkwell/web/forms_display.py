"""Turns a Django form's field into what the form macros draw."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.forms import BaseForm, BoundField
from django.utils.translation import gettext

from linkwell.web.fields import PARTS, DayWidget
from linkwell.web.forms import django_message, sentences


@dataclass(frozen=True, kw_only=True)
class Option:
    """One answer to choose."""

    id: str
    value: str
    label: str
    checked: bool


@dataclass(frozen=True, kw_only=True)
class DayPart:
    """One of the three inputs of a day."""

    id: str
    name: str
    label: str
    value: str
    width: int
    autocomplete: str


@dataclass(frozen=True, kw_only=True)
class Control:
    """A field as it is drawn; kind is one of input, password, textarea, select, radios, checkboxes, checkbox, day,
    file or hidden."""

    kind: str
    id: str
    name: str
    label: str
    hint: str
    errors: list[str]
    value: str
    type: str = "text"
    inputmode: str = ""
    options: list[Option] = field(default_factory=list)
    parts: list[DayPart] = field(default_factory=list)
    attrs: dict[str, str] = field(default_factory=dict)
    checked: bool = False
    multiple: bool = False

    @property
    def described_by(self) -> str:
        """Return the ids of hint and error, as aria-describedby wants them."""
        ids = [f"{self.id}-hint"] if self.hint else []
        return " ".join([*ids, f"{self.id}-error"] if self.errors else ids)


def control(bound: BoundField, *, label: str = "", hint: str = "", optional: bool = True) -> Control:
    """Return what to draw for a form's field; a field that may stay empty says so unless `optional` is False."""
    widget, own = bound.field.widget, bound.auto_id or bound.html_name
    kind = _kind(widget)
    shown = label or str(bound.label or "")
    if optional and not bound.field.required and kind not in ("hidden", "checkbox"):
        shown = gettext("%(label)s (optional)") % {"label": shown}
    value = bound.value()
    return Control(
        kind=kind,
        id=own,
        name=bound.html_name,
        label=shown,
        hint=hint or str(bound.help_text or ""),
        errors=messages(bound),
        value=_text(widget, value),
        type=_input_type(widget),
        inputmode=_inputmode(bound.field, widget),
        options=_options(bound, widget, own, value),
        parts=_parts(bound, widget, own, value),
        attrs=_attrs(widget),
        checked=bool(value) and value not in ("False", "false", "0"),
        multiple=isinstance(widget, forms.SelectMultiple),
    )


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One line of the error summary; href is empty for what concerns the form as a whole."""

    text: str
    href: str


def problems(sources: BaseForm | Iterable[BaseForm] | None) -> list[Problem]:
    """Return every error of one form or several, in the order of their fields."""
    if sources is None:
        return []
    found = []
    for form in [sources] if isinstance(sources, BaseForm) else sources:
        found += [Problem(text=str(error), href="") for error in form.non_field_errors()]
        for bound in form:
            found += [Problem(text=text, href=f"#{first_id(bound)}") for text in messages(bound)]
    return found


def messages(bound: BoundField) -> list[str]:
    """Return a field's errors; where the form is another package's, in our words instead of Django's."""
    found = []
    for error in bound.errors.as_data():
        django_words = django_message(bound.field, error.code or "")
        ours = sentences(bound.field, str(bound.label)).get(error.code or "")
        found += [ours] if ours and error.message == django_words else [str(text) for text in error.messages]
    return found


def first_id(bound: BoundField) -> str:
    """Return the id of the first thing in a field that can take the focus."""
    own = bound.auto_id or bound.html_name
    kind = _kind(bound.field.widget)
    if kind in ("radios", "checkboxes"):
        return f"{own}_0"
    return f"{own}-day" if kind == "day" else own


def _kind(widget: forms.Widget) -> str:
    for kind, classes in KINDS:
        if isinstance(widget, classes):
            return kind
    raise TypeError(f"No macro draws a {type(widget).__name__}")


# The first that fits counts: a RadioSelect is a Select too.
KINDS: tuple[tuple[str, Any], ...] = (
    ("day", DayWidget),
    ("checkboxes", forms.CheckboxSelectMultiple),
    ("radios", forms.RadioSelect),
    ("select", forms.Select),
    ("checkbox", forms.CheckboxInput),
    ("hidden", forms.HiddenInput),
    ("password", forms.PasswordInput),
    ("file", forms.FileInput),
    ("textarea", forms.Textarea),
    ("input", forms.widgets.Input),
)


def _input_type(widget: forms.Widget) -> str:
    kind = getattr(widget, "input_type", "text") or "text"
    return "text" if kind in ("number", "select") else kind  # a number input loses what is mistyped


def _inputmode(source: forms.Field, widget: forms.Widget) -> str:
    if not isinstance(widget, forms.NumberInput):
        return ""
    whole = isinstance(source, forms.IntegerField) and not isinstance(source, forms.FloatField | forms.DecimalField)
    return "numeric" if whole else "decimal"


def _text(widget: forms.Widget, value: Any) -> str:
    if isinstance(widget, DayWidget | forms.FileInput | forms.PasswordInput):
        return ""
    if isinstance(widget, forms.widgets.ChoiceWidget | forms.CheckboxInput):
        return ""
    shown = widget.format_value(value)
    return "" if shown is None else str(shown)


def _options(bound: BoundField, widget: forms.Widget, own: str, value: Any) -> list[Option]:
    if not isinstance(widget, forms.widgets.ChoiceWidget):
        return []
    chosen = set(widget.format_value(value))
    flat: list[tuple[Any, Any]] = []
    for code, label in widget.choices:
        flat += label if isinstance(label, list | tuple) else [(code, label)]
    return [
        Option(
            id=f"{own}_{place}", value=str(code), label=str(label), checked=str("" if code is None else code) in chosen
        )
        for place, (code, label) in enumerate(flat)
    ]


def _parts(bound: BoundField, widget: forms.Widget, own: str, value: Any) -> list[DayPart]:
    if not isinstance(widget, DayWidget):
        return []
    labels = {"day": gettext("Day"), "month": gettext("Month"), "year": gettext("Year")}
    birthday = widget.attrs.get("autocomplete") == "bday"
    return [
        DayPart(
            id=f"{own}-{part}",
            name=f"{bound.html_name}-{part}",
            label=labels[part],
            value=typed,
            width=4 if part == "year" else 2,
            autocomplete=f"bday-{part}" if birthday else "",
        )
        for part, typed in zip(PARTS, widget.format_value(value), strict=True)
    ]


def _attrs(widget: forms.Widget) -> dict[str, str]:
    """Return the widget's attributes that pages keep; classes and styles are the macros' business."""
    kept = ("autocomplete", "autocapitalize", "spellcheck", "maxlength", "rows", "accept", "list", "readonly")
    shown = {name: str(value) for name, value in widget.attrs.items() if name in kept and value not in (None, False)}
    return shown | {name: str(value) for name, value in widget.attrs.items() if name.startswith(("hx-", "data-"))}
