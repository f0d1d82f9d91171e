"""What a referrer is asked: few questions must be answered, and all that is missing is said at once."""

import uuid
from collections.abc import Callable
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from linkwell.common.errors import DomainError
from linkwell.matching import needs
from linkwell.matching.vocabulary import LANGUAGES
from linkwell.people import rules as person_rules
from linkwell.people.actions import Details, Reach
from linkwell.people.keys import NHS_NUMBER, clean_health_number
from linkwell.people.models import ACCESS_NEEDS
from linkwell.referrals import rules
from linkwell.referrals.actions import Request
from linkwell.referrals.models import Urgency
from linkwell.team.models import Membership, NationPack
from linkwell.team.queries import agencies, practices
from linkwell.web.fields import DayField
from linkwell.web.forms import PageForm

WAYS = [
    ("phone", _("Phone calls")),
    ("voicemail", _("Voicemail")),
    ("text", _("Text messages")),
    ("email", _("E-mail")),
    ("post", _("Letters")),
]
AGREED, NO_FEEDBACK, NOT_ASKED = "agreed", "no_feedback", "not_asked"
NOT_OFF = {"autocomplete": "off"}
WITH_NHS_NUMBER = (NationPack.ENGLAND, NationPack.WALES)


def line(label: Any, *, required: bool = False, most: int = 120, hint: Any = "", kind: str = "text") -> forms.CharField:
    """Return a one-line field that browsers do not fill in with the referrer's own details."""
    widget = forms.TextInput(attrs={"type": kind, **NOT_OFF})
    return forms.CharField(label=label, required=required, max_length=most, help_text=hint, widget=widget)


def box(label: Any, *, hint: Any = "", rows: int = 3, most: int = 5000) -> forms.CharField:
    """Return an optional box of text."""
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, required=False, max_length=most, help_text=hint, widget=widget)


