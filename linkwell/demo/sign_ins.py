"""Who can be signed in as in the demo: everyone of the demo scheme, with one click."""

from dataclasses import dataclass
from datetime import date

from linkwell.common.scope import scope
from linkwell.team.access import ROLE_NAMES
from linkwell.team.models import Membership
from linkwell.team.queries import demo_scheme_ids, role_name


@dataclass(frozen=True)
class SignIn:
    """One person of the demo scheme; `place` is the practice or agency of a referrer."""

    account_id: int
    name: str
    role: str
    role_name: str
    job_title: str
    place: str


def sign_ins(*, on: date) -> list[SignIn]:
    """Return everyone who is a member on that day, by role and name."""
    members = Membership.objects.current(on).filter(scheme__is_demo=True, account__is_demo=True)
    roles = list(ROLE_NAMES)
    with scope(scheme_ids=demo_scheme_ids(), scheme_id=None):  # practices stand behind the wall
        found = [
            SignIn(row.account_id, row.account.name, row.role, role_name(row), row.job_title, _place(row))
            for row in members.select_related("account", "scheme", "practice", "agency")
        ]
    return sorted(found, key=lambda one: (roles.index(one.role), one.name))


def one_of_each_role(people: list[SignIn]) -> list[SignIn]:
    """Return the first of each role."""
    return list({one.role: one for one in reversed(people)}.values())[::-1]


def _place(member: Membership) -> str:
    where = member.practice or member.agency
    return where.name if where is not None else ""
