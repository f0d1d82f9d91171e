"""How e-mail leaves: over the mail server of LINKWELL_SMTP, or not at all.

Without a mail server the outbox keeps its messages waiting, and says so. The sign-in pages' own mails
(such as a password reset) are then written to the folder `mail` of LINKWELL_HOME, so that whoever
runs Linkwell alone can still read them. In demo mode the outbox sends nothing: the page /demo/mail/
shows each of its mails as it would have gone.
"""

import os
import smtplib
import ssl
from collections.abc import Sequence
from datetime import datetime
from email.utils import getaddresses, parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import UUID, uuid4

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend as SmtpBackend

from linkwell.messages.errors import MailDelayed, MailRefused, UnsafeMail
from linkwell.messages.recipients import is_one_address
from linkwell.messages.templates import Mail

TIMEOUT_SECONDS = 30
LOOPBACK = {"localhost", "127.0.0.1", "::1"}


def is_configured() -> bool:
    """Say whether the outbox can send: over a mail server, or to the demo's mail page."""
    return settings.DEMO or bool(settings.SMTP)


def send(*, to: str, mail: Mail, reference: UUID, reply_to: str = "") -> None:
    """Send one mail to one address; raise MailDelayed, MailRefused or UnsafeMail, none of which names it."""
    if settings.DEMO:
        return  # the demo never sends: its mail page makes each mail again
    message = EmailMessage(
        subject=mail.subject,
        body=mail.body,
        to=[to],
        reply_to=[reply_to] if reply_to else None,
        headers={"Message-ID": f"<{reference}@{_our_domain()}>", "Auto-Submitted": "auto-generated"},
    )
    _deliver(message)


def check_safe(message: EmailMessage) -> None:
    """Raise UnsafeMail for more than one recipient, copies, or a line break where a header would begin."""
    if len(message.recipients()) != 1 or message.cc or message.bcc:
        raise UnsafeMail("A mail goes to one recipient, without copies.")
    headers = [message.subject, message.from_email, *message.to, *message.reply_to, *message.extra_headers.values()]
    if any(letter in str(value) for value in headers for letter in "\r\n"):
        raise UnsafeMail("A line break in the head of a mail is refused.")
    if len(getaddresses([message.to[0]])) != 1 or not is_one_address(parseaddr(message.to[0])[1]):
        raise UnsafeMail("A mail goes to one complete address.")


class OutboundMail(BaseEmailBackend):
    """Django's way out for every mail: checked, then over SMTP, or into a file of LINKWELL_HOME."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Send each mail by itself; return how many went."""
        for message in email_messages:
            check_safe(message)
            if settings.SMTP and not settings.DEMO:
                smtp_backend().send_messages([message])
            else:
                keep_in_file(message, folder=Path(settings.HOME) / "mail")
        return len(email_messages)


def smtp_backend() -> Any:
    """Return a connection as LINKWELL_SMTP names it: smtps is TLS; smtp turns to TLS unless on this machine."""
    parts = urlsplit(settings.SMTP)
    host = parts.hostname or "localhost"
    direct = parts.scheme == "smtps"
    return SmtpBackend(
        host=host,
        port=parts.port or (465 if direct else 587 if parts.username else 25),
        username=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        use_ssl=direct,
        use_tls=not direct and host not in LOOPBACK,
        timeout=TIMEOUT_SECONDS,
    )


def keep_in_file(message: EmailMessage, *, folder: Path) -> Path:
    """Write a mail that has no way out to a file that only our own user can read; return the file."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = folder / f"{datetime.now().astimezone():%Y%m%d-%H%M%S}-{uuid4().hex[:8]}.eml"
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as out:
        out.write(message.message().as_bytes())
    return file


def _deliver(message: EmailMessage) -> None:
    check_safe(message)
    server = smtp_backend()
    try:
        server.open()
    except smtplib.SMTPResponseException as error:
        raise _refusal(error.smtp_code) from None
    except (smtplib.SMTPException, ssl.SSLError, OSError):
        raise MailDelayed("The mail server did not answer.") from None
    try:
        server.send_messages([message])
    except smtplib.SMTPRecipientsRefused as error:
        raise _refusal(max(code for code, _text in error.recipients.values())) from None
    except smtplib.SMTPResponseException as error:
        raise _refusal(error.smtp_code) from None
    except (smtplib.SMTPException, OSError):
        raise MailDelayed("The mail server fell silent while taking it.", unclear=True) from None
    finally:
        server.close()


def _refusal(smtp_code: int) -> MailRefused | MailDelayed:
    """Tell "no" (5…) from "not now"; a refused sign-in is a setting of ours, worth trying again."""
    if smtp_code >= 500 and smtp_code not in (530, 534, 535, 538):
        return MailRefused(f"The mail server refused it (code {smtp_code}).")
    return MailDelayed(f"The mail server asked to come later (code {smtp_code}).")


def _our_domain() -> str:
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    return domain or urlsplit(settings.PUBLIC_URL).hostname or "localhost"
