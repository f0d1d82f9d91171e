"""What waits for a second person: when one is needed, what waits, and who may decide it."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from linkwell.team import access
from linkwell.team.models import Account, Membership, Proposal, ProposalKind
from linkwell.team.queries import named


def takes_two(*, by: Membership, role: str) -> bool:
    """Say whether giving someone this role needs a second person to agree.

    The first manager of a fresh scheme acts alone until anybody else there could agree; from then on nobody
    does, even if that person leaves. An administrator of the system never acts alone.
    """
    if role not in access.TWO_PEOPLE.get(by.role, frozenset()):
        return False
    others = Membership.objects.of_scheme(by.scheme_id).filter(role__in=access.MAY_AGREE)
    return by.role == access.ADM or others.exclude(account_id=by.account_id).exists()


@dataclass(frozen=True)
class Waiting:
    """One thing that waits: in words, who asked, until when, and what the viewer may do about it."""

    pk: int
    kind: str
    who: str
    becomes: str
    was: str
    asked_by: str
    asked_at: datetime
    expires_at: datetime
    may_decide: bool
    is_mine: bool


def waiting(*, viewer: Membership, at: datetime) -> list[Waiting]:
    """Return what waits for a second person in the viewer's scheme, oldest first."""
    rows = Proposal.objects.filter(scheme_id=viewer.scheme_id, decision="", expires_at__gt=at)
    rows = rows.select_related("scheme", "invitation", "member__account", "asked_by__account")
    return [_waiting(row, viewer) for row in rows.order_by("asked_at", "pk")]


def one_waiting(proposal_id: int, *, viewer: Membership, at: datetime) -> Waiting | None:
    """Return one thing that waits, if it is of the viewer's scheme."""
    return next((row for row in waiting(viewer=viewer, at=at) if row.pk == proposal_id), None)


def _waiting(row: Proposal, viewer: Membership) -> Waiting:
    word, invitation, member = row.scheme.role_name, row.invitation, row.member
    who = (invitation.name or invitation.email) if invitation else member.name if member else ""
    mine = row.asked_by.account_id == viewer.account_id
    about_me = (member is not None and member.account_id == viewer.account_id) or (
        invitation is not None and invitation.email == viewer.account.email
    )
    return Waiting(
        pk=row.pk,
        kind=row.kind,
        who=f"{who} ({invitation.email})" if invitation and invitation.name else who,
        becomes=named(row.role, word) if row.role else "",
        was=named(member.role, word) if member and row.kind == ProposalKind.CHANGE else "",
        asked_by=row.asked_by.name,
        asked_at=row.asked_at,
        expires_at=row.expires_at,
        may_decide=viewer.role in access.MAY_AGREE and not mine and not about_me,
        is_mine=mine,
    )


def deciders(*, scheme_id: int, on: date, without: set[int]) -> list[int]:
    """Return the current members who may agree, but for the accounts named."""
    rows = Membership.objects.current(on).of_scheme(scheme_id).filter(role__in=access.MAY_AGREE)
    return list(rows.exclude(account_id__in=without).order_by("pk").values_list("pk", flat=True))


def managers(*, scheme_id: int, on: date, without: set[int]) -> list[int]:
    """Return the scheme's current managers, but for the accounts named."""
    rows = Membership.objects.current(on).of_scheme(scheme_id).filter(role=access.MGR)
    return list(rows.exclude(account_id__in=without).order_by("pk").values_list("pk", flat=True))


def places_of(account_id: int, *, at: datetime) -> list[tuple[int, int, str]]:
    """Return (membership, scheme, role) of every current place of an account, in every scheme."""
    rows = Membership.objects.current(timezone.localdate(at)).filter(account_id=account_id)
    return list(rows.order_by("pk").values_list("pk", "scheme_id", "role"))


def resets_pending(account_id: int) -> datetime | None:
    """Return since when an account waits for a new second step, None where it does not."""
    return Account.objects.filter(pk=account_id).values_list("factor_reset_at", flat=True).first()
