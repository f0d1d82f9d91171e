"""Form fields that Django lacks: a day typed as three numbers."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from linkwell.web.words import day as written_day

PARTS = ("day", "month", "year")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

Typed = tuple[str, str, str]


class DayWidget(forms.Widget):
    """Three inputs named <name>-day, <name>-month and <name>-year."""

    def value_from_datadict(self, data: Mapping[str, Any], files: MultiValueDict[str, Any], name: str) -> Typed:
        """Return what was typed, as typed."""
        day, month, year = (str(data.get(f"{name}-{part}", "")).strip() for part in PARTS)
        return day, month, year

    def value_omitted_from_data(self, data: Mapping[str, Any], files: MultiValueDict[str, Any], name: str) -> bool:
        """Say whether none of the three was sent."""
        return all(f"{name}-{part}" not in data for part in PARTS)

    def id_for_label(self, id_: str | None, index: str | None = None) -> str:
        """Return the first input's id, so that the error summary leads there."""
        return f"{id_}-day" if id_ else ""

    def format_value(self, value: Any) -> Typed:
        """Return the three texts to show: of a date, or as they were typed."""
        if isinstance(value, date):
            return str(value.day), str(value.month), str(value.year)
        return value or ("", "", "")


class DayField(forms.Field):
    """A calendar day typed as day, month and year; cleans to a date, or None if empty and not required.

    earliest and latest are days or functions that return one; the messages name the field by its label.
    """

    widget = DayWidget

    def __init__(self, *, earliest: Any = None, latest: Any = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.own_messages = kwargs.get("error_messages") or {}
        self.earliest, self.latest = earliest, latest

    def clean(self, value: Any) -> date | None:
        """Return the day, or raise a ValidationError in plain words."""
        day, month, year = value or ("", "", "")
        if not (day or month or year):
            if self.required:
                raise self._error("required", _("Enter %(label_inside)s"))
            return None
        self._check_all_given(day, month, year)
        return self._check_between(self._real_day(day, month, year))

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Say whether the typed day differs from the one shown at first."""
        return DayWidget().format_value(initial) != tuple(data or ("", "", ""))

    def _check_all_given(self, day: str, month: str, year: str) -> None:
        missing = [name for name, typed in zip(PARTS, (day, month, year), strict=True) if not typed]
        if missing:
            raise self._error("incomplete", INCOMPLETE[" ".join(missing)])

    def _real_day(self, day: str, month: str, year: str) -> date:
        if month[:3].lower() in MONTHS:
            month = str(MONTHS.index(month[:3].lower()) + 1)
        if year.isdecimal() and len(year) != 4:
            raise self._error("year", _("%(label)s: the year must have 4 numbers"))
        try:
            return date(int(year), int(month), int(day))
        except ValueError:
            raise self._error("invalid", _("%(label)s must be a real date")) from None

    def _check_between(self, day: date) -> date:
        earliest = self.earliest() if callable(self.earliest) else self.earliest
        latest = self.latest() if callable(self.latest) else self.latest
        if earliest and day < earliest:
            raise self._error("early", _("%(label)s must be %(limit)s or later"), earliest)
        if latest and day > latest:
            raise self._error("late", _("%(label)s must be %(limit)s or earlier"), latest)
        return day

    def _error(self, code: str, message: Any, limit: date | None = None) -> forms.ValidationError:
        label = str(self.label or _("Date"))
        values = {"label": label, "label_inside": inside(label), "limit": written_day(limit)}
        return forms.ValidationError(self.own_messages.get(code, message), code=code, params=values)


def inside(label: str) -> str:
    """Return a label as it stands inside a sentence: "Date of birth" loses its capital, "NHS number" keeps it."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


INCOMPLETE = {
    "day": _("%(label)s must include a day"),
    "month": _("%(label)s must include a month"),
    "year": _("%(label)s must include a year"),
    "day month": _("%(label)s must include a day and month"),
    "day year": _("%(label)s must include a day and year"),
    "month year": _("%(label)s must include a month and year"),
}
