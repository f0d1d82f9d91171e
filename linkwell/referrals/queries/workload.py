"""How many people are with whom, without a person's field: the work queue of managers."""

from linkwell.referrals.models import Allocation
from linkwell.team.models import Membership


def people_with(*, viewer: Membership, membership_id: int) -> int:
    """Return how many people of the viewer's scheme are with one link worker now."""
    current = Allocation.objects.filter(scheme_id=viewer.scheme_id, link_worker_id=membership_id, ended_at=None)
    return int(current.values("person_id").distinct().count())
