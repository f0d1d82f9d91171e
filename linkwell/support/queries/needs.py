"""The needs of an episode, in code and in the person's own words."""

from dataclasses import dataclass

from django.db.models import QuerySet

from linkwell.matching import needs as vocabulary
from linkwell.support.models import EpisodeNeed
from linkwell.team.prepared import Prepared


@dataclass(frozen=True)
class NeedLine:
    """A need in code, in plain words and in the person's own."""

    code: str
    label: str
    own_words: str


def needs_of(episode_id: int) -> tuple[NeedLine, ...]:
    """Return the needs now held, in the order they were raised."""
    rows = _rows(episode_id=episode_id)
    return tuple(NeedLine(row.code, vocabulary.label(row.code), row.own_words) for row in rows)


@Prepared
def _rows(shape: object, *, episode_id: int) -> QuerySet[EpisodeNeed]:
    return EpisodeNeed.objects.filter(episode_id=episode_id, ended_at=None).order_by("raised_at", "pk")
