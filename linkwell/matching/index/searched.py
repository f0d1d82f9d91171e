"""One search in numbers, segment by segment: what an answer is made of."""

from collections.abc import Mapping
from itertools import chain, pairwise
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from linkwell.matching.index.answering import Hit
from linkwell.matching.index.asking import Question
from linkwell.matching.index.calling import all_candidates
from linkwell.matching.index.columns import Columns, Shape, layout
from linkwell.matching.index.counting import HIT_FAILS, HIT_ID, HIT_PART, HIT_ROW, KEY, METRES
from linkwell.matching.index.facts import Tried
from linkwell.matching.index.memory import address
from linkwell.matching.index.scanning import ROUND
from linkwell.matching.index.segment import Segment
from linkwell.matching.index.sheet import FOUND, Row, Sheet

_BLOCK = layout(Columns, Shape)


class Meaning(Protocol):
    """What the words of one question mean to each service: made for one search, asked once or twice in it."""

    def points(self, service_ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the points of each service, aligned with the ids; above 0 makes it relevant by itself."""
        ...


class Part(NamedTuple):
    """One segment as an index reads it."""

    segment: Segment
    columns: Columns
    dead: NDArray[np.uint8]  # a bit a row
    block: NDArray[np.int64]  # the columns and the shape of the segment, as `calling.segment_at` reads them
    at: int  # its address

    @classmethod
    def of(cls, segment: Segment, dead: NDArray[np.uint8]) -> "Part":
        """Return a segment with the rows that are dead."""
        columns = segment.columns(dead)
        block = np.frombuffer(_BLOCK.pack(*columns, *segment.shape), np.int64)
        return cls(segment, columns, dead, block, address(block))

    def is_dead(self, row: int) -> bool:
        return bool(self.dead[row >> 3] >> (row & 7) & 1)


class Searched(NamedTuple):
    """What the compiled loops found of one question, part by part."""

    question: Question
    parts: list[Part]
    sheets: list[Sheet]

    def total(self, which: int) -> int:
        total = 0
        for sheet in self.sheets:
            total += sheet.view[FOUND + which]
        return total

    def best(self, which: int, most: int, skip: int = 0) -> list[Row]:
        """Return the best of all parts, in order: points, then nearer, then by name and id."""
        rows: list[Row] = self.sheets[0].best(which)
        if len(self.sheets) > 1:
            rows = sorted(chain(rows, *(sheet.best(which) for sheet in self.sheets[1:])), key=_rank)
            if any(_rank(one) == _rank(other) for one, other in pairwise(rows)):
                rows.sort(key=self._by_name)
        return rows[skip : skip + most]

    def facets(self) -> list[tuple[Segment, Sheet]]:
        """Return where the counters of each part stand."""
        return [(part.segment, sheet) for part, sheet in zip(self.parts, self.sheets, strict=True)]

    def hit(self, row: Row) -> Hit:
        """Return a row that was kept with the part that it is of."""
        part = row[HIT_PART]
        return Hit(self.parts[part], self.sheets[part], row[HIT_ROW], row[KEY] / ROUND, row[METRES], row[HIT_FAILS])

    def _by_name(self, row: Row) -> tuple[int, float, str, int]:
        name = self.parts[row[HIT_PART]].segment.kept(row[HIT_ROW]).name
        return -row[KEY], row[METRES], name, row[HIT_ID]


def _rank(row: Row) -> tuple[int, float]:
    return -row[KEY], row[METRES]


def rows_of(segment: Segment, ids: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the rows of services that are in a segment, ascending."""
    known = segment.arrays["sorted_ids"]
    if not len(ids) or not len(known):
        return np.empty(0, np.int64)
    places = np.minimum(np.searchsorted(known, ids), len(known) - 1)
    return np.sort(segment.arrays["row_of_sorted"][places[known[places] == ids]].astype(np.int64))


def meant_of(part: Part, sheet: Sheet, meaning: Meaning) -> NDArray[np.float32]:
    """Return the points of meaning of each row that breaks no limit, or nearly none; 0 of the others."""
    rows = all_candidates(part.at, sheet.at)
    points = np.zeros(len(part.segment), np.float32)
    points[rows] = meaning.points(part.segment.ids[rows])
    return points


def experience(part: Part, tried: Mapping[int, Tried]) -> NDArray[np.float32]:
    """Return the points of experience of each row."""
    points = np.zeros(len(part.segment), np.float32)
    for service_id, one in tried.items():
        row = part.segment.row_of(service_id)
        if row >= 0:
            points[row] = one.points
    return points
