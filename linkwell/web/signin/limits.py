"""Limits on guessing. allauth counts in the shared cache; here is when an account counts as locked, and who is told.

Wrong tries at one account first wait (three in ten seconds), then lock it for five minutes (five), and
never exceed twenty an hour; wrong tries from one source are limited apart. An address without an
account is counted and locked in the same way.
"""

import hashlib

from allauth.core.internal import ratelimit
from django.core.cache import cache
from django.http import HttpRequest
from django.utils import timezone

from linkwell.messages.account_mail import AccountMail, queue_account_mail

LOCK = "5/5m/key"  # one of the rates of ACCOUNT_RATE_LIMITS["login_failed"]
LOCKED_SECONDS = 300


def tell_if_locked(request: HttpRequest, *, key: str, account_id: int, about: AccountMail) -> bool:
    """Put a mail to the owner on the queue when this wrong try locked the account, once for each lock."""
    config = {"login_failed": LOCK}
    free = ratelimit.consume(
        request, app="allauth.account", action="login_failed", config=config, key=key, dry_run=True
    )  # fmt: skip
    if free:
        return False
    name = f"linkwell:told-of-lock:{hashlib.sha256(key.encode()).hexdigest()}"
    if not cache.add(name, True, timeout=LOCKED_SECONDS):
        return False
    queue_account_mail(account_id=account_id, about=about, at=timezone.now())
    return True
