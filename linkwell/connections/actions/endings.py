"""Ending support: what has not taken off ends with it, so that no group waits and no link stays open."""

from datetime import datetime

from django.db import transaction

from linkwell.connections import rules
from linkwell.connections.actions.steps import end_connection
from linkwell.connections.models import Connection
from linkwell.support.actions import end_episode
from linkwell.support.models import Episode
from linkwell.team.models import Membership


@transaction.atomic
def end_support(
    *, episode_id: int, reason: str, told_referrer: str, by: Membership, at: datetime, note: str = ""
) -> Episode:
    """End support and the connections that it leaves hanging; raise what `support.end_episode` raises.

    Somebody who goes to a group keeps going. After a death, a move or a no, every connection ends.
    """
    hanging = Connection.objects.filter(
        scheme_id=by.scheme_id, episode_id=episode_id, state__in=rules.ends_with_support(reason)
    )
    for connection_id in list(hanging.order_by("pk").values_list("pk", flat=True)):
        end_connection(connection_id=connection_id, reason="Support has ended", by=by, at=at)
    return end_episode(episode_id=episode_id, reason=reason, told_referrer=told_referrer, note=note, by=by, at=at)
