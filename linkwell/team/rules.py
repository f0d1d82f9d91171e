"""What must be true of schemes, members and invitations."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from linkwell.team import access, errors
from linkwell.team.models import Account

INVITATION_LIVES = timedelta(days=7)
PROPOSAL_LIVES = timedelta(days=7)
RESET_LINK_LIVES = timedelta(days=3)
MOST_HOURS = 60


@dataclass(frozen=True, kw_only=True)
class Place:
    """What someone is in a scheme: the role and what goes with it."""

    role: str
    job_title: str = ""
    practice_id: int | None = None
    agency_id: int | None = None
    organisation_id: int | None = None
    may_triage: bool = False
    hours_per_week: Decimal | None = None
    languages: tuple[str, ...] = field(default=())


def clean_name(text: str, *, what: str = "name") -> str:
    """Return the name with single spaces; raise NameMissing if nothing is left."""
    name = " ".join(text.split())
    if not name:
        raise errors.NameMissing(what)
    return name


def clean_address(text: str) -> str:
    """Return an e-mail address in small letters; raise NotAnAddress unless it is one complete address."""
    address = text.strip().lower()
    try:
        validate_email(address)
    except ValidationError:
        raise errors.NotAnAddress from None
    return address


def clean_optional_address(text: str) -> str:
    """Return an address in small letters, or nothing for nothing."""
    return clean_address(text) if text.strip() else ""


def check_may_invite(role: str, to: str) -> None:
    """Raise NotYoursToGive unless a member of `role` may invite someone as `to`."""
    if to not in access.MAY_INVITE.get(role, frozenset()):
        raise errors.NotYoursToGive


def check_may_change(role: str, *roles: str) -> None:
    """Raise NotYoursToGive unless a member of `role` may change or end a place of each of these roles."""
    if not set(roles) <= access.MAY_CHANGE.get(role, frozenset()):
        raise errors.NotYoursToGive


def check_may_reset(role: str, of: str) -> None:
    """Raise NotYoursToGive unless a member of `role` may reset the second step of a member of the role `of`."""
    if of not in access.MAY_RESET.get(role, frozenset()):
        raise errors.NotYoursToGive


def reset_takes_two(role: str, roles: Collection[str]) -> bool:
    """Say whether resetting the second step of someone who is all of `roles`, anywhere, needs a second person."""
    return bool(access.RESET_TAKES_TWO.get(role, frozenset()) & set(roles))


def check_second_person(*, role: str, account_id: int, email: str, asker: int, about: int | None, invited: str) -> None:
    """Raise NotYoursToGive for a role that may not decide, NotASecondPerson for who asked or whom it is about."""
    if role not in access.MAY_AGREE:
        raise errors.NotYoursToGive
    if account_id in (asker, about) or (invited and email == invited):
        raise errors.NotASecondPerson


def check_may_arrange(role: str) -> None:
    """Raise NotYoursToGive unless a member of `role` may arrange practices, agencies, programmes and settings."""
    if role not in access.MAY_ARRANGE:
        raise errors.NotYoursToGive


def check_place(place: Place) -> None:
    """Raise PlaceIncomplete or OutOfRange for a place that cannot be."""
    where = [place.practice_id, place.agency_id]
    if place.role == access.REF and sum(id_ is not None for id_ in where) != 1:
        raise errors.PlaceIncomplete("A referrer belongs to one practice or one agency. Choose which.")
    if place.role == access.VOA and place.organisation_id is None:
        raise errors.PlaceIncomplete("An organisation's account is for one organisation: invite it from its entry.")
    if place.hours_per_week is not None and not 0 < place.hours_per_week <= MOST_HOURS:
        raise errors.OutOfRange(f"Hours a week must be more than 0 and at most {MOST_HOURS}.")


def fitting(place: Place) -> Place:
    """Return the place without what its role has no use for."""
    refers, carries = place.role == access.REF, place.role == access.LW
    return Place(
        role=place.role,
        job_title=" ".join(place.job_title.split()),
        practice_id=place.practice_id if refers else None,
        agency_id=place.agency_id if refers else None,
        organisation_id=place.organisation_id if place.role == access.VOA else None,
        may_triage=place.may_triage and carries,
        hours_per_week=place.hours_per_week if place.role in access.STAFF else None,
        languages=place.languages if place.role in access.STAFF else (),
    )


def check_password(password: str, *, account: Account) -> None:
    """Raise PasswordTooWeak with what is wrong with a password chosen for this account."""
    try:
        validate_password(password, account)
    except ValidationError as error:
        raise errors.PasswordTooWeak(error.messages) from None


def check_end(*, on: date, today: date, ended_on: date | None) -> None:
    """Raise HasLeft for a place that has ended, DayInThePast for an end before today."""
    if ended_on is not None and ended_on <= today:
        raise errors.HasLeft(left_on=ended_on)
    if on < today:
        raise errors.DayInThePast


def check_another_manager(managers: Collection[int], *, without: int) -> None:
    """Raise LastManager if `without` is the only one among the scheme's current managers."""
    if set(managers) <= {without}:
        raise errors.LastManager


def check_point(latitude: float | None, longitude: float | None) -> None:
    """Raise OutOfRange for half a point or one that is not on the globe."""
    if (latitude is None) != (longitude is None):
        raise errors.OutOfRange("A place needs both its latitude and its longitude.")
    if latitude is not None and longitude is not None and not (abs(latitude) <= 90 and abs(longitude) <= 180):
        raise errors.OutOfRange("Latitude lies between -90 and 90, longitude between -180 and 180.")
