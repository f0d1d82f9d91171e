"""One search in numbers, segment by segment: what an answer is made of."""

from collections.abc import Mapping
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from linkwell.matching.index.answering import Found, Hit
from linkwell.matching.index.asking import Question
from linkwell.matching.index.columns import Ask, Columns
from linkwell.matching.index.facts import Tried
from linkwell.matching.index.scanning import candidates
from linkwell.matching.index.segment import Segment


class Meaning(Protocol):
    """What the words of one question mean to each service: made for one search, asked once or twice in it."""

    def points(self, service_ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the points of each service, aligned with the ids; above 0 makes it relevant by itself."""
        ...


class Part(NamedTuple):
    """One segment as an index reads it, asked one question."""

    segment: Segment
    columns: Columns
    dead: NDArray[np.uint8]  # a bit a row
    ask: Ask | None = None

    def is_dead(self, row: int) -> bool:
        return bool(self.dead[row >> 3] >> (row & 7) & 1)


class Searched(NamedTuple):
    """What the compiled loops found of one question, part by part."""

    question: Question
    parts: list[Part]
    found: list[Found]
    meaning: list[NDArray[np.float32] | None]

    def total(self, which: int) -> int:
        return sum(int(one.whole[which]) for one in self.found)

    def best(self, which: int, most: int, skip: int = 0) -> list[Hit]:
        """Return the best of all parts, in order: points, then nearer, then by name and id."""
        hits = [
            Hit(part, row, key / 1e6, metres, fails)
            for part, found in zip(self.parts, self.found, strict=True)
            for key, _, row, fails, metres in found.best(which)
        ]
        if len(self.parts) > 1:
            hits.sort(key=lambda one: (-one.score, one.metres, one.name, one.service_id))
        return hits[skip : skip + most]


def meaning_points(searched: Searched, hit: Hit) -> float:
    """Return the points of meaning of one row that was found."""
    for part, points in zip(searched.parts, searched.meaning, strict=True):
        if part.segment is hit.part.segment and points is not None:
            return float(points[hit.row])
    return 0.0


def rows_of(segment: Segment, ids: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the rows of services that are in a segment, ascending."""
    known = segment.arrays["sorted_ids"]
    if not len(ids) or not len(known):
        return np.empty(0, np.int64)
    places = np.minimum(np.searchsorted(known, ids), len(known) - 1)
    return np.sort(segment.arrays["row_of_sorted"][places[known[places] == ids]].astype(np.int64))


def meant_of(part: Part, limits: Ask, meaning: Meaning) -> NDArray[np.float32]:
    """Return the points of meaning of each row that breaks no limit, or nearly none; 0 of the others."""
    rows = candidates(part.columns, part.segment.shape, limits)
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
