"""What a misspelt word of a question was probably meant to be: the nearest word by which needs are recognised."""

import re
from difflib import get_close_matches
from functools import cache, lru_cache

from linkwell.matching.needs import NEEDS

SHORTEST = 5  # a shorter word is near too many others
NEAR = 0.8


@lru_cache(maxsize=10_000)
def meant(word: str) -> str:
    """Return the known word that is nearest to a word of five letters or more, or ""."""
    plain = word.lower()
    if not SHORTEST <= len(plain) <= 30:
        return ""
    return next(iter(get_close_matches(plain, _known(), n=1, cutoff=NEAR)), "")


@cache
def _known() -> tuple[str, ...]:
    phrases = " ".join(f"{need.label.lower()} {' '.join(need.words)} {' '.join(need.said)}" for need in NEEDS)
    return tuple(sorted({word for word in re.findall(r"[a-z]+", phrases) if len(word) >= SHORTEST}))
