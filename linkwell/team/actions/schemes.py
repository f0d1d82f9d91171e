"""Adding a scheme, and arranging its practices, agencies, programmes and settings."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from linkwell.common import audit
from linkwell.common.errors import NotVisible
from linkwell.common.scope import scope
from linkwell.team import access, errors, rules
from linkwell.team.actions.invitations import add_invitation, withdraw_open
from linkwell.team.models import Agency, Host, Invitation, Membership, NationPack, Practice, Programme, Scheme
from linkwell.team.rules import Place

FIRST_PROGRAMME = "Social prescribing"


@dataclass(frozen=True)
class NewScheme:
    """A scheme, the invitation of its first manager, and the path of that one-time link."""

    scheme: Scheme
    invitation: Invitation
    invitation_url_path: str


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What a scheme may set for itself."""

    role_name: str = "link worker"
    first_contact_days: int = 7
    phone: str = ""
    reply_email: str = ""
    centre_latitude: float | None = None
    centre_longitude: float | None = None


def add_scheme(
    *,
    name: str,
    admin_email: str,
    at: datetime,
    nation: str = NationPack.ENGLAND,
    host_name: str | None = None,
) -> NewScheme:
    """Add a scheme (and its host, unless one of that name exists) and invite its first manager.

    For the server's console alone: no page calls it. Raise DemoDatabase, NameMissing, NameTaken or NotAnAddress.
    """
    if Scheme.objects.filter(is_demo=True).exists():
        raise errors.DemoDatabase
    title, address = rules.clean_name(name, what="name for the scheme"), rules.clean_address(admin_email)
    if nation not in NationPack.values:
        raise errors.OutOfRange(f"The nation must be one of: {', '.join(NationPack.values)}.")
    with transaction.atomic():
        if Scheme.objects.filter(name__iexact=title).exists():
            raise errors.NameTaken(what="scheme")
        run_by = rules.clean_name(host_name or title)
        host = Host.objects.filter(name__iexact=run_by).first() or Host.objects.create(name=run_by)
        scheme = Scheme.objects.create(host=host, name=title, nation=nation, created_at=at)
        with scope(scheme_ids=[scheme.pk], scheme_id=scheme.pk):
            Programme.objects.create(scheme=scheme, name=FIRST_PROGRAMME, began_on=at.date())
            place = Place(role=access.MGR)
            invited = add_invitation(scheme_id=scheme.pk, email=address, name="", place=place, by=None, at=at)
            audit.record("scheme.added", about=invited.invitation, at=at)
    return NewScheme(scheme, invited.invitation, invited.url_path)


def invite_manager(*, scheme_name: str, email: str, at: datetime) -> NewScheme:
    """Invite a manager to a scheme that exists, where nobody is left who could; for the server's console alone.

    Raise NoSuchScheme or NotAnAddress.
    """
    scheme = Scheme.objects.filter(name__iexact=scheme_name.strip(), is_demo=False).first()
    if scheme is None:
        raise errors.NoSuchScheme
    address = rules.clean_address(email)
    with scope(scheme_ids=[scheme.pk], scheme_id=scheme.pk):
        withdraw_open(scheme_id=scheme.pk, email=address, at=at)
        place = Place(role=access.MGR)
        invited = add_invitation(scheme_id=scheme.pk, email=address, name="", place=place, by=None, at=at)
    return NewScheme(scheme, invited.invitation, invited.url_path)


@transaction.atomic
def update_scheme(*, settings: Settings, by: Membership, at: datetime) -> Scheme:
    """Change the settings of the member's own scheme; raise NotYoursToGive, NotAnAddress or OutOfRange."""
    rules.check_may_arrange(by.role)
    rules.check_point(settings.centre_latitude, settings.centre_longitude)
    if not 1 <= settings.first_contact_days <= 90:
        raise errors.OutOfRange("Days to a first contact must be between 1 and 90.")
    scheme = Scheme.objects.select_for_update().get(pk=by.scheme_id)
    scheme.role_name = rules.clean_name(settings.role_name, what="name for the role").lower()
    scheme.first_contact_days, scheme.phone = settings.first_contact_days, settings.phone.strip()
    scheme.reply_email = rules.clean_optional_address(settings.reply_email)
    scheme.centre_latitude, scheme.centre_longitude = settings.centre_latitude, settings.centre_longitude
    scheme.save()
    audit.record("scheme.changed", by=by, at=at)
    return scheme


