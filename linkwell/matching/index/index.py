"""The engine's public face: one index of services, and what can be asked of it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from linkwell.matching import ranking, spelling
from linkwell.matching.index import changing, columns, store
from linkwell.matching.index.answering import Counted, Ranked, missed, suggestion
from linkwell.matching.index.asking import ask, ask_strictly, read, read_workload
from linkwell.matching.index.calling import search
from linkwell.matching.index.counting import COUNT, HITS, MISSES, NOT_SHOWN
from linkwell.matching.index.facts import Explained, Fit, ServiceFacts, Tried
from linkwell.matching.index.scanning import count_dead
from linkwell.matching.index.searched import Meaning, Part, Searched, experience, meant_of, rows_of
from linkwell.matching.index.segment import Segment
from linkwell.matching.index.sheet import FOUND, MEANING, RELEVANT, ROWS, TRIED, Row, Sheet
from linkwell.matching.query import Answer, Point, PublicAnswer, Query, Suggestion
from linkwell.matching.recognise import Own

if TYPE_CHECKING:
    from linkwell.matching.index.reverse import Questions


class ServiceIndex:
    """Services in memory-mapped columns; never changes once made, and any number of threads may search it."""

    def __init__(self, folder: Path, known: dict[str, Segment] | None = None) -> None:
        self.folder = folder
        self._stamp, self._current, segments = store.opened(folder, known or {})
        self._names = [self._current.main, *self._current.changes]
        self.parts: list[Part] = []
        self._dead_listed: list[NDArray[np.uint32]] = []
        gone = np.array(sorted(self._current.removed), np.int64)
        for segment in reversed(segments):
            dead_rows = rows_of(segment, gone)
            bits = np.zeros((len(segment) + 8) // 8, np.uint8)
            np.bitwise_or.at(bits, dead_rows >> 3, (1 << (dead_rows & 7)).astype(np.uint8))
            self.parts.insert(0, Part.of(segment, bits))
            listed = segment.arrays["rows"]["flags"][dead_rows] & columns.LISTED != 0
            self._dead_listed.insert(0, dead_rows[listed].astype(np.uint32))
            if segment is not segments[0]:
                gone = np.union1d(gone, segment.ids)
        self.listed = sum(one.head.listed for one in segments) - sum(map(len, self._dead_listed))
        self._known: dict[str, dict[str, tuple[int, tuple[tuple[int, int], ...]]]] = {"n": {}, "w": {}, "c": {}}
        self._meant: dict[str, tuple[str, str] | None] = {}

    @classmethod
    def build(
        cls, services: Iterable[ServiceFacts], folder: Path, *, tops: Mapping[str, str] | None = None, mark: str = ""
    ) -> "ServiceIndex":
        """Write a fresh generation of all services, switch to it, and return it; what searches goes on searching.

        Changes that `update` writes while this runs stay, so read the services after calling this: give a generator.
        tops   code → the code it counts under in the facet "need", where there are too many to show (at most 63)
        mark   a note of the caller's, kept with it: how far the changes go that it knows
        """
        changing.build(services, folder, tops=tops, mark=mark)
        return cls.open(folder)

    @classmethod
    def open(cls, folder: Path) -> "ServiceIndex":
        """Return the newest index of a folder; raise NoIndex where none was built."""
        return cls(folder)

    def latest(self) -> "ServiceIndex":
        """Return this index, or what another thread or process wrote since; costs one look at a file."""
        if store.stamp(self.folder) == self._stamp:
            return self
        return ServiceIndex(self.folder, dict(zip(self._names, (part.segment for part in self.parts), strict=True)))

    def update(
        self, changed: Iterable[ServiceFacts] = (), removed: Iterable[int] = (), *, mark: str | None = None
    ) -> "ServiceIndex":
        """Return the newest index with services changed, added and removed; all processes see it from now on."""
        changing.change(self.folder, changed, removed, mark)
        return self.latest()

    @property
    def mark(self) -> str:
        """Return the note of the caller's that was last kept."""
        return self._current.mark

    @property
    def changes(self) -> int:
        """Return how many services the changes since the last build hold: build again when they are many."""
        return sum(len(part.segment) for part in self.parts[1:]) + len(self._current.removed)

    def __len__(self) -> int:
        """Return how many services it knows, found or not."""
        return sum(len(part.segment) - int(np.bitwise_count(part.dead).sum()) for part in self.parts)

    def where(self, service_id: int) -> tuple[int, int]:
        """Return the part and the row of a service, -1 where it is not known."""
        for number, part in enumerate(self.parts):
            row = part.segment.row_of(service_id)
            if row >= 0 and not part.is_dead(row):
                return number, row
        return -1, -1

    def holding(self, kind: str, term: str) -> int:
        """Return how many listed services hold a need ("n"), a word's stem ("w") or a concept ("c")."""
        return self.known(kind, term)[0]

    def known(self, kind: str, term: str) -> tuple[int, tuple[tuple[int, int], ...]]:
        """Return how many listed services hold a term, and where its postings begin and end in each part."""
        known = self._known[kind]
        found = known.get(term)
        if found is None:
            listed, spans = 0, []
            for part, dead in zip(self.parts, self._dead_listed, strict=True):
                begin, end, holding = part.segment.span(kind, term)
                gone = int(count_dead(part.columns.posted, begin, end, dead)) if len(dead) and holding else 0
                listed += holding - gone
                spans.append((begin, end))
            if len(known) > 50_000:
                known.clear()
            found = known[term] = listed, tuple(spans)
        return found

    def meant(self, word: str) -> tuple[str, str] | None:
        """Return (stem, word) of the known word that a misspelt one was probably meant to be."""
        if word not in self._meant:
            if len(self._meant) > 5_000:
                self._meant.clear()
            words = [pair for part in self.parts for pair in part.segment.words_like(word)]
            self._meant[word] = spelling.nearest(word, words, lambda stem: self.known("w", stem)[0])
        return self._meant[word]

    def search(
        self,
        query: Query,
        *,
        on: date,
        weights: ranking.Weights = ranking.PRODUCT,
        own: Own = (),
        meaning: Meaning | None = None,
        tried: Mapping[int, Tried] | None = None,
    ) -> Answer:
        """Return all that fits, how many, the best with reasons, those that nearly fit and counts over all.

        own     the adopter's phrases for needs, (code, phrase)
        tried   service id → points and reason, from experience with it
        What only the directory knows of a suggestion (freshness, where, when, status) is left empty.
        """
        searched = self.searched(query, on=on, weights=weights, own=own, meaning=meaning, tried=tried or {})
        question, known = searched.question, tried or {}

        def made(row: Row) -> Suggestion:
            hit = searched.hit(row)
            return suggestion(question, hit, tried=known.get(hit.service_id), meaning=hit.sheet.meant(hit.row))

        ranked = Ranked(searched.best(HITS, query.limit, query.offset), made)
        counted = Counted(searched.facets())
        return Answer(
            count=searched.total(COUNT),
            suggestions=tuple(ranked) if weights.is_product else ranked,
            near_misses=tuple(missed(question, searched.hit(row)) for row in searched.best(MISSES, weights.near_misses))
            if weights.near_misses
            else (),
            facets=counted.facets if weights.is_product else counted,
            heard=tuple(question.heard.items()),
            words_not_found=question.words_not_found,
            not_shown=searched.total(NOT_SHOWN),
            looked_for=question.looked_for,
        )

    def searched(
        self,
        query: Query,
        *,
        on: date,
        weights: ranking.Weights = ranking.PRODUCT,
        public: bool = False,
        own: Own = (),
        meaning: Meaning | None = None,
        tried: Mapping[int, Tried] | None = None,
        mark: tuple[int, int, float] | None = None,
        all_rows: bool = False,
    ) -> Searched:
        """Return what the compiled loops find, in numbers: what `search`, or `public`, makes an answer of."""
        if weights.is_product:
            question = read(query, self, expands=weights.expands, own=own)
        else:
            question = read_workload(query, self)
        day, most, sheets = on.toordinal(), query.limit + query.offset, []
        budget = 1 if weights.near_misses else 0
        everything = question.everything or meaning is not None
        is_asked = not question.nothing or meaning is not None
        for number, part in enumerate(self.parts):
            if public:
                limits = ask_strictly(query, part.segment, on=day)
            else:
                limits = ask(query, part.segment, on=day, budget=budget, product=weights.is_product)
            sheet = Sheet(limits, question.terms, number, relevant=question.relevant, everything=everything, most=most,
                          near=weights.near_misses, mark=mark)  # fmt: skip
            sheets.append(sheet)
            if not (is_asked and (everything or sheet.view[RELEVANT]) and len(part.segment)):
                sheet.clear()
                continue
            if meaning is not None:
                sheet.keep(MEANING, meant_of(part, sheet, meaning))
            if tried:
                sheet.keep(TRIED, experience(part, tried))
            if all_rows:
                sheet.keep(ROWS, np.empty(len(part.segment), np.int64))
            search(part.at, sheet.at)
        return Searched(question, self.parts, sheets)

    def all_of(self, query: Query, *, on: date, weights: ranking.Weights = ranking.PRODUCT) -> NDArray[np.int64]:
        """Return the ids of all services that fit, ascending."""
        searched = self.searched(query, on=on, weights=weights, all_rows=True)
        found = [
            part.segment.ids[sheet.arrays[ROWS][: sheet.view[FOUND + COUNT]]]
            for part, sheet in zip(searched.parts, searched.sheets, strict=True)
            if ROWS in sheet.arrays
        ]
        return np.sort(np.concatenate(found)) if found else np.empty(0, np.int64)

    def public(
        self, query: Query, *, on: date, own: Own = (), meaning: Meaning | None = None, expands: bool = True
    ) -> PublicAnswer:
        """Return a page of what the public finds: strict filters, and counts of what each would leave."""
        from linkwell.matching.index.public import public

        return public(self, query, on=on, own=own, meaning=meaning, expands=expands)

    def holding_all(self, beginnings: Sequence[str], *, on: date) -> NDArray[np.int64]:
        """Return the ids, ascending, of what may be published and holds a stem from each of these beginnings."""
        from linkwell.matching.index.public import holding_all

        return holding_all(self, beginnings, on=on)

    def explain(
        self,
        query: Query,
        service_id: int,
        *,
        on: date,
        weights: ranking.Weights = ranking.PRODUCT,
        own: Own = (),
        meaning: Meaning | None = None,
        tried: Mapping[int, Tried] | None = None,
    ) -> Explained:
        """Return why a service is not in the list of a question, or at which rank it stands."""
        from linkwell.matching.index.explaining import explain

        return explain(self, query, service_id, on=on, weights=weights, own=own, meaning=meaning, tried=tried)

    def packed(self, questions: Sequence[Query], *, own: Own = ()) -> "Questions":
        """Return many questions read once, to be asked about one service after the other."""
        from linkwell.matching.index.reverse import Questions

        return Questions.pack(questions, self, own=own)

    def reverse(
        self, facts: ServiceFacts, questions: "Sequence[Query] | Questions", *, on: date, own: Own = ()
    ) -> list[Fit]:
        """Return which questions a service would fit, the best first; `packed` reads many for asking often."""
        from linkwell.matching.index.reverse import Questions

        asked = questions if isinstance(questions, Questions) else self.packed(questions, own=own)
        return asked.fits(facts, on=on)

    def gaps(
        self, areas: Sequence[tuple[Point, str]], needs: Sequence[str], limits: Query, *, on: date
    ) -> NDArray[np.int32]:
        """Return how many services fit, (areas × needs): each area a point and its outward code ("" for none)."""
        from linkwell.matching.index.gaps import gaps

        return gaps(self, areas, needs, limits, on=on)
