"""Standing in for a colleague: their person's record until midnight."""

from datetime import datetime

from django.db import transaction

from linkwell.people import actions as people
from linkwell.people.models import RecordOpening
from linkwell.referrals.queries import may_be_covered
from linkwell.team.models import Membership


@transaction.atomic
def cover_person(*, person_id: int, reason: str, text: str, by: Membership, at: datetime) -> RecordOpening:
    """Open an unrestricted record of the scheme until midnight; raise ReasonMissing or NotVisible."""
    person = may_be_covered(viewer=by, person_id=person_id, at=at)
    return people.cover(person=person, reason=reason, text=text, by=by, at=at)
