"""Put a message into the outbox, try to send it, note what came of it, try again."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from linkwell.common import audit
from linkwell.common.errors import NotVisible
from linkwell.common.jobs import enqueue
from linkwell.messages import channels, listeners, recipients, rules, templates
from linkwell.messages.errors import NotWaiting
from linkwell.messages.models import Message, MessageState
from linkwell.messages.queries import mail_of, to_send
from linkwell.team import access, tokens
from linkwell.team.models import Membership, OneTimeCode, Token

DELIVER = "messages.deliver"
BROKE_OFF = "Sending broke off twice; it may have arrived. Ask before you try again."


@transaction.atomic
def queue_message(
    *,
    scheme_id: int,
    template: str,
    recipient_kind: str,
    recipient_id: int,
    at: datetime,
    words: Mapping[str, str] | None = None,
    token: Token | None = None,
    code: OneTimeCode | None = None,
    channel: str = "email",
) -> Message:
    """Write one message into the outbox with its job, in this transaction; raise UnknownWords."""
    templates.check_words(template, words or {})
    message: Message = Message.objects.create(
        scheme_id=scheme_id,
        channel=channel,
        template=template,
        recipient_kind=recipient_kind,
        recipient_id=recipient_id,
        words=dict(words or {}),
        token=token,
        code=code,
        reference=uuid.uuid4(),
        created_at=at,
        next_attempt_at=at,
    )
    _enqueue(message)
    return message


@dataclass(frozen=True)
class Attempt:
    """What one try at sending needs; it lives in memory only."""

    message_id: int
    channel: str
    to: str
    mail: templates.Mail
    reference: uuid.UUID
    reply_to: str


@transaction.atomic
def begin_attempt(*, message_id: int, at: datetime) -> Attempt | None:
    """Claim a waiting message for one try; None if there is nothing to do now. It must be committed first.

    A message whose last try never said what came of it is tried once more, then given up.
    """
    message = _locked(message_id)
    if message is None or message.state != MessageState.QUEUED or message.next_attempt_at > at:
        return None
    if not channels.is_configured(message.channel):
        return None
    if rules.is_running(attempt_began_at=message.attempt_began_at, at=at):
        return None
    if message.attempt_began_at is not None:
        message.unclear_attempts += 1
        message.attempt_began_at = None
    if message.unclear_attempts >= rules.MOST_UNCLEAR:
        _stop(message, MessageState.FAILED, BROKE_OFF, at)
        return None
    found = _address_or_why_not(message, at)
    if isinstance(found, recipients.Held):
        _stop(message, MessageState.HELD, found.reason, at)
        return None
    message.attempt_began_at = at
    message.attempts += 1
    message.save(update_fields=["attempt_began_at", "attempts", "unclear_attempts"])
    read = mail_of(message, scheme=message.scheme)
    return Attempt(message.pk, message.channel, found.value, read, message.reference, message.scheme.reply_email)


@transaction.atomic
def note_sent(*, message_id: int, at: datetime) -> None:
    """Note that a message went; what came later about it changes nothing."""
    message = _locked(message_id)
    if message is None or not rules.STEPS.allows(message.state, MessageState.SENT):
        return
    message.state, message.sent_at, message.why, message.attempt_began_at = MessageState.SENT, at, "", None
    message.save(update_fields=["state", "sent_at", "why", "attempt_began_at"])
    audit.record("message.sent", about=message, at=at)


@transaction.atomic
def note_refused(*, message_id: int, why: str, at: datetime) -> None:
    """Note that the mail server refused a message for good."""
    message = _locked(message_id)
    if message is not None and rules.STEPS.allows(message.state, MessageState.FAILED):
        _stop(message, MessageState.FAILED, why, at)


@transaction.atomic
def note_delayed(*, message_id: int, why: str, unclear: bool, at: datetime) -> None:
    """Note that a try failed for now and plan the next one, later each time; give up after three days."""
    message = _locked(message_id)
    if message is None or message.state != MessageState.QUEUED:
        return
    message.unclear_attempts += int(unclear)
    if rules.has_been_tried_long_enough(created_at=message.created_at, at=at):
        _stop(message, MessageState.FAILED, f"Given up after three days. {why}", at)
        return
    message.why, message.attempt_began_at = why, None
    message.next_attempt_at = rules.next_attempt_at(attempts=message.attempts, at=at)
    message.save(update_fields=["why", "attempt_began_at", "next_attempt_at", "unclear_attempts"])
    _enqueue(message)


@transaction.atomic
def retry_message(*, message_id: int, by: Membership, at: datetime) -> Message:
    """Send a held or failed message after all; raise NotVisible, or NotWaiting if it went meanwhile."""
    message = _locked(message_id)
    if message is None or message.scheme_id != by.scheme_id or by.role != access.MGR:
        raise NotVisible
    if not rules.STEPS.allows(message.state, MessageState.QUEUED):
        raise NotWaiting
    message.state, message.why, message.next_attempt_at = MessageState.QUEUED, "", at
    message.unclear_attempts = 0
    message.save(update_fields=["state", "why", "next_attempt_at", "unclear_attempts"])
    audit.record("message.retried", about=message, by=by, at=at)
    _enqueue(message)
    return message


@transaction.atomic
def hold_waiting(*, scheme_id: int, why: str, at: datetime) -> int:
    """Hold every message of a scheme that waits, until a person releases it; return how many."""
    rows = Message.objects.select_for_update(of=("self",)).select_related("scheme", "token", "code")
    waiting = list(rows.filter(scheme_id=scheme_id, state=MessageState.QUEUED).order_by("pk"))
    for message in waiting:
        _stop(message, MessageState.HELD, why, at)
    return len(waiting)


def enqueue_waiting(*, scheme_id: int, at: datetime) -> int:
    """Put every message of a scheme that should be on its way, and is not, back on the queue; return how many."""
    leaving = channels.configured()
    if not leaving:
        return 0
    waiting = to_send(scheme_id=scheme_id, leaving=leaving, at=at, stuck_since=at - rules.STUCK_AFTER)
    for message_id in waiting:
        enqueue(DELIVER, once=f"message-{message_id}", scheme_id=scheme_id, message_id=message_id)
    return len(waiting)


def _locked(message_id: int) -> Message | None:
    rows = Message.objects.select_for_update(of=("self",)).select_related("scheme", "token", "code")
    return rows.filter(pk=message_id).first()


def _address_or_why_not(message: Message, at: datetime) -> recipients.Address | recipients.Held:
    if message.token is not None and not tokens.is_in_force(message.token, at):
        return recipients.Held("The link in it was withdrawn or ran out before it went.")
    if message.code is not None and message.code.expires_at <= at:
        return recipients.Held("The code in it ran out before it went.")
    return recipients.resolve(message.recipient_kind, message.recipient_id, message.channel)


def _stop(message: Message, state: MessageState, why: str, at: datetime) -> None:
    message.state, message.why, message.attempt_began_at = state, why[:200], None
    message.save(update_fields=["state", "why", "attempt_began_at", "unclear_attempts"])
    audit.record(f"message.{state.value}", about=message, at=at)
    listeners.stopped(message, at)


def _enqueue(message: Message) -> None:
    enqueue(
        DELIVER,
        once=f"message-{message.pk}",
        at=message.next_attempt_at,
        scheme_id=message.scheme_id,
        message_id=message.pk,
    )
