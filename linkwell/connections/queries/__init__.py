"""A person's connections, what may be told to a group, and what a group reads through its link."""

from linkwell.connections.queries.connections import (
    ConnectionLine,
    ConnectionPage,
    HistoryLine,
    PacketShown,
    ReplyLine,
    connection_page,
    of_episode,
    visible_connection,
    visible_connections,
)
from linkwell.connections.queries.links import PURPOSE, SharedWithYou, packet_of_link, shared_with_you
from linkwell.connections.queries.sharing import (
    Draft,
    ServiceFacts,
    ShareForm,
    draft,
    facts_of,
    service_facts,
    share_form,
)

__all__ = [
    "PURPOSE",
    "ConnectionLine",
    "ConnectionPage",
    "Draft",
    "HistoryLine",
    "PacketShown",
    "ReplyLine",
    "ServiceFacts",
    "ShareForm",
    "SharedWithYou",
    "connection_page",
    "draft",
    "facts_of",
    "of_episode",
    "packet_of_link",
    "service_facts",
    "share_form",
    "shared_with_you",
    "visible_connection",
    "visible_connections",
]
