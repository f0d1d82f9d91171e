from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from linkwell.team.access import FROM_THE_DIRECTORY, LW, MAY_CHANGE, MAY_INVITE, REF, ROLE_NAMES
from linkwell.team.models import Membership
from linkwell.team.queries import agencies, named, practices
from linkwell.team.rules import MOST_HOURS, Place
from linkwell.web.fields import DayField
from linkwell.web.forms import PageForm

ROLE_ORDER = [role for role in ROLE_NAMES]
EMAIL = {"autocomplete": "off", "type": "email"}
KINDS_OF_PROGRAMME = [
    ("link_worker", _("Link workers")),
    ("care_coordinator", _("Care coordinators")),
    ("health_coach", _("Health and wellbeing coaches")),
    ("young_people", _("Young people")),
    ("green", _("Green social prescribing")),
    ("other", _("Another way of supporting")),
]


class PlaceForm(PageForm):
    """What someone is in the scheme; `place` is what the actions take."""

    role = forms.ChoiceField(label=_("Role"), widget=forms.RadioSelect)
    where = forms.ChoiceField(label=_("Which practice or agency?"), required=False, widget=forms.Select)
    job_title = forms.CharField(label=_("Job title"), required=False, max_length=120)
    hours_per_week = forms.DecimalField(
        label=_("Hours a week"), help_text=_("As in the contract"), required=False, max_digits=4, decimal_places=1,
        min_value=0, max_value=MOST_HOURS, widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        error_messages={"max_value": _("Hours a week must be %(limit_value)s or fewer"),
                        "min_value": _("Hours a week must be more than 0")},
    )  # fmt: skip
    may_triage = forms.BooleanField(
        label=_("May decide on new referrals"),
        required=False,
        help_text=_("Only for link workers; team leads always may"),
    )

    def __init__(self, *args: Any, viewer: Membership, roles: frozenset[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        word = viewer.scheme.role_name
        choices = [(role, named(role, word)) for role in ROLE_ORDER if role in roles]
        self.fields["role"].choices = choices  # type: ignore[attr-defined]
        places = [(f"practice-{row.pk}", row.name) for row in practices(viewer=viewer) if row.is_active]
        places += [(f"agency-{row.pk}", row.name) for row in agencies(viewer=viewer) if row.is_active]
        self.fields["where"].choices = [("", _("Choose one")), *places]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("role") == REF and not given.get("where") and "where" not in self.errors:
            self.add_error("where", _("Choose the practice or agency that the referrer belongs to"))
        return given

    def place(self) -> Place:
        """Return what was chosen; only of a valid form."""
        kind, _dash, pk = self.cleaned_data["where"].partition("-")
        return Place(
            role=self.cleaned_data["role"],
            job_title=self.cleaned_data["job_title"],
            practice_id=int(pk) if kind == "practice" else None,
            agency_id=int(pk) if kind == "agency" else None,
            may_triage=self.cleaned_data["may_triage"],
            hours_per_week=self.cleaned_data["hours_per_week"],
        )


class InviteForm(PlaceForm):
    """Whom to invite, and to what."""

    email = forms.EmailField(label=_("E-mail address"), widget=forms.TextInput(attrs=EMAIL))
    name = forms.CharField(label=_("Name"), required=False, max_length=200)
    field_order = ["email", "name", "role", "where", "job_title", "hours_per_week", "may_triage"]

    def __init__(self, *args: Any, viewer: Membership, **kwargs: Any) -> None:
        roles = MAY_INVITE.get(viewer.role, frozenset()) - FROM_THE_DIRECTORY
        super().__init__(*args, viewer=viewer, roles=roles, **kwargs)
        if len(roles) == 1:
            self.fields["role"].initial = LW


class MemberForm(PlaceForm):
    """What someone's place becomes."""

    def __init__(self, *args: Any, viewer: Membership, **kwargs: Any) -> None:
        super().__init__(
            *args, viewer=viewer, roles=MAY_CHANGE.get(viewer.role, frozenset()) - FROM_THE_DIRECTORY, **kwargs
        )


class EndForm(PageForm):
    """The last day; what is done until then stays as it was done."""

    on = DayField(
        label=_("From which day may they no longer sign in here?"), help_text=_("Today means: at once"),
        earliest=timezone.localdate,
    )  # fmt: skip


class PracticeForm(PageForm):
    """A practice that refers."""

    name = forms.CharField(label=_("Name of the practice"), max_length=200)
    code = forms.CharField(
        label=_("Organisation code"), help_text=_("In England the ODS code, like P91004"), required=False, max_length=40
    )
    postcode = forms.CharField(label=_("Postcode"), required=False, max_length=10)
    email = forms.EmailField(
        label=_("E-mail address for news of its referrals"), required=False, widget=forms.TextInput(attrs=EMAIL),
        help_text=_("The practice's own mailbox. Mails name no person: they say that news waits here"),
    )  # fmt: skip
    list_size = forms.IntegerField(
        label=_("Number of registered people"), required=False, min_value=0, max_value=999_999,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )  # fmt: skip


class ChangedPracticeForm(PracticeForm):
    """A practice that is in the list already; its code stays."""

    code = None  # type: ignore[assignment]
    is_active = forms.BooleanField(label=_("Takes part: its staff can refer"), required=False)


class AgencyForm(PageForm):
    """Another organisation that refers."""

    name = forms.CharField(label=_("Name of the agency"), max_length=200)
    kind = forms.CharField(
        label=_("What it is"), help_text=_("For example: council, housing, job centre"), required=False, max_length=60
    )
    email = forms.EmailField(
        label=_("E-mail address for news of its referrals"), required=False, widget=forms.TextInput(attrs=EMAIL)
    )


class ChangedAgencyForm(AgencyForm):
    """An agency that is in the list already."""

    is_active = forms.BooleanField(label=_("Takes part: its staff can refer"), required=False)


class ProgrammeForm(PageForm):
    """A way of supporting."""

    name = forms.CharField(label=_("Name of the programme"), max_length=120)
    kind = forms.ChoiceField(label=_("What it is"), choices=KINDS_OF_PROGRAMME, widget=forms.RadioSelect)
    began_on = DayField(label=_("First day"))
    first_contact_days = forms.IntegerField(
        label=_("Days to a first contact"), help_text=_("Empty: as the scheme has it"), required=False,
        min_value=1, max_value=90, widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )  # fmt: skip


class SchemeForm(PageForm):
    """What a scheme sets for itself."""

    role_name = forms.CharField(
        label=_("What you call a link worker"), max_length=60, help_text=_("For example: community connector")
    )
    first_contact_days = forms.IntegerField(
        label=_("Days within which a person hears from you"), min_value=1, max_value=90,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )  # fmt: skip
    phone = forms.CharField(
        label=_("Phone number"), required=False, max_length=40, help_text=_("Stands under every mail"),
        widget=forms.TextInput(attrs={"type": "tel"}),
    )  # fmt: skip
    reply_email = forms.EmailField(
        label=_("E-mail address for answers"), required=False, widget=forms.TextInput(attrs=EMAIL)
    )
    centre = forms.CharField(
        label=_("Postcode or town in the middle of your area"), required=False, max_length=60,
        help_text=_("Where a search for groups begins when a person's place is not known"),
    )  # fmt: skip
