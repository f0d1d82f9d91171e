"""What an authenticator app shows."""

import time

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

from tests.factories import TOTP_SECRET

HALF_MINUTE = 30


def code_now(secret: str = TOTP_SECRET, *, periods: int = 0) -> str:
    """Return the code of this half minute, or of one that many half minutes on; the suite takes its neighbours too."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // HALF_MINUTE + periods))
