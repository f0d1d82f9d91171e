"""One question to one segment as one block of numbers: Python writes it in one go, the compiled loops fill it.

limits (Ask) | what else is asked | what was found (`counting`) | lists of postings, eight numbers each
"""

from collections.abc import Sequence
from functools import lru_cache
from struct import Struct
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from linkwell.matching.index.columns import Ask, layout
from linkwell.matching.index.counting import FIRST_FACET, FIRST_HIT, HIT, HITS, NOWHERE
from linkwell.matching.index.memory import address

ON = Ask._fields.index("on")
LIMITS = len(Ask._fields)
MEANING, TRIED, NUMBER, RELEVANT, EVERYTHING, HITS_MOST, MISSES_MOST, ROWS, PART, LISTS_AT = range(LIMITS, LIMITS + 10)
FOUND = LIMITS + 10
MOST_RELEVANT = 62  # lists that can make a service relevant: a bit each; of more, the last only give points

_HEAD = Struct(layout(Ask).format + "10q")
_MARK = Struct("qqqqd")
_HIT = Struct("qqqqdqq")
Row = tuple[Any, ...]  # one that was kept, in the order of `counting.KEY` and its followers
OF_A_LIST = 8  # begin, end, kind, group, worth; how far it is read, the row there, how far it is read ahead


@lru_cache(maxsize=512)
def _lists(number: int) -> Struct:
    return Struct(f"{4 * number}q{number}d")


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


class Sheet:
    """The block, with what reads it."""

    __slots__ = ("arrays", "block", "misses_at", "terms", "view")

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
        begins, ends, kinds, groups, worth, held, first = [], [], [], [], [], [], 0
        for place, (_, _, gives, points, spans, group, _, _) in enumerate(terms):
            begin, end = spans[part]
            if begin < end:
                begins.append(begin)
                ends.append(end)
                kinds.append(gives)
                groups.append(group)
                worth.append(points)
                held.append(place)
                first += place < relevant
        number, self.misses_at = len(held), FOUND + FIRST_HIT + HIT * most
        mark_at = self.misses_at + HIT * near
        lists_at = mark_at + HIT
        self.block = np.zeros(lists_at + OF_A_LIST * number, np.int64)
        self.view = view = self.block.data
        first = min(first, MOST_RELEVANT)
        _HEAD.pack_into(view, 0, *limits, 0, 0, number, first, everything, most, near, 0, part, lists_at)
        _lists(number).pack_into(view, 8 * lists_at, *begins, *ends, *kinds, *groups, *worth)
        if mark is None:
            self.block[mark_at] = NOWHERE
        else:
            _MARK.pack_into(view, 8 * mark_at, mark[0], mark[1], 0, 0, mark[2])
        self.terms = held
        self.arrays: dict[int, NDArray[Any]] = {}

    @property
    def is_asked(self) -> bool:
        """Say whether anything of its segment could be found."""
        return bool(self.view[RELEVANT] or self.view[EVERYTHING])

    def keep(self, which: int, values: NDArray[Any]) -> None:
        """Hand the loops an array: points of each row, or where to write all rows."""
        self.block[which] = address(values)
        self.arrays[which] = values  # or it would be gone before it is read

    def meant(self, row: int) -> float:
        """Return the points of meaning that a row was given."""
        return float(self.arrays[MEANING][row]) if MEANING in self.arrays else 0.0

    def number(self, which: int) -> int:
        return int(self.view[FOUND + which])

    @property
    def facets(self) -> memoryview:
        return self.view[FOUND + FIRST_FACET : FOUND + FIRST_HIT]

    def best(self, which: int) -> list[Row]:
        """Return the rows that were kept."""
        first = FOUND + FIRST_HIT if which == HITS else self.misses_at
        return list(_HIT.iter_unpack(self.view[first : first + HIT * self.view[FOUND + which]]))

    def held(self, row: int) -> list[int]:
        """Return the terms whose lists stand at a row."""
        number, lists_at = len(self.terms), self.view[LISTS_AT]
        heads = self.view[lists_at + 6 * number : lists_at + 7 * number].tolist()
        return [term for term, head in zip(self.terms, heads, strict=True) if head == row]
