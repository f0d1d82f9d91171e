"""What an id token proves: its signature by the provider's key, and each claim that OpenID Connect asks to check."""

import hmac
from dataclasses import dataclass
from typing import Any

import jwt

from linkwell.web.signin.outside import provider as providers
from linkwell.web.signin.outside.provider import OutsideFailed, Provider

# Public keys alone: a shared secret (HS256) would let whoever holds the public key sign, and "none" anybody.
KINDS = {"RS256": "RSA", "RS384": "RSA", "RS512": "RSA", "PS256": "RSA", "ES256": "EC", "ES384": "EC"}
LEEWAY_SECONDS = 60
OLDEST_SECONDS = 600


@dataclass(frozen=True)
class Proof:
    """Who the provider says signed in: its own name for them, and whether a second factor was shown there."""

    issuer: str
    subject: str
    name: str
    counts_as_second_factor: bool
    shown_at: int  # when they last showed themself to the provider; 0 if it does not say


def check(token: str, *, nonce: str, provider: Provider, now: float) -> Proof:
    """Return what a token proves; raise OutsideFailed for whatever is missing, wrong or old."""
    try:
        head = jwt.get_unverified_header(token)
        kind = KINDS.get(str(head.get("alg")))
        if kind is None:
            raise OutsideFailed("algorithm not accepted")
        key = _key(head, kind, providers.published(provider).keys_url)
        claims: dict[str, Any] = jwt.decode(
            token, key.key, algorithms=[str(head["alg"])], audience=provider.client_id, issuer=provider.issuer,
            leeway=LEEWAY_SECONDS, options={"require": ["iss", "sub", "aud", "exp", "iat", "nonce"]},
        )  # fmt: skip
    except (jwt.PyJWTError, TypeError, ValueError) as fault:
        raise OutsideFailed(type(fault).__name__) from None
    _check_claims(claims, nonce=nonce, client_id=provider.client_id, now=now)
    return Proof(
        issuer=provider.issuer,
        subject=claims["sub"],
        name=_plain(claims.get("name")),
        counts_as_second_factor=_counts(claims, provider),
        shown_at=claims["auth_time"] if isinstance(claims.get("auth_time"), int) else 0,
    )


def _check_claims(claims: dict[str, Any], *, nonce: str, client_id: str, now: float) -> None:
    subject, azp = claims["sub"], claims.get("azp")
    if not isinstance(subject, str) or not 0 < len(subject) <= 255:
        raise OutsideFailed("no subject")
    if not hmac.compare_digest(str(claims["nonce"]).encode(), nonce.encode()):
        raise OutsideFailed("another nonce")
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if (several and azp is None) or (azp is not None and azp != client_id):
        raise OutsideFailed("for another client")
    if claims["iat"] < now - OLDEST_SECONDS:
        raise OutsideFailed("issued too long ago")


def _key(head: dict[str, Any], kind: str, url: str) -> jwt.PyJWK:
    """Return the one key that the token names; where keys were changed meanwhile, from a fresh list."""
    for anew in (False, True):
        fitting = [key for key in providers.keys(url, anew=anew) if _fits(key, head, kind)]
        if len(fitting) == 1:
            return jwt.PyJWK(fitting[0], algorithm=str(head["alg"]))
    raise OutsideFailed("no such key")


def _fits(key: dict[str, Any], head: dict[str, Any], kind: str) -> bool:
    named = "kid" not in head or key.get("kid") == head["kid"]
    return (
        named
        and key.get("kty") == kind
        and key.get("use", "sig") == "sig"
        and key.get("alg", head["alg"]) == head["alg"]
    )


def _counts(claims: dict[str, Any], provider: Provider) -> bool:
    value = claims.get(provider.assurance_claim) if provider.assurance_claim else None
    return isinstance(value, (str, int)) and not isinstance(value, bool) and str(value) in provider.assurance_values


def _plain(value: object) -> str:
    words = " ".join(value.split())[:200] if isinstance(value, str) else ""
    return words if words.isprintable() else ""
