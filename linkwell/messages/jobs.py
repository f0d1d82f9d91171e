"""Sends what the outbox holds; puts back on the queue what fell off it."""

import logging

from django.db import DatabaseError
from django.utils import timezone
from procrastinate import RetryStrategy

from linkwell.common import crash
from linkwell.common.jobs import account_job, clock_job, enqueue, scheme_job
from linkwell.common.scope import scope
from linkwell.messages import account_mail, actions, channels
from linkwell.messages.errors import MailDelayed, MailRefused, UnsafeMail
from linkwell.team import queries

log = logging.getLogger("linkwell.messages")
SWEEP = "messages.sweep_scheme"


@scheme_job(name=actions.DELIVER, purpose="Send one message of the outbox", in_steps=True)
def deliver(*, scheme_id: int, message_id: int) -> None:
    """Claim, send, note: the claim is committed before the mail leaves, so it never leaves more than twice."""
    attempt = _begin(scheme_id, message_id)
    if attempt is None:
        return
    try:
        crash.point("mail_before")
        channels.send(
            attempt.channel, to=attempt.to, read=attempt.mail, reference=attempt.reference, reply_to=attempt.reply_to
        )
        crash.point("mail_after")
    except (MailRefused, UnsafeMail) as refusal:
        with scope(scheme_ids=[scheme_id], scheme_id=scheme_id):
            actions.note_refused(message_id=message_id, why=str(refusal), at=timezone.now())
    except MailDelayed as delay:
        with scope(scheme_ids=[scheme_id], scheme_id=scheme_id):
            actions.note_delayed(message_id=message_id, why=str(delay), unclear=delay.unclear, at=timezone.now())
    else:
        with scope(scheme_ids=[scheme_id], scheme_id=scheme_id):
            actions.note_sent(message_id=message_id, at=timezone.now())


def _begin(scheme_id: int, message_id: int) -> actions.Attempt | None:
    """Claim the message; one that cannot even be put together is given up, so that it does not come back for ever."""
    try:
        with scope(scheme_ids=[scheme_id], scheme_id=scheme_id):
            return actions.begin_attempt(message_id=message_id, at=timezone.now())
    except DatabaseError:
        raise
    except Exception as fault:
        kind = type(fault).__name__
    log.error("Message %s cannot be put together: %s", message_id, kind)
    with scope(scheme_ids=[scheme_id], scheme_id=scheme_id):
        why = f"This message cannot be put together ({kind}). Tell whoever runs Linkwell."
        actions.note_refused(message_id=message_id, why=why, at=timezone.now())
    return None


@scheme_job(name=SWEEP, purpose="Put waiting messages of a scheme back on the queue")
def sweep_scheme(*, scheme_id: int) -> None:
    actions.enqueue_waiting(scheme_id=scheme_id, at=timezone.now())


@clock_job(name="messages.sweep", purpose="Look for messages that fell off the queue", cron="* * * * *")
def sweep() -> None:
    if channels.configured():
        for scheme_id in queries.scheme_ids():
            enqueue(SWEEP, once=f"messages-sweep-{scheme_id}", scheme_id=scheme_id)


@account_job(
    name=account_mail.SEND,
    purpose="Send one mail about a sign-in",
    retry=RetryStrategy(max_attempts=8, exponential_wait=4, retry_exceptions=[MailDelayed]),
)
def send_account_mail(*, account_id: int, about: int) -> None:
    account_mail.send_account_mail(account_id=account_id, about=account_mail.AccountMail(about))
