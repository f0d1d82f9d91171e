"""A page of every part of the look, with long names, empty states and errors; it needs no database."""

from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace

from django import forms
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.http import QueryDict
from django.template import engines
from django.test import RequestFactory
from django.utils.html import format_html

from linkwell.matching import needs
from linkwell.web.fields import DayField
from linkwell.web.forms import PageForm
from linkwell.web.render import Frame, NavItem

LONG_NAME = "Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh Oluwaseun Maria da Conceição"
NONCE = "bm9uY2U"
NOW = datetime(2026, 11, 23, 10, 42, tzinfo=UTC)


class GalleryForm(PageForm):
    """One field of every kind."""

    name = forms.CharField(label="Name", help_text="As they like to be called")
    email = forms.EmailField(label="E-mail address", widget=forms.EmailInput(attrs={"autocomplete": "email"}))
    phone = forms.CharField(
        label="Phone", required=False, widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"})
    )
    born_on = DayField(label="Date of birth", help_text="For example, 15 3 1984", latest=date(2026, 11, 23))
    minutes = forms.IntegerField(label="How long it took", min_value=0)
    story = forms.CharField(label="What is going on", widget=forms.Textarea)
    practice = forms.ChoiceField(label="Practice", choices=[("", "Choose"), ("a", "Riverside Medical Centre")])
    reached = forms.ChoiceField(
        label="Did you reach them?", choices=[("yes", "Yes"), ("no", "No")], widget=forms.RadioSelect
    )
    how = forms.ChoiceField(
        label="How should we reach them?",
        choices=[("phone", "Phone"), ("letter", "Letter"), ("other", "Another way")],
        widget=forms.RadioSelect,
    )
    how_other = forms.CharField(label="Which way?", required=False)
    needs = forms.MultipleChoiceField(
        label="What would help", choices=needs.CHOICES, widget=forms.CheckboxSelectMultiple
    )
    access = forms.MultipleChoiceField(
        label="What they need to take part",
        choices=[("step_free", "Step-free way in"), ("bsl", "British Sign Language"), ("none", "Nothing")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    agreed = forms.BooleanField(label="They agreed to be referred", help_text="Say how in the notes")
    password = forms.CharField(label="Password", widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}))
    file = forms.FileField(label="A letter", required=False)
    token = forms.CharField(widget=forms.HiddenInput, initial="kept")


WRONG = {
    "name": "",
    "email": "ada at example",
    "born_on-day": "31",
    "born_on-month": "2",
    "born_on-year": "1984",
    "minutes": "ten",
    "story": "Typed already",
    "how": "other",
    "needs": ["loneliness", "money"],
    "access": ["bsl"],
    "token": "kept",
}


def frame(*, signed_in: bool = True) -> Frame:
    """Return the frame a link worker sees in demo mode, or a visitor."""
    if not signed_in:
        return Frame(demo=True)
    labels = ["Today", "People", "Find support", "Directory", "Referrals", "More"]
    return Frame(
        scheme_name="Ebbsworth and District Social Prescribing",
        nav=[
            NavItem(label=x, url=f"/{x[:4]}", current=x == "Today", count=12 if x == "Referrals" else None)
            for x in labels
        ],
        my_name="Asha Patel",
        sign_out_url="/out",
        people_search_url="/people/search",
        quick_exit_url="https://www.bbc.co.uk/weather",
        demo=True,
    )


def draw(*, bound: bool = False) -> str:
    """Return the gallery's HTML, with every error if the form is `bound` to wrong answers."""
    request = RequestFactory().get("/gallery")
    request.frame = frame()
    request.csp_nonce = NONCE
    text = format_html(
        'Referred to Sale Men\'s Shed. <a class="nhsuk-notification-banner__link" href="/t">{}</a>',
        "Tell Arthur by text?",
    )
    request._messages = [Message(constants.SUCCESS, text), Message(constants.WARNING, "The group has not answered.")]
    source = (Path(__file__).parent / "gallery.jinja").read_text()
    return engines["jinja2"].from_string(source).render(_context(WRONG if bound else None), request)


def _context(data: dict | None) -> dict:
    person = SimpleNamespace(
        name=LONG_NAME, age=78, pronouns="he/him", contact="Phone, afternoons", contact_not="letters, voicemail",
        needs="Large print; hearing loop", risks="some", risks_url="/risks", link_worker="Asha Patel", url="/p/1",
    )  # fmt: skip
    nothing = SimpleNamespace(
        name="Ada", age=None, pronouns="", contact="", contact_not="", needs="", risks="unknown", risks_url="",
        link_worker="", url="",
    )  # fmt: skip
    return {
        "form": GalleryForm(_querydict(data)) if data else GalleryForm(),
        "person": person,
        "unknown_person": nothing,
        "long_name": LONG_NAME,
        "now": NOW,
        "today": date(2026, 11, 23),
    }


def _querydict(data: dict) -> QueryDict:
    made = QueryDict(mutable=True)
    for name, value in data.items():
        made.setlist(name, value if isinstance(value, list) else [value])
    return made
