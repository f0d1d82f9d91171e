"""What a group says of its entries on the page behind its link: nothing is chosen for it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from linkwell.directory.confirming.actions import CHOICES, Said
from linkwell.directory.confirming.queries import AskedEntry
from linkwell.web.forms import PageForm

CHANGED = [
    ("times_text", _("Days and times")),
    ("how_to_join", _("How to get in")),
    ("note", _("Anything else: place, cost, telephone, who it is for")),
]


class StopForm(PageForm):
    """A name, so that a person and no scanner of mails stops the questions."""

    name = forms.CharField(label=_("Your name"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "name"}))


class ConfirmEntriesForm(PageForm):
    """A choice for each entry, words for what has changed, and a typed name."""

    name = forms.CharField(
        label=_("Your name"),
        help_text=_("So that we know a person looked. It is not published."),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )

    def __init__(self, *args: Any, entries: tuple[AskedEntry, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.entries = entries
        for entry in entries:
            self.fields[f"choice-{entry.pk}"] = forms.ChoiceField(
                label=entry.name, choices=list(CHOICES.items()), widget=forms.RadioSelect
            )
            for name, label in CHANGED:
                self.fields[f"{name}-{entry.pk}"] = forms.CharField(
                    label=label, required=False, max_length=900, widget=forms.Textarea(attrs={"rows": 2})
                )

    def clean(self) -> dict[str, Any]:
        """Ask for words where something has changed."""
        said = super().clean() or {}
        for entry in self.entries:
            words = any(said.get(f"{name}-{entry.pk}", "").strip() for name, _label in CHANGED)
            if said.get(f"choice-{entry.pk}") == "changed" and not words:
                self.add_error(f"note-{entry.pk}", _("Say what has changed, in a few words"))
        return said

    def said(self) -> Said:
        """Return the answer; the form is valid."""
        given = self.cleaned_data
        return Said(
            name=given["name"],
            choices={entry.pk: given[f"choice-{entry.pk}"] for entry in self.entries},
            changes={
                entry.pk: {name: given[f"{name}-{entry.pk}"] for name, _label in CHANGED} for entry in self.entries
            },
        )
