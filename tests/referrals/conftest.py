"""People who refer and decide, and a referral as a practice sends it."""

from datetime import UTC, date, datetime

import pytest

from linkwell.people.actions import Details, Reach
from linkwell.people.keys import NHS_NUMBER
from linkwell.referrals.actions import Request, receive_referral
from linkwell.team.access import REF, SUP
from tests.factories import MembershipFactory

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
BORN = date(1984, 3, 15)
ADA = Details(
    given_name="Ada", family_name="Clarke", born_on=BORN, health_number="9434765919",
    health_number_system=NHS_NUMBER, phone="07700 900123",
)  # fmt: skip
ASKED = Request(needs=("loneliness",), reason="Since her husband died.", agreed=True)


def refer(by, details=ADA, reach=None, request=ASKED, at=NOW):
    """Send a referral."""
    return receive_referral(details=details, reach=reach or Reach(), request=request, by=by, at=at)


@pytest.fixture
def rana(scheme):
    """A GP who refers."""
    return MembershipFactory(role=REF, account__name="Dr Rana")


@pytest.fixture
def lead(scheme):
    """A team lead."""
    return MembershipFactory(role=SUP, account__name="Lena Lead")
