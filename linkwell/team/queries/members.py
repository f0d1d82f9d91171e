"""Who is in a scheme."""

from dataclasses import dataclass
from datetime import date

from linkwell.team import access
from linkwell.team.models import Membership


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


def named(role: str, scheme_word: str) -> str:
    """Return a role's name; a link worker is called as the scheme calls them."""
    return scheme_word.capitalize() if role == access.LW else access.ROLE_NAMES[role]


def role_name(membership: Membership) -> str:
    """Return the role in the scheme's own word."""
    return named(membership.role, membership.scheme.role_name)
