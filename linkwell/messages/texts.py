"""How a text leaves: through the sender of LINKWELL_SMS, or not at all; and how one that comes in is believed.

`LINKWELL_SMS` is the https address of a gateway that takes `{"to", "text", "reference"}` as JSON with our key as
a bearer token, or `file`, which writes each text into the folder `texts` of LINKWELL_HOME. `LINKWELL_SMS_KEY` is
that key, and signs what comes in. In demo mode nothing is sent.
"""

import hashlib
import hmac
import json
import os
from datetime import UTC, datetime, timedelta
from http.client import HTTPException
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener
from uuid import UUID

from django.conf import settings

from linkwell.messages.errors import MailDelayed, MailRefused

TIMEOUT_SECONDS = 20
SIGNED_WITHIN = timedelta(minutes=5)
LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class _NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *args: object, **kwargs: object) -> None:
        """Follow nothing: the key must not travel to another place."""


def is_configured() -> bool:
    """Say whether texts can be sent: through a gateway, into files, or to the demo's mail page."""
    return settings.DEMO or settings.SMS == "file" or _is_gateway(settings.SMS)


def _is_gateway(url: str) -> bool:
    parts = urlsplit(url)
    return bool(settings.SMS_KEY) and (
        parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    )


def send(*, to: str, text: str, reference: UUID) -> None:
    """Send one text; raise MailDelayed or MailRefused, neither of which names the number."""
    if settings.DEMO:
        return
    if settings.SMS == "file":
        folder = Path(settings.HOME) / "texts"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(folder / f"{reference}.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(f"{to}\n{text}\n")
        return
    body = json.dumps({"to": to, "text": text, "reference": str(reference)}).encode()
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {settings.SMS_KEY}"}
    request = Request(settings.SMS, data=body, headers=headers, method="POST")
    try:
        build_opener(_NoRedirect).open(request, timeout=TIMEOUT_SECONDS).close()
    except HTTPError as error:
        error.close()
        if error.code in (408, 429) or error.code >= 500:
            raise MailDelayed(f"The text gateway asked to come later (code {error.code}).") from None
        raise MailRefused(f"The text gateway refused it (code {error.code}).") from None
    except (OSError, HTTPException) as fault:
        began = not isinstance(fault, URLError)
        raise MailDelayed("The text gateway did not answer.", unclear=began) from None


def signature(body: bytes, *, sent: str) -> str:
    """Return the signature of a text that comes in: HMAC-SHA256 over its moment, a dot and its bytes."""
    return hmac.new(settings.SMS_KEY.encode(), sent.encode() + b"." + body, hashlib.sha256).hexdigest()


def is_signed(body: bytes, *, sent: str, signed: str, at: datetime) -> bool:
    """Say whether a text that comes in is from our gateway and of these minutes."""
    if not settings.SMS_KEY or not sent.isascii() or not sent.isdigit() or len(sent) > 12 or not signed.isascii():
        return False
    age = at - datetime.fromtimestamp(int(sent), UTC)
    return abs(age) <= SIGNED_WITHIN and hmac.compare_digest(signature(body, sent=sent), signed)
