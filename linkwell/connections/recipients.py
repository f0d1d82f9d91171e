"""Where messages about one share go: the address that its link went to, whatever the directory says by now."""

from linkwell.connections.models import SharePacket
from linkwell.messages.recipients import Address, Held


def resolve_share(recipient_id: int, channel: str) -> Address | Held:
    """Return the address that a packet was sent to, or why nothing can go there."""
    packet = SharePacket.objects.filter(pk=recipient_id).only("sent_to").first()
    if channel != "email" or packet is None or not packet.sent_to:
        return Held("Nothing was sent by e-mail for this share: ring the group.")
    return Address(packet.sent_to)
