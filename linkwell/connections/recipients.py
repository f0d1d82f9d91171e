"""Where messages about one share go, and a list that a person was sent."""

from linkwell.connections.models import SentList, SharePacket
from linkwell.connections.queries.shortlist import ways_to_send
from linkwell.messages.recipients import Address, Held


def resolve_share(recipient_id: int, channel: str) -> Address | Held:
    """Return the address that a packet was sent to, or why nothing can go there."""
    packet = SharePacket.objects.filter(pk=recipient_id).only("sent_to").first()
    if channel != "email" or packet is None or not packet.sent_to:
        return Held("Nothing was sent by e-mail for this share: ring the group.")
    return Address(packet.sent_to)


def resolve_sent_list(recipient_id: int, channel: str) -> Address | Held:
    """Return a person's own number or address if they still agree to be reached there, at the moment of sending."""
    sent = SentList.objects.select_related("episode__person").filter(pk=recipient_id).first()
    way = next((one for one in ways_to_send(sent.episode) if one.channel == channel), None) if sent else None
    if sent is None or way is None or way.channel != sent.channel:
        return Held("This list is not sent in this way.")
    if way.why_not:
        return Held(way.why_not)
    person = sent.episode.person
    return Address(person.phone if channel == "sms" else person.email)
