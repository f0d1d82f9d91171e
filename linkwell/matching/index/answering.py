"""From rows to an answer: suggestions with the numbers that ranked them, near misses, facets with their labels."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import compress
from math import isnan
from typing import TYPE_CHECKING, Any, NamedTuple, overload

import numpy as np

from linkwell.matching import needs, vocabulary
from linkwell.matching.index import columns as at
from linkwell.matching.index.asking import Question
from linkwell.matching.index.calling import one_row
from linkwell.matching.index.counting import HIT_ID, KEY
from linkwell.matching.index.facts import Tried
from linkwell.matching.index.judging import FAILS, WAYS
from linkwell.matching.index.scanning import ROUND
from linkwell.matching.index.segment import Segment
from linkwell.matching.index.sheet import Row, Sheet
from linkwell.matching.query import Facet, NearMiss, Parts, Query, Suggestion
from linkwell.matching.reasons import Facts, ask_first, near_miss, reasons

if TYPE_CHECKING:
    from linkwell.matching.index.searched import Part


class Hit(NamedTuple):
    """One row of one part of the index as its sheet asks about it, with its rank's points."""

    part: "Part"
    sheet: Sheet
    row: int
    score: float
    metres: float
    fails: int

    @property
    def service_id(self) -> int:
        return int(self.part.segment.ids[self.row])


class Ranked(Sequence[Suggestion]):
    """Suggestions, each made when it is looked at; ids and scores are there at once."""

    def __init__(self, rows: Sequence[Row], make: Callable[[Row], Suggestion]) -> None:
        self.rows, self.make = rows, make

    @property
    def ids(self) -> list[int]:
        return [row[HIT_ID] for row in self.rows]

    @property
    def scores(self) -> list[float]:
        return [row[KEY] / ROUND for row in self.rows]

    def __len__(self) -> int:
        return len(self.rows)

    @overload
    def __getitem__(self, place: int) -> Suggestion: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Suggestion]: ...
    def __getitem__(self, place: int | slice) -> Suggestion | Sequence[Suggestion]:
        if isinstance(place, slice):
            return tuple(self.make(row) for row in self.rows[place])
        return self.make(self.rows[place])


class Counted(Mapping[str, tuple[Facet, ...]]):
    """Facets, with their labels when they are looked at; the counts by code are there at once."""

    def __init__(self, counts: Sequence[tuple[Segment, Sheet]]) -> None:
        self.raw = counts
        self._facets: dict[str, tuple[Facet, ...]] | None = None

    def counts(self) -> dict[str, dict[str, int]]:
        """Return facet → value → how many of all that fit."""
        found: dict[str, dict[str, int]] = {}
        for segment, sheet in self.raw:
            for facet, where, codes in segment.facets:
                counts = sheet.view[where].tolist()
                values = dict(zip(compress(codes, counts), filter(None, counts), strict=True))
                if facet not in found:
                    found[facet] = values
                    continue
                for code, count in values.items():
                    found[facet][code] = found[facet].get(code, 0) + count
        return {facet: values for facet, values in found.items() if values}

    @property
    def facets(self) -> dict[str, tuple[Facet, ...]]:
        if self._facets is None:
            self._facets = {
                facet: tuple(
                    sorted((Facet(value, _label(facet, value), n) for value, n in values.items()), key=_order(facet))
                )
                for facet, values in self.counts().items()
            }
        return self._facets

    def __getitem__(self, facet: str) -> tuple[Facet, ...]:
        return self.facets[facet]

    def __iter__(self) -> Iterator[str]:
        return iter(self.facets)

    def __len__(self) -> int:
        return len(self.facets)


_UNKNOWN = {"mode": "Not stated how", "day": "Days not stated", "cost": "Cost not stated"}
COSTS = ("unknown", "free", "paid")


def _order(facet: str) -> Callable[[Facet], Any]:
    if facet == "day":
        return lambda one: one.value
    return lambda one: (one.value == "unknown", -one.count, one.label)


def _label(facet: str, value: str) -> str:
    if value == "unknown":
        return _UNKNOWN[facet]
    match facet:
        case "need":
            return needs.label(value)
        case "mode":
            said = vocabulary.MODES.get(value, value)
            return said[0].upper() + said[1:]
        case "day":
            return vocabulary.DAYS[int(value)]
        case "language":
            return vocabulary.LANGUAGES.get(value, value)
    return {"free": "Free", "paid": "Costs money"}[value]


@dataclass(frozen=True)
class Seen:
    """One service in the light of one question: what reasons are made of."""

    facts: Facts
    parts: Parts
    way: str
    place: int
    location_id: int | None
    fails: int
    modes: tuple[str, ...]
    is_relevant: bool


