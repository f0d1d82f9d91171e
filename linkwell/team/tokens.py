"""Links with a secret, and the one-time codes that go with them.

Neither secret is at rest: the stored row has a salt and a hash, and the key outside the database
makes the secret again at the moment of sending. A link alone shows nothing: its holder asks for a
code, which goes to the address that the link went to and opens the link in the browser that asked.
"""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from enum import Enum

from django.db import transaction

from linkwell.common.crypto import keyed_hash
from linkwell.common.errors import DomainError
from linkwell.team.models import OneTimeCode, Token
from linkwell.team.queries import secret_hash

CODE_LIVES = timedelta(minutes=15)
OPEN_FOR = timedelta(minutes=60)  # after its code, a link stays open in that browser so long
MOST_ATTEMPTS = 5
MOST_CODES_AN_HOUR = 5
MOST_CODES_A_DAY = 15
CODE_DIGITS = 8


class LinkIsOver(DomainError):
    code = "link_is_over"

    def __init__(self) -> None:
        super().__init__("This link no longer works.")


class TooManyCodes(DomainError):
    code = "too_many_codes"

    def __init__(self) -> None:
        super().__init__(
            "Several codes were sent to this address already. Look for the newest e-mail, wait an hour, or ring us."
        )


class CodeResult(Enum):
    """What came of a code that was typed in."""

    RIGHT = "right"
    WRONG = "wrong"
    OVER = "over"  # used, expired, tried too often, or never asked for by this browser


def make_token(*, scheme_id: int, purpose: str, object_id: int, expires_at: datetime, at: datetime) -> Token:
    """Add a link for one purpose and one thing; `secret_of` gives what its address must hold."""
    salt = secrets.token_urlsafe(16)
    token = Token(scheme_id=scheme_id, purpose=purpose, object_id=object_id, salt=salt)
    token.secret_hash = secret_hash(secret_of(token))
    token.created_at, token.expires_at = at, expires_at
    token.save(force_insert=True)
    return token


def secret_of(token: Token) -> str:
    """Return a link's secret: 256 bits that only the holder of the key can make."""
    named = f"{token.salt}:{token.scheme_id}:{token.purpose}:{token.object_id}"
    return keyed_hash(named, purpose="link secret")


def is_in_force(token: Token, at: datetime) -> bool:
    """Say whether a link is neither stopped nor over."""
    return token.revoked_at is None and token.expires_at > at


def revoke(*, scheme_id: int, purpose: str, object_id: int, at: datetime) -> int:
    """Stop every link of a thing at once; return how many were in force."""
    links = Token.objects.filter(scheme_id=scheme_id, purpose=purpose, object_id=object_id, revoked_at=None)
    return links.update(revoked_at=at)


def end_what_is_over(*, at: datetime) -> int:
    """Stop for good every link and code whose time is over; return how many links.

    A clock that is set back then revives none of them. A job does it every minute.
    """
    late = OneTimeCode.objects.filter(redeemed_at=None, expires_at__lte=at, attempts__lt=MOST_ATTEMPTS)
    late.update(attempts=MOST_ATTEMPTS)
    return Token.objects.filter(revoked_at=None, expires_at__lte=at).update(revoked_at=at)


def new_browser() -> str:
    """Return a random value for a browser's cookie."""
    return secrets.token_urlsafe(32)


@transaction.atomic
def ask_for_code(*, token_id: int, browser: str, at: datetime) -> OneTimeCode:
    """Make a code for the browser that asks; raise LinkIsOver or TooManyCodes."""
    token = Token.objects.select_for_update().get(pk=token_id)
    if not is_in_force(token, at):
        raise LinkIsOver
    made = OneTimeCode.objects.filter(token=token, created_at__gt=at - timedelta(days=1))
    times = list(made.values_list("created_at", flat=True))
    within_the_hour = [made_at for made_at in times if made_at > at - timedelta(hours=1)]
    if len(within_the_hour) >= MOST_CODES_AN_HOUR or len(times) >= MOST_CODES_A_DAY:
        raise TooManyCodes
    code = OneTimeCode(token=token, salt=secrets.token_urlsafe(16), browser_hash=_browser_hash(token_id, browser))
    code.code_hash = _code_hash(code, code_of(code))
    code.created_at, code.expires_at = at, at + CODE_LIVES
    code.save(force_insert=True)
    return code


def code_of(code: OneTimeCode) -> str:
    """Return the digits of a code; only the holder of the key can make them."""
    digest = keyed_hash(f"{code.salt}:{code.token_id}", purpose="one-time code")
    number = int.from_bytes(hashlib.sha256(digest.encode()).digest(), "big") % 10**CODE_DIGITS
    return f"{number:0{CODE_DIGITS}d}"


def spaced(digits: str) -> str:
    """Return a code in two halves, as it is read out and typed."""
    return f"{digits[: CODE_DIGITS // 2]} {digits[CODE_DIGITS // 2 :]}"


@transaction.atomic
def redeem_code(*, token_id: int, browser: str, typed: str, at: datetime) -> CodeResult:
    """Use the newest code that this browser asked for, once; a wrong try counts and stands.

    It answers instead of raising, so that the count of tries is never rolled back.
    """
    token = Token.objects.select_for_update().filter(pk=token_id).first()
    if token is None or not is_in_force(token, at):
        return CodeResult.OVER
    asked = OneTimeCode.objects.filter(token=token, browser_hash=_browser_hash(token_id, browser))
    code = asked.select_for_update().order_by("-created_at", "-pk").first()
    if code is None or code.redeemed_at or code.attempts >= MOST_ATTEMPTS:
        return CodeResult.OVER
    if code.expires_at <= at:
        end_what_is_over(at=at)
        return CodeResult.OVER
    code.attempts += 1
    digits = "".join(letter for letter in typed if letter in "0123456789")
    right = hmac.compare_digest(_code_hash(code, digits), code.code_hash)
    if right:
        code.redeemed_at = at
    code.save(update_fields=["attempts", "redeemed_at"])
    return CodeResult.RIGHT if right else CodeResult.WRONG


def asked_for_code(*, token_id: int, browser: str, at: datetime) -> bool:
    """Say whether this browser has asked for a code that may still be typed in."""
    asked = OneTimeCode.objects.filter(
        token_id=token_id, browser_hash=_browser_hash(token_id, browser), redeemed_at=None, expires_at__gt=at
    )
    return asked.filter(attempts__lt=MOST_ATTEMPTS).exists()


def is_open(*, token_id: int, browser: str, at: datetime) -> bool:
    """Say whether this browser opened the link with a code within the last hour."""
    if not browser:
        return False
    opened = OneTimeCode.objects.filter(token_id=token_id, browser_hash=_browser_hash(token_id, browser))
    return opened.filter(redeemed_at__gt=at - OPEN_FOR).exists()


def _browser_hash(token_id: int, browser: str) -> str:
    return keyed_hash(f"{token_id}:{browser}", purpose="browser of a link")


def _code_hash(code: OneTimeCode, digits: str) -> str:
    return keyed_hash(f"{code.salt}:{code.token_id}:{digits}", purpose="one-time code at rest")
