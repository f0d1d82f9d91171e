"""What differs between two texts, word by word. Pure."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

_WORDS = re.compile(r"\n|[^\s]+")
MOST_WORDS = 2_000


@dataclass(frozen=True)
class Piece:
    """Words in a row: `kind` is same, removed or added."""

    kind: str
    text: str


def difference(was: str, now: str) -> list[Piece]:
    """Return the pieces of both texts in reading order; very long ones are told as one removed and one added."""
    before, after = _WORDS.findall(was), _WORDS.findall(now)
    if len(before) > MOST_WORDS or len(after) > MOST_WORDS:
        return [Piece("removed", was), Piece("added", now)]
    pieces = []
    for what, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if what == "equal":
            pieces.append(Piece("same", _join(before[i:j])))
            continue
        if i < j:
            pieces.append(Piece("removed", _join(before[i:j])))
        if k < m:
            pieces.append(Piece("added", _join(after[k:m])))
    return pieces


def _join(words: list[str]) -> str:
    return " ".join(words).replace(" \n ", "\n").replace(" \n", "\n").replace("\n ", "\n")


def is_same(one: str, other: str) -> bool:
    """Say whether two texts differ in nothing but blanks."""
    return _lines(one) == _lines(other)


def _lines(text: str) -> list[str]:
    return [words for words in (" ".join(line.split()) for line in text.splitlines()) if words]
