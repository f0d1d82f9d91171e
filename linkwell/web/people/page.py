"""The person's page: what each room knows, put side by side."""

from dataclasses import dataclass
from datetime import datetime

from linkwell.connections.queries import ConnectionLine, of_episode
from linkwell.outcomes.queries import MeasuresOfEpisode, history
from linkwell.support.queries import Plan, Record, plan, record
from linkwell.team.models import Membership
from linkwell.web.people.header import Header, episode_and_header


@dataclass(frozen=True)
class PersonPage:
    """All that the page shows."""

    header: Header
    record: Record
    plan: Plan
    connections: tuple[ConnectionLine, ...]
    measures: MeasuresOfEpisode


def person_page(*, viewer: Membership, person_id: int, at: datetime) -> PersonPage:
    """Return the page of a person in the viewer's reach; raise NotVisible."""
    episode, header = episode_and_header(viewer=viewer, person_id=person_id, at=at)
    working = plan(episode=episode)
    return PersonPage(
        header=header,
        record=record(episode=episode, plan=working),
        plan=working,
        connections=tuple(of_episode(viewer=viewer, episode_id=episode.pk, at=at)),
        measures=history(episode=episode),
    )
