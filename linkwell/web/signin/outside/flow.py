"""One try at an outside sign-in, from leaving to coming back: kept in the browser's own session, used once."""

import base64
import hashlib
import secrets
import time
from dataclasses import asdict, dataclass
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from linkwell.web.signin.outside import provider as providers
from linkwell.web.signin.outside.proof import Proof, check
from linkwell.web.signin.outside.provider import OutsideFailed, Provider

TRIES = "outside_tries"  # in the session
MOST_TRIES = 5
LIVES_SECONDS = 600

SIGN_IN, LINK, INVITATION, AGAIN = "sign_in", "link", "invitation", "again"


@dataclass(frozen=True)
class Try:
    """What must be the same when someone comes back."""

    purpose: str
    nonce: str
    verifier: str
    began: float
    next: str = ""
    account_id: int = 0
    secret: str = ""  # of the invitation that is taken up


def redirect_uri() -> str:
    """Return the address to which the provider sends people back; it is registered there."""
    return settings.PUBLIC_URL + reverse("oidc_callback")


def leave(
    request: HttpRequest, provider: Provider, *, purpose: str, next_: str = "", account_id: int = 0, secret: str = ""
) -> str:
    """Remember a try in the session; return the provider's address to go to. Raise OutsideFailed."""
    known = providers.published(provider)
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    kept = dict(list(request.session.get(TRIES, {}).items())[-(MOST_TRIES - 1) :])
    made = Try(purpose, nonce, verifier, time.time(), next_, account_id, secret)
    request.session[TRIES] = {**kept, state: asdict(made)}
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    asked = {
        "response_type": "code", "client_id": provider.client_id, "redirect_uri": redirect_uri(),
        "scope": provider.scopes, "state": state, "nonce": nonce,
        "code_challenge": challenge, "code_challenge_method": "S256",
    }  # fmt: skip
    if provider.acr_values:
        asked["acr_values"] = provider.acr_values
    if purpose in (AGAIN, LINK):
        asked |= {"prompt": "login", "max_age": "0"}
    return f"{known.authorize_url}{'&' if '?' in known.authorize_url else '?'}{urlencode(asked)}"


def come_back(request: HttpRequest, provider: Provider) -> tuple[Try, Proof]:
    """Return the try that an answer belongs to, and what it proves; the try is used up either way.

    Raise OutsideFailed for an answer that this browser did not ask for, late, refused, or that proves nothing.
    """
    tries = request.session.get(TRIES, {})
    kept = tries.pop(request.GET.get("state", ""), None)
    request.session[TRIES] = tries
    request.session.save()  # used up, whatever comes of the rest
    if kept is None:
        raise OutsideFailed("not asked for by this browser")
    tried, now = Try(**kept), time.time()
    if not 0 <= now - tried.began <= LIVES_SECONDS:
        raise OutsideFailed("came back too late")
    _check_who_answers(request, provider)
    code = request.GET.get("code", "")
    if "error" in request.GET or not code:
        raise OutsideFailed("refused by the provider")
    token = providers.redeem(provider, code=code, verifier=tried.verifier, redirect_uri=redirect_uri())
    proof = check(token, nonce=tried.nonce, provider=provider, now=now)
    if tried.purpose == AGAIN and proof.shown_at < tried.began - 60:
        raise OutsideFailed("not shown again")
    return tried, proof


def end_url(provider: Provider) -> str:
    """Return the address that ends the provider's own session, empty where it offers none or does not answer."""
    try:
        known = providers.published(provider)
    except OutsideFailed:
        return ""
    if not known.end_session_url:
        return ""
    asked = {"client_id": provider.client_id, "post_logout_redirect_uri": settings.PUBLIC_URL + "/"}
    return f"{known.end_session_url}{'&' if '?' in known.end_session_url else '?'}{urlencode(asked)}"


def _check_who_answers(request: HttpRequest, provider: Provider) -> None:
    """Raise OutsideFailed where the answer names another issuer, or none though the provider always does."""
    named = request.GET.get("iss")
    if named is None and not providers.published(provider).names_itself:
        return
    if named != provider.issuer:
        raise OutsideFailed("answered by another issuer")