def see(question: Question, hit: Hit, *, tried: Tried | None = None, meaning: float = 0.0) -> Seen:
    """Return what is known of one service, and the numbers of its rank."""
    part, row = hit.part, hit.row
    segment = part.segment
    fails, way, place, numbers, metres = one_row(part.at, hit.sheet.at, row)
    held = hit.sheet.held(row)
    one, kept = segment.arrays["rows"][row], segment.kept(row)
    there = segment.arrays["places"][place] if place >= 0 else None
    access = int(one["yes"])
    if there is not None:
        access = (access | int(there["yes"])) & ~int(there["no"])
    modes = tuple(mode for bit, mode in enumerate(at.MODES) if int(one["flags"]) >> bit & 1)
    met, instead = _words_met(question, held)
    facts = Facts(
        way=WAYS[way] or "place",
        metres=None if isnan(metres) else metres,
        is_approximate=there is not None and bool(there["is_outcode"]),
        modes=modes,
        need_phrases={code: (is_strong, phrase) for code, is_strong, phrase in kept.needs},
        words_met=met,
        access_met=frozenset(segment.codes(segment.head.access, access)),
        languages=vocabulary.in_order(segment.codes(segment.head.languages, int(one["languages"]))),
        slots=slots_of(one),
        is_free={0: None, 1: True, 2: False}[int(one["flags"]) >> at.COST_AT & 3],
        cost=kept.cost,
        minimum_age=None if one["low"] == at.AGELESS else int(one["low"]),
        maximum_age=None if one["high"] == at.OLDEST else int(one["high"]),
        operating=at.OPERATING[int(one["flags"]) >> at.OPERATING_AT & 7],
        wait_weeks=None if one["wait"] < 0 else int(one["wait"]),
        area=kept.area,
        place=_place(segment, row, place, kept),
        words_instead=instead,
    )
    parts = Parts(*(*numbers, meaning, tried.points if tried else 0.0))
    location = int(there["location"]) if there is not None else None
    is_relevant = question.everything or meaning > 0 or any(term < question.relevant for term in held)
    return Seen(facts, parts, WAYS[way], int(place), location, int(fails), modes, is_relevant)


def slots_of(one: Any) -> int | None:
    """Return the weekly slots of a row, None while they are not known."""
    return None if int(one["slots"]) & at.UNKNOWN_SLOTS else int(one["slots"]) & 0x1FFFFF


def _place(segment: Any, row: int, place: int, kept: Any) -> str:
    if int(segment.arrays["rows"][row]["flags"]) & at.HIDDEN_PLACE:
        return ""
    if place >= 0 and kept.addresses:
        return str(kept.addresses[place - int(segment.arrays["place_start"][row])])
    return str(kept.place)


def _words_met(question: Question, held: list[int]) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    """Return the asked words that stand there, and those for which another does: (asked, met)."""
    terms = [question.terms[place] for place in sorted(held)]
    exact = {term.group: term.shown for term in terms if term.kind == "w" and term.asked == term.shown}
    instead = {term.group: (term.asked, term.shown) for term in terms if term.asked and term.group not in exact}
    return tuple(exact[group] for group in sorted(exact)), tuple(instead[group] for group in sorted(instead))


def suggestion(
    question: Question, hit: Hit, *, tried: Tried | None = None, meaning: float = 0.0
) -> Suggestion:  # fmt: skip
    """Return one suggestion; what only the directory knows of it (freshness, where, when, status) is empty."""
    query: Query = question.query
    seen, kept = see(question, hit, tried=tried, meaning=meaning), hit.part.segment.kept(hit.row)
    said = reasons(query, seen.facts, question.heard)
    return Suggestion(
        service_id=hit.service_id,
        public_id=kept.uuid,
        name=kept.name,
        organisation_id=kept.organisation_id,
        organisation=kept.organisation,
        score=hit.score,
        parts=seen.parts,
        reasons=(*said, tried.reason) if tried and tried.reason else said,
        ask_first=ask_first(query, seen.facts),
        freshness="",
        is_stale=False,
        where="",
        metres=seen.facts.metres if seen.way == "place" else None,
        when="",
        cost="Free" if seen.facts.is_free else kept.cost,
        status="",
        modes=tuple(vocabulary.MODES[mode] for mode in seen.modes),
        location_id=seen.location_id,
    )


def missed(question: Question, hit: Hit) -> NearMiss:
    """Return what fits but for one thing."""
    seen, kept = see(question, hit), hit.part.segment.kept(hit.row)
    code = FAILS[hit.fails.bit_length() - 1]
    fails = near_miss(question.query, seen.facts, code, back_on=back_on(hit.part, hit.row))
    return NearMiss(hit.service_id, kept.uuid, kept.name, kept.organisation, fails, hit.score, code)


def back_on(part: "Part", row: int) -> date | None:
    """Return the day a service is back from its break, if it has one."""
    rows = part.segment.arrays["break_rows"]
    place = int(np.searchsorted(rows, row))
    if place == len(rows) or rows[place] != row:
        return None
    return date.fromordinal(int(part.segment.arrays["breaks"][place, 1]))
