"""Who sits where: the membership a session acts as, the scheme a link belongs to, who is in a scheme."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib.sessions.models import Session
from django.db.models import QuerySet

from linkwell.team import access
from linkwell.team.models import Account, Agency, Identity, Invitation, Membership, Practice, Programme, Scheme, Token
from linkwell.team.prepared import Prepared

INVITATION = "invitation"  # the purpose of an invitation's link


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
class TokenFound:
    """A link in force: its row, its scheme and the thing it is for."""

    token_id: int
    scheme_id: int
    object_id: int


def secret_hash(secret: str) -> str:
    """Return what is stored of a secret; a 128-bit or longer random secret needs no salt or stretching."""
    return hashlib.sha256(secret.encode()).hexdigest()


def token_scheme(secret: str, *, purpose: str, at: datetime) -> TokenFound | None:
    """Return the scheme a link names, if it is known, of this purpose, not stopped and not over."""
    row = (
        Token.objects.filter(secret_hash=secret_hash(secret), purpose=purpose, revoked_at=None, expires_at__gt=at)
        .values_list("pk", "scheme_id", "object_id")
        .first()
    )
    return TokenFound(*row) if row else None


@dataclass(frozen=True)
class WorkerChoice:
    """A link worker who could take a referral on."""

    membership_id: int
    name: str
    languages: tuple[str, ...]
    hours_per_week: float | None


def link_workers(*, viewer: Membership, on: date) -> list[WorkerChoice]:
    """Return the current link workers of the viewer's scheme, by name."""
    rows = Membership.objects.current(on).of_scheme(viewer.scheme_id).link_workers()
    return [
        WorkerChoice(row.pk, row.name, tuple(row.languages), float(row.hours_per_week) if row.hours_per_week else None)
        for row in rows.select_related("account").order_by("account__name", "pk")
    ]


@dataclass(frozen=True)
class PracticeRow:
    """A practice of the scheme."""

    pk: int
    name: str
    code_system: str
    code: str
    postcode: str
    email: str
    list_size: int | None
    is_active: bool


def practices(*, viewer: Membership) -> list[PracticeRow]:
    """Return the practices of the viewer's scheme, by name."""
    return [PracticeRow(*row) for row in _practices(scheme_id=viewer.scheme_id)]


@Prepared
def _practices(shape: object, *, scheme_id: int) -> QuerySet[Practice, tuple[Any, ...]]:
    rows = Practice.objects.filter(scheme_id=scheme_id).order_by("name", "pk")
    return rows.values_list("pk", "name", "code_system", "code", "postcode", "email", "list_size", "is_active")


@dataclass(frozen=True)
class AgencyRow:
    """An agency of the scheme."""

    pk: int
    name: str
    kind: str
    email: str
    is_active: bool


def agencies(*, viewer: Membership) -> list[AgencyRow]:
    """Return the agencies of the viewer's scheme, by name."""
    rows = Agency.objects.filter(scheme_id=viewer.scheme_id).order_by("name", "pk")
    return [AgencyRow(*row) for row in rows.values_list("pk", "name", "kind", "email", "is_active")]


@dataclass(frozen=True)
class ProgrammeRow:
    """A programme of the scheme."""

    pk: int
    name: str
    kind: str
    first_contact_days: int | None
    began_on: date
    ended_on: date | None


def programmes(*, viewer: Membership) -> list[ProgrammeRow]:
    """Return the programmes of the viewer's scheme: those that go on first, then by name."""
    rows = Programme.objects.filter(scheme_id=viewer.scheme_id).order_by("name", "pk")
    names = ("pk", "name", "kind", "first_contact_days", "began_on", "ended_on")
    found = [ProgrammeRow(*row) for row in rows.values_list(*names)]
    return sorted(found, key=lambda row: row.ended_on is not None)


@dataclass(frozen=True)
class MemberRow:
    """Someone's place in the scheme."""

    pk: int
    account_id: int
    name: str
    email: str
    role: str
    role_name: str
    job_title: str
    where: str  # the practice or agency a referrer belongs to
    practice_id: int | None
    agency_id: int | None
    organisation_id: int | None  # of an organisation's account; its name is the directory's
    hours_per_week: float | None
    languages: tuple[str, ...]
    may_triage: bool
    triages: bool  # decides on new referrals, as a link worker who may or as a team lead
    began_on: date
    ended_on: date | None


def members(*, viewer: Membership, on: date) -> list[MemberRow]:
    """Return everyone who has a place in the viewer's scheme today, by role and name."""
    rows = Membership.objects.current(on).of_scheme(viewer.scheme_id)
    rows = rows.select_related("account", "scheme", "practice", "agency")
    found = [_member_row(row) for row in rows.order_by("account__name", "pk")]
    return sorted(found, key=lambda row: _ORDER.index(row.role))


def member(membership_id: int, *, viewer: Membership, on: date) -> MemberRow | None:
    """Return one current member of the viewer's scheme."""
    rows = Membership.objects.current(on).of_scheme(viewer.scheme_id).filter(pk=membership_id)
    row = rows.select_related("account", "scheme", "practice", "agency").first()
    return _member_row(row) if row else None