class ReferForm(PageForm):
    """One page, in the order of a conversation about someone."""

    given_name = line(_("First name"), required=True)
    family_name = line(_("Family name"), required=True)
    health_number = line(_("NHS number"), most=20, hint=_("If you don’t have it, give the date of birth."))
    born_on = DayField(
        label=_("Date of birth"), required=False, latest=timezone.localdate, help_text=_("For example, 15 3 1984")
    )
    preferred_name = line(_("What they like to be called"))
    pronouns = line(_("Pronouns"), most=40)
    registered_at = forms.ChoiceField(label=_("Their GP practice"), required=False)

    phone = line(_("Phone"), most=40, kind="tel")
    email = forms.EmailField(label=_("E-mail"), required=False, widget=forms.EmailInput(attrs=NOT_OFF))
    address = box(_("Address, without the postcode"), rows=2, most=500)
    postcode = line(_("Postcode"), most=10)
    no_fixed_abode = forms.BooleanField(label=_("No fixed address"), required=False)
    ways = forms.MultipleChoiceField(
        label=_("Which of these are safe and welcome?"),
        choices=WAYS,
        required=False,
        initial=["phone", "post"],
        widget=forms.CheckboxSelectMultiple,
    )
    when = line(_("Best days and times"), most=200, hint=_("For example, afternoons only"))
    contact_note = line(_("How not to contact them"), most=300, hint=_("For example, never after 5pm"))
    access_needs = forms.MultipleChoiceField(
        label=_("What they need to talk and take part"),
        choices=ACCESS_NEEDS,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    language = forms.ChoiceField(label=_("Language"), choices=list(LANGUAGES.items()), initial="en", required=False)

    needs = forms.MultipleChoiceField(
        label=_("What is going on?"), choices=needs.CHOICES, required=False, widget=forms.CheckboxSelectMultiple
    )
    reason = box(_("In a sentence or two"), hint=_("What would you like us to know? No test results, please."))
    urgency = forms.ChoiceField(
        label=_("How soon?"), choices=Urgency.choices, initial=Urgency.ROUTINE, widget=forms.RadioSelect
    )
    risk = forms.ChoiceField(
        label=_("Risks to them or to us"),
        choices=[("unknown", _("I don’t know")), ("none", _("No known risks")), ("some", _("There is a risk"))],
        initial="unknown",
        widget=forms.RadioSelect,
    )
    risk_text = box(_("What is the risk?"), rows=2)

    told_person = box(_("What did you tell them?"), rows=2, hint=_("For example, someone will ring you within a week."))
    agreement = forms.ChoiceField(
        label=_("Do they agree?"),
        choices=[
            (AGREED, _("Yes, to being referred and to you hearing what comes of it")),
            (NO_FEEDBACK, _("Yes, to being referred, but you should not hear more")),
            (NOT_ASKED, _("They were not asked")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Say whether they agree to be referred")},
    )
    agreed_why_not = line(_("Why were they not asked?"), most=300)
    on_behalf_of = line(_("Which clinician is this for?"), most=200, hint=_("If it is not you."))
    sender_reference = line(
        _("Your own reference"), most=60, hint=_("If your system gives one. The same reference twice is one referral.")
    )
    came_from = forms.ChoiceField(
        label=_("Who asked for this?"), required=False, help_text=_("They will hear what became of it.")
    )
    referrer_name = line(_("Name and role of who asked"), most=200)
    submission_key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, viewer: Membership, **kwargs: Any) -> None:
        kwargs["initial"] = {"submission_key": uuid.uuid4(), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        self.has_nhs_number = viewer.scheme.nation in WITH_NHS_NUMBER
        if not self.has_nhs_number:
            self.fields["health_number"].label = _("Health number")
        own_practice = viewer.practice_id is not None
        self.for_someone = viewer.is_record_staff
        if own_practice:
            del self.fields["registered_at"]
        if self.for_someone:
            self._speak_of_the_referrer()
        else:
            del self.fields["came_from"], self.fields["referrer_name"]
        if not own_practice:
            self._offer_choices(viewer)

    def _speak_of_the_referrer(self) -> None:
        self.fields["told_person"].label = _("What were they told?")
        self.fields["sender_reference"].label = _("The referrer’s own reference")
        self.fields["agreement"].choices = [  # type: ignore[attr-defined]
            (AGREED, _("Yes, to being referred and to the referrer hearing what comes of it")),
            (NO_FEEDBACK, _("Yes, to being referred, but the referrer should not hear more")),
            (NOT_ASKED, _("They were not asked")),
        ]

    def _offer_choices(self, viewer: Membership) -> None:
        here = [(str(row.pk), row.name) for row in practices(viewer=viewer) if row.is_active]
        self.fields["registered_at"].choices = [("", _("Not known, or another practice")), *here]  # type: ignore[attr-defined]
        if self.for_someone:
            others = [(f"agency:{row.pk}", row.name) for row in agencies(viewer=viewer) if row.is_active]
            asked = [("", _("Choose")), *((f"practice:{key}", name) for key, name in here), *others]
            self.fields["came_from"].choices = asked  # type: ignore[attr-defined]

    def clean_health_number(self) -> str:
        """Return the digits; ten of them, whatever their check digit says."""
        digits = clean_health_number(self.cleaned_data["health_number"])
        self._check("health_number", lambda: person_rules.check_health_number(self.number_system, digits))
        return digits

    @property
    def number_system(self) -> str:
        """Return the system of the health number that the page asks for."""
        return NHS_NUMBER if self.has_nhs_number else ""

    def clean(self) -> dict[str, Any]:
        """Say at once all that is missing, each beside the field where it is typed."""
        said = self.cleaned_data
        if "health_number" in said and "born_on" in said:
            self._check(
                "health_number",
                lambda: rules.check_identified(health_number=said["health_number"], born_on=said["born_on"]),
            )
        if not self.has_error("phone") and not self.has_error("email"):
            self._check("phone", lambda: self._check_reachable(said))
        self._check("needs", lambda: rules.check_enough(needs=said.get("needs") or [], reason=said.get("reason") or ""))
        if said.get("agreement") == NOT_ASKED:
            self._check(
                "agreed_why_not", lambda: rules.check_agreement(agreed=False, why_not=said.get("agreed_why_not") or "")
            )
        if said.get("risk") == "some":
            text = said.get("risk_text") or ""
            self._check("risk_text", lambda: person_rules.check_risk(text, none_known=False))
        if self.for_someone and "came_from" in said and not said["came_from"]:
            self.add_error("came_from", _("Say which practice or agency asked for this"))
        return said

    def _check_reachable(self, said: dict[str, Any]) -> None:
        person_rules.check_reachable(
            said.get("phone") or "", said.get("email") or "", said.get("address") or "",
            no_fixed_abode=bool(said.get("no_fixed_abode")),
        )  # fmt: skip

    def _check(self, field: str, check: Callable[[], None]) -> None:
        try:
            check()
        except DomainError as error:
            self.add_error(field, str(error))

    def details(self) -> Details:
        """Return who the person is."""
        said = self.cleaned_data
        names = ("given_name", "family_name", "preferred_name", "pronouns", "born_on", "health_number")
        place = ("phone", "email", "address", "postcode", "no_fixed_abode")
        return Details(
            **{name: said[name] for name in (*names, *place)},
            health_number_system=self.number_system,
            language=said["language"] or "en",
            needs_interpreter="interpreter" in said["access_needs"],
            practice_id=int(said["registered_at"]) if said.get("registered_at") else None,
        )

    def reach(self) -> Reach:
        """Return how they may be reached."""
        said = self.cleaned_data
        allowed = {f"by_{way}": way in said["ways"] for way in ("phone", "text", "email", "post")}
        return Reach(
            **allowed,
            voicemail="voicemail" in said["ways"],
            when=said["when"],
            note=said["contact_note"],
            access_needs=tuple(said["access_needs"]),
        )

    def request(self) -> Request:
        """Return what is asked for."""
        said = self.cleaned_data
        kind, _colon, number = said.get("came_from", "").partition(":")
        return Request(
            needs=tuple(said["needs"]),
            reason=said["reason"],
            urgency=said["urgency"],
            told_person=said["told_person"],
            agreed=said["agreement"] != NOT_ASKED,
            agreed_why_not=said["agreed_why_not"] if said["agreement"] == NOT_ASKED else "",
            feedback_agreed=said["agreement"] == AGREED,
            on_behalf_of=said["on_behalf_of"],
            risk_text=said["risk_text"] if said["risk"] == "some" else "",
            risk_none_known=said["risk"] == "none",
            submission_key=said["submission_key"],
            sender_reference=said["sender_reference"],
            practice_id=int(number) if kind == "practice" else None,
            agency_id=int(number) if kind == "agency" else None,
            referrer_name=said.get("referrer_name", ""),
        )

    @property
    def more_about_them(self) -> bool:
        """Say whether the folded parts hold something, so that they stand open."""
        names = ("preferred_name", "pronouns", "registered_at")
        return any(self.data.get(name) or self.has_error(name) for name in names if name in self.fields)

    @property
    def more_about_reaching(self) -> bool:
        """Say whether more than a phone number was said about reaching them."""
        names = ("email", "address", "postcode", "no_fixed_abode", "when", "contact_note", "access_needs")
        other_language = self.data.get("language", "en") != "en"
        return other_language or any(self.data.get(name) or self.has_error(name) for name in names)


class WhoForm(forms.Form):
    """What has been typed so far of who it is; nothing in it is refused."""

    given_name = forms.CharField(required=False)
    family_name = forms.CharField(required=False)
    health_number = forms.CharField(required=False)
    born_on = DayField(required=False)

    def who(self) -> dict[str, Any]:
        """Return what can be read of it."""
        self.full_clean()
        said = self.cleaned_data
        return {
            "given_name": said.get("given_name", ""),
            "family_name": said.get("family_name", ""),
            "health_number": clean_health_number(said.get("health_number", "")),
            "born_on": said.get("born_on"),
        }


class WordsForm(PageForm):
    """The answer to our question, or something to add."""

    words = forms.CharField(label=_("Your answer"), max_length=5000, widget=forms.Textarea(attrs={"rows": 4}))
