"""What is looked for: needs, words, place and limits. A limit left empty limits nothing."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from linkwell.connections.models import NotRight
from linkwell.directory.queries import place_named
from linkwell.matching import vocabulary
from linkwell.matching.needs import CHOICES
from linkwell.matching.query import Point, Query
from linkwell.web.forms import PageForm

REACH = [
    ("1500", _("1.5 km")),
    ("3000", _("3 km")),
    ("5000", _("5 km")),
    ("10000", _("10 km")),
    ("20000", _("20 km")),
    ("", _("Any distance")),
]  # noqa: E501
MODES = [("in_person", _("In person")), ("phone", _("By phone")), ("online", _("Online")), ("home_visit", _("At home"))]
DAYS = [(str(number), _(name)) for number, name in enumerate(vocabulary.DAYS)]
LANGUAGES = [("", _("Any language")), *((code, _(name)) for code, name in vocabulary.LANGUAGES.items() if code != "en")]
ACCESS = [(code, _(name).capitalize()) for code, name in vocabulary.ACCESS_NEEDS.items()]


class FindForm(PageForm):
    """The search; it is sent by POST, so that no words about a person stand in an address."""

    needs = forms.MultipleChoiceField(
        label=_("Needs"), required=False, choices=CHOICES, widget=forms.CheckboxSelectMultiple
    )
    words = forms.CharField(
        label=_("In their own words"),
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    place = forms.CharField(
        label=_("Near"), required=False, max_length=60, help_text=_("A postcode, the first half of one, or a town")
    )
    reach = forms.ChoiceField(label=_("Up to"), required=False, choices=REACH, initial="5000")
    modes = forms.MultipleChoiceField(
        label=_("Ways to take part"), required=False, choices=MODES, widget=forms.CheckboxSelectMultiple
    )
    days = forms.MultipleChoiceField(
        label=_("Days that suit"), required=False, choices=DAYS, widget=forms.CheckboxSelectMultiple
    )
    language = forms.ChoiceField(label=_("Language"), required=False, choices=LANGUAGES)
    access = forms.MultipleChoiceField(
        label=_("Must have"), required=False, choices=ACCESS, widget=forms.CheckboxSelectMultiple
    )
    free_only = forms.BooleanField(label=_("Free only"), required=False)
    has_room = forms.BooleanField(label=_("Has room now"), required=False)
    old_too = forms.BooleanField(label=_("Also what nobody confirmed for long"), required=False)
    known = forms.CharField(
        label=_("Did you expect one that is not here?"),
        help_text=_("Type its name: we say why it is not in the list, or where it stands"),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    page = forms.IntegerField(required=False, min_value=1, max_value=200, widget=forms.HiddenInput)

    located: Any = None

    def clean_place(self) -> str:
        place = str(self.cleaned_data["place"]).strip()
        if place:
            self.located = place_named(place)
            if self.located is None:
                raise forms.ValidationError(
                    _("We do not know this place. Try the first half of the postcode, or leave it empty.")
                )
        return place

    def query(self, *, age: int | None, home: Point | None = None, home_label: str = "", per_page: int = 10) -> Query:
        """Return the question; `home` is the person's own place, used when no other place is given."""
        said = self.cleaned_data
        approximate = False
        if self.located is not None:
            home = Point(self.located.latitude, self.located.longitude, self.located.easting, self.located.northing)
            home_label, approximate = self.located.label, self.located.is_approximate
        page = said["page"] or 1
        return Query(
            needs=tuple(said["needs"]),
            words=said["words"],
            home=home,
            home_label=home_label,
            home_outcode=self.located.outcode if self.located else "",
            home_is_approximate=approximate,
            reach_metres=int(said["reach"]) if said["reach"] else None,
            modes=tuple(said["modes"]),
            languages=(said["language"],) if said["language"] else (),
            access_needs=tuple(said["access"]),
            slots=vocabulary.slots_of(int(day) for day in said["days"]),
            free_only=said["free_only"],
            age=age,
            wants_capacity=said["has_room"],
            old_too=said["old_too"],
            limit=per_page,
            offset=(page - 1) * per_page,
        )

    def limits(self) -> dict[str, Any]:
        """Return the limits that were set, as codes; neither the place nor the person's words are among them."""
        said = self.cleaned_data
        limits = {
            "reach_metres": int(said["reach"]) if said["reach"] and self.located is not None else None,
            "modes": said["modes"],
            "days": [int(day) for day in said["days"]],
            "language": said["language"],
            "access_needs": said["access"],
            "free_only": said["free_only"],
            "has_room": said["has_room"],
        }
        return {name: value for name, value in limits.items() if value}


def chosen(data: QueryDict, *, most: int) -> tuple[int, ...]:
    """Return the numbers of the services that an address names, as many as are looked at together."""
    given = [one for one in data.getlist("service") if one.isascii() and one.isdigit() and len(one) < 19]
    return tuple(dict.fromkeys(int(one) for one in given))[:most]


class NotRightForm(PageForm):
    """Why a service is not right for this person."""

    reason = forms.ChoiceField(choices=NotRight.Reason.choices)


class SendForm(PageForm):
    """How the short list goes to the person."""

    channel = forms.ChoiceField(choices=[("sms", _("By text")), ("email", _("By e-mail"))])
