"""Which topics somebody may not want another to see on their screen: neutral titles, nothing kept, a quick exit."""

import re
from collections.abc import Iterable

SENSITIVE = frozenset({"abuse", "substance", "low_mood", "money", "immigration"})

_WORDS = re.compile(
    r"\b(?:abus\w*|violen\w*|refuges?|rape\w*|sexual\w*|hiv|std|sti|contracepti\w*|pregnan\w*|abortion\w*|lgbt\w*|gay"
    r"|lesbian\w*|transgender|suicid\w*|self[- ]harm\w*|crisis|addict\w*|alcohol\w*|drugs?|gambl\w*|debt\w*"
    r"|asylum|refugee\w*|immigra\w*|trafficking|modern slavery|stalk\w*|forced marriage|fgm|prison\w*|probation"
    r"|eating disorder\w*|psychosis|hearing voices)\b",
    re.IGNORECASE,
)


def is_sensitive(codes: Iterable[str], text: str = "") -> bool:
    """Say whether needs or words speak of something private."""
    return not SENSITIVE.isdisjoint(codes) or bool(_WORDS.search(text))
