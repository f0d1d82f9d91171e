"""What coming back from outside does across rooms: find the account, link it, take an invitation up."""

from datetime import datetime

from django.db import transaction

from linkwell.messages.account_mail import AccountMail, queue_account_mail
from linkwell.team import actions, tokens
from linkwell.team.actions import OutsideIdentity
from linkwell.team.errors import InvitationOver, InvitedAddressHasAccount
from linkwell.team.models import Account
from linkwell.team.queries import INVITATION, token_scheme
from linkwell.web.signin import page as signing_in
from linkwell.web.signin.outside.proof import Proof


def identity_of(proof: Proof) -> OutsideIdentity:
    """Return the identity that a proof shows; nothing else of it ever names an account."""
    return OutsideIdentity(issuer=proof.issuer, subject=proof.subject)


@transaction.atomic
def link(*, account: Account, proof: Proof, at: datetime) -> None:
    """Let the proved identity open this account, and tell its owner; raise IdentityTaken."""
    actions.link_identity(account=account, identity=identity_of(proof), at=at)
    queue_account_mail(account_id=account.pk, about=AccountMail.OUTSIDE_LINKED, at=at)


@transaction.atomic
def unlink(*, account: Account, issuer: str, at: datetime) -> None:
    """Let it open this account no more, and tell its owner; raise OnlyWayIn."""
    if actions.remove_identity(account=account, issuer=issuer):
        queue_account_mail(account_id=account.pk, about=AccountMail.OUTSIDE_REMOVED, at=at)


@transaction.atomic
def take_up(*, secret: str, browser: str, proof: Proof, at: datetime) -> Account:
    """Make the invited account with the proved identity; the invited mailbox must have been shown in this browser.

    Raise InvitationOver, InvitedAddressHasAccount or IdentityTaken.
    """
    offer = signing_in.offered_by(secret, at=at)
    found = token_scheme(secret, purpose=INVITATION, at=at)
    if offer is None or found is None:
        raise InvitationOver
    if offer.has_account:
        raise InvitedAddressHasAccount
    if signing_in.needs_code(offer) and not tokens.is_open(token_id=found.token_id, browser=browser, at=at):
        raise InvitationOver
    name = proof.name or offer.name or offer.email.partition("@")[0]
    return signing_in.join(secret=secret, name=name, identity=identity_of(proof), at=at)
