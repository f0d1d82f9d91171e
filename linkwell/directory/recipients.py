"""Where a message to an organisation goes: the address confirmed by hand for referrals, and no other."""

from linkwell.directory.models import Organisation
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
