"""What is still open, and what the referrer would read for each way of ending."""

from dataclasses import dataclass
from datetime import datetime

from linkwell.connections.queries import of_episode
from linkwell.support.models import EndReason, Episode
from linkwell.support.queries import plan
from linkwell.support.rules import ending_words
from linkwell.team.models import Membership


@dataclass(frozen=True)
class Ending:
    """What the page shows before support ends."""

    open_goals: tuple[str, ...]
    open_connections: tuple[str, ...]
    words: dict[str, str]  # reason → what the referrer will read by default


def ending(*, viewer: Membership, episode: Episode, at: datetime) -> Ending:
    """Return what is still open in an episode, and the words for each reason."""
    connections = of_episode(viewer=viewer, episode_id=episode.pk, at=at)
    joined = [line.service for line in connections if line.state in ("first_attended", "attending")]
    tried = [line.service for line in connections if line.state in ("declined_org", "declined_person", "ended")]
    waiting = [line.service for line in connections if line.state in ("shared", "received", "waiting", "accepted")]
    words = {
        str(reason): ending_words(
            reason=reason, contacts=episode.contacts_count, attempts=episode.attempts_count, joined=joined, tried=tried
        )
        for reason in EndReason.values
    }
    goals = tuple(goal.text for goal in plan(episode=episode).goals if goal.status == "open")
    return Ending(goals, tuple(waiting), words)
