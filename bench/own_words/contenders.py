"""Ways of ranking the fictional directory by what somebody says: each returns points, statement by service."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from functools import cache
from math import log
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from bench.own_words import data
from bench.own_words.data import Statement
from linkwell.matching import words
from linkwell.matching.index import ServiceFacts, ServiceIndex
from linkwell.matching.meaning.scorer import Encoder, Meanings, whole
from linkwell.matching.query import Parts, Query
from linkwell.matching.recognise import needs_of_entry

ON = date(2026, 11, 23)
SATURATION, LENGTH = 1.2, 0.75  # BM25's k1 and b as they are usually set

Points = NDArray[np.float64]


def bm25(asked: Sequence[Statement]) -> Points:
    """Return BM25 over the stems of name and text, as a text search ranks."""
    held = [Counter(stem for stem, _ in words.sequence(f"{one.name} {one.text}")) for one in data.services()]
    lengths = np.array([sum(counts.values()) for counts in held])
    found = np.zeros((len(asked), len(held)))
    for row, one in enumerate(asked):
        for stem in words.stems(one.said):
            counts = np.array([entry[stem] for entry in held])
            holding = int((counts > 0).sum())
            rarity = log(1 + (len(held) - holding + 0.5) / (holding + 0.5))
            norm = SATURATION * (1 - LENGTH + LENGTH * lengths / lengths.mean())
            found[row] += rarity * counts * (SATURATION + 1) / (counts + norm)
    return found


def alone(asked: Sequence[Statement], encoder: Encoder) -> Points:
    """Return the cosine of the vectors and nothing else."""
    said = encoder.encode([one.said for one in asked])
    return (said @ encoder.encode([whole(one.name, one.text) for one in data.services()]).T).astype(float)


def nearness(asked: Sequence[Statement], encoder: Encoder) -> Points:
    """Return cosine and themes together, as the product keeps and scans them."""
    held = meanings(encoder)
    return np.array([held.statement(one.said).nearness(_ids()) for one in asked], float)


def product(asked: Sequence[Statement], encoder: Encoder | None = None) -> Points:
    """Return the score of the product's own search, with meaning where an encoder is given; −∞ for what it leaves."""
    return _scores(asked, meanings(encoder) if encoder else None)


def parts(asked: Sequence[Statement]) -> list[dict[int, Parts]]:
    """Return the numbers of the product's search without meaning: service id → parts, for each statement."""
    found = []
    for one in asked:
        answer = index().search(Query(words=one.said, limit=len(data.services())), on=ON)
        found.append({each.service_id: each.parts for each in answer.suggestions})
    return found


def _scores(asked: Sequence[Statement], held: Meanings | None) -> Points:
    found = np.full((len(asked), len(data.services())), -np.inf)
    for row, one in enumerate(asked):
        meaning = held.statement(one.said) if held else None
        query = Query(words=one.said, limit=len(data.services()))
        for place, each in enumerate(index().search(query, on=ON, meaning=meaning).suggestions):
            found[row, each.service_id] = each.score - place * 1e-9  # its own order where scores are equal
    return found


_held: dict[str, tuple[Meanings, TemporaryDirectory[str]]] = {}  # the folder goes away with the process


def meanings(encoder: Encoder) -> Meanings:
    """Return the directory's meanings, made once a process."""
    if encoder.name not in _held:
        folder = TemporaryDirectory()
        _held[encoder.name] = Meanings(Path(folder.name), encoder), folder
        _held[encoder.name][0].keep(data.services())
    return _held[encoder.name][0]


@cache
def index() -> ServiceIndex:
    """Return the product's index of the fictional directory."""
    facts = [
        ServiceFacts(
            id=one.id,
            name=one.name,
            named=one.name,
            text=one.text,
            needs={need.code: (need.is_strong, need.phrase) for need in needs_of_entry(one.name, one.text)},
        )
        for one in data.services()
    ]
    with TemporaryDirectory() as folder:
        return ServiceIndex.build(facts, Path(folder))


def _ids() -> NDArray[np.int64]:
    return np.array([one.id for one in data.services()], np.int64)
