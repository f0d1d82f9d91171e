"""What the outbox holds: for the manager's page without recipients' names, for sending in full."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from linkwell.messages import channels, mail
from linkwell.messages.models import Message, MessageState
from linkwell.messages.templates import TEMPLATES, Mail, compose
from linkwell.team import tokens
from linkwell.team.models import Membership, Scheme

KIND_NAMES = {
    "invitation": "Someone invited",
    "organisation": "Group or service",
    "share": "Group or service",
    "practice": "GP practice",
    "agency": "Agency",
    "member": "Member of the team",
    "entry_request": "Group or service",
}
NO_SENDER = "No mail sender is configured, so messages wait here. Set LINKWELL_SMTP and start Linkwell again."


@dataclass(frozen=True)
class OutboxRow:
    """One message as the manager sees it: what kind, to what kind of recipient, how it stands."""

    message_id: int
    reference: str
    what: str
    recipient: str
    state: str
    state_label: str
    why: str
    attempts: int
    created_at: datetime
    sent_at: datetime | None
    may_be_tried_again: bool


@dataclass(frozen=True)
class Outbox:
    """The newest messages of a scheme, and what stops all of them."""

    rows: tuple[OutboxRow, ...]
    state: str
    waiting: int
    held: int
    failed: int
    notice: str
    page: int
    pages: int


PAGE = 50
PAGES_AHEAD = 20  # as far as older ones are counted, so that a page costs the same however many there are


def outbox(*, viewer: Membership, state: str = "", page: int = 1) -> Outbox:
    """Return a page of the viewer's scheme's messages, newest first; `state` narrows to one state."""
    ours = Message.objects.filter(scheme_id=viewer.scheme_id)
    counts = {name: ours.filter(state=name).count() for name in ("queued", "held", "failed")}
    chosen = ours.filter(state=state) if state in MessageState.values else ours
    page = max(page, 1)
    total = counts[state] if state in counts else chosen[: (page + PAGES_AHEAD) * PAGE].count()
    pages = max(1, -(-total // PAGE))
    page = min(page, pages)
    rows = chosen.order_by("-created_at", "-pk")[(page - 1) * PAGE : page * PAGE]
    return Outbox(
        rows=tuple(_row(message) for message in rows),
        state=state if state in MessageState.values else "",
        waiting=counts["queued"],
        held=counts["held"],
        failed=counts["failed"],
        notice="" if mail.is_configured() else NO_SENDER,
        page=page,
        pages=pages,
    )


def _row(message: Message) -> OutboxRow:
    waits = message.state == MessageState.QUEUED and not channels.is_configured(message.channel)
    return OutboxRow(
        message_id=message.pk,
        reference=short_reference(message.reference),
        what=str(TEMPLATES[message.template].name) if message.template in TEMPLATES else message.template,
        recipient=f"{KIND_NAMES.get(message.recipient_kind, message.recipient_kind)} {message.recipient_id}",
        state=message.state,
        state_label=MessageState(message.state).label,
        why=f"No {'text' if message.channel == 'sms' else 'mail'} sender is configured." if waits else message.why,
        attempts=message.attempts,
        created_at=message.created_at,
        sent_at=message.sent_at,
        may_be_tried_again=message.state in (MessageState.HELD, MessageState.FAILED),
    )


def short_reference(reference: uuid.UUID) -> str:
    """Return the first part of a message's reference, enough to speak about it."""
    return str(reference)[:8].upper()


def mail_of(message: Message, *, scheme: Scheme) -> Mail:
    """Return a message as it is read; the secret of its link and its code are made again here."""
    template = TEMPLATES[message.template]
    link = code = ""
    if template.link_path and message.token is not None:
        link = settings.PUBLIC_URL + template.link_path.format(secret=tokens.secret_of(message.token))
    if template.has_code and message.code is not None:
        code = tokens.spaced(tokens.code_of(message.code))
    return compose(
        message.template, message.words, scheme=scheme.name, phone=scheme.phone, site=settings.PUBLIC_URL,
        link=link, code=code,
    )  # fmt: skip


def to_send(
    *, scheme_id: int, leaving: Sequence[str], at: datetime, stuck_since: datetime, most: int = 500
) -> list[int]:
    """Return the waiting messages of these channels whose time has come and that no attempt holds, oldest first."""
    due = Message.objects.filter(
        scheme_id=scheme_id, state=MessageState.QUEUED, next_attempt_at__lte=at, channel__in=leaving
    )
    free = due.exclude(attempt_began_at__gt=stuck_since)
    return list(free.order_by("next_attempt_at", "pk").values_list("pk", flat=True)[:most])


@dataclass(frozen=True)
class DemoMail:
    """One mail of the demo scheme, as it would have gone."""

    message_id: int
    subject: str
    body: str
    recipient: str
    state_label: str
    created_at: datetime


def demo_mails(*, scheme_ids: Sequence[int], most: int = 100) -> list[DemoMail]:
    """Return the newest mails of the demo schemes, with working links and codes; demo mode only."""
    rows = Message.objects.filter(scheme_id__in=list(scheme_ids), scheme__is_demo=True)
    newest = rows.select_related("token", "code", "scheme").order_by("-created_at", "-pk")[:most]
    return [_demo_mail(message) for message in newest]


def demo_mail(*, scheme_ids: Sequence[int], message_id: int) -> DemoMail | None:
    """Return one mail of the demo schemes, if it is theirs."""
    rows = Message.objects.filter(scheme_id__in=list(scheme_ids), scheme__is_demo=True, pk=message_id)
    message = rows.select_related("token", "code", "scheme").first()
    return _demo_mail(message) if message else None


def _demo_mail(message: Message) -> DemoMail:
    read = mail_of(message, scheme=message.scheme)
    return DemoMail(
        message_id=message.pk,
        subject=read.subject,
        body=read.body,
        recipient=KIND_NAMES.get(message.recipient_kind, message.recipient_kind),
        state_label=MessageState(message.state).label,
        created_at=message.created_at,
    )
