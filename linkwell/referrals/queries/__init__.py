"""Who is in a viewer's reach; the inbox, and the referrer's own list."""

from linkwell.referrals.queries.inbox import (
    QUEUE,
    PossibleMatch,
    QueueEntry,
    ReferralPage,
    Room,
    from_whom,
    inbox,
    queue,
    referral_page,
    who_could_take,
)
from linkwell.referrals.queries.reach import (
    Card,
    cards,
    may_be_covered,
    people_in_reach,
    person_in_reach,
    restricted_by_reference,
)
from linkwell.referrals.queries.referrer import (
    OPEN,
    AlreadyOpen,
    OwnReferral,
    OwnReferralPage,
    already_open,
    my_referrals,
    of_own_practice,
    own_referral,
)

__all__ = [
    "AlreadyOpen",
    "Card",
    "OPEN",
    "OwnReferral",
    "OwnReferralPage",
    "PossibleMatch",
    "QUEUE",
    "QueueEntry",
    "ReferralPage",
    "Room",
    "already_open",
    "cards",
    "from_whom",
    "inbox",
    "may_be_covered",
    "my_referrals",
    "of_own_practice",
    "own_referral",
    "people_in_reach",
    "person_in_reach",
    "queue",
    "referral_page",
    "restricted_by_reference",
    "who_could_take",
]
