"""Who signs in to the demo scheme, and as what."""

from dataclasses import dataclass
from datetime import date

from linkwell.team.access import COM, DIR, IG, LW, MGR, REF, ROLE_NAMES, SUP, VOA
from linkwell.team.models import Account, Membership

ORDER = (REF, LW, SUP, MGR, COM, DIR, VOA, IG)


@dataclass(frozen=True)
class SignIn:
    """One account of the demo scheme."""

    account_id: int
    name: str
    email: str
    role: str
    role_name: str
    job_title: str


def sign_ins(*, on: date) -> list[SignIn]:
    """Return the accounts the generator made that have a place today, in the order of the path of a referral."""
    rows = Membership.objects.current(on).filter(scheme__is_demo=True, account__is_demo=True)
    found = [
        SignIn(row.account_id, row.name, row.account.email, row.role, ROLE_NAMES[row.role], row.job_title)
        for row in rows.select_related("account").order_by("pk")
    ]
    return sorted(found, key=lambda row: ORDER.index(row.role) if row.role in ORDER else len(ORDER))


def demo_account(account_id: int, *, on: date) -> Account | None:
    """Return an account that may be signed in to with one click: made by the generator, and with a place today."""
    place = Membership.objects.current(on).filter(account_id=account_id, scheme__is_demo=True, account__is_demo=True)
    found = place.select_related("account").first()
    return found.account if found is not None else None
