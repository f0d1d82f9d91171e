"""How allauth behaves here: nobody signs up by themself, a second factor is never optional, the worker mails."""

import time
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from linkwell.common.crypto import decrypt, encrypt
from linkwell.messages.account_mail import AccountMail, queue_account_mail
from linkwell.team.queries import account_of
from linkwell.web.signin import limits
from linkwell.web.signin.second_factor import FACTORS
from linkwell.web.signin.where import is_ours

# allauth's name of a mail → ours; what is not here is never sent
MAILS = {
    "account/email/password_changed": AccountMail.PASSWORD_CHANGED,
    "account/email/password_set": AccountMail.PASSWORD_CHANGED,
    "account/email/password_reset": AccountMail.PASSWORD_CHANGED,
    "mfa/email/totp_activated": AccountMail.APP_ADDED,
    "mfa/email/totp_deactivated": AccountMail.APP_REMOVED,
    "mfa/email/webauthn_added": AccountMail.PASSKEY_ADDED,
    "mfa/email/webauthn_removed": AccountMail.PASSKEY_REMOVED,
    "mfa/email/recovery_codes_generated": AccountMail.CODES_MADE,
}


class ClosedSignup(DefaultAccountAdapter):
    """Accounts are made from invitations alone."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def send_notification_mail(self, template_prefix: str, user: Any, *_: Any, **__: Any) -> None:
        """Tell an account what changed about its sign-in, through the queue."""
        if template_prefix in MAILS:
            queue_account_mail(account_id=user.pk, about=MAILS[template_prefix], at=timezone.now())

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send nothing from within a request: every mail about a sign-in goes through the queue."""

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Count by address alone: allauth's own key holds the Host header, which a guesser may vary (any port)."""
        return f"sign-in:{str(credentials.get('email', '')).strip().lower()}"

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Tell the owner once when wrong passwords lock an account; an unknown address costs the same work."""
        key = self._get_login_attempts_cache_key(request, **credentials)
        found = account_of(str(credentials.get("email", "")))
        limits.tell_if_locked(request, key=key, account_id=found.pk if found else 0, about=AccountMail.LOCKED)

    def get_login_stages(self) -> list[str]:
        """Leave our own second step out where the outside sign-in just proved one that counts."""
        stages = list(super().get_login_stages())
        if getattr(context.request, "outside_counts", False):
            stages.remove("allauth.mfa.stages.AuthenticateStage")
        return stages

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        """Lead who came from outside to where that session ends, too."""
        records = get_authentication_records(request, request.user if request.user.is_authenticated else None)
        if any(record.get("method") == "outside" for record in records):
            return reverse("signed_out")
        return str(super().get_logout_redirect_url(request))

    def get_user_display(self, user: Any) -> str:
        return str(user.name)

    def is_safe_url(self, url: str | None) -> bool:
        """Lead on to a path of our own and nowhere else, not even to our own address written in full."""
        return is_ours(url) and bool(super().is_safe_url(str(url)))

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
