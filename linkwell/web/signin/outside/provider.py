"""The one outside provider that settings name: what it publishes about itself, and how it is asked."""

import json
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus, urlsplit

import httpx
from django.conf import settings

from linkwell.common.errors import DomainError

TIMEOUT_SECONDS = 10.0
MOST_BYTES = 512 * 1024
KEPT_SECONDS = 3600
LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class OutsideFailed(DomainError):
    """The outside sign-in did not prove anything; `why` is for the log and names nobody."""

    code = "outside_failed"

    def __init__(self, why: str) -> None:
        super().__init__("Signing in that way did not work. Try again, or use your e-mail address and password.")
        self.why = why


@dataclass(frozen=True)
class Provider:
    """What settings say about the provider; `assurance` is a claim and the values of it that count as second factor."""

    issuer: str
    client_id: str
    client_secret: str
    name: str
    scopes: str = "openid profile email"
    acr_values: str = ""
    assurance_claim: str = ""
    assurance_values: tuple[str, ...] = ()


def configured() -> Provider | None:
    """Return the provider, None where none is set up."""
    found: dict[str, Any] | None = settings.LINKWELL_OIDC
    return Provider(**found) if found else None


@dataclass(frozen=True)
class Published:
    """What a provider publishes about itself, checked to be of this issuer and over TLS."""

    authorize_url: str
    token_url: str
    keys_url: str
    end_session_url: str
    takes_basic: bool
    names_itself: bool  # adds `iss` to its answers (RFC 9207)


_published: dict[str, tuple[float, Published]] = {}
_keys: dict[str, tuple[float, list[dict[str, Any]]]] = {}


def forget() -> None:
    """Forget what was fetched."""
    _published.clear()
    _keys.clear()


def published(provider: Provider) -> Published:
    """Return what the provider publishes, fetched at most once an hour; raise OutsideFailed."""
    kept = _published.get(provider.issuer)
    if kept is not None and 0 <= time.monotonic() - kept[0] < KEPT_SECONDS:
        return kept[1]
    found = _fetch(provider.issuer.rstrip("/") + "/.well-known/openid-configuration")
    if found.get("issuer") != provider.issuer:
        raise OutsideFailed("discovery names another issuer")
    answer = Published(
        authorize_url=_address(found, "authorization_endpoint"),
        token_url=_address(found, "token_endpoint"),
        keys_url=_address(found, "jwks_uri"),
        end_session_url=_address(found, "end_session_endpoint") if found.get("end_session_endpoint") else "",
        takes_basic="client_secret_basic"
        in found.get("token_endpoint_auth_methods_supported", ["client_secret_basic"]),
        names_itself=found.get("authorization_response_iss_parameter_supported") is True,
    )
    _published[provider.issuer] = (time.monotonic(), answer)
    return answer


def keys(url: str, *, anew: bool = False) -> list[dict[str, Any]]:
    """Return the provider's public keys; with `anew` fetched now, for a key that was not among them."""
    kept = _keys.get(url)
    if not anew and kept is not None and 0 <= time.monotonic() - kept[0] < KEPT_SECONDS:
        return kept[1]
    found = _fetch(url).get("keys")
    if not isinstance(found, list):
        raise OutsideFailed("no keys")
    _keys[url] = (time.monotonic(), [key for key in found if isinstance(key, dict)])
    return _keys[url][1]


def redeem(provider: Provider, *, code: str, verifier: str, redirect_uri: str) -> str:
    """Give the code back for an id token; raise OutsideFailed."""
    known = published(provider)
    form = {
        "grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri, "code_verifier": verifier,
    }  # fmt: skip
    auth = None
    if known.takes_basic:
        auth = httpx.BasicAuth(quote_plus(provider.client_id), quote_plus(provider.client_secret))
    else:
        form |= {"client_id": provider.client_id, "client_secret": provider.client_secret}
    token = _ask("POST", known.token_url, data=form, auth=auth).get("id_token")
    if not isinstance(token, str) or not token:
        raise OutsideFailed("no id token")
    return token


def _address(found: dict[str, Any], name: str) -> str:
    """Return an endpoint: over TLS, or of this machine where the issuer is."""
    url = str(found.get(name, ""))
    _check_address(url)
    return url


def _check_address(url: str) -> None:
    parts = urlsplit(url)
    here = parts.scheme == "http" and parts.hostname in LOOPBACK
    if not (parts.hostname and (parts.scheme == "https" or here)):
        raise OutsideFailed("an address is not https")


def _fetch(url: str) -> dict[str, Any]:
    _check_address(url)
    return _ask("GET", url)


def _ask(method: str, url: str, **more: Any) -> dict[str, Any]:
    """Return the JSON object of an answer: no redirect is followed, nothing large or late is read."""
    ends = time.monotonic() + TIMEOUT_SECONDS
    try:
        with (
            httpx.Client(timeout=TIMEOUT_SECONDS, follow_redirects=False, trust_env=False) as client,
            client.stream(method, url, headers={"Accept": "application/json"}, **more) as answer,
        ):
            if answer.status_code != 200:
                raise OutsideFailed(f"answered {answer.status_code}")
            body = b""
            for part in answer.iter_bytes():
                body += part
                if len(body) > MOST_BYTES or time.monotonic() > ends:
                    raise OutsideFailed("too large or too slow")
        found = json.loads(body)
    except (httpx.HTTPError, ValueError) as fault:
        raise OutsideFailed(type(fault).__name__) from None
    if not isinstance(found, dict):
        raise OutsideFailed("not an object")
    return found
