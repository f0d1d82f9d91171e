"""The form that pages build on: its refusals are sentences about the field they stand beside."""

from typing import Any

from django import forms
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from linkwell.web.fields import inside


class PageForm(forms.Form):
    """A form whose messages name its fields; a message that a field was given wins."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for name, made in self.fields.items():
            speak_plainly(made, name)


def speak_plainly(made: forms.Field, name: str) -> None:
    """Replace Django's own messages of a field ("This field is required.") by ones that say what to do."""
    label = str(made.label or name.replace("_", " ").capitalize())
    for code, sentence in sentences(made, label).items():
        if made.error_messages.get(code) in (None, django_message(made, code)):
            made.error_messages[code] = sentence


def sentences(made: forms.Field, label: str) -> dict[str, str]:
    """Return, by the error's code, what we say about a field instead of Django."""
    words = {"label": label, "label_inside": inside(label)}
    said = {"required": _missing(made, label) % words}
    if isinstance(made, forms.ChoiceField):
        said["invalid_choice"] = _("Choose one of the answers to: %(label)s") % words
    elif isinstance(made, forms.EmailField):
        said["invalid"] = _("Enter an e-mail address in the correct format, like name@example.com")
    elif isinstance(made, forms.FloatField | forms.DecimalField):
        said["invalid"] = _("%(label)s must be a number") % words
    elif isinstance(made, forms.IntegerField):
        said["invalid"] = _("%(label)s must be a whole number, like 30") % words
    elif isinstance(made, forms.TimeField):
        said["invalid"] = _("%(label)s must be a time, like 14:30") % words
    return said


def _missing(made: forms.Field, label: str) -> str:
    if isinstance(made, forms.BooleanField):
        return _("Tick the box: %(label)s")
    if isinstance(made, forms.ChoiceField):
        return _("Choose an answer: %(label)s")
    if isinstance(made, forms.FileField):
        return _("Choose a file: %(label)s")
    if label.endswith("?"):
        return _("Answer the question: %(label)s")
    return _("Enter %(label_inside)s")


def django_message(made: forms.Field, code: str) -> Any:
    """Return what Django says by itself for this kind of field; the nearest class counts."""
    if isinstance(made, forms.EmailField) and code == "invalid":
        return validate_email.message
    for kind in type(made).__mro__:
        messages = vars(kind).get("default_error_messages", {})
        if code in messages:
            return messages[code]
    return None
