"""Reading postcodes: pure text, no tables."""

import re

_FULL = re.compile(r"(GIR ?0AA|[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2})")
_NEITHER = re.compile(r"[^A-Z0-9]")
_OUT = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]?")


def normalise(text: str) -> str:
    """Return a whole postcode as "M33 7WR", or "" where the text is none; letter O and digit 0 are mended."""
    squeezed = _NEITHER.sub("", text.upper())
    if 5 <= len(squeezed) <= 7:
        outward, inward = squeezed[:-3], squeezed[-3:]
        inward = inward[0].replace("O", "0").replace("I", "1") + inward[1:].replace("0", "O")
        candidate = f"{outward} {inward}"
        if _FULL.fullmatch(candidate):
            return candidate
    return ""


def outward(text: str) -> str:
    """Return the outward code of a whole postcode or of an outward code ("M33"), or ""."""
    if whole := normalise(text):
        return whole.split(" ")[0]
    squeezed = text.strip().upper()
    return squeezed if _OUT.fullmatch(squeezed) else ""


def find(text: str) -> str:
    """Return the first whole postcode inside a longer text, or ""."""
    found = re.search(rf"\b{_FULL.pattern}\b", text.upper())
    return normalise(found[0]) if found else ""
