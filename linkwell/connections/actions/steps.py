"""The steps of a connection that staff take: proposed, told, gone, going, said no, ended."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest

from linkwell.common import audit
from linkwell.common.errors import NotVisible
from linkwell.connections import errors, rules
from linkwell.connections.models import Connection, ConnectionEvent, ConnectionState, SharePacket
from linkwell.connections.queries import PURPOSE, visible_connections
from linkwell.connections.queries.sharing import fitting_need, open_connection, the_service
from linkwell.directory.models import Service
from linkwell.matching.needs import BY_CODE
from linkwell.messages.actions import queue_message
from linkwell.support.actions import locked_episode
from linkwell.support.models import Episode, Goal, Task
from linkwell.team import tokens
from linkwell.team.access import may
from linkwell.team.models import Membership


def writing_episode(*, episode_id: int, by: Membership, at: datetime) -> Episode:
    """Return an open episode that this member may connect from, locked; raise NotVisible or EpisodeOver."""
    if not may(by.role, "W", "onward", "c"):
        raise NotVisible
    return locked_episode(episode_id=episode_id, by=by, at=at)


def locked_connection(*, connection_id: int, by: Membership, at: datetime) -> Connection:
    """Return a connection that this member may move, locked; raise NotVisible."""
    if not may(by.role, "W", "onward", "c"):
        raise NotVisible
    reachable = visible_connections(viewer=by, at=at).filter(pk=connection_id).values("pk")
    rows = Connection.objects.select_for_update(of=("self",)).select_related("service", "episode")
    connection: Connection | None = rows.filter(pk__in=reachable).first()
    if connection is None:
        raise NotVisible
    return connection


def move(
    connection: Connection, *, to: str, by: Membership | None, at: datetime, reason: str = "", **fields: Any
) -> None:
    """Take one step: check the table, write the state, what goes with it, and its event."""
    rules.STATES.check(connection.state, to)
    was, connection.state, connection.state_at, connection.reason = connection.state, to, at, reason[:300]
    for name, value in fields.items():
        setattr(connection, name, value)
    connection.save()
    ConnectionEvent.objects.create(
        scheme_id=connection.scheme_id, connection=connection, at=at, was=was, now=to, by=by, reason=reason[:300]
    )


def begin(
    episode: Episode, *, service: Service, need_code: str, goal_id: int | None, by: Membership, at: datetime
) -> Connection:
    """Return the connection already talked about, or a new one; raise AlreadyConnected if it went further.

    Without a need named, it is for the person's first need that the service is for.
    """
    held = open_connection(episode.pk, service.pk)
    if held is not None and held.state != ConnectionState.PROPOSED:
        raise errors.AlreadyConnected(connection_id=held.pk)
    if held is not None:
        return held
    if goal_id is not None and not Goal.objects.filter(pk=goal_id, episode=episode).exists():
        raise errors.OfAnotherPlan
    earlier = Connection.objects.filter(episode=episode, service=service, answer_settled_at=None)
    earlier.update(answer_settled_at=at)  # an old "no" can no longer turn into a second yes
    connection: Connection = Connection.objects.create(
        scheme_id=episode.scheme_id, episode=episode, person_id=episode.person_id, service=service, goal_id=goal_id,
        need_code=need_code if need_code in BY_CODE else fitting_need(episode.pk, service),
        state=ConnectionState.PROPOSED, state_at=at, created_at=at, by=by,
    )  # fmt: skip
    ConnectionEvent.objects.create(
        scheme_id=episode.scheme_id, connection=connection, at=at, now=ConnectionState.PROPOSED, by=by
    )
    return connection


@transaction.atomic
def propose(
    *, episode_id: int, service_id: int, by: Membership, at: datetime, need_code: str = "", goal_id: int | None = None
) -> Connection:
    """Keep a service that was talked about; twice is once. Raise NotVisible, EpisodeOver or AlreadyConnected."""
    episode = writing_episode(episode_id=episode_id, by=by, at=at)
    service = the_service(service_id)
    connection = begin(episode, service=service, need_code=need_code, goal_id=goal_id, by=by, at=at)
    audit.record("connection.proposed", about=connection, by=by, at=at)
    return connection


@transaction.atomic
def signpost(
    *, episode_id: int, service_id: int, by: Membership, at: datetime, need_code: str = "", goal_id: int | None = None
) -> Connection:
    """Note that the person was told about a service; no detail leaves. Raise NotTakingPeople or AlreadyConnected."""
    episode = writing_episode(episode_id=episode_id, by=by, at=at)
    service = the_service(service_id)
    rules.check_can_be_told(service=service.name, operating=service.operating, listing=service.listing)
    connection = begin(episode, service=service, need_code=need_code, goal_id=goal_id, by=by, at=at)
    move(connection, to=ConnectionState.SIGNPOSTED, by=by, at=at, kind=Connection.Kind.SIGNPOST)
    audit.record("connection.signposted", about=connection, by=by, at=at)
    return connection


@transaction.atomic
def record_first_attendance(
    *, connection_id: int, attended_on: date, by: Membership, at: datetime, accompanied: bool = False
) -> Connection:
    """Note that the person went the first time; raise AttendedInTheFuture or TransitionRefused."""
    connection = locked_connection(connection_id=connection_id, by=by, at=at)
    rules.STATES.check(connection.state, ConnectionState.FIRST_ATTENDED)
    rules.check_attended_on(attended_on, told_on=connection.created_at.date(), on=at.date())
    move(
        connection, to=ConnectionState.FIRST_ATTENDED, by=by, at=at, first_attended_on=attended_on,
        accompanied=accompanied, answer_settled_at=connection.answer_settled_at or at,
    )  # fmt: skip
    close_tasks(connection, at=at)
    audit.record("connection.first_attended", about=connection, by=by, at=at)
    return connection


@transaction.atomic
def record_attending(*, connection_id: int, by: Membership, at: datetime) -> Connection:
    """Note that the person goes there now; raise TransitionRefused."""
    connection = locked_connection(connection_id=connection_id, by=by, at=at)
    move(connection, to=ConnectionState.ATTENDING, by=by, at=at)
    audit.record("connection.attending", about=connection, by=by, at=at)
    return connection


@transaction.atomic
def settle_answer(*, connection_id: int, by: Membership, at: datetime) -> Connection:
    """Note that the person was told the group's answer: from now on it stands. Twice is once."""
    connection = locked_connection(connection_id=connection_id, by=by, at=at)
    if connection.answer_settled_at is None:
        connection.answer_settled_at = at
        connection.save(update_fields=["answer_settled_at"])
        close_tasks(connection, at=at)
        audit.record("connection.answer_told", about=connection, by=by, at=at)
    return connection


