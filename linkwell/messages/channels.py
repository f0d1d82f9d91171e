"""The ways a message leaves: each says whether it can send, and sends one."""

from uuid import UUID

from linkwell.messages import mail, texts
from linkwell.messages.templates import Mail


def is_configured(channel: str) -> bool:
    """Say whether messages of a channel can leave."""
    return texts.is_configured() if channel == "sms" else mail.is_configured()


def configured() -> list[str]:
    """Return the channels whose messages can leave."""
    return [channel for channel in ("email", "sms") if is_configured(channel)]


def send(channel: str, *, to: str, read: Mail, reference: UUID, reply_to: str) -> None:
    """Send one message; raise MailDelayed, MailRefused or UnsafeMail, none of which names the recipient."""
    if channel == "sms":
        texts.send(to=to, text=read.body, reference=reference)
    else:
        mail.send(to=to, mail=read, reference=reference, reply_to=reply_to)
