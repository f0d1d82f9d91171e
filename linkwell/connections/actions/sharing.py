"""Telling a group about a person, with their agreement; taking it back."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from linkwell.common import audit
from linkwell.connections import errors, packets, rules
from linkwell.connections.actions.steps import begin, close_tasks, locked_connection, move, writing_episode
from linkwell.connections.models import Connection, ConnectionState, SharePacket
from linkwell.connections.queries import PURPOSE, Draft, draft
from linkwell.connections.queries.sharing import check_may_share, the_service
from linkwell.directory.queries import referral_address
from linkwell.messages.actions import queue_message
from linkwell.messages.models import Message
from linkwell.people import actions as people
from linkwell.people.models import Consent
from linkwell.support.actions import add_task
from linkwell.support.models import Episode, Task
from linkwell.team import tokens
from linkwell.team.models import Membership


@dataclass(frozen=True, kw_only=True)
class Share:
    """What is told, as ticked and previewed, and how the person agreed."""

    ticked: tuple[str, ...]
    hope: str
    agreed_how: str
    channel: str = SharePacket.Channel.EMAIL
    extra_reason: str = ""
    days: int = rules.DEFAULT_DAYS
    previewed: str = ""  # the digest of what was shown; empty where nothing was previewed
    need_code: str = ""
    goal_id: int | None = None
    for_waiting_list: bool = False  # the service is full, and a place on its list is asked for


@transaction.atomic
def share_with_organisation(
    *, episode_id: int, service_id: int, share: Share, by: Membership, at: datetime
) -> Connection:
    """Store what a group is told, and send it its link; by phone or on paper nothing is sent.

    Raises AgreementMissing, NotTakingPeople, FullNow, NoOrganisation, NoReferralAddress, AlreadyConnected,
    NothingTicked, FieldNotAllowed, ExtraNeedsReason, PreviewChanged, NotVisible or EpisodeOver.
    """
    episode = writing_episode(episode_id=episode_id, by=by, at=at)
    service = the_service(service_id)
    organisation = check_may_share(service, waiting_list=share.for_waiting_list)
    rules.check_agreed(share.agreed_how)
    address = referral_address(organisation, scheme_id=by.scheme_id)
    rules.check_address(organisation=organisation.name, address=address, channel=share.channel, verified=bool(address))
    told = draft(
        episode=episode, service=service, ticked=share.ticked, hope=share.hope, extra_reason=share.extra_reason,
        on=at.date(),
    )  # fmt: skip
    if share.previewed and share.previewed != told.digest:
        raise errors.PreviewChanged
    connection = begin(episode, service=service, need_code=share.need_code, goal_id=share.goal_id, by=by, at=at)
    move(connection, to=ConnectionState.SHARED, by=by, at=at, kind=Connection.Kind.REFERRAL)
    sent_to = address if share.channel == SharePacket.Channel.EMAIL else ""
    packet = _store(connection, organisation.pk, share, told, sent_to=sent_to, by=by, at=at)
    people.record_consent(
        person=episode.person, purpose=Consent.Purpose.SHARE, given=True, how=share.agreed_how, by=by, at=at,
        organisation_id=organisation.pk, expires_on=packet.expires_on,
    )  # fmt: skip
    if share.channel == SharePacket.Channel.EMAIL:
        _send_link(packet, at=at)
    _wait_on(episode, "service")
    audit.record("connection.shared", about=packet, by=by, at=at)
    return connection


def _store(
    connection: Connection, organisation_id: int, share: Share, told: Draft, *, sent_to: str, by: Membership,
    at: datetime,
) -> SharePacket:  # fmt: skip
    days = share.days if share.days in dict(rules.DAYS_OPEN) else rules.DEFAULT_DAYS
    packet: SharePacket = SharePacket.objects.create(
        scheme_id=connection.scheme_id, connection=connection, person_id=connection.person_id,
        organisation_id=organisation_id, reference=_new_reference(connection.scheme_id), channel=share.channel,
        ticked=[code for code in packets.FIELDS if code in share.ticked], content=told.content,
        extra_reason=share.extra_reason.strip() if told.extra else "", agreed_how=share.agreed_how, agreed_at=at,
        expires_on=timezone.localdate(at) + timedelta(days=days), sent_to=sent_to, by=by,
    )  # fmt: skip
    return packet


def _new_reference(scheme_id: int) -> str:
    while True:
        made = packets.reference(secrets.randbits(60))
        if not SharePacket.objects.filter(scheme_id=scheme_id, reference=made).exists():
            return made


def _send_link(packet: SharePacket, *, at: datetime) -> None:
    token = tokens.make_token(
        scheme_id=packet.scheme_id, purpose=PURPOSE, object_id=packet.pk, expires_at=_end_of(packet.expires_on), at=at
    )
    queue_message(
        scheme_id=packet.scheme_id, template="organisation_referral", recipient_kind="share",
        recipient_id=packet.pk, token=token, at=at,
        words={"reference": packet.reference, "until": f"{packet.expires_on:%-d %B %Y}"},
    )  # fmt: skip


def _end_of(day: date) -> datetime:
    """Return the moment at which a day is over here."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))


