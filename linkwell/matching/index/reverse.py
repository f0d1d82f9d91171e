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
from linkwell.matching.index.sweeping import against
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
        self.outcode_number = {code: number for number, code in enumerate(outcodes)}


@dataclass(frozen=True)
class Questions:
    """Many questions, read once against an index for the rarity of their words, to be asked often."""

    codes: _Codes
    reals: NDArray[np.float64]
    wholes: NDArray[np.int64]
    begins: NDArray[np.int64]
    terms: NDArray[np.uint64]
    kinds: NDArray[np.int64]
    worth: NDArray[np.float64]

    @classmethod
    def pack(cls, queries: Sequence[Query], index: "ServiceIndex", *, own: Own = ()) -> "Questions":
        """Return the questions packed; about 10 to 50 µs each."""
        codes: Any = _Codes(queries)
        asks, everything, begins, terms, kinds, worth = [], [], [0], [], [], []
        for query in queries:
            question = read(query, index, expands=True, own=own)
            asks.append(ask(query, codes, on=0, budget=0, product=True))
            everything.append(question.everything)
            for place, term in enumerate(question.terms):
                terms.append(key_of(term.kind, term.name))
                kinds.append((term.gives, term.group, place < question.relevant))
                worth.append(term.worth)
            begins.append(len(terms))
        reals, wholes = packed(asks, everything=everything)
        return cls(
            codes, reals, wholes, np.array(begins, np.int64), np.array(terms, np.uint64),
            np.array(kinds, np.int64).reshape(-1, 3), np.array(worth, np.float64),
        )  # fmt: skip

    def __len__(self) -> int:
        return len(self.reals)

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
        columns = columns_of(arrays, np.zeros(2, np.uint8))
        points, metres = against(columns, arrays["keys"], arrays["weight"], self.reals, self.wholes, self.begins,
                                 self.terms, self.kinds, self.worth, on.toordinal())  # fmt: skip
        fits = np.flatnonzero(~np.isnan(points))
        fits = fits[np.lexsort((fits, -points[fits].round(6)))]
        return [
            Fit(question, round(score, 6), None if far != far else far)
            for question, score, far in zip(
                fits.tolist(), points[fits].tolist(), metres[fits].tolist(), strict=True
            )
        ]  # fmt: skip
