"""What an account's own page shows of how it signs in."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator

from linkwell.web.signin.second_factor import FACTORS


@dataclass(frozen=True)
class MyAccount:
    """Name and address of a sign-in, and since when it has a second step (None: not yet)."""

    name: str
    email: str
    second_step_since: datetime | None
    is_demo: bool


def my_account(account: Any) -> MyAccount:
    """Return how an account signs in."""
    oldest = account.authenticator_set.filter(type__in=FACTORS).order_by("created_at").first()
    since: Authenticator | None = oldest
    return MyAccount(account.name, account.email, since.created_at if since else None, account.is_demo)
