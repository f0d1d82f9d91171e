"""How a recipient's kind and id become an address, at the moment of sending.

Practices, agencies, members and invitations are known here, for `team` stands below; rooms above register theirs
in their AppConfig: `recipients.register("organisation", resolve)`.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone

from linkwell.common.scope import current_scope
from linkwell.messages.errors import UnknownRecipient
from linkwell.team.models import Agency, Invitation, Membership, Practice


@dataclass(frozen=True)
class Address:
    """Where a message may go now."""

    value: str


@dataclass(frozen=True)
class Held:
    """Why a message may not go anywhere now; it names nobody."""

    reason: str


Resolve = Callable[[int, str], Address | Held]
_kinds: dict[str, Resolve] = {}


def register(kind: str, function: Resolve) -> None:
    """Let `function(recipient_id, channel)` say where messages to this kind of recipient go."""
    _kinds[kind] = function


def resolve(kind: str, recipient_id: int, channel: str) -> Address | Held:
    """Return the one address, or why there is none; an address that is not one is held."""
    if kind not in _kinds:
        raise UnknownRecipient(kind=kind)
    found = _kinds[kind](recipient_id, channel)
    if isinstance(found, Address) and channel == "email" and not is_one_address(found.value):
        return Held("The e-mail address on record is not a complete address.")
    return found


def is_one_address(value: str) -> bool:
    """Say whether this is a single plain e-mail address, without a line break or a second recipient."""
    try:
        validate_email(value)
    except ValidationError:
        return False
    return not any(letter in value for letter in "\r\n,; ")


def _practice(recipient_id: int, channel: str) -> Address | Held:
    practice = Practice.objects.filter(pk=recipient_id).first()
    if practice is None or not practice.is_active:
        return Held("This practice no longer takes part.")
    return _mailbox(practice.email, channel, "This practice has no e-mail address here. Add it under Practices.")


def _agency(recipient_id: int, channel: str) -> Address | Held:
    agency = Agency.objects.filter(pk=recipient_id).first()
    if agency is None or not agency.is_active:
        return Held("This agency no longer takes part.")
    return _mailbox(agency.email, channel, "This agency has no e-mail address here. Add it under Practices.")


def _member(recipient_id: int, channel: str) -> Address | Held:
    rows = Membership.objects.current(timezone.localdate()).filter(scheme_id=current_scope().scheme_id or 0)
    member = rows.select_related("account").filter(pk=recipient_id).first()
    if member is None:
        return Held("This member has left.")
    return _mailbox(member.account.email, channel, "This member has no e-mail address.")


def _invitation(recipient_id: int, channel: str) -> Address | Held:
    rows = Invitation.objects.filter(scheme_id=current_scope().scheme_id or 0, redeemed_at=None, withdrawn_at=None)
    invitation = rows.filter(pk=recipient_id, expires_at__gt=timezone.now()).first()
    if invitation is None:
        return Held("This invitation was used, withdrawn or ran out.")
    return _mailbox(invitation.email, channel, "This invitation has no e-mail address.")


def _mailbox(address: str, channel: str, missing: str) -> Address | Held:
    if channel != "email":
        return Held("Only e-mail is set up for this recipient.")
    return Address(address) if address else Held(missing)


register("practice", _practice)
register("agency", _agency)
register("member", _member)
register("invitation", _invitation)
