"""What a group reads through its link: the stored copy, and nothing joined to it."""

from dataclasses import dataclass
from datetime import date, datetime

from linkwell.common.errors import NotVisible
from linkwell.connections import rules
from linkwell.connections.models import Reply, SharePacket
from linkwell.team.models import Token

PURPOSE = "organisation_reply"


@dataclass(frozen=True)
class SharedWithYou:
    """The packet as its group sees it, and the answer it gave."""

    reference: str
    scheme: str
    phone: str
    content: tuple[tuple[str, str], ...]  # empty once there is no use for it
    expires_on: date
    answer: str
    answer_label: str
    answer_text: str
    answered_by: str
    answer_weeks: int | None
    answered_at: datetime | None
    may_answer: bool


@dataclass(frozen=True)
class Front:
    """What stands on the page of a link before any code: nothing about anybody."""

    reference: str
    scheme: str
    phone: str


def front(token_id: int, *, at: datetime) -> Front:
    """Return the front page of a link in force; raise NotVisible."""
    packet = packet_of_link(token_id, at=at)
    return Front(reference=packet.reference, scheme=packet.scheme.name, phone=packet.scheme.phone)


def packet_of_link(token_id: int, *, at: datetime) -> SharePacket:
    """Return the packet that a link in force is for; raise NotVisible once it is withdrawn or over."""
    token = Token.objects.filter(pk=token_id, purpose=PURPOSE, revoked_at=None, expires_at__gt=at).first()
    rows = SharePacket.objects.select_related("connection", "scheme")
    packet: SharePacket | None = rows.filter(pk=token.object_id, withdrawn_at=None).first() if token else None
    if packet is None:
        raise NotVisible
    return packet


def shared_with_you(*, token_id: int, at: datetime) -> SharedWithYou:
    """Return what the group was told and what it answered; raise NotVisible; 3 statements."""
    packet = packet_of_link(token_id, at=at)
    connection = packet.connection
    reply = Reply.objects.filter(connection=connection).order_by("-at", "-pk").first()
    readable = rules.may_read_packet(connection.state)
    return SharedWithYou(
        reference=packet.reference,
        scheme=packet.scheme.name,
        phone=packet.scheme.phone,
        content=tuple((label, value) for label, value in packet.content) if readable else (),
        expires_on=packet.expires_on,
        answer=reply.answer if reply else "",
        answer_label=reply.get_answer_display() if reply else "",
        answer_text=reply.text if reply else "",
        answered_by=reply.answered_by if reply else "",
        answer_weeks=reply.wait_weeks if reply else None,
        answered_at=reply.at if reply else None,
        may_answer=rules.may_still_answer(state=connection.state, settled=connection.answer_settled_at is not None),
    )
