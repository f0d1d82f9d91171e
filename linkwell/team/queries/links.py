"""What a link opens: the scheme that it names, and the place that an invitation offers."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from linkwell.team.models import Account, Invitation, Membership, Token
from linkwell.team.queries.members import named

INVITATION = "invitation"  # the purpose of an invitation's link


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
class InvitationRow:
    """An invitation that can still be taken up."""

    pk: int
    email: str
    name: str
    role: str
    role_name: str
    created_at: datetime
    expires_at: datetime
    organisation_id: int | None = None


def open_invitations(*, viewer: Membership, at: datetime) -> list[InvitationRow]:
    """Return the invitations of the viewer's scheme that can still be taken up, newest first."""
    rows = Invitation.objects.filter(scheme_id=viewer.scheme_id, redeemed_at=None, withdrawn_at=None, is_agreed=True)
    rows = rows.filter(expires_at__gt=at)
    return [
        InvitationRow(
            row.pk,
            row.email,
            row.name,
            row.role,
            named(row.role, row.scheme.role_name),
            row.created_at,
            row.expires_at,
            row.organisation_id,
        )  # fmt: skip
        for row in rows.select_related("scheme").order_by("-created_at", "-pk")
    ]


@dataclass(frozen=True)
class Offer:
    """What an invitation offers, as whoever holds its link may read it."""

    invitation_id: int
    scheme_id: int
    scheme_name: str
    role_name: str
    where: str
    email: str
    name: str
    has_account: bool
    from_console: bool
    expires_at: datetime
    organisation_id: int | None = None  # of an organisation's account; its name is the directory's


def offer(token_id: int, *, at: datetime) -> Offer | None:
    """Return what the invitation of a link offers; None if it is over."""
    link = Token.objects.filter(pk=token_id, purpose=INVITATION).first()
    rows = Invitation.objects.filter(redeemed_at=None, withdrawn_at=None, is_agreed=True, expires_at__gt=at)
    row = rows.select_related("scheme", "practice", "agency").filter(pk=link.object_id).first() if link else None
    if row is None:
        return None
    place = row.practice or row.agency
    return Offer(
        invitation_id=row.pk,
        scheme_id=row.scheme_id,
        scheme_name=row.scheme.name,
        role_name=named(row.role, row.scheme.role_name),
        where=place.name if place else "",
        email=row.email,
        name=row.name,
        has_account=Account.objects.filter(email=row.email).exists(),
        from_console=row.invited_by_id is None,
        expires_at=row.expires_at,
        organisation_id=row.organisation_id,
    )