@transaction.atomic
def add_practice(
    *, name: str, by: Membership, at: datetime, code_system: str = "", code: str = "", postcode: str = "",
    email: str = "", list_size: int | None = None,
) -> Practice:  # fmt: skip
    """Add a practice that refers; its code may be empty. Raise NameMissing, CodeTaken, NotAnAddress, NotYoursToGive."""
    rules.check_may_arrange(by.role)
    code = code.strip().upper()
    same = Practice.objects.filter(scheme_id=by.scheme_id, code_system=code_system, code=code)
    if code and same.exists():
        raise errors.CodeTaken
    practice: Practice = Practice.objects.create(
        scheme_id=by.scheme_id, name=rules.clean_name(name), code_system=code_system if code else "", code=code,
        postcode=" ".join(postcode.upper().split()), email=rules.clean_optional_address(email), list_size=list_size,
    )  # fmt: skip
    audit.record("practice.added", about=practice, by=by, at=at)
    return practice


@transaction.atomic
def update_practice(
    *, practice_id: int, name: str, postcode: str, email: str, list_size: int | None, is_active: bool,
    by: Membership, at: datetime,
) -> Practice:  # fmt: skip
    """Change a practice of the scheme; its code stays. Raise NotVisible, NameMissing, NotAnAddress, NotYoursToGive."""
    rules.check_may_arrange(by.role)
    practice: Practice | None = (
        Practice.objects.select_for_update().filter(pk=practice_id, scheme_id=by.scheme_id).first()
    )
    if practice is None:
        raise NotVisible
    practice.name, practice.postcode = rules.clean_name(name), " ".join(postcode.upper().split())
    practice.email, practice.list_size = rules.clean_optional_address(email), list_size
    practice.is_active = is_active
    practice.save()
    audit.record("practice.changed", about=practice, by=by, at=at)
    return practice


@transaction.atomic
def add_agency(*, name: str, by: Membership, at: datetime, kind: str = "", email: str = "") -> Agency:
    """Add another organisation that refers; raise NameMissing, NameTaken, NotAnAddress or NotYoursToGive."""
    rules.check_may_arrange(by.role)
    title = rules.clean_name(name)
    if Agency.objects.filter(scheme_id=by.scheme_id, name__iexact=title).exists():
        raise errors.NameTaken(what="agency")
    agency: Agency = Agency.objects.create(
        scheme_id=by.scheme_id, name=title, kind=kind.strip(), email=rules.clean_optional_address(email)
    )
    audit.record("agency.added", about=agency, by=by, at=at)
    return agency


@transaction.atomic
def update_agency(
    *, agency_id: int, name: str, kind: str, email: str, is_active: bool, by: Membership, at: datetime
) -> Agency:
    """Change an agency of the scheme; raise NotVisible, NameMissing, NameTaken, NotAnAddress or NotYoursToGive."""
    rules.check_may_arrange(by.role)
    agency: Agency | None = Agency.objects.select_for_update().filter(pk=agency_id, scheme_id=by.scheme_id).first()
    if agency is None:
        raise NotVisible
    title = rules.clean_name(name)
    if Agency.objects.filter(scheme_id=by.scheme_id, name__iexact=title).exclude(pk=agency.pk).exists():
        raise errors.NameTaken(what="agency")
    agency.name, agency.kind, agency.is_active = title, kind.strip(), is_active
    agency.email = rules.clean_optional_address(email)
    agency.save()
    audit.record("agency.changed", about=agency, by=by, at=at)
    return agency


@transaction.atomic
def add_programme(
    *, name: str, kind: str, began_on: date, by: Membership, at: datetime, first_contact_days: int | None = None
) -> Programme:
    """Add a way of supporting to the scheme; raise NameMissing, NameTaken, OutOfRange or NotYoursToGive."""
    rules.check_may_arrange(by.role)
    title = rules.clean_name(name)
    if Programme.objects.filter(scheme_id=by.scheme_id, name__iexact=title).exists():
        raise errors.NameTaken(what="programme")
    if first_contact_days is not None and not 1 <= first_contact_days <= 90:
        raise errors.OutOfRange("Days to a first contact must be between 1 and 90.")
    programme: Programme = Programme.objects.create(
        scheme_id=by.scheme_id, name=title, kind=kind, began_on=began_on, first_contact_days=first_contact_days
    )
    audit.record("programme.added", about=programme, by=by, at=at)
    return programme


@transaction.atomic
def end_programme(*, programme_id: int, on: date, by: Membership, at: datetime) -> Programme:
    """End a programme on a day; raise NotVisible, NotYoursToGive or LastProgramme if no other goes on."""
    rules.check_may_arrange(by.role)
    going: list[Programme] = list(Programme.objects.select_for_update().filter(scheme_id=by.scheme_id, ended_on=None))
    programme = next((row for row in going if row.pk == programme_id), None)
    if programme is None:
        raise NotVisible
    if len(going) == 1:
        raise errors.LastProgramme
    programme.ended_on = max(on, programme.began_on)
    programme.save(update_fields=["ended_on"])
    audit.record("programme.ended", about=programme, by=by, at=at)
    return programme
