"""Resetting a member's second step when phone and codes are lost, and noting that a new one is set up."""

from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils import timezone

from linkwell.common import audit
from linkwell.common.errors import NotVisible
from linkwell.team import errors, rules, tokens
from linkwell.team.models import Account, Membership, Proposal, ProposalKind, Token
from linkwell.team.proposals import places_of

SECOND_STEP = "second_step"  # the purpose of the link with which a new second step is set up


@dataclass(frozen=True)
class Reset:
    """A reset second step: whose, and the link with which they set up a new one."""

    member: Membership
    link: Token
    url_path: str


@transaction.atomic
def reset_second_step(*, membership_id: int, by: Membership, at: datetime) -> Reset:
    """Remove every second step of a member's account and end its sessions; return the link for a new one.

    Raise SecondPersonNeeded, NotVisible, NotYourself, NotYoursToGive or NoSecondStep.
    """
    member = _member(membership_id, by=by, at=at)
    if _takes_two(member, by=by, at=at):
        raise errors.SecondPersonNeeded
    return apply_reset(member, by=by, at=at)


@transaction.atomic
def ask_to_reset(*, membership_id: int, by: Membership, at: datetime) -> Proposal:
    """Ask a second person to agree to a reset; raise NotVisible, NotYourself, NotYoursToGive, AskedAlready or
    NoSecondStep.
    """
    member = _member(membership_id, by=by, at=at)
    _check_has_one(member)
    waits = Proposal.objects.filter(member=member, kind=ProposalKind.RESET, decision="", expires_at__gt=at)
    if waits.exists():
        raise errors.AskedAlready
    proposal: Proposal = Proposal.objects.create(
        scheme_id=by.scheme_id, kind=ProposalKind.RESET, member=member, asked_by=by, asked_at=at,
        expires_at=at + rules.PROPOSAL_LIVES,
    )  # fmt: skip
    audit.record("second_step.reset_asked", about=member, by=by, at=at)
    return proposal


def apply_reset(member: Membership, *, by: Membership, at: datetime) -> Reset:
    """Reset; the caller has checked that it may be."""
    _check_has_one(member)
    Authenticator.objects.filter(user_id=member.account_id).delete()
    Account.objects.filter(pk=member.account_id).update(signed_out_at=at, factor_reset_at=at)
    _stop_links(member.account_id, at)
    link = tokens.make_token(
        scheme_id=by.scheme_id, purpose=SECOND_STEP, object_id=member.account_id,
        expires_at=at + rules.RESET_LINK_LIVES, at=at,
    )  # fmt: skip
    audit.record("second_step.reset", about=member, by=by, at=at)
    return Reset(member, link, f"/s/{tokens.secret_of(link)}/")


def second_step_set_up(*, account_id: int, at: datetime) -> None:
    """Note that an account has a second step again; its link stops."""
    if Account.objects.filter(pk=account_id).exclude(factor_reset_at=None).update(factor_reset_at=None):
        _stop_links(account_id, at)


def _stop_links(account_id: int, at: datetime) -> None:
    Token.objects.filter(purpose=SECOND_STEP, object_id=account_id, revoked_at=None).update(revoked_at=at)


def _member(membership_id: int, *, by: Membership, at: datetime) -> Membership:
    rows = Membership.objects.current(timezone.localdate(at)).of_scheme(by.scheme_id).select_related("account")
    member = rows.filter(pk=membership_id).first()
    if member is None:
        raise NotVisible
    if member.account_id == by.account_id:
        raise errors.NotYourself
    rules.check_may_reset(by.role, member.role)
    return member


def _check_has_one(member: Membership) -> None:
    """Raise NoSecondStep unless there is one to reset, or a reset whose link may have been lost."""
    waits = Account.objects.filter(pk=member.account_id).exclude(factor_reset_at=None).exists()
    if not waits and not Authenticator.objects.filter(user_id=member.account_id).exists():
        raise errors.NoSecondStep


def _takes_two(member: Membership, *, by: Membership, at: datetime) -> bool:
    return rules.reset_takes_two(by.role, [role for _pk, _scheme, role in places_of(member.account_id, at=at)])
