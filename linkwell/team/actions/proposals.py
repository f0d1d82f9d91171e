"""Deciding, as a second person, what somebody asked for."""

from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from linkwell.common import audit
from linkwell.common.errors import NotVisible
from linkwell.team import errors, rules
from linkwell.team.actions import invitations, members, second_step
from linkwell.team.actions.invitations import Invited
from linkwell.team.actions.second_step import Reset
from linkwell.team.models import Decision, Membership, Proposal, ProposalKind, is_current
from linkwell.team.rules import Place


@dataclass(frozen=True)
class Agreed:
    """What came of an agreement: an invitation to mail, a place that changed, or a link for a new second step."""

    proposal: Proposal
    invited: Invited | None = None
    changed: Membership | None = None
    reset: Reset | None = None


@transaction.atomic
def ask_to_change(*, membership_id: int, place: Place, by: Membership, at: datetime) -> Proposal:
    """Ask a second person to agree to another role for a member.

    Raise AskedAlready, and whatever `change_member` raises for the rest.
    """
    member = members.checked(membership_id, rules.fitting(place), by=by, at=at)
    waits = Proposal.objects.filter(member=member, kind=ProposalKind.CHANGE, decision="", expires_at__gt=at)
    if waits.exists():
        raise errors.AskedAlready
    rest = {**asdict(rules.fitting(place)), "languages": list(place.languages)}
    if place.hours_per_week is not None:
        rest["hours_per_week"] = str(place.hours_per_week)
    proposal: Proposal = Proposal.objects.create(
        scheme_id=by.scheme_id, kind=ProposalKind.CHANGE, member=member, role=place.role, place=rest, asked_by=by,
        asked_at=at, expires_at=at + rules.PROPOSAL_LIVES,
    )  # fmt: skip
    audit.record("member.change_asked", about=member, by=by, at=at)
    return proposal


@transaction.atomic
def agree(*, proposal_id: int, by: Membership, at: datetime) -> Agreed:
    """Let what somebody asked for happen now, with the rights that they still have.

    Raise NotVisible, NotYoursToGive, NotASecondPerson, ProposalOver, or what the act itself raises.
    """
    proposal = _waiting(proposal_id, by=by, at=at)
    _check_second(proposal, by=by)
    if not is_current(proposal.asked_by, at):
        raise errors.ProposalOver
    _decide(proposal, Decision.AGREED, by=by, at=at)
    return _carry_out(proposal, at=at)


@transaction.atomic
def refuse(*, proposal_id: int, by: Membership, at: datetime) -> Proposal:
    """Refuse what somebody asked for, or withdraw what one asked for oneself.

    Raise NotVisible, NotYoursToGive, NotASecondPerson or ProposalOver.
    """
    proposal = _waiting(proposal_id, by=by, at=at)
    mine = proposal.asked_by.account_id == by.account_id
    if not mine:
        _check_second(proposal, by=by)
    _decide(proposal, Decision.WITHDRAWN if mine else Decision.REFUSED, by=by, at=at)
    if proposal.invitation is not None:
        invitations.stop(proposal.invitation, by=by, at=at)
    return proposal


def _waiting(proposal_id: int, *, by: Membership, at: datetime) -> Proposal:
    rows = Proposal.objects.select_for_update(of=("self",)).filter(scheme_id=by.scheme_id)
    rows = rows.select_related("invitation", "member__account", "asked_by__account")
    proposal: Proposal | None = rows.filter(pk=proposal_id).first()
    if proposal is None:
        raise NotVisible
    if proposal.decision or proposal.expires_at <= at:
        raise errors.ProposalOver
    return proposal


def _check_second(proposal: Proposal, *, by: Membership) -> None:
    rules.check_second_person(
        role=by.role,
        account_id=by.account_id,
        email=by.account.email,
        asker=proposal.asked_by.account_id,
        about=proposal.member.account_id if proposal.member else None,
        invited=proposal.invitation.email if proposal.invitation else "",
    )


def _decide(proposal: Proposal, decision: Decision, *, by: Membership, at: datetime) -> None:
    proposal.decision, proposal.decided_by, proposal.decided_at = decision, by, at
    proposal.save(update_fields=["decision", "decided_by", "decided_at"])
    audit.record(f"proposal.{decision.value}", about=proposal, by=by, at=at)


def _carry_out(proposal: Proposal, *, at: datetime) -> Agreed:
    asker = proposal.asked_by
    if proposal.invitation is not None:
        rules.check_may_invite(asker.role, proposal.role)
        return Agreed(proposal, invited=invitations.send_agreed(proposal.invitation, at=at))
    member = proposal.member
    assert member is not None  # by a constraint of the table
    if proposal.kind == ProposalKind.CHANGE:
        place = _place_of(proposal)
        checked = members.checked(member.pk, place, by=asker, at=at)
        return Agreed(proposal, changed=members.apply_change(checked, place, by=asker, at=at))
    rules.check_may_reset(asker.role, member.role)
    return Agreed(proposal, reset=second_step.apply_reset(member, by=asker, at=at))


def _place_of(proposal: Proposal) -> Place:
    kept: dict[str, Any] = dict(proposal.place)
    hours = kept.pop("hours_per_week", None)
    languages = tuple(kept.pop("languages", ()))
    return Place(**kept, hours_per_week=Decimal(hours) if hours is not None else None, languages=languages)
