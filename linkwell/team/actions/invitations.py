"""Inviting someone to a scheme, and taking an invitation up."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from linkwell.common import audit
from linkwell.common.errors import NotVisible
from linkwell.common.scope import scope
from linkwell.team import access, errors, rules, tokens
from linkwell.team.models import (
    Account,
    Agency,
    Decision,
    Identity,
    Invitation,
    Membership,
    Practice,
    Proposal,
    ProposalKind,
    Token,
)
from linkwell.team.proposals import takes_two
from linkwell.team.queries import INVITATION, token_scheme
from linkwell.team.rules import Place


@dataclass(frozen=True)
class Invited:
    """An invitation, the link that mails make from it, and the path that whoever is invited opens."""

    invitation: Invitation
    link: Token
    url_path: str


@dataclass(frozen=True)
class Joined:
    """Someone who took an invitation up, and who had invited them (None: the server's console)."""

    membership: Membership
    invited_by_id: int | None


@transaction.atomic
def invite(*, email: str, name: str, place: Place, by: Membership, at: datetime) -> Invited:
    """Invite an address to a place in the inviter's scheme; an older open invitation to it is withdrawn.

    Raise SecondPersonNeeded, NotYoursToGive, NotYourself, NotAnAddress, PlaceIncomplete, OutOfRange or AlreadyMember.
    """
    rules.check_may_invite(by.role, place.role)
    if takes_two(by=by, role=place.role):
        raise errors.SecondPersonNeeded
    address, place = _clear_the_way(email, place, by=by, at=at)
    return add_invitation(scheme_id=by.scheme_id, email=address, name=name, place=place, by=by, at=at)


@transaction.atomic
def ask_to_invite(*, email: str, name: str, place: Place, by: Membership, at: datetime) -> Proposal:
    """Write an invitation that has no link until a second person agrees; raise what `invite` raises for the rest."""
    address, place = _clear_the_way(email, place, by=by, at=at)
    invitation = _write_invitation(scheme_id=by.scheme_id, email=address, name=name, place=place, by=by, at=at)
    invitation.is_agreed = False
    invitation.save(update_fields=["is_agreed"])
    proposal: Proposal = Proposal.objects.create(
        scheme_id=by.scheme_id, kind=ProposalKind.INVITE, invitation=invitation, role=place.role, asked_by=by,
        asked_at=at, expires_at=at + rules.PROPOSAL_LIVES,
    )  # fmt: skip
    audit.record("invitation.asked", about=invitation, by=by, at=at)
    return proposal


def send_agreed(invitation: Invitation, *, at: datetime) -> Invited:
    """Give an invitation that a second person agreed to its link; the caller has checked that it may be."""
    invitation.is_agreed, invitation.expires_at = True, at + rules.INVITATION_LIVES
    invitation.save(update_fields=["is_agreed", "expires_at"])
    return _with_link(invitation, by=invitation.invited_by, at=at)


def _clear_the_way(email: str, place: Place, *, by: Membership, at: datetime) -> tuple[str, Place]:
    """Check an invitation, withdraw an older one to the same address; return the clean address and place."""
    rules.check_may_invite(by.role, place.role)
    address = rules.clean_address(email)
    if address == by.account.email:
        raise errors.NotYourself
    place = rules.fitting(place)
    rules.check_place(place)
    _check_own_organisation(place, by)
    check_place_is_of_scheme(place, by.scheme_id)
    _check_not_there_yet(address, place, by.scheme_id, at)
    withdraw_open(scheme_id=by.scheme_id, email=address, by=by, at=at)
    return address, place


def withdraw_open(*, scheme_id: int, email: str, at: datetime, by: Membership | None = None) -> None:
    """Withdraw what is open to an address; the caller has checked that it may be."""
    for former in _open(scheme_id).filter(email=email).select_for_update():
        stop(former, by=by, at=at)


def add_invitation(
    *, scheme_id: int, email: str, name: str, place: Place, by: Membership | None, at: datetime
) -> Invited:
    """Write an invitation and its link; the caller has checked that it may be."""
    written = _write_invitation(scheme_id=scheme_id, email=email, name=name, place=place, by=by, at=at)
    return _with_link(written, by=by, at=at)


def _write_invitation(
    *, scheme_id: int, email: str, name: str, place: Place, by: Membership | None, at: datetime
) -> Invitation:
    return Invitation.objects.create(
        scheme_id=scheme_id, email=email, name=" ".join(name.split())[:200], role=place.role,
        job_title=place.job_title, practice_id=place.practice_id, agency_id=place.agency_id,
        organisation_id=place.organisation_id, may_triage=place.may_triage, hours_per_week=place.hours_per_week,
        invited_by=by,
        created_at=at, expires_at=at + rules.INVITATION_LIVES,
    )  # fmt: skip


def _with_link(invitation: Invitation, *, by: Membership | None, at: datetime) -> Invited:
    link = tokens.make_token(
        scheme_id=invitation.scheme_id,
        purpose=INVITATION,
        object_id=invitation.pk,
        expires_at=invitation.expires_at,
        at=at,
    )
    audit.record("invitation.sent", about=invitation, by=by, at=at)
    return Invited(invitation, link, f"/i/{tokens.secret_of(link)}/")


@transaction.atomic
def withdraw_invitation(*, invitation_id: int, by: Membership, at: datetime) -> Invitation:
    """Withdraw an open invitation of the scheme; its link stops at once. Raise NotVisible or NotYoursToGive."""
    invitation = _open(by.scheme_id).select_for_update().filter(pk=invitation_id).first()
    if invitation is None:
        raise NotVisible
    rules.check_may_invite(by.role, invitation.role)
    stop(invitation, by=by, at=at)
    return invitation


def withdraw_invitations_of(member: Membership, *, by: Membership, at: datetime) -> int:
    """Withdraw what someone who lost their right had sent out or asked for; return how many were sent."""
    close_proposals(asked_by=member, at=at)
    sent = list(_open(member.scheme_id).filter(invited_by=member).select_for_update())
    for invitation in sent:
        stop(invitation, by=by, at=at)
    return len(sent)


@dataclass(frozen=True)
class OutsideIdentity:
    """Who an outside sign-in says someone is: the issuer, and its own unchanging name for them."""

    issuer: str
    subject: str


def redeem_invitation(
    *, secret: str, name: str, at: datetime, password: str = "", identity: OutsideIdentity | None = None
) -> Joined:
    """Make the account of the invited address, with its place; once. It gets a password or an outside identity.

    Raise InvitationOver, InvitedAddressHasAccount (who must sign in instead), NameMissing, PasswordTooWeak or
    IdentityTaken.
    """
    scheme_id = _scheme_of(secret, at)
    with scope(scheme_ids=[scheme_id], scheme_id=scheme_id):
        invitation = _held(secret, at)
        if Account.objects.filter(email=invitation.email).exists():
            raise errors.InvitedAddressHasAccount
        account = Account(email=invitation.email, name=rules.clean_name(name)[:200])
        if identity is None:
            rules.check_password(password, account=account)
        account.set_password(None if identity else password)
        try:
            with transaction.atomic():
                account.save(force_insert=True)
        except IntegrityError:  # made at this moment by another invitation
            raise errors.InvitedAddressHasAccount from None
        EmailAddress.objects.create(user=account, email=account.email, verified=True, primary=True)
        if identity is not None:
            link_identity(account=account, identity=identity, at=at)
        return _join(invitation, account, at)


@transaction.atomic
def link_identity(*, account: Account, identity: OutsideIdentity, at: datetime) -> Identity:
    """Let an outside identity open this account; raise IdentityTaken if it opens another, or another opens this one.

    The caller has seen both proved in one session, or an invitation that was taken up by its address.
    """
    found = Identity.objects.filter(issuer=identity.issuer, subject=identity.subject).first()
    if found is not None and found.account_id == account.pk:
        return found
    try:
        with transaction.atomic():
            return Identity.objects.create(
                account=account, issuer=identity.issuer, subject=identity.subject, linked_at=at
            )
    except IntegrityError:
        raise errors.IdentityTaken from None


@transaction.atomic
def remove_identity(*, account: Account, issuer: str) -> bool:
    """Let no identity of this issuer open the account; say whether one did. Raise OnlyWayIn without a password."""
    found = Identity.objects.filter(account=account, issuer=issuer)
    if found.exists() and not account.has_usable_password():
        raise errors.OnlyWayIn
    return bool(found.delete()[0])


def accept_invitation(*, secret: str, account: Account, at: datetime) -> Joined:
    """Give an account that exists the place it is invited to, once.

    Raise InvitationOver, InvitationForSomeoneElse or AlreadyMember.
    """
    scheme_id = _scheme_of(secret, at)
    with scope(scheme_ids=[scheme_id], scheme_id=scheme_id):
        invitation = _held(secret, at)
        if invitation.email != account.email:
            raise errors.InvitationForSomeoneElse
        return _join(invitation, account, at)


def _scheme_of(secret: str, at: datetime) -> int:
    found = token_scheme(secret, purpose=INVITATION, at=at)
    if found is None:
        raise errors.InvitationOver
    return found.scheme_id


def _held(secret: str, at: datetime) -> Invitation:
    """Return the invitation of a link, locked: of two who press at once, the second comes too late."""
    found = token_scheme(secret, purpose=INVITATION, at=at)
    row = Invitation.objects.select_for_update().filter(pk=found.object_id).first() if found else None
    if row is None or not row.is_agreed or row.redeemed_at or row.withdrawn_at or row.expires_at <= at:
        raise errors.InvitationOver
    return row


def _join(invitation: Invitation, account: Account, at: datetime) -> Joined:
    place = Place(
        role=invitation.role, practice_id=invitation.practice_id, agency_id=invitation.agency_id,
        organisation_id=invitation.organisation_id,
    )  # fmt: skip
    _check_not_there_yet(account.email, place, invitation.scheme_id, at)
    membership = Membership.objects.create(
        account=account, scheme_id=invitation.scheme_id, role=invitation.role, job_title=invitation.job_title,
        practice_id=invitation.practice_id, agency_id=invitation.agency_id, organisation_id=invitation.organisation_id,
        may_triage=invitation.may_triage, hours_per_week=invitation.hours_per_week, began_on=timezone.localdate(at),
    )  # fmt: skip
    invitation.redeemed_at = at
    invitation.save(update_fields=["redeemed_at"])
    tokens.revoke(scheme_id=invitation.scheme_id, purpose=INVITATION, object_id=invitation.pk, at=at)
    audit.record("invitation.taken_up", about=invitation, by=membership, at=at)
    return Joined(membership, invitation.invited_by_id)


def _open(scheme_id: int) -> models.QuerySet[Invitation]:
    return Invitation.objects.filter(scheme_id=scheme_id, redeemed_at=None, withdrawn_at=None)


def stop(invitation: Invitation, *, by: Membership | None, at: datetime) -> None:
    """Withdraw an open invitation; its link stops at once. The caller has checked that it may be."""
    invitation.withdrawn_at = at
    invitation.save(update_fields=["withdrawn_at"])
    close_proposals(invitation=invitation, at=at)
    tokens.revoke(scheme_id=invitation.scheme_id, purpose=INVITATION, object_id=invitation.pk, at=at)
    audit.record("invitation.withdrawn", about=invitation, by=by, at=at)


def close_proposals(*, at: datetime, **which: Any) -> int:
    """Close what waits for a second person and no longer matters; return how many."""
    return Proposal.objects.filter(decision="", **which).update(decision=Decision.WITHDRAWN, decided_at=at)


def _check_own_organisation(place: Place, by: Membership) -> None:
    """Raise NotYoursToGive where an organisation's account invites for another organisation."""
    if by.role == access.VOA and place.organisation_id != by.organisation_id:
        raise errors.NotYoursToGive


def check_place_is_of_scheme(place: Place, scheme_id: int) -> None:
    """Raise PlaceIncomplete if the practice or agency named is not one of the scheme's, or takes no part."""
    named: list[tuple[Any, int | None]] = [(Practice, place.practice_id), (Agency, place.agency_id)]
    for kind, pk in named:
        if pk is not None and not kind.objects.filter(pk=pk, scheme_id=scheme_id, is_active=True).exists():
            raise errors.PlaceIncomplete("Choose a practice or agency from the list of your scheme.")


def _check_not_there_yet(address: str, place: Place, scheme_id: int, at: datetime) -> None:
    current = Membership.objects.current(timezone.localdate(at)).of_scheme(scheme_id).filter(account__email=address)
    there = current.at_place(place.role, place.practice_id, place.agency_id, place.organisation_id)
    if there.exists():
        raise errors.AlreadyMember
