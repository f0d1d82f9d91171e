"""Where a message to an organisation goes: the address confirmed by hand for referrals, and no other."""

from linkwell.directory.confirming import queries
from linkwell.directory.models import ConfirmationRequest, Organisation
from linkwell.messages.recipients import Address, Held


def resolve_organisation(recipient_id: int, channel: str) -> Address | Held:
    """Return the verified referral address, or why a message must wait."""
    if channel != "email":
        return Held("Only e-mail is set up for organisations.")
    organisation = Organisation.objects.filter(pk=recipient_id).first()
    if organisation is None:
        return Held("This organisation is no longer in the directory.")
    if not organisation.referral_email or organisation.referral_email_verified_at is None:
        return Held(
            "Nobody has confirmed an address for referrals with this organisation. Confirm one in the directory."
        )
    return Address(organisation.referral_email)


def resolve_entry_request(recipient_id: int, channel: str) -> Address | Held:
    """Return the mailbox or number that an organisation is asked at, as long as it is still the one that was chosen."""
    request = ConfirmationRequest.objects.select_related("organisation").filter(pk=recipient_id).first()
    if request is None or request.state not in ("asked", "silent"):
        return Held("This question is answered, or the organisation is no longer asked.")
    if request.organisation.asks_stopped_at is not None:
        return Held("This organisation does not want to be asked by e-mail.")
    address = (queries.number_of if channel == "sms" else queries.address_of)(request.organisation)
    if not address or queries.address_key(address) != request.address_key:
        return Held("Its address has changed since. It is asked again in a month, or rung.")
    return Address(address)
