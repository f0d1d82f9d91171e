"""Which episodes a viewer may open, and how one goes in a word."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import F, QuerySet

from linkwell.common.errors import NotVisible
from linkwell.referrals.queries import within_reach
from linkwell.support.models import (
    Episode,
)
from linkwell.team.models import Membership
from linkwell.team.prepared import Prepared


def visible_episodes(*, viewer: Membership, at: datetime) -> QuerySet[Episode]:
    """Return the episodes of the people in the viewer's reach."""
    return Episode.objects.filter(within_reach(viewer=viewer, at=at), scheme_id=viewer.scheme_id)


def visible_episode(*, viewer: Membership, episode_id: int, at: datetime) -> Episode:
    """Return one episode in the viewer's reach with its person; raise NotVisible."""
    rows = visible_episodes(viewer=viewer, at=at).select_related("person", "link_worker__account")
    episode = rows.filter(pk=episode_id).first()
    if episode is None:
        raise NotVisible
    return episode


def current_episode(*, viewer: Membership, person_id: int, at: datetime) -> Episode:
    """Return the open episode of a person in reach, else the last ended one; raise NotVisible."""
    episode = _newest_of_person.first(viewer=viewer, person_id=person_id, at=at)
    if episode is None:
        raise NotVisible
    return episode


@Prepared
def _newest_of_person(shape: object, *, viewer: Membership, person_id: int, at: datetime) -> QuerySet[Episode]:
    rows = visible_episodes(viewer=viewer, at=at).filter(person_id=person_id)
    rows = rows.select_related("person", "link_worker__account", "referral__practice", "referral__agency")
    return rows.order_by(F("ended_at").desc(nulls_first=True), "-pk")[:1]


@dataclass(frozen=True)
class Progress:
    """What a referrer may hear of an episode before it ends: no notes, no needs."""

    state: str
    contacts: int
    attempts: int
    first_conversation: bool
    first_call_on: date | None  # when we next try, until the first conversation
    end_reason: str


def progress(referral_ids: Iterable[int]) -> dict[int, Progress]:
    """Return, by referral, how support is going; 1 statement."""
    rows = Episode.objects.filter(referral__in=list(referral_ids)).values_list(
        "referral_id",
        "state",
        "contacts_count",
        "attempts_count",
        "first_conversation_at",
        "next_step_on",
        "end_reason",
    )
    return {
        referral_id: Progress(state, contacts, attempts, first is not None, None if first else step_on, reason)
        for referral_id, state, contacts, attempts, first, step_on, reason in rows
    }
