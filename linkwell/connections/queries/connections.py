"""How a person's connections stand, for the staff of their record."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from linkwell.common.errors import NotVisible
from linkwell.common.models import AuditEvent
from linkwell.connections import rules
from linkwell.connections.models import (
    Connection,
    ConnectionEvent,
    ConnectionState,
    Reply,
    SharePacket,
)
from linkwell.connections.queries.sharing import ServiceFacts, service_facts
from linkwell.directory.rules import freshness_of, how_it_stands, is_on_break
from linkwell.referrals.queries import within_reach
from linkwell.team.access import may
from linkwell.team.models import Membership
from linkwell.team.prepared import Prepared


def visible_connections(*, viewer: Membership, at: datetime) -> QuerySet[Connection]:
    """Return the connections of the people in the viewer's reach."""
    rows = Connection.objects.filter(scheme_id=viewer.scheme_id)
    return rows.filter(within_reach(viewer=viewer, at=at))


def visible_connection(*, viewer: Membership, connection_id: int, at: datetime) -> Connection:
    """Return one connection in the viewer's reach; raise NotVisible."""
    rows = visible_connections(viewer=viewer, at=at).filter(pk=connection_id)
    named = rows.select_related("service__organisation", "service__source", "episode__link_worker__account", "person")
    found = named.first()
    if found is None:
        raise NotVisible
    return found


@dataclass(frozen=True)
class ConnectionLine:
    """One service around a person, in one line."""

    connection_id: int
    service_id: int
    service: str
    organisation: str
    state: str
    state_label: str
    state_at: datetime
    is_open: bool
    is_referral: bool
    wait_weeks: int | None
    reason: str
    needs_answer_told: bool
    now: str  # how the service works now, where that is not simply open
    freshness: str
    is_stale: bool


def of_episode(*, viewer: Membership, episode_id: int, at: datetime) -> list[ConnectionLine]:
    """Return an episode's connections, open ones first, newest first; 1 statement beside reach."""
    rows = _of_episode(viewer=viewer, episode_id=episode_id, at=at)
    lines = [_line(row, on=at.date()) for row in rows]
    return sorted(lines, key=lambda line: not line.is_open)


@Prepared
def _of_episode(shape: object, *, viewer: Membership, episode_id: int, at: datetime) -> QuerySet[Connection]:
    rows = visible_connections(viewer=viewer, at=at).filter(episode_id=episode_id)
    return rows.select_related("service__organisation", "service__source").order_by("-state_at", "-pk")


def _line(row: Connection, *, on: date) -> ConnectionLine:
    service, organisation = row.service, row.service.organisation
    fresh = freshness_of(vars(service) | {"source": service.source.name}, on=on)
    answered = row.state in (*rules.LEADS_TO.values(),)
    return ConnectionLine(
        connection_id=row.pk,
        service_id=row.service_id,
        service=row.service.name,
        organisation=organisation.name if organisation else "",
        state=row.state,
        state_label=ConnectionState(row.state).label,
        state_at=row.state_at,
        is_open=row.state in rules.OPEN,
        is_referral=row.kind == Connection.Kind.REFERRAL,
        wait_weeks=row.wait_weeks,
        reason=row.reason,
        needs_answer_told=answered and row.answer_settled_at is None,
        now=how_it_stands(
            operating=service.operating, wait_weeks=service.wait_weeks, listing=service.listing,
            until=service.operating_until, back_on=service.break_until if is_on_break(vars(service), on=on) else None,
        ),
        freshness=fresh.words,
        is_stale=fresh.is_stale,
    )  # fmt: skip


@dataclass(frozen=True)
class PacketShown:
    """What the group was told, how it was agreed, and when they looked."""

    reference: str
    organisation: str
    channel: str
    channel_label: str
    content: tuple[tuple[str, str], ...]
    extra_reason: str
    agreed_how: str
    agreed_at: datetime
    expires_on: date
    withdrawn_at: datetime | None
    first_opened_at: datetime | None
    read_at: tuple[datetime, ...]
    by: str
    is_out: bool


