"""What an account's own page shows of how it signs in."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator

from linkwell.team.queries import is_linked
from linkwell.web.signin.outside.provider import configured
from linkwell.web.signin.second_factor import FACTORS, FEW_CODES


@dataclass(frozen=True)
class MyAccount:
    """Name and address of a sign-in, and since when it has a second step (None: not yet)."""

    name: str
    email: str
    second_step_since: datetime | None
    is_demo: bool
    codes_left: int | None  # None: no recovery codes
    outside_name: str  # whose sign-in could open this account; empty where none is set up
    outside_linked: bool

    @property
    def few_codes(self) -> bool:
        return self.codes_left is not None and self.codes_left <= FEW_CODES


def my_account(account: Any) -> MyAccount:
    """Return how an account signs in."""
    outside = configured()
    codes = account.authenticator_set.filter(type=Authenticator.Type.RECOVERY_CODES).first()
    oldest = account.authenticator_set.filter(type__in=FACTORS).order_by("created_at").first()
    since: Authenticator | None = oldest
    return MyAccount(
        account.name,
        account.email,
        since.created_at if since else None,
        account.is_demo,
        codes_left=len(codes.wrap().get_unused_codes()) if codes else None,
        outside_name=outside.name if outside else "",
        outside_linked=outside is not None and is_linked(account.pk, issuer=outside.issuer),
    )
