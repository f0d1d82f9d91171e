"""What was tried with a person and what stands on their short list; how it may be sent to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count

from linkwell.common.errors import NotVisible
from linkwell.connections import rules
from linkwell.connections.models import Connection, ConnectionState, NotRight, SentList
from linkwell.directory.queries import Beside, side_by_side
from linkwell.matching.index import Tried
from linkwell.people.queries import reach_now
from linkwell.people.rules import is_mobile
from linkwell.support.models import Episode
from linkwell.team.models import Token

LINK = "short_list"
_SAID = {
    ConnectionState.DECLINED_PERSON: "they said no",
    ConnectionState.DECLINED_ORGANISATION: "the group could not take them",
    ConnectionState.ENDED: "it ended",
}


def experience(episode: Episode, *, at: datetime) -> dict[int, Tried]:
    """Return what is known of services from this person and, without a name, from others of the scheme.

    Three statements. What was said of a service and not taken back goes before what became of it.
    """
    found = _others(episode, at=at)
    for service_id, now, moment, why in _connections(episode):
        state = ConnectionState(now)
        if state in rules.EXPERIENCE:
            told = f"Tried in {rules.month(moment, at=at)}: {_SAID[state]}" + (f" ({why})" if why else "")
            found[service_id] = Tried(rules.EXPERIENCE[state], told)
        else:
            found[service_id] = Tried(0.0, f"Already with them: {state.label.lower()}")
    for one in _not_right(episode):
        month = rules.month(one.at, at=at)
        told = f"Tried, said in {month}" if one.reason == NotRight.Reason.UNSUITABLE else f"Said in {month}"
        found[one.service_id] = Tried(rules.NOT_RIGHT_POINTS, f"{told}: {one.get_reason_display().lower()}")
    return found


@dataclass(frozen=True)
class NotRightLine:
    """A service that is not right for a person, in words."""

    service_id: int
    name: str
    why: str
    at: datetime


def not_right(episode: Episode) -> tuple[NotRightLine, ...]:
    """Return what is not right for a person, newest first."""
    return tuple(
        NotRightLine(one.service_id, one.service.name, one.get_reason_display(), one.at) for one in _not_right(episode)
    )


def _not_right(episode: Episode) -> list[NotRight]:
    rows = NotRight.objects.filter(person_id=episode.person_id, withdrawn_at=None)
    return list(rows.select_related("service").order_by("-at", "-pk"))


def short_list(episode: Episode) -> tuple[int, ...]:
    """Return the services that stand on a person's short list, in the order in which they came to it."""
    rows = Connection.objects.filter(episode=episode, state=ConnectionState.PROPOSED)
    return tuple(rows.order_by("created_at", "pk").values_list("service_id", flat=True)[: rules.MOST_ON_A_LIST])


def _connections(episode: Episode) -> Sequence[tuple[int, str, datetime, str]]:
    rows = Connection.objects.filter(person_id=episode.person_id).order_by("state_at", "pk")
    return list(rows.values_list("service_id", "state", "state_at", "reason"))


def _others(episode: Episode, *, at: datetime) -> dict[int, Tried]:
    lately = Connection.objects.filter(
        scheme_id=episode.scheme_id, state=ConnectionState.DECLINED_ORGANISATION,
        state_at__gte=at - timedelta(days=rules.LATELY_DAYS),
    ).exclude(person_id=episode.person_id)  # fmt: skip
    rows = lately.values_list("service_id").annotate(people=Count("person_id", distinct=True))
    return {
        service_id: Tried(rules.TURNED_AWAY_POINTS, f"Could not take {people} of our people in the last six months")
        for service_id, people in rows.filter(people__gte=rules.TURNED_AWAY)
    }


@dataclass(frozen=True)
class Way:
    """One way to send a list; `why_not` is "" where it may be used."""

    channel: str
    label: str
    why_not: str


def ways_to_send(episode: Episode) -> tuple[Way, ...]:
    """Return how a list may be sent to a person, by what they agreed to and what is known of them."""
    person, agreed = episode.person, reach_now(episode.person).channels
    return (
        Way("sms", "By text", _why_no_text(person.phone, agreed, died=person.died_on is not None)),
        Way("email", "By e-mail", _why_no_mail(person.email, agreed, died=person.died_on is not None)),
    )


def _why_no_text(phone: str, agreed: Sequence[str], *, died: bool) -> str:
    if died:
        return "This person has died."
    if "text" not in agreed:
        return "They have not agreed to texts."
    return "" if is_mobile(phone) else "There is no mobile number to send it to."


def _why_no_mail(email: str, agreed: Sequence[str], *, died: bool) -> str:
    if died:
        return "This person has died."
    if "email" not in agreed:
        return "They have not agreed to e-mail."
    return "" if email else "There is no e-mail address to send it to."


@dataclass(frozen=True)
class ListShown:
    """A list as its link shows it: services, and whom to ring; nothing about anybody."""

    scheme: str
    phone: str
    until: datetime
    services: tuple[Beside, ...]


def list_of_link(token_id: int, *, at: datetime) -> ListShown:
    """Return the list that a link in force is for; raise NotVisible."""
    token = Token.objects.filter(pk=token_id, purpose=LINK, revoked_at=None, expires_at__gt=at).first()
    sent = SentList.objects.select_related("scheme").filter(pk=token.object_id).first() if token else None
    if token is None or sent is None:
        raise NotVisible
    services = tuple(one for one in side_by_side(sent.service_ids, at) if one.is_public)
    return ListShown(sent.scheme.name, sent.scheme.phone, token.expires_at, services)
