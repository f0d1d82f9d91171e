"""How many people are with whom, without a person's field: the work queue of managers."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q

from linkwell.referrals.models import Allocation
from linkwell.team.models import Membership


def people_with(*, viewer: Membership, membership_id: int) -> int:
    """Return how many people of the viewer's scheme are with one link worker now."""
    current = Allocation.objects.filter(scheme_id=viewer.scheme_id, link_worker_id=membership_id, ended_at=None)
    return int(current.values("person_id").distinct().count())


@dataclass(frozen=True)
class LeftBehind:
    """How many people are still with someone who has left."""

    link_worker: str
    people: int


def left_behind(*, viewer: Membership, on: date) -> list[LeftBehind]:
    """Return the leavers of the viewer's scheme with whom people still are, by name."""
    gone = Q(link_worker__ended_on__lte=on) | Q(link_worker__account__is_active=False)
    current = Allocation.objects.filter(gone, scheme_id=viewer.scheme_id, ended_at=None)
    rows = current.values_list("link_worker__account__name").annotate(people=Count("person", distinct=True))
    return [LeftBehind(name, people) for name, people in rows.order_by("link_worker__account__name", "link_worker")]
