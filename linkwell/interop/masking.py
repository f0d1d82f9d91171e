"""A raw record as it may be kept beside ours: no address of a person, no name of who assured it."""

import re

from linkwell.interop.cleaning import mask

STAFF_KEYS = ("assurer_email", "assured_by", "assurer")
_STAFF = re.compile(rf'("(?:{"|".join(STAFF_KEYS)})"\s*:\s*)"(?:[^"\\]|\\.)*"')


def masked(text: str) -> str:
    """Return a record's text with the first part of every e-mail address, and whoever assured it, left out."""
    text = _STAFF.sub(r'\1"…"', text) if "assur" in text else text
    return mask(text) if "@" in text else text
