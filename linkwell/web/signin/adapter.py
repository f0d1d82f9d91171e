"""How allauth behaves here: nobody signs up by themself; a second factor is never optional."""

import time
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import HttpRequest

from linkwell.common.crypto import decrypt, encrypt
from linkwell.web.signin.second_factor import FACTORS


class ClosedSignup(DefaultAccountAdapter):
    """Accounts are made from invitations alone."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_user_display(self, user: Any) -> str:
        return str(user.name)

    def is_safe_url(self, url: str | None) -> bool:
        """Lead on to a path of our own and nowhere else, not even to our own address written in full."""
        return bool(url) and str(url).startswith("/") and bool(super().is_safe_url(url))

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Ask again before an account's own safety changes; not of someone who just signed in to set up a factor."""
        account = context.request.user
        if not is_mfa_enabled(account, FACTORS):
            since = time.time() - settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
            if any(record["at"] > since for record in get_authentication_records(context.request, account)):
                return False
        return bool(super().is_reauthentication_required(app=app, **kwargs))

    def populate_username(self, request: HttpRequest, user: Any) -> None:
        """There are no user names."""


class SecondFactor(DefaultMFAAdapter):
    """Secrets of second factors are encrypted; the last factor cannot be removed."""

    def encrypt(self, text: str) -> str:
        return encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return decrypt(encrypted_text)

    def can_delete_authenticator(self, authenticator: Any) -> bool:
        others = authenticator.user.authenticator_set.exclude(pk=authenticator.pk)
        return bool(others.exclude(type="recovery_codes").exists())
