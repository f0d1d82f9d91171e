"""From the inbox to a link worker in one act."""

from datetime import datetime

from django.db import transaction

from linkwell.referrals.actions import ensure_accepted
from linkwell.support.actions.contacts import take_on
from linkwell.support.models import Episode
from linkwell.team.models import Membership


@transaction.atomic
def accept_and_take_on(*, referral_id: int, link_worker_id: int, by: Membership, at: datetime) -> Episode:
    """Accept a referral that is not accepted yet, and give it to a link worker: both or neither.

    Raises TooLate and what `take_on` raises.
    """
    ensure_accepted(referral_id=referral_id, by=by, at=at)
    return take_on(referral_id=referral_id, link_worker_id=link_worker_id, by=by, at=at)