def _wait_on(episode: Episode, whom: str) -> None:
    episode.waiting_on = whom
    episode.save(update_fields=["waiting_on"])


@transaction.atomic
def withdraw_share(*, connection_id: int, by: Membership, at: datetime) -> Connection:
    """Take back what a group was told: its link is gone at once and it is asked to delete its copies.

    A connection that rested on it ends; one where the person goes already stays. Raise NothingShared.
    """
    connection = locked_connection(connection_id=connection_id, by=by, at=at)
    packet = SharePacket.objects.select_for_update().filter(connection=connection, withdrawn_at=None).first()
    if packet is None:
        raise errors.NothingShared
    packet.withdrawn_at = at
    packet.save(update_fields=["withdrawn_at"])
    tokens.revoke(scheme_id=packet.scheme_id, purpose=PURPOSE, object_id=packet.pk, at=at)
    people.withdraw_consent(
        person=connection.person, purpose=Consent.Purpose.SHARE, organisation_id=packet.organisation_id, by=by, at=at
    )
    close_tasks(connection, at=at)
    if connection.state in rules.GROUP_IS_WAITING:
        move(connection, to=ConnectionState.ENDED, by=by, at=at, reason="Agreement to share withdrawn")
    _recall(packet, connection, by=by, at=at)
    audit.record("connection.share_withdrawn", about=packet, by=by, at=at)
    others = SharePacket.objects.filter(
        scheme_id=packet.scheme_id, person_id=packet.person_id, organisation_id=packet.organisation_id,
        withdrawn_at=None, connection__episode_id=connection.episode_id,
    )  # fmt: skip
    for other in others.order_by("pk").values_list("connection_id", flat=True)[:1]:
        withdraw_share(connection_id=other, by=by, at=at)  # the agreement was with the organisation, not one service
    return connection


def _recall(packet: SharePacket, connection: Connection, *, by: Membership, at: datetime) -> None:
    if packet.channel == SharePacket.Channel.EMAIL:
        queue_message(
            scheme_id=packet.scheme_id, template="share_recalled", recipient_kind="share",
            recipient_id=packet.pk, words={"reference": packet.reference}, at=at,
        )  # fmt: skip
        return
    tell_worker(
        connection, kind=Task.Kind.CALL, by=by, at=at,
        text=f"Ask {connection.service.name} to destroy what they noted (reference {packet.reference})",
    )  # fmt: skip


def tell_worker(connection: Connection, *, kind: str, text: str, by: Membership | None, at: datetime) -> None:
    """Put something about a connection into its link worker's Today; what was there before is done."""
    close_tasks(connection, at=at)
    add_task(
        scheme_id=connection.scheme_id, member_id=connection.episode.link_worker_id, kind=kind, text=text[:300],
        episode_id=connection.episode_id, link=rules.page_of(connection.pk), due_on=at.date(), by=by, at=at,
    )  # fmt: skip


def referral_mail_stopped(message: Message, at: datetime) -> None:
    """Let the link worker know that the e-mail with a group's link did not go; their mail server may be asked."""
    packet = SharePacket.objects.filter(pk=message.token.object_id if message.token else None).first()
    if packet is None or packet.withdrawn_at is not None:
        return
    connection = Connection.objects.select_related("service", "episode").get(pk=packet.connection_id)
    if connection.state == ConnectionState.SHARED:
        tell_worker(
            connection, kind=Task.Kind.CALL, by=None, at=at,
            text=f"The e-mail to {connection.service.name} did not go. Ring them instead",
        )  # fmt: skip
