"""Where signing in may lead: a plain path of ours, and nothing that any browser could read as another site."""

import re

# segments of ordinary letters between single slashes, no dots in front; then a query of printable letters
_OURS = re.compile(r"/(?:[A-Za-z0-9_-][A-Za-z0-9_.@:~-]*/?)*(?:\?[!-\[\]-~]*)?")


def is_ours(where: str | None) -> bool:
    """Say whether an address is a plain path of ours; whatever needs thought is not."""
    return bool(where) and _OURS.fullmatch(str(where)) is not None