@transaction.atomic
def person_declined(*, connection_id: int, reason: str, by: Membership, at: datetime) -> Connection:
    """Note that the person said no; whoever was told hears that it is over. Raise ReasonMissing."""
    rules.check_reason(reason)
    connection = locked_connection(connection_id=connection_id, by=by, at=at)
    _finish(connection, to=ConnectionState.DECLINED_PERSON, reason=reason, by=by, at=at)
    audit.record("connection.declined_by_person", about=connection, by=by, at=at)
    return connection


@transaction.atomic
def end_connection(*, connection_id: int, reason: str, by: Membership, at: datetime) -> Connection:
    """End a connection, with why; the link stops, and a group that waits hears of it. Raise ReasonMissing."""
    rules.check_reason(reason)
    connection = locked_connection(connection_id=connection_id, by=by, at=at)
    _finish(connection, to=ConnectionState.ENDED, reason=reason, by=by, at=at)
    audit.record("connection.ended", about=connection, by=by, at=at)
    return connection


def _finish(connection: Connection, *, to: str, reason: str, by: Membership, at: datetime) -> None:
    was = connection.state
    move(connection, to=to, by=by, at=at, reason=reason.strip())
    close_tasks(connection, at=at)
    packet = SharePacket.objects.filter(connection=connection, withdrawn_at=None).first()
    if packet is None:
        return
    tokens.revoke(scheme_id=packet.scheme_id, purpose=PURPOSE, object_id=packet.pk, at=at)
    if packet.channel == SharePacket.Channel.EMAIL and was in rules.GROUP_IS_WAITING:
        queue_message(
            scheme_id=packet.scheme_id, template="share_closed", recipient_kind="share",
            recipient_id=packet.pk, words={"reference": packet.reference}, at=at,
        )  # fmt: skip


def close_tasks(connection: Connection, *, at: datetime) -> None:
    """Tick off what Today still says about this connection."""
    rows = Task.objects.filter(scheme_id=connection.scheme_id, episode_id=connection.episode_id, done_at=None)
    rows.filter(link=rules.page_of(connection.pk)).update(done_at=Greatest(at, F("added_at")))  # clocks go back
