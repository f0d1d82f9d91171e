"""A service that is not right for somebody; a short list that they are sent."""

from datetime import datetime, timedelta

from django.db import transaction

from linkwell.common import audit
from linkwell.common.errors import NotVisible
from linkwell.connections import errors, rules
from linkwell.connections.actions.steps import move, writing_episode
from linkwell.connections.models import Connection, ConnectionState, NotRight, SentList
from linkwell.connections.queries.sharing import the_service
from linkwell.connections.queries.shortlist import LINK, short_list, ways_to_send
from linkwell.directory.queries import side_by_side
from linkwell.messages.actions import queue_message
from linkwell.team import tokens
from linkwell.team.models import Membership

LINK_LIVES = timedelta(days=30)
TEMPLATES = {"email": "short_list", "sms": "short_list_text"}


@transaction.atomic
def say_not_right(*, episode_id: int, service_id: int, reason: str, by: Membership, at: datetime) -> NotRight:
    """Note that a service is not right for a person, and why; it leaves their short list. Twice is once.

    Raise ReasonMissing, NotVisible or EpisodeOver.
    """
    episode = writing_episode(episode_id=episode_id, by=by, at=at)
    rules.check_not_right(reason)
    service = the_service(service_id)
    said, _ = NotRight.objects.update_or_create(
        person_id=episode.person_id, service=service, withdrawn_at=None,
        defaults={"scheme_id": episode.scheme_id, "episode": episode, "reason": reason, "at": at, "by": by},
    )  # fmt: skip
    held = Connection.objects.filter(episode=episode, service=service, state=ConnectionState.PROPOSED).first()
    if held is not None:
        move(held, to=ConnectionState.ENDED, by=by, at=at, reason=said.get_reason_display())
    audit.record("service.not_right", about=said, by=by, at=at, person_id=episode.person_id)
    return said


@transaction.atomic
def take_back_not_right(*, episode_id: int, service_id: int, by: Membership, at: datetime) -> None:
    """Take back that a service is not right; where nothing was said, nothing changes. Raise NotVisible."""
    episode = writing_episode(episode_id=episode_id, by=by, at=at)
    rows = NotRight.objects.filter(person_id=episode.person_id, service_id=service_id, withdrawn_at=None)
    if rows.update(withdrawn_at=at):
        audit.record("service.not_right_taken_back", about=episode, by=by, at=at)


@transaction.atomic
def send_short_list(*, episode_id: int, channel: str, by: Membership, at: datetime) -> SentList:
    """Send a person a link to what stands on their short list, in a way they agreed to.

    The message says neither a name nor a service. Raise NothingOnTheList, NotThisWay, NotVisible or EpisodeOver.
    """
    episode = writing_episode(episode_id=episode_id, by=by, at=at)
    listed = side_by_side(short_list(episode), at)
    rules.check_list([one.service_id for one in listed])
    public = [one.service_id for one in listed if one.is_public]
    if not public:
        raise errors.NotThisWay("The public does not see any of these entries yet. Print the list instead.")
    way = next((one for one in ways_to_send(episode) if one.channel == channel), None)
    if way is None:
        raise NotVisible
    if way.why_not:
        raise errors.NotThisWay(way.why_not)
    sent: SentList = SentList.objects.create(
        scheme_id=episode.scheme_id, episode=episode, person_id=episode.person_id, service_ids=public,
        channel=channel, at=at, by=by,
    )  # fmt: skip
    token = tokens.make_token(
        scheme_id=episode.scheme_id, purpose=LINK, object_id=sent.pk, expires_at=at + LINK_LIVES, at=at
    )
    queue_message(
        scheme_id=episode.scheme_id, template=TEMPLATES[channel], recipient_kind="sent_list", recipient_id=sent.pk,
        words={"until": f"{at + LINK_LIVES:%-d %B %Y}"}, token=token, channel=channel, at=at,
    )  # fmt: skip
    audit.record("short_list.sent", about=sent, by=by, at=at, person_id=episode.person_id)
    return sent
