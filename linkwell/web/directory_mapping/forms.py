"""Which file, and what each of its columns is."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from linkwell.interop.files import mapping as mappings
from linkwell.interop.files.checking import content_of
from linkwell.interop.files.guess import SEVERAL
from linkwell.matching.needs import CHOICES
from linkwell.web.forms import PageForm

LABELS = {
    "name": _("Name of the group or service"), "description": _("Description"), "organisation": _("Organisation"),
    "place_name": _("Name of the building"), "address": _("Address"), "town": _("Town"), "postcode": _("Postcode"),
    "opening_times": _("Opening times"), "phone": _("Telephone"), "email": _("E-mail"), "url": _("Website"),
    "contact": _("Telephone or e-mail, mixed"), "cost": _("Cost"), "eligibility": _("Who it is for"),
    "minimum_age": _("Youngest age"), "maximum_age": _("Oldest age"), "how_to_join": _("How to get in"),
    "what_to_bring": _("What to bring"), "languages": _("Languages"), "access": _("Access (step-free, loop, …)"),
    "modes": _("In person, by phone or online"), "wait": _("Waiting time"), "term": _("Category"),
    "area": _("Area served"), "region": _("District or county"), "status": _("Open or closed down"),
    "checked_on": _("Day it was last checked"), "latitude": _("Latitude"), "longitude": _("Longitude"),
    "easting": _("Easting"), "northing": _("Northing"), "id": _("The list's own number for it"),
    "alternate_name": _("Other name"), "organisation_website": _("Website of the organisation"),
}  # fmt: skip
FIELDS = [("", _("Leave out")), *LABELS.items()]
PLACED = {"address", "postcode", "latitude", "easting"}


class BringForm(PageForm):
    """A spreadsheet from this device."""

    file = forms.FileField(
        label=_("Spreadsheet"), max_length=300, widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx,.xlsm"})
    )


class ColumnsForm(PageForm):
    """Whose list it is, what its columns are, and what is true of every row."""

    source = forms.CharField(label=_("Whose list is this?"), max_length=120)
    needs = forms.MultipleChoiceField(
        label=_("Which needs does every group in it answer?"), required=False, choices=CHOICES,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    whole_list = forms.BooleanField(
        label=_("This is the whole list: a group that was in the last file and is not in this one has gone"),
        required=False,
    )

    def __init__(self, *args: Any, columns: list[dict[str, Any]], **kwargs: Any) -> None:
        self.columns = columns
        super().__init__(*args, **kwargs)
        for number, column in enumerate(columns):
            self.fields[f"column_{number}"] = forms.ChoiceField(label=column["name"], required=False, choices=FIELDS)

    def rows(self) -> Iterator[tuple[dict[str, Any], Any]]:
        """Return each column with its question."""
        for number, column in enumerate(self.columns):
            yield column, self[f"column_{number}"]

    def clean(self) -> dict[str, Any]:
        """Refuse two columns for one field, and columns of which none is the name."""
        said = super().clean() or {}
        given: dict[str, str] = {}
        for number, column in enumerate(self.columns):
            field = said.get(f"column_{number}", "")
            if field in given and field not in SEVERAL:
                self.add_error(
                    f"column_{number}",
                    _("“%(one)s” and “%(other)s” cannot both be the same: choose one of them")
                    % {"one": given[field], "other": column["name"]},
                )
            elif field:
                given[field] = column["name"]
        if "name" not in given:
            self.add_error(None, _("Say which column is the name of the group or service."))
        if not self.mapping_name(said):
            self.add_error("source", _("Enter a name with letters in it, such as Trafford Council"))
        return said

    def mapping_name(self, said: dict[str, Any]) -> str:
        """Return the name that the columns are kept under: the source's, never that of a mapping of Linkwell's own."""
        name = slugify(said.get("source", ""))[:50]
        return f"{name}-list" if name in mappings.built_in() else name

    def content(self) -> dict[str, Any]:
        """Return the mapping that was chosen."""
        said = self.cleaned_data
        chosen = [
            (column["name"], said[f"column_{number}"])
            for number, column in enumerate(self.columns)
            if said[f"column_{number}"]
        ]
        constants: dict[str, Any] = {"needs": said["needs"]} if said["needs"] else {}
        fields = {field for _column, field in chosen}
        if PLACED & fields and "modes" not in fields:
            constants["modes"] = ["in_person"]
        return content_of(chosen, title=said["source"], constants=constants, whole_list=said["whole_list"])
