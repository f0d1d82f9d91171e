"""What the world may find: the answer of the public search, and the words of the open feed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from math import isinf
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from linkwell.matching import ranking
from linkwell.matching.index import columns as at
from linkwell.matching.index.answering import Counted, Hit
from linkwell.matching.index.asking import read
from linkwell.matching.index.calling import one_place
from linkwell.matching.index.counting import COUNT, HITS
from linkwell.matching.index.searched import Meaning, Searched
from linkwell.matching.index.segment import Segment
from linkwell.matching.query import PublicAnswer, PublicHit, Query
from linkwell.matching.recognise import Own, needs_heard
from linkwell.matching.spelling import corrected, meant

if TYPE_CHECKING:
    from linkwell.matching.index.index import ServiceIndex


def public(
    index: "ServiceIndex",
    query: Query,
    *,
    on: date,
    own: Own,
    meaning: Meaning | None,
    expands: bool,
) -> PublicAnswer:
    """Return the page of a question of the public; the last one where it asks for a later one.

    A misspelt word is the nearest that an entry holds, else the nearest by which needs are known. A need that is heard
    is asked for as if it were chosen.
    """
    first = read(query, index, expands=expands, own=own)
    known = {word: near for word in first.words_not_found if (near := meant(word))}
    words = corrected(query.words, known)
    heard = tuple(needs_heard(" . ".join([words, *(shown for _, shown in first.looked_for)]), own))
    asked = replace(query, words=words, needs=tuple(dict.fromkeys([*query.needs, *heard])))
    weights = ranking.Weights(expands=expands, near_misses=0)
    searched = index.searched(asked, on=on, weights=weights, own=own, meaning=meaning, public=True)
    count, question = searched.total(COUNT), searched.question
    pages = max(1, -(-count // query.limit))
    page = min(pages, query.offset // query.limit + 1)
    return PublicAnswer(
        hits=tuple(_hit(searched.hit(row)) for row in searched.best(HITS, query.limit, (page - 1) * query.limit)),
        count=count,
        page=page,
        pages=pages,
        counts=_counts(searched),
        heard=heard,
        meant=(*known.items(), *question.looked_for),
        not_found=tuple(word for word in question.words_not_found if word not in known.values()),
    )


def _hit(hit: Hit) -> PublicHit:
    part = hit.part
    place = one_place(part.at, hit.sheet.at, hit.row)
    location = int(part.segment.arrays["places"][place]["location"]) if place >= 0 else None
    return PublicHit(hit.service_id, location, None if isinf(hit.metres) else hit.metres, hit.score)


def _counts(searched: Searched) -> dict[str, dict[str, int]]:
    """Return what the loops counted, by the names of the filters."""
    counts = Counted(searched.facets()).counts()
    return {
        "free": {"1": counts.get("cost", {}).get("free", 0)},
        "day": counts.get("day", {}),
        "how": counts.get("mode", {}),
        "language": {code: count for code, count in counts.get("language", {}).items() if code != "en"},
        "access": counts.get("access", {}),
        "age": counts.get("age", {}),
    }


def holding_all(index: "ServiceIndex", beginnings: Sequence[str], *, on: date) -> NDArray[np.int64]:
    """Return the ids, ascending, of what may be published and holds, for each beginning, a stem that begins so."""
    found = [np.empty(0, np.int64)]
    for part in index.parts:
        rows = None
        for beginning in beginnings:
            held = _rows_from(part.segment, beginning)
            rows = held if rows is None else np.intersect1d(rows, held, assume_unique=True)
        if rows is not None and len(rows):
            there = part.segment.arrays["rows"][rows]
            flags = there["flags"]
            shown = (flags & at.IS_PUBLIC != 0) & (flags & (at.LISTED | at.SHUT) != 0) & (flags & at.LEFT_OUT == 0)
            dead = part.dead[rows >> 3] >> (rows & 7) & 1
            found.append(part.segment.ids[rows[shown & (there["leaves"] > on.toordinal()) & (dead == 0)]])
    return np.sort(np.concatenate(found))


def _rows_from(segment: Segment, beginning: str) -> NDArray[np.int64]:
    spans = (segment.span("w", stem)[:2] for stem in segment.stems_from(beginning))
    posted = [segment.arrays["posted"][begin:end] for begin, end in spans]
    return np.unique(np.concatenate(posted)).astype(np.int64) if posted else np.empty(0, np.int64)
