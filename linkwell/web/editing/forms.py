"""An entry as a form: each field as it is typed, rows of times and places as rows; and what moderation asks."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from linkwell.common.errors import DomainError
from linkwell.directory.editing import texts
from linkwell.directory.editing.differences import is_same
from linkwell.directory.editing.fields import FIELDS, GROUPS, Field, clean
from linkwell.directory.models import GroupCheck, Organisation
from linkwell.matching.vocabulary import DAYS
from linkwell.web.fields import DayField
from linkwell.web.forms import PageForm

MOST_BOXES = 12  # a longer list of codes is typed, a line each
OFTEN = [
    ("every week", _("every week")),
    ("every second week", _("every 2nd week")),
    ("every third week", _("every 3rd week")),
    ("every fourth week", _("every 4th week")),
    ("first", _("first in the month")),
    ("second", _("second in the month")),
    ("third", _("third in the month")),
    ("fourth", _("fourth in the month")),
    ("last", _("last in the month")),
]
CLOCK = {"inputmode": "numeric", "placeholder": "14:00", "autocomplete": "off"}
PLACE_PARTS = (
    ("name", _("Name of the place")),
    ("address", _("Address")),
    ("town", _("Town")),
    ("postcode", _("Postcode")),
    ("transport", _("Getting there")),
)


class EntryForm(PageForm):
    """Some fields of an entry. `stands` are its texts now; `said()` is what was typed, by field, as text."""

    def __init__(self, *args: Any, stands: Mapping[str, str], names: Iterable[str], hides: bool = False, **kwargs: Any):
        self.stands, self.names, self.hides = dict(stands), list(names), hides
        super().__init__(*args, **kwargs)
        for name in self.names:
            self._add(FIELDS[name])
        for name, made in self.fields.items():
            made.required = False
            made.label = made.label or name

    def _add(self, made: Field) -> None:
        stands = self.stands.get(made.name, "")
        if made.kind == "times":
            self._add_times(stands)
        elif made.kind == "places":
            self._add_places(stands)
        elif made.kind == "codes" and len(made.codes) <= MOST_BOXES:
            choices = list(made.codes.items())
            self.fields[made.name] = forms.MultipleChoiceField(
                label=_(made.label), choices=choices, widget=forms.CheckboxSelectMultiple,
                initial=texts.read_codes(stands, made.codes),
            )  # fmt: skip
        else:
            many = made.kind in ("words", "codes", "costs", "numbers")
            hint = made.hint or (_("A line each, like “Polish”") if made.name == "languages" else "")
            if made.name == "needs":
                hint = _("A line each, like “Loneliness and isolation”")
            self.fields[made.name] = forms.CharField(
                label=_(made.label), help_text=hint, initial=stands, max_length=made.longest,
                widget=forms.Textarea(attrs={"rows": _rows(stands)}) if many else forms.TextInput(),
            )  # fmt: skip

    def _add_times(self, stands: str) -> None:
        rows = texts.read_times(stands)
        self.times_count = self._count("times", len(rows) + 2)
        days = [("", _("Choose a day")), *((name, _(name)) for name in DAYS)]
        for n in range(self.times_count):
            row = rows[n] if n < len(rows) else None
            label = {"row": n + 1}
            often = "every week"
            if row is not None:
                often = texts.WEEK_WORDS[row.of_month] if row.of_month is not None else texts.EVERY[row.weeks]
            self.fields |= {
                f"times_{n}_day": forms.ChoiceField(
                    label=_("Day of row %(row)s") % label, choices=days, initial=DAYS[row.weekday] if row else ""
                ),
                f"times_{n}_from": forms.CharField(
                    label=_("From, row %(row)s") % label, max_length=10, widget=forms.TextInput(attrs=CLOCK),
                    initial=f"{row.opens_at:%H:%M}" if row and row.opens_at else "",
                ),
                f"times_{n}_to": forms.CharField(
                    label=_("To, row %(row)s") % label, max_length=10, widget=forms.TextInput(attrs=CLOCK),
                    initial=f"{row.closes_at:%H:%M}" if row and row.closes_at else "",
                ),
                f"times_{n}_often": forms.ChoiceField(
                    label=_("How often, row %(row)s") % label, choices=OFTEN, initial=often
                ),
            }  # fmt: skip

    def _add_places(self, stands: str) -> None:
        rows = texts.read_places(stands)
        self.places_count = self._count("places", len(rows) + 1)
        parts = [part for part in PLACE_PARTS if not self.hides or part[0] == "town"]
        for n in range(self.places_count):
            for part, label in parts:
                initial = getattr(rows[n], part) if n < len(rows) else ""
                numbered = label if n == 0 else _("%(what)s, place %(number)s") % {"what": label, "number": n + 1}
                self.fields[f"places_{n}_{part}"] = forms.CharField(label=numbered, max_length=300, initial=initial)

    def _count(self, name: str, usual: int) -> int:
        last = {"times": "day", "places": "town"}[name]
        sent = 0
        while self.is_bound and sent < texts.MOST_LINES and self.add_prefix(f"{name}_{sent}_{last}") in self.data:
            sent += 1
        return min(max(usual, sent), texts.MOST_LINES)

    def blocks(self) -> list[dict[str, Any]]:
        """Return what the template draws, in order: a field, or the rows of times or places."""
        made: list[dict[str, Any]] = []
        for name in self.names:
            kind = FIELDS[name].kind
            if kind == "times":
                rows = [
                    [self[f"times_{n}_{part}"] for part in ("day", "from", "to", "often")]
                    for n in range(self.times_count)
                ]
                made.append({"kind": "times", "label": FIELDS[name].label, "rows": rows, "name": name})
            elif kind == "places":
                parts = [part for part, _label in PLACE_PARTS if f"places_0_{part}" in self.fields]
                rows = [[self[f"places_{n}_{part}"] for part in parts] for n in range(self.places_count)]
                made.append({"kind": "places", "label": FIELDS[name].label, "rows": rows, "name": name})
            else:
                made.append({"kind": "field", "bound": self[name], "name": name})
        return made

    def said(self) -> dict[str, str]:
        """Return what was typed, by field; only of a cleaned form."""
        return {name: self._said(FIELDS[name]) for name in self.names}

    def _said(self, made: Field) -> str:
        data = self.cleaned_data
        if made.kind == "times":
            return "\n".join(filter(None, (self._time_line(n) for n in range(self.times_count))))
        if made.kind == "places":
            rows = []
            for n in range(self.places_count):
                given = {part: str(data.get(f"places_{n}_{part}", "")).strip() for part, _label in PLACE_PARTS}
                rows.append(texts.PlaceText(**given))
            return texts.places_text(rows)
        value = data.get(made.name, "")
        return texts.codes_text(value, made.codes) if isinstance(value, list) else str(value)

    def _time_line(self, n: int) -> str:
        data = self.cleaned_data
        day, opens, closes, often = (str(data.get(f"times_{n}_{part}", "")) for part in ("day", "from", "to", "often"))
        if not day:
            return f"{opens} {closes}".strip()  # times without a day are told so
        hours = f" {opens} to {closes}" if opens and closes else f" {opens}" if opens else ""
        if often.startswith("every"):
            return f"{day}{hours}, {often}"
        return f"{often.capitalize()} {day} of the month{hours}"

    def clean(self) -> dict[str, Any]:
        """Say at each field what it cannot hold; what was left as it stands is not judged."""
        cleaned = super().clean() or {}
        for name in self.names:
            if any(key == name or key.startswith(f"{name}_") for key in self.errors):
                continue
            text = self._said(FIELDS[name])
            if is_same(text, self.stands.get(name, "")):
                continue
            try:
                clean(name, text, is_undisclosed=self.hides)
            except DomainError as error:
                first = {"times": "times_0_day", "places": "places_0_town"}.get(FIELDS[name].kind, name)
                self.add_error(first, str(error))
        return cleaned


def _rows(text: str) -> int:
    return min(max(3, len(text) // 70 + text.count("\n") + 1), 10)


def names_of(group: str, *, by_groups: bool = True) -> list[str]:
    """Return the fields of a group of the page; without those that only staff change, where asked."""
    return [name for name, made in FIELDS.items() if made.group == group and (made.by_groups or not by_groups)]


def every_name(*, by_groups: bool = False) -> list[str]:
    """Return all fields in the order of the page."""
    return [name for group in GROUPS for name in names_of(group, by_groups=by_groups)]


class WhyForm(PageForm):
    """Why something is done; it stands in the history."""

    why = forms.CharField(label=_("Why?"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class EndForm(WhyForm):
    """An entry ends."""

    on = DayField(label=_("Since which day has it ended?"), latest=timezone.localdate)
    field_order = ["on", "why"]


class ShowForm(WhyForm):
    """An address is given out again, typed anew."""

    address = forms.CharField(label=_("Address"), max_length=300)
    town = forms.CharField(label=_("Town"), max_length=100, required=False)
    postcode = forms.CharField(label=_("Postcode"), max_length=10)
    sure = forms.BooleanField(label=_("I have asked the group, and everybody may know this address"))
    field_order = ["address", "town", "postcode", "why", "sure"]

    def places(self) -> str:
        """Return the place as text; only of a valid form."""
        said = self.cleaned_data
        place = texts.PlaceText(address=said["address"], town=said["town"], postcode=said["postcode"])
        return texts.places_text([place])


class OwnerForm(PageForm):
    """Who runs a new entry."""

    organisation = forms.CharField(
        label=_("Who runs it?"), max_length=200, required=False,
        help_text=_("Type a name. If the directory knows it, the entry joins that organisation"),
    )  # fmt: skip
    kind = forms.ChoiceField(label=_("What kind of organisation is it?"), choices=Organisation.KINDS, initial="unknown")
    is_undisclosed = forms.BooleanField(
        label=_("Its address must not be given out"), required=False,
        help_text=_("For a refuge, for example. Then only the town and the telephone number are shown anywhere"),
    )  # fmt: skip


class CheckForm(PageForm):
    """What was seen of a group's papers."""

    kind = forms.ChoiceField(label=_("What did you look at?"), choices=GroupCheck.KINDS, widget=forms.RadioSelect)
    checked_on = DayField(label=_("When did you look?"), latest=timezone.localdate)
    valid_until = DayField(
        label=_("Until when does it hold?"), required=False, help_text=_("Leave it empty if nothing is said")
    )
    note = forms.CharField(label=_("Note"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class AccountForm(PageForm):
    """Whom to invite for an organisation."""

    email = forms.EmailField(
        label=_("E-mail address"), widget=forms.TextInput(attrs={"autocomplete": "off", "type": "email"})
    )
    name = forms.CharField(label=_("Name"), required=False, max_length=200)


class RefuseForm(PageForm):
    """Why nothing of a submission is taken."""

    why = forms.CharField(
        label=_("Why? A group that suggested it reads this."), required=False, max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip
