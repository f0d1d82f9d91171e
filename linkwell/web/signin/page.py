"""Taking an invitation up: what the page does across team and messages."""

from dataclasses import replace
from datetime import datetime

from django.db import transaction

from linkwell.common.scope import scope
from linkwell.directory.editing.queries import organisation_name
from linkwell.messages import mail
from linkwell.messages.actions import queue_message
from linkwell.team import actions, tokens
from linkwell.team.actions import Joined, OutsideIdentity
from linkwell.team.models import Account
from linkwell.team.queries import INVITATION, Offer, offer, token_scheme


def offered_by(secret: str, *, at: datetime) -> Offer | None:
    """Return what the invitation of a link offers, read in the scope that the link names; None if it is over."""
    found = token_scheme(secret, purpose=INVITATION, at=at)
    if found is None:
        return None
    with scope(scheme_ids=[found.scheme_id], scheme_id=found.scheme_id):
        return named(offer(found.token_id, at=at))


def named(found: Offer | None) -> Offer | None:
    """Return an offer with the name of the organisation that an account is for, which the directory knows."""
    if found is None or found.organisation_id is None:
        return found
    return replace(found, where=organisation_name(found.organisation_id))


def needs_code(offer: Offer) -> bool:
    """Say whether the mailbox of the invited address must be shown first, by a code mailed to it.

    A link from the server's console was handed over by whoever runs the server; and without a mail
    server no code can come.
    """
    return mail.is_configured() and not offer.from_console


def send_code(*, token_id: int, offer: Offer, browser: str, at: datetime) -> None:
    """Mail a code for this browser to the invited address; raise TooManyCodes or LinkIsOver."""
    code = tokens.ask_for_code(token_id=token_id, browser=browser, at=at)
    queue_message(
        scheme_id=offer.scheme_id,
        template="invitation_code",
        recipient_kind="invitation",
        recipient_id=offer.invitation_id,
        code=code,
        at=at,
    )


@transaction.atomic
def join(
    *, secret: str, name: str, at: datetime, password: str = "", identity: OutsideIdentity | None = None
) -> Account:
    """Make the invited account and tell who invited it; return the account."""
    joined = actions.redeem_invitation(secret=secret, name=name, password=password, identity=identity, at=at)
    _tell_the_inviter(joined, at)
    return joined.membership.account


@transaction.atomic
def take_up(*, secret: str, account: Account, at: datetime) -> Joined:
    """Give an account that exists its new place and tell who invited it."""
    joined = actions.accept_invitation(secret=secret, account=account, at=at)
    _tell_the_inviter(joined, at)
    return joined


def _tell_the_inviter(joined: Joined, at: datetime) -> None:
    if joined.invited_by_id is None:
        return
    scheme_id = joined.membership.scheme_id
    with scope(scheme_ids=[scheme_id], scheme_id=scheme_id):
        queue_message(
            scheme_id=scheme_id,
            template="invitation_taken_up",
            recipient_kind="member",
            recipient_id=joined.invited_by_id,
            at=at,
        )
