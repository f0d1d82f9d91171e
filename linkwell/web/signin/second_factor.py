"""Whether a session has proved a second factor, and where it must go if not.

Proved means: in this session. That the account has a factor is not enough, for a session that began
with the password alone, before the factor was set up, would otherwise stay open for whoever began it.
"""

import time
from typing import Any
from urllib.parse import urlencode

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.account.signals import authentication_step_completed
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_used
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from linkwell.messages.account_mail import AccountMail, queue_account_mail
from linkwell.team.actions import second_step_set_up
from linkwell.team.actions.second_step import SECOND_STEP
from linkwell.team.queries import token_scheme

FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]

# Open to anyone, signed in or not; they show nothing of an account.
OPEN_TO_ALL = ("/static/", "/healthz", "/r/", "/i/", "/s/", "/demo/")
# What an account without a second factor needs to set one up, and to leave.
TO_SET_UP = (
    "account_logout", "account_reauthenticate", "mfa_activate_totp", "mfa_add_webauthn", "mfa_view_recovery_codes",
)  # fmt: skip
# What is left to an account whose second step was reset until it opens the link in its mail.
TO_WAIT = ("account_logout", "second_step_waits")
FEW_CODES = 3
LINK = "second_step_link"  # in the session: the secret of the mailed link
# What a session needs to prove the factor that its account has, and to leave.
TO_PROVE = ("account_logout", "mfa_reauthenticate", "mfa_reauthenticate_webauthn")


def is_proved(request: HttpRequest) -> bool:
    """Say whether the account of this session has shown its second factor in it; demo accounts need none in a demo."""
    account: Any = request.user
    if settings.DEMO and account.is_demo:
        return True
    return any(record.get("method") == "mfa" for record in get_authentication_records(request, account))


def is_fresh(request: HttpRequest, *, now: float | None = None) -> bool:
    """Say whether the second factor was shown within the last minutes; one shown in the future was not."""
    account: Any = request.user
    if settings.DEMO and account.is_demo:
        return True
    now = time.time() if now is None else now
    shown = [record["at"] for record in get_authentication_records(request, account) if record.get("method") == "mfa"]
    return any(0 <= now - at <= settings.ACCOUNT_REAUTHENTICATION_TIMEOUT for at in shown)


def prove_again(request: HttpRequest, *, back: str = "") -> HttpResponseRedirect:
    """Send someone to show the second factor, and back to this address, or to the page of that name."""
    return HttpResponseRedirect(_proving(request, reverse(back) if back else request.get_full_path()))


def _proving(request: HttpRequest, back: str) -> str:
    """Return the page on which this account shows its second factor, with the way back."""
    types = set(request.user.authenticator_set.values_list("type", flat=True))  # type: ignore[union-attr]
    if not types & set(FACTORS):
        page = "oidc_again"
    elif types & {Authenticator.Type.TOTP}:
        page = "mfa_reauthenticate"
    else:
        page = "mfa_reauthenticate_webauthn"
    return f"{reverse(page)}?{urlencode({'next': back})}"


def may_set_up(request: HttpRequest) -> bool:
    """Say whether this session may set up a second step: after a reset only with the link that was mailed."""
    account: Any = request.user
    if account.factor_reset_at is None:
        return True
    found = token_scheme(request.session.get(LINK, ""), purpose=SECOND_STEP, at=timezone.now())
    return found is not None and found.object_id == account.pk


def may_set_password(request: HttpRequest) -> bool:
    """Say whether this is any other page than the one for a first password, or a second step of our own guards it."""
    return request.path != reverse("account_set_password") or is_mfa_enabled(request.user, FACTORS)


def next_step(request: HttpRequest) -> str:
    """Return the page at which a signed-in session must set up or prove its factor; empty where it may go on."""
    if request.path.startswith(OPEN_TO_ALL):
        return ""
    if is_proved(request):
        return "" if may_set_password(request) else reverse("mfa_activate_totp")
    if is_mfa_enabled(request.user, FACTORS):
        allowed, where = TO_PROVE, _proving(request, request.get_full_path())
    elif may_set_up(request):
        allowed, where = TO_SET_UP, reverse("mfa_activate_totp")
    else:
        allowed, where = TO_WAIT, reverse("second_step_waits")
    return "" if request.path in {reverse(name) for name in allowed} else where


def remember_set_up(*, request: HttpRequest, user: Any, authenticator: Authenticator, **_: Any) -> None:
    """Count setting a factor up as proof of it: whoever did so has it at hand."""
    if authenticator.type in FACTORS and getattr(request, "user", None) == user:
        second_step_set_up(account_id=user.pk, at=timezone.now())
        about = {"id": authenticator.pk, "type": authenticator.type}
        record_authentication(request, user, "mfa", reauthenticated=True, **about)


def warn_of_few_codes(*, authenticator: Authenticator, user: Any, **_: Any) -> None:
    """Tell an account by mail when a recovery code was used and few are left."""
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        return
    authenticator.refresh_from_db(fields=["data"])  # allauth marked the code on another copy of the row
    if len(authenticator.wrap().get_unused_codes()) <= FEW_CODES:
        queue_account_mail(account_id=user.pk, about=AccountMail.CODES_FEW, at=timezone.now())


def renew_session_id(*, request: HttpRequest, method: str, user: Any, **_: Any) -> None:
    """Give a session a new id with its new rights; at sign-in Django does so itself."""
    if method == "mfa" and getattr(request, "user", None) == user:
        request.session.cycle_key()


def connect() -> None:
    """Listen to allauth; called once, when the product starts."""
    authenticator_added.connect(remember_set_up, dispatch_uid="linkwell.second_factor.set_up")
    authenticator_used.connect(warn_of_few_codes, dispatch_uid="linkwell.second_factor.few_codes")
    authentication_step_completed.connect(renew_session_id, dispatch_uid="linkwell.second_factor.proved")
