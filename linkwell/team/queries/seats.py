"""Who is asking: the membership a session acts as, and the account that signs in."""

from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.sessions.models import Session
from django.db.models import QuerySet

from linkwell.team.models import Account, Identity, Membership
from linkwell.team.prepared import Prepared
from linkwell.team.queries.members import role_name


@dataclass(frozen=True)
class Seat:
    """The membership acted as, and the schemes of the same host that may be read with it."""

    membership: Membership
    scheme_name: str
    scheme_ids: tuple[int, ...]


def seat_of(account_id: int, *, chosen: int | None, on: date) -> Seat | None:
    """Return where an account sits today; None where it has no place, or several and chose none of them.

    What was begun in one scheme must never be finished in another: when the chosen place is over (a
    leaver, another role), only a place in the same scheme follows it.
    """
    memberships = _places_of(account_id=account_id, on=on)
    acting = next((member for member in memberships if member.pk == chosen), None)
    if acting is None:
        acting = _only_one(memberships, chosen, account_id)
    if acting is None:
        return None
    readable = {
        member.scheme_id
        for member in memberships
        if member.scheme.host_id == acting.scheme.host_id and member.role == acting.role
    }
    return Seat(acting, acting.scheme.name, tuple(sorted(readable)))


def _places(shape: object, *, account_id: int, on: date) -> QuerySet[Membership]:
    rows = Membership.objects.current(on).filter(account_id=account_id)
    return rows.select_related("scheme", "account").order_by("pk")


_places_of = Prepared(_places, walled=False)  # asked with every page


def _only_one(memberships: list[Membership], chosen: int | None, account_id: int) -> Membership | None:
    if chosen is not None:
        former = Membership.objects.filter(pk=chosen, account_id=account_id).values_list("scheme_id", flat=True).first()
        memberships = [member for member in memberships if member.scheme_id == former]
    return memberships[0] if len(memberships) == 1 else None


def live_session(key: str, *, at: datetime) -> Session | None:
    """Return the row of a session that is not over; 1 statement, asked with every page."""
    return _session.first(key=key, at=at)


def _session_rows(shape: object, *, key: str, at: datetime) -> QuerySet[Session]:
    return Session.objects.filter(session_key=key, expire_date__gt=at)


_session = Prepared(_session_rows, walled=False)


def account_by_id(account_id: int) -> Account | None:
    """Return the account that a session names, while it may sign in."""
    return _account.first(account_id=account_id)


def _account_rows(shape: object, *, account_id: int) -> QuerySet[Account]:
    return Account.objects.filter(pk=account_id, is_active=True)


_account = Prepared(_account_rows, walled=False)


def account_of(email: str) -> Account | None:
    """Return the account that signs in with an address; one look, whether it is known or not."""
    return Account.objects.filter(email=email.strip().lower()).first()


def account_of_identity(*, issuer: str, subject: str) -> Account | None:
    """Return the account that an outside identity opens, if it is in use; nothing but issuer and subject counts."""
    found = Identity.objects.select_related("account").filter(issuer=issuer, subject=subject).first()
    return found.account if found is not None and found.account.is_active else None


def is_linked(account_id: int, *, issuer: str) -> bool:
    """Say whether an outside identity of this issuer opens an account."""
    return Identity.objects.filter(account_id=account_id, issuer=issuer).exists()


@dataclass(frozen=True)
class SeatChoice:
    """A place where an account may work."""

    membership_id: int
    scheme_name: str
    host_name: str
    role_name: str


def seats(account_id: int, *, on: date) -> list[SeatChoice]:
    """Return every current place of an account, for choosing where to work."""
    rows = Membership.objects.current(on).filter(account_id=account_id).select_related("scheme__host")
    return [
        SeatChoice(row.pk, row.scheme.name, row.scheme.host.name, role_name(row))
        for row in rows.order_by("scheme__name", "pk")
    ]