_ORDER = [
    access.MGR, access.SUP, access.LW, access.REF, access.COM, access.DIR, access.IG, access.ADM,
    access.VOA, access.VOL, access.PAT, access.API,
]  # fmt: skip


def _member_row(row: Membership) -> MemberRow:
    place = row.practice or row.agency
    return MemberRow(
        pk=row.pk,
        account_id=row.account_id,
        name=row.account.name,
        email=row.account.email,
        role=row.role,
        role_name=role_name(row),
        job_title=row.job_title,
        where=place.name if place else "",
        practice_id=row.practice_id,
        agency_id=row.agency_id,
        organisation_id=row.organisation_id,
        hours_per_week=float(row.hours_per_week) if row.hours_per_week is not None else None,
        languages=tuple(row.languages),
        may_triage=row.may_triage,
        triages=row.triages,
        began_on=row.began_on,
        ended_on=row.ended_on,
    )


def accounts_of(organisation_id: int, *, viewer: Membership, on: date) -> list[MemberRow]:
    """Return the current accounts of one organisation in the viewer's scheme."""
    rows = Membership.objects.current(on).of_scheme(viewer.scheme_id).filter(organisation_id=organisation_id)
    rows = rows.filter(role=access.VOA).select_related("account", "scheme", "practice", "agency")
    return [_member_row(row) for row in rows.order_by("account__name", "pk")]


@dataclass(frozen=True)
class InvitationRow:
    """An invitation that can still be taken up."""

    pk: int
    email: str
    name: str
    role: str
    role_name: str
    created_at: datetime
    expires_at: datetime
    organisation_id: int | None = None


def open_invitations(*, viewer: Membership, at: datetime) -> list[InvitationRow]:
    """Return the invitations of the viewer's scheme that can still be taken up, newest first."""
    rows = Invitation.objects.filter(scheme_id=viewer.scheme_id, redeemed_at=None, withdrawn_at=None, is_agreed=True)
    rows = rows.filter(expires_at__gt=at)
    return [
        InvitationRow(
            row.pk,
            row.email,
            row.name,
            row.role,
            named(row.role, row.scheme.role_name),
            row.created_at,
            row.expires_at,
            row.organisation_id,
        )  # fmt: skip
        for row in rows.select_related("scheme").order_by("-created_at", "-pk")
    ]


@dataclass(frozen=True)
class Offer:
    """What an invitation offers, as whoever holds its link may read it."""

    invitation_id: int
    scheme_id: int
    scheme_name: str
    role_name: str
    where: str
    email: str
    name: str
    has_account: bool
    from_console: bool
    expires_at: datetime
    organisation_id: int | None = None  # of an organisation's account; its name is the directory's


def offer(token_id: int, *, at: datetime) -> Offer | None:
    """Return what the invitation of a link offers; None if it is over."""
    link = Token.objects.filter(pk=token_id, purpose=INVITATION).first()
    rows = Invitation.objects.filter(redeemed_at=None, withdrawn_at=None, is_agreed=True, expires_at__gt=at)
    row = rows.select_related("scheme", "practice", "agency").filter(pk=link.object_id).first() if link else None
    if row is None:
        return None
    place = row.practice or row.agency
    return Offer(
        invitation_id=row.pk,
        scheme_id=row.scheme_id,
        scheme_name=row.scheme.name,
        role_name=named(row.role, row.scheme.role_name),
        where=place.name if place else "",
        email=row.email,
        name=row.name,
        has_account=Account.objects.filter(email=row.email).exists(),
        from_console=row.invited_by_id is None,
        expires_at=row.expires_at,
        organisation_id=row.organisation_id,
    )


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


@dataclass(frozen=True)
class SchemeSettings:
    """What a scheme has set for itself."""

    name: str
    host_name: str
    nation: str
    role_name: str
    first_contact_days: int
    phone: str
    reply_email: str
    centre: tuple[float, float] | None


def scheme_settings(*, viewer: Membership) -> SchemeSettings:
    """Return the settings of the viewer's scheme."""
    row = Scheme.objects.select_related("host").get(pk=viewer.scheme_id)
    centre = None
    if row.centre_latitude is not None and row.centre_longitude is not None:
        centre = (row.centre_latitude, row.centre_longitude)
    return SchemeSettings(
        row.name, row.host.name, row.get_nation_display(), row.role_name, row.first_contact_days, row.phone,
        row.reply_email, centre,
    )  # fmt: skip


def named(role: str, scheme_word: str) -> str:
    """Return a role's name; a link worker is called as the scheme calls them."""
    return scheme_word.capitalize() if role == access.LW else access.ROLE_NAMES[role]


def role_name(membership: Membership) -> str:
    """Return the role in the scheme's own word."""
    return named(membership.role, membership.scheme.role_name)


def scheme_ids() -> list[int]:
    """Return every scheme, for what a clock starts in each of them."""
    return list(Scheme.objects.order_by("pk").values_list("pk", flat=True))


def demo_scheme_ids() -> list[int]:
    """Return the schemes that the demo's generator made."""
    return list(Scheme.objects.filter(is_demo=True).order_by("pk").values_list("pk", flat=True))
