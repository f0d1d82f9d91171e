"""Checking a password: one look at the accounts and one hash, whether the address is known or not."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from linkwell.team.queries import account_by_id, account_of


class OneLook(AuthenticationBackend):
    """allauth's check looks twice for an unknown address and once for a known one; this one looks once."""

    def _authenticate_by_email(self, email: str, password: str) -> Any:
        found: Any = self._check_password(account_of(email), password)
        return found

    def get_user(self, user_id: int) -> Any:
        """Return the account of a session, asked with every page."""
        return account_by_id(user_id)
