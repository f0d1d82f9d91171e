"""One question to one segment as one block of numbers: Python writes it in one go, the compiled loops fill it.

    limits (Ask) | what else is asked | a row to compare with | what was found (`counting`) | lists of postings

It is written and read without NumPy, and its memory is used again: each library that a search wakes costs it more than
its own work, where other work has emptied the processor's caches.
"""

from collections.abc import Sequence
from functools import lru_cache
from struct import Struct
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from linkwell.matching.index.columns import HEAD, OF_A_LIST, Ask, layout
from linkwell.matching.index.counting import FIRST_FACET, FIRST_HIT, HIT, HITS, NOWHERE
from linkwell.matching.index.memory import address

ON = Ask._fields.index("on")
LIMITS = len(Ask._fields)
MEANING, TRIED, NUMBER, RELEVANT, EVERYTHING, HITS_MOST, MISSES_MOST, ROWS, PART, LISTS_AT = range(LIMITS, LIMITS + 10)
FOUND = LIMITS + 15
FACETS_AT = FOUND + FIRST_FACET
MOST_RELEVANT = 62  # lists that can make a service relevant: a bit each; of more, the last only give points
USUAL, MOST_SPARE = 1_024, 64  # numbers of a block; blocks that wait to be used again

_HEAD = Struct(layout(Ask).format + "10q4qd")
_HIT = Struct("qqqqdqq")
_NO_MARK = NOWHERE, 0, 0.0

Row = tuple[Any, ...]  # one that was kept, in the order of `counting.KEY` and its followers


@lru_cache(maxsize=512)
def _lists(number: int) -> Struct:
    return Struct("4qd3q" * number)


class Term(NamedTuple):
    """One list of postings to read: kind and name of the term, what it gives points for and how many."""

    kind: str  # n, w or c: a need, a word, a concept of the synonyms
    name: str
    gives: int
    worth: float
    spans: Sequence[tuple[int, int]] = ()  # where it begins and ends in each segment
    group: int = -1  # the asked word that it stands for
    asked: str = ""  # that word, as it was asked
    shown: str = ""  # the word that is looked for, as a reason quotes it


class _Block:
    """Memory, what Python reads and writes it by, and where it lies."""

    __slots__ = ("at", "size", "view")

    def __init__(self, size: int) -> None:
        numbers = np.zeros(size, np.int64)
        self.size, self.view, self.at = size, numbers.data, address(numbers)


_spare: list[_Block] = []


class Sheet:
    """A block with one question, and what reads it; the block is used again when nobody holds the sheet any more."""

    __slots__ = ("arrays", "at", "block", "misses_at", "terms", "view")

    def __init__(
        self,
        limits: Ask,
        terms: Sequence[Term],
        part: int,
        *,
        relevant: int = 0,
        everything: bool = False,
        most: int = 0,
        near: int = 0,
        mark: tuple[int, int, float] | None = None,
    ) -> None:
        lists: list[Any] = []
        held, first = [], 0
        for place, (_, _, gives, worth, spans, group, _, _) in enumerate(terms):
            begin, end = spans[part]
            if begin < end:
                lists += (begin, end, gives, group, worth, begin, 0, begin)
                held.append(place)
                first += place < relevant
        number, self.misses_at = len(held), FOUND + FIRST_HIT + HIT * most
        lists_at = self.misses_at + HIT * near
        self.block = block = _block(lists_at + OF_A_LIST * number)
        self.view, self.at, self.terms = block.view, block.at, held
        self.arrays: dict[int, NDArray[Any]] = {}
        first = min(first, MOST_RELEVANT)
        key, order, metres = mark or _NO_MARK
        _HEAD.pack_into(self.view, 0, *limits, 0, 0, number, first, everything, most, near, 0, part, lists_at,
                        key, order, 0, 0, metres)  # fmt: skip
        _lists(number).pack_into(self.view, 8 * lists_at, *lists)

    def __del__(self, spare: list[_Block] = _spare) -> None:
        if self.block.size == USUAL and len(spare) < MOST_SPARE:
            spare.append(self.block)

    def clear(self) -> None:
        """Have it say that nothing was found."""
        for place in range(FOUND, FOUND + FIRST_HIT):
            self.view[place] = 0

    def keep(self, which: int, values: NDArray[Any]) -> None:
        """Hand the loops an array: points of each row, or where to write all rows."""
        self.view[which] = address(values)
        self.arrays[which] = values  # or it would be gone before it is read

    def meant(self, row: int) -> float:
        """Return the points of meaning that a row was given."""
        return float(self.arrays[MEANING][row]) if MEANING in self.arrays else 0.0

    def best(self, which: int) -> list[Row]:
        """Return the rows that were kept."""
        first = FOUND + FIRST_HIT if which == HITS else self.misses_at
        return list(_HIT.iter_unpack(self.view[first : first + HIT * self.view[FOUND + which]]))

    def held(self, row: int) -> list[int]:
        """Return the terms whose lists stand at a row."""
        heads = self.view[self.view[LISTS_AT] + HEAD :: OF_A_LIST].tolist()
        return [term for term, head in zip(self.terms, heads, strict=False) if head == row]


def _block(size: int) -> _Block:
    if size > USUAL:
        return _Block(size)
    try:
        return _spare.pop()
    except IndexError:
        return _Block(USUAL)
