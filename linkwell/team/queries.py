"""Who sits where: the membership a session acts as, and the scheme a link belongs to."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime

from linkwell.team import access
from linkwell.team.models import Agency, Invitation, Membership, Practice, Scheme, Token


@dataclass(frozen=True)
class Seat:
    """The membership acted as, and the schemes of the same host that may be read with it."""

    membership: Membership
    scheme_name: str
    scheme_ids: tuple[int, ...]


def seat_of(account_id: int, *, chosen: int | None, on: date) -> Seat | None:
    """Return where an account sits today: the chosen membership while it is current, else its first."""
    rows = Membership.objects.current(on).filter(account_id=account_id).select_related("scheme", "account")
    memberships = list(rows.order_by("pk"))
    if not memberships:
        return None
    acting = next((member for member in memberships if member.pk == chosen), memberships[0])
    readable = {
        member.scheme_id
        for member in memberships
        if member.scheme.host_id == acting.scheme.host_id and member.role == acting.role
    }
    return Seat(acting, acting.scheme.name, tuple(sorted(readable)))


@dataclass(frozen=True)
class TokenFound:
    """A link in force: its row, its scheme and the thing it is for."""

    token_id: int
    scheme_id: int
    object_id: int


def secret_hash(secret: str) -> str:
    """Return what is stored of a secret; a 128-bit or longer random secret needs no salt or stretching."""
    return hashlib.sha256(secret.encode()).hexdigest()


def token_scheme(secret: str, *, purpose: str, at: datetime) -> TokenFound | None:
    """Return the scheme a link names, if it is known, of this purpose, not stopped and not over."""
    row = (
        Token.objects.filter(secret_hash=secret_hash(secret), purpose=purpose, revoked_at=None, expires_at__gt=at)
        .values_list("pk", "scheme_id", "object_id")
        .first()
    )
    return TokenFound(*row) if row else None


@dataclass(frozen=True)
class WorkerChoice:
    """A link worker who could take a referral on, and how many people are with them now."""

    membership_id: int
    name: str
    languages: tuple[str, ...]
    hours_per_week: float | None


def link_workers(*, viewer: Membership, on: date) -> list[WorkerChoice]:
    """Return the current link workers of the viewer's scheme, by name."""
    rows = Membership.objects.current(on).of_scheme(viewer.scheme_id).link_workers()
    return [
        WorkerChoice(row.pk, row.name, tuple(row.languages), float(row.hours_per_week) if row.hours_per_week else None)
        for row in rows.select_related("account").order_by("account__name", "pk")
    ]


def practices(*, viewer: Membership) -> list[Practice]:
    """Return the practices of the viewer's scheme, by name."""
    return list(Practice.objects.filter(scheme_id=viewer.scheme_id).order_by("name", "pk"))


def agencies(*, viewer: Membership) -> list[Agency]:
    """Return the agencies of the viewer's scheme, by name."""
    return list(Agency.objects.filter(scheme_id=viewer.scheme_id).order_by("name", "pk"))


def members(*, viewer: Membership, on: date) -> list[Membership]:
    """Return everyone who has a place in the viewer's scheme today, by role and name."""
    rows = Membership.objects.current(on).of_scheme(viewer.scheme_id)
    return list(rows.select_related("account", "practice", "agency").order_by("role", "account__name", "pk"))


def open_invitations(*, viewer: Membership, at: datetime) -> list[Invitation]:
    """Return the invitations of the viewer's scheme that can still be taken up, newest first."""
    rows = Invitation.objects.filter(scheme_id=viewer.scheme_id, redeemed_at=None, withdrawn_at=None, expires_at__gt=at)
    return list(rows.order_by("-created_at", "-pk"))


def seats(account_id: int, *, on: date) -> list[Membership]:
    """Return every current membership of an account, for choosing where to work."""
    rows = Membership.objects.current(on).filter(account_id=account_id)
    return list(rows.select_related("scheme").order_by("scheme__name", "pk"))


def role_name(membership: Membership) -> str:
    """Return the role in the scheme's own word."""
    if membership.role == access.LW:
        return membership.scheme.role_name.capitalize()
    return access.ROLE_NAMES[membership.role]


def scheme_ids() -> list[int]:
    """Return every scheme, for what a clock starts in each of them."""
    return list(Scheme.objects.order_by("pk").values_list("pk", flat=True))


def demo_scheme_ids() -> list[int]:
    """Return the schemes that the demo's generator made."""
    return list(Scheme.objects.filter(is_demo=True).order_by("pk").values_list("pk", flat=True))
