"""Why a known service is not in the list of a question, in plain sentences; or at which rank it stands."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from linkwell.matching import ranking
from linkwell.matching.index import columns as at
from linkwell.matching.index.answering import Hit, Seen, back_on, see
from linkwell.matching.index.asking import ALL_LIMITS, Question, ask, read
from linkwell.matching.index.counting import BETTER
from linkwell.matching.index.facts import Explained, Tried, Why
from linkwell.matching.index.judging import FAILS
from linkwell.matching.index.sheet import Sheet
from linkwell.matching.query import Query
from linkwell.matching.reasons import near_miss
from linkwell.matching.recognise import Own
from linkwell.matching.vocabulary import days_in_words, in_words

if TYPE_CHECKING:
    from linkwell.matching.index.index import ServiceIndex
    from linkwell.matching.index.searched import Meaning

_LEFT_OUT = {
    "hidden": "An editor has hidden it.",
    "joined": "It is a duplicate: the entry that it was joined into is in the list instead.",
    "ended": "It has ended.",
}


def explain(
    index: "ServiceIndex",
    query: Query,
    service_id: int,
    *,
    on: date,
    weights: ranking.Weights,
    own: Own,
    meaning: "Meaning | None",
    tried: Mapping[int, Tried] | None,
) -> Explained:
    """Return the rank of a service, or every reason why it is not in the list."""
    number, row = index.where(service_id)
    if number < 0:
        return Explained(service_id, None, (Why("unknown", "It is not in the directory."),))
    part = index.parts[number]
    question = read(query, index, expands=weights.expands, own=own)
    limits = ask(query, part.segment, on=on.toordinal(), budget=ALL_LIMITS, product=True)
    meant = float(meaning.points(np.array([service_id]))[0]) if meaning else 0.0
    hit = Hit(part, Sheet(limits, question.terms, number), row, 0.0, 0.0, 0)
    seen = see(question, hit, tried=(tried or {}).get(service_id), meaning=meant)
    whys = _whys(question, hit, seen, on)
    if whys:
        return Explained(service_id, None, tuple(whys))
    metres = np.inf if seen.facts.metres is None else seen.facts.metres
    mark = (round(seen.parts.score * 1e6), int(part.segment.arrays["order"][row]), metres)
    searched = index.searched(query, on=on, weights=weights, own=own, meaning=meaning, tried=tried, mark=mark)
    return Explained(service_id, 1 + searched.total(BETTER), ())


def _whys(question: Question, hit: Hit, seen: Seen, on: date) -> list[Why]:
    one, kept = hit.part.segment.arrays["rows"][hit.row], hit.part.segment.kept(hit.row)
    flags = int(one["flags"])
    if kept.left_out:
        return [Why(kept.left_out, _LEFT_OUT.get(kept.left_out, "It is left out of search."))]
    if seen.facts.operating == "closed":
        return [Why("closed", "It has closed.")]
    if not flags & (at.LISTED | at.SHUT):
        return [Why("listing", "Its list no longer holds it, or says that it has ended.")]
    whys = []
    if not seen.is_relevant:
        whys.append(Why("relevance", _not_about(question)))
    if int(one["leaves"]) <= on.toordinal() and not question.query.old_too:
        whys.append(Why("old", "Nobody has confirmed it for so long that it is left out: ask for old entries too."))
    codes = [code for bit, code in enumerate(FAILS) if seen.fails >> bit & 1]
    return [*whys, *(Why(code, _sentence(question.query, hit, seen, code)) for code in codes)]


def _not_about(question: Question) -> str:
    asked = [
        *(["the needs asked for"] if question.query.needs else []),
        *(["the words"] if question.query.words.strip() else []),
    ]
    return f"Nothing in its entry meets {in_words(asked, 'or') or 'the question'}."


def _sentence(query: Query, hit: Hit, seen: Seen, code: str) -> str:
    said = near_miss(query, seen.facts, code, back_on=back_on(hit.part, hit.row))
    if code == "time":
        return f"It happens on {days_in_words(seen.facts.slots or 0)} only."
    return f"It {said}." if code == "cost" else f"It is {said}."