@dataclass(frozen=True)
class ReplyLine:
    """One answer of the group."""

    label: str
    text: str
    wait_weeks: int | None
    answered_by: str
    at: datetime
    noted_by: str


@dataclass(frozen=True)
class HistoryLine:
    """One step."""

    at: datetime
    what: str
    by: str
    reason: str


@dataclass(frozen=True)
class ConnectionPage:
    """One connection: how it stands, what was told and answered, what may be done next."""

    line: ConnectionLine
    person_id: int
    episode_id: int
    service: ServiceFacts
    first_attended_on: date | None
    accompanied: bool
    packet: PacketShown | None
    replies: tuple[ReplyLine, ...]
    history: tuple[HistoryLine, ...]
    may_write: bool
    next_states: frozenset[str]
    may_note_answer: bool
    may_settle: bool


def connection_page(*, viewer: Membership, connection_id: int, at: datetime) -> ConnectionPage:
    """Return one connection in the viewer's reach; raise NotVisible; 8 statements."""
    row = visible_connection(viewer=viewer, connection_id=connection_id, at=at)
    writes = may(viewer.role, "W", "onward", "c")
    packet = SharePacket.objects.filter(connection=row).select_related("organisation", "by__account").first()
    line = _line(row, on=at.date())
    return ConnectionPage(
        line=line,
        person_id=row.person_id,
        episode_id=row.episode_id,
        service=service_facts(row.service),
        first_attended_on=row.first_attended_on,
        accompanied=row.accompanied,
        packet=_packet(packet, at) if packet else None,
        replies=_replies(row),
        history=_history(row),
        may_write=writes,
        next_states=frozenset(rules.STATES.steps[row.state]) if writes else frozenset(),
        may_note_answer=writes and packet is not None and row.state in rules.GROUP_IS_WAITING,
        may_settle=writes and line.needs_answer_told,
    )


def _packet(packet: SharePacket, at: datetime) -> PacketShown:
    return PacketShown(
        reference=packet.reference,
        organisation=packet.organisation.name,
        channel=packet.channel,
        channel_label=packet.get_channel_display(),
        content=tuple((label, value) for label, value in packet.content),
        extra_reason=packet.extra_reason,
        agreed_how=dict(rules.AGREED_HOW).get(packet.agreed_how, packet.agreed_how),
        agreed_at=packet.agreed_at,
        expires_on=packet.expires_on,
        withdrawn_at=packet.withdrawn_at,
        first_opened_at=packet.first_opened_at,
        read_at=_readings(packet),
        by=packet.by.name,
        is_out=packet.withdrawn_at is None and packet.expires_on >= at.date(),
    )


def _readings(packet: SharePacket) -> tuple[datetime, ...]:
    """Return when the group read the packet, newest first; from the trail, which names nobody there."""
    read = AuditEvent.objects.filter(
        scheme_id=packet.scheme_id, person_id=packet.person_id, event="share.read", object_id=packet.pk
    )
    return tuple(read.order_by("-at").values_list("at", flat=True)[:20])


def _replies(row: Connection) -> tuple[ReplyLine, ...]:
    replies = Reply.objects.filter(connection=row).select_related("by__account").order_by("-at", "-pk")
    return tuple(
        ReplyLine(
            reply.get_answer_display(), reply.text, reply.wait_weeks, reply.answered_by, reply.at,
            reply.by.name if reply.by else "",
        )
        for reply in replies
    )  # fmt: skip


def _history(row: Connection) -> tuple[HistoryLine, ...]:
    events = ConnectionEvent.objects.filter(connection=row).select_related("by__account").order_by("-at", "-pk")
    return tuple(
        HistoryLine(event.at, ConnectionState(event.now).label, event.by.name if event.by else "", event.reason)
        for event in events
    )
