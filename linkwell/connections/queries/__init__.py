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
from linkwell.connections.queries.links import PURPOSE, Front, SharedWithYou, front, packet_of_link, shared_with_you
from linkwell.connections.queries.missing import UnmetLine, unmet_need, unmet_needs, visible_unmet_needs
from linkwell.connections.queries.sharing import (
    Draft,
    ServiceFacts,
    ShareForm,
    TellForm,
    draft,
    facts_of,
    preview,
    service_facts,
    share_form,
    tell_form,
)
from linkwell.connections.queries.suits import News, Suited, news, whom_it_suits

__all__ = [
    "PURPOSE",
    "ConnectionLine",
    "ConnectionPage",
    "Draft",
    "Front",
    "HistoryLine",
    "News",
    "PacketShown",
    "ReplyLine",
    "ServiceFacts",
    "ShareForm",
    "SharedWithYou",
    "Suited",
    "TellForm",
    "UnmetLine",
    "connection_page",
    "draft",
    "facts_of",
    "front",
    "news",
    "of_episode",
    "packet_of_link",
    "preview",
    "service_facts",
    "share_form",
    "shared_with_you",
    "tell_form",
    "unmet_need",
    "unmet_needs",
    "visible_connection",
    "visible_connections",
    "visible_unmet_needs",
    "whom_it_suits",
]
