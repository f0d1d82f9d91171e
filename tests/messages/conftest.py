"""What the outbox's tests share: a mail server that answers as it is told to."""

import smtplib
from datetime import UTC, datetime

import pytest

from linkwell.messages import recipients

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


class MailServer:
    """Stands in for a mail server: keeps what it takes, refuses what it is told to."""

    def __init__(self) -> None:
        self.taken = []
        self.on_open: Exception | None = None
        self.on_send: Exception | None = None
        self.then_dies = False

    def open(self) -> None:
        if self.on_open:
            raise self.on_open

    def send_messages(self, messages) -> int:
        if self.on_send and not self.then_dies:
            raise self.on_send
        self.taken.extend(messages)
        if self.then_dies:
            raise self.on_send
        return len(messages)

    def close(self) -> None:
        """Nothing to close."""


@pytest.fixture
def mail_server(monkeypatch, settings) -> MailServer:
    """A configured mail server."""
    settings.SMTP = "smtp://localhost"
    server = MailServer()
    monkeypatch.setattr("linkwell.messages.mail.smtp_backend", lambda: server)
    return server


@pytest.fixture
def a_group(monkeypatch):
    """A recipient whose address, or reason to be held, the test sets."""
    kinds = dict(recipients._kinds)
    monkeypatch.setattr(recipients, "_kinds", kinds)
    found = {"now": recipients.Address("group@example.org")}
    recipients.register("group", lambda recipient_id, channel: found["now"])
    return found


def refused(code: int) -> smtplib.SMTPRecipientsRefused:
    return smtplib.SMTPRecipientsRefused({"group@example.org": (code, b"no such box: group@example.org")})
