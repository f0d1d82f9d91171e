"""From the inbox to a link worker in one act; and what a referrer adds later reaches whoever supports the person."""

from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate

from linkwell.referrals.actions import add_note, ensure_accepted
from linkwell.referrals.models import Referral
from linkwell.support.actions.contacts import take_on
from linkwell.support.actions.endings import add_task
from linkwell.support.models import Episode, Task
from linkwell.team.models import Membership


@transaction.atomic
def accept_and_take_on(*, referral_id: int, link_worker_id: int, by: Membership, at: datetime) -> Episode:
    """Accept a referral that is not accepted yet, and give it to a link worker: both or neither.

    Raises TooLate and what `take_on` raises.
    """
    ensure_accepted(referral_id=referral_id, by=by, at=at)
    return take_on(referral_id=referral_id, link_worker_id=link_worker_id, by=by, at=at)


@transaction.atomic
def add_note_to_referral(*, referral_id: int, note: str, by: Membership, at: datetime) -> Referral:
    """Add what a referrer wants known; a link worker finds it in Today; raise as `add_note` does."""
    referral = add_note(referral_id=referral_id, note=note, by=by, at=at)
    episode = Episode.objects.filter(referral=referral, ended_at=None).first()
    if episode is not None:
        add_task(
            member_id=episode.link_worker_id, episode_id=episode.pk, kind=Task.Kind.REPLY,
            text="The referrer added something to the referral: read it on the person's page", link="",
            due_on=localdate(at), by=by, at=at, scheme_id=episode.scheme_id,
        )  # fmt: skip
    return referral
