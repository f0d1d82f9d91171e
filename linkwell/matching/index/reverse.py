"""The reverse question: which of many open questions would a new service fit?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from linkwell.matching.index.asking import ask, read
from linkwell.matching.index.encoding import Coded, Encoder, frozen
from linkwell.matching.index.facts import Fit, ServiceFacts
from linkwell.matching.index.packing import packed
from linkwell.matching.index.segment import columns_of, key_of
from linkwell.matching.index.sweeping import against, meets
from linkwell.matching.query import Query
from linkwell.matching.recognise import Own

if TYPE_CHECKING:
    from linkwell.matching.index.index import ServiceIndex


class _Codes:
    """The numbers that questions give to codes, as a segment would; the service is encoded with the same."""

    def __init__(self, queries: Sequence[Query]) -> None:
        access = dict.fromkeys(code for query in queries for code in query.access_needs)
        languages = dict.fromkeys(code for query in queries for code in query.languages)
        outcodes = dict.fromkeys(query.home_outcode for query in queries if query.home_outcode)
        self.bit_of_access = {code: 1 << bit for bit, code in enumerate(access)}
        self.bit_of_language = {code: 1 << bit for bit, code in enumerate(languages)}
        self.access_asked: dict[tuple[str, ...], tuple[int, int, int, int]] = {}
        self.outcode_number = {code: number for number, code in enumerate(outcodes)}


class _Readings:
    """What questions are about, each needs and words read once: many people ask for the same."""

    def __init__(self, index: "ServiceIndex", own: Own) -> None:
        self.index, self.own = index, own
        self.number: dict[tuple[tuple[str, ...], str], int] = {}
        self.term: dict[tuple[str, str], int] = {}
        self.begins, self.everything = [0], list[bool]()
        self.terms, self.kinds, self.worth = list[int](), list[tuple[int, int, bool]](), list[float]()

    def of(self, query: Query) -> int:
        """Return the number of the reading of a question."""
        about = query.needs, query.words
        known = self.number.get(about)
        if known is None:
            known = self.number[about] = len(self.everything)
            self._read(query)
        return known

    def _read(self, query: Query) -> None:
        question, number = read(query, self.index, expands=True, own=self.own), self.term
        for place, term in enumerate(question.terms):
            self.terms.append(number.setdefault((term.kind, term.name), len(number)))
            self.kinds.append((term.gives, term.group, place < question.relevant))
            self.worth.append(term.worth)
        self.begins.append(len(self.terms))
        self.everything.append(question.everything)


@dataclass(frozen=True)
class Questions:
    """Many questions, read once against an index for the rarity of their words, to be asked often.

    limits    (questions, numbers of Ask); readings: what each is about, of which
    begins    where the terms of a reading begin, each a place in `keys`; kinds: (gives, group, is relevant)
    keys      of all terms, in no order
    """

    codes: _Codes
    limits: NDArray[np.int64]
    readings: NDArray[np.int64]
    begins: NDArray[np.int64]
    terms: NDArray[np.int64]
    kinds: NDArray[np.int64]
    worth: NDArray[np.float64]
    everything: NDArray[np.bool_]
    keys: dict[int, int]

    @classmethod
    def pack(cls, queries: Sequence[Query], index: "ServiceIndex", *, own: Own = ()) -> "Questions":
        """Return the questions packed; about 5 µs each, and 50 for each that is about something new."""
        codes: Any = _Codes(queries)
        known = _Readings(index, own)
        readings = [known.of(query) for query in queries]
        limits = packed(ask(query, codes, on=0, budget=0, product=True) for query in queries)
        return cls(
            codes, limits, np.array(readings, np.int64), np.array(known.begins, np.int64),
            np.array(known.terms, np.int64), np.array(known.kinds, np.int64).reshape(-1, 3),
            np.array(known.worth, np.float64), np.array(known.everything, np.bool_),
            {key_of(kind, name): number for (kind, name), number in known.term.items()},
        )  # fmt: skip

    def __len__(self) -> int:
        return len(self.limits)

    def fits(self, facts: ServiceFacts, *, on: date) -> list[Fit]:
        """Return which questions a service would fit, with points, the best first."""
        encoder = Encoder()
        encoder.access = Coded("access needs", 16, list(self.codes.bit_of_access))
        encoder.languages = Coded("languages", 63, list(self.codes.bit_of_language))
        encoder.outcodes = Coded("outward codes", 2**32, list(self.codes.outcode_number))
        encoder.add(facts)
        head, arrays = frozen(encoder)
        if head["sections"][2] == 0:
            return []  # closed, gone or left out: it fits nobody
        held = np.full(len(self.keys), -1, np.int16)
        for key, weight in zip(arrays["keys"].tolist(), arrays["weight"].tolist(), strict=True):
            if (term := self.keys.get(key)) is not None:
                held[term] = weight
        about = meets(self.begins, self.terms, self.kinds, self.worth, self.everything, held)
        columns = columns_of(arrays, np.zeros(2, np.uint8))
        questions, points, metres = against(columns, self.limits, self.readings, about, on.toordinal())
        points = points.round(6)
        best = np.lexsort((questions, -points))
        return [
            Fit(question, score, None if far != far else far)
            for question, score, far in zip(
                questions[best].tolist(), points[best].tolist(), metres[best].tolist(), strict=True
            )
        ]  # fmt: skip
