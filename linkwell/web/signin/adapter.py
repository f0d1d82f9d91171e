"""How allauth behaves here: nobody signs up by themself; a second factor is never optional."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest

from linkwell.common.crypto import decrypt, encrypt


class ClosedSignup(DefaultAccountAdapter):
    """Accounts are made from invitations alone."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_user_display(self, user: Any) -> str:
        return str(user.name)

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
