"""What the group does: asks for a code, reads, answers; and an answer given by phone."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from linkwell.common import audit
from linkwell.connections import errors, rules
from linkwell.connections.actions.missing import note_answer
from linkwell.connections.actions.sharing import tell_worker
from linkwell.connections.actions.steps import locked_connection, move
from linkwell.connections.models import Connection, ConnectionState, Reply, SharePacket
from linkwell.connections.queries import packet_of_link
from linkwell.messages.actions import queue_message
from linkwell.support.models import Task
from linkwell.team import tokens
from linkwell.team.models import Membership


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a group says to a referral."""

    answer: str
    text: str = ""
    why: str = ""  # of a no: one of Reply.Why, where it was said
    wait_weeks: int | None = None
    answered_by: str = ""


@transaction.atomic
def ask_for_code(*, token_id: int, browser: str, at: datetime) -> None:
    """Mail a code to the address that the link went to; raise TooManyCodes, or NotVisible for a link that is over."""
    packet = packet_of_link(token_id, at=at)
    code = tokens.ask_for_code(token_id=token_id, browser=browser, at=at)
    queue_message(
        scheme_id=packet.scheme_id, template="reply_code", recipient_kind="share",
        recipient_id=packet.pk, words={"reference": packet.reference}, code=code, at=at,
    )  # fmt: skip
    audit.record("share.code_asked", about=packet, at=at)


@transaction.atomic
def open_packet(*, token_id: int, at: datetime) -> SharePacket:
    """Note that the group reads what it was told, the first time as received; raise NotVisible."""
    packet = packet_of_link(token_id, at=at)
    connection = _locked(packet)
    if connection.state == ConnectionState.SHARED:
        move(connection, to=ConnectionState.RECEIVED, by=None, at=at)
    if packet.first_opened_at is None:
        packet.first_opened_at = at
        packet.save(update_fields=["first_opened_at"])
    audit.record("share.read", about=packet, at=at)
    return packet


@transaction.atomic
def answer(*, token_id: int, given: Answer, at: datetime) -> Connection:
    """Take the group's answer, or its correction until we acted on it.

    Raises UnknownAnswer, ReasonMissing, WeeksOutOfRange, AnswerStands or NotVisible.
    """
    packet = packet_of_link(token_id, at=at)
    connection = _locked(packet)
    _take(connection, given, by=None, at=at)
    return connection


@transaction.atomic
def note_answer_by_phone(*, connection_id: int, given: Answer, by: Membership, at: datetime) -> Connection:
    """Note what a group said by phone or letter; raise NothingShared and what `answer` raises, but NotVisible."""
    connection = locked_connection(connection_id=connection_id, by=by, at=at)
    if not SharePacket.objects.filter(connection=connection, withdrawn_at=None).exists():
        raise errors.NothingShared
    _take(connection, given, by=by, at=at)
    return connection


def _locked(packet: SharePacket) -> Connection:
    rows = Connection.objects.select_for_update(of=("self",)).select_related("service", "episode")
    connection: Connection = rows.get(pk=packet.connection_id)
    return connection


def _take(connection: Connection, given: Answer, *, by: Membership | None, at: datetime) -> None:
    rules.check_answer(answer=given.answer, text=given.text, wait_weeks=given.wait_weeks, why=given.why)
    settled = connection.answer_settled_at is not None
    if by is None and not rules.may_still_answer(state=connection.state, settled=settled):
        raise errors.AnswerStands
    weeks = given.wait_weeks if given.answer == Reply.Answer.WAIT else None
    why = given.why if given.answer == Reply.Answer.NO else ""
    reply = Reply.objects.create(
        scheme_id=connection.scheme_id, connection=connection, answer=given.answer, text=given.text.strip()[:2000],
        why=why, wait_weeks=weeks, answered_by=given.answered_by.strip()[:120], at=at, by=by,
    )  # fmt: skip
    _follow(connection, given, weeks, by=by, at=at)
    note_answer(connection, answer=given.answer, why=why, by=by, at=at)
    connection.answer_settled_at = None
    connection.save(update_fields=["answer_settled_at"])
    connection.episode.waiting_on = "us"
    connection.episode.save(update_fields=["waiting_on"])
    audit.record("share.answered", about=reply, by=by, at=at, person_id=connection.person_id)
    if by is None:
        tell_worker(connection, kind=Task.Kind.REPLY, text=_news(connection, given, weeks), by=None, at=at)


def _follow(connection: Connection, given: Answer, weeks: int | None, *, by: Membership | None, at: datetime) -> None:
    """Move the connection where the answer leads; "please ring us" leads nowhere yet."""
    if connection.state == ConnectionState.SHARED:
        move(connection, to=ConnectionState.RECEIVED, by=by, at=at)
    to = rules.LEADS_TO.get(Reply.Answer(given.answer))
    if to is None:
        return
    reason = given.text.strip() if to == ConnectionState.DECLINED_ORGANISATION else ""
    if connection.state != to:
        move(connection, to=to, by=by, at=at, reason=reason, wait_weeks=weeks)
        return
    connection.wait_weeks, connection.reason = weeks, reason[:300]
    connection.save(update_fields=["wait_weeks", "reason"])


def _news(connection: Connection, given: Answer, weeks: int | None) -> str:
    name = connection.service.name
    wait = f", about {weeks} weeks" if weeks else ""
    return {
        Reply.Answer.YES: f"{name} can help",
        Reply.Answer.WAIT: f"{name} has a waiting list{wait}",
        Reply.Answer.NO: f"{name} couldn't take this referral. Find another",
        Reply.Answer.RING: f"{name} asks you to ring them",
    }[Reply.Answer(given.answer)]
