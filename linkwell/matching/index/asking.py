"""From a question to numbers: its words with what else they may mean, its limits, the lists of postings to read."""

from dataclasses import dataclass, field
from math import inf, log
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from linkwell.matching import ranking
from linkwell.matching.index.columns import AGELESS, MODES, Ask
from linkwell.matching.index.scanning import HEARD, IMPACT, NEED, WORD
from linkwell.matching.index.segment import Segment
from linkwell.matching.query import Query
from linkwell.matching.recognise import Own, needs_heard
from linkwell.matching.synonyms import concepts_of
from linkwell.matching.vocabulary import ACCESS_OF_A_PLACE, REMOTE_MODES
from linkwell.matching.words import stems_with_words

if TYPE_CHECKING:
    from linkwell.matching.index.index import ServiceIndex

MOST_WORDS = 16  # of a question; a longer one is read for needs as a whole, for words as far as this
ALL_LIMITS = 99
REMOTE_BITS = sum(1 << MODES.index(mode) for mode in REMOTE_MODES)


@dataclass(frozen=True)
class Term:
    """One list of postings to read: kind and name of the term, what it gives points for and how many."""

    kind: str  # n, w or c: a need, a word, a concept of the synonyms
    name: str
    gives: int
    worth: float
    group: int = -1  # the asked word that it stands for
    asked: str = ""  # that word, as it was asked
    shown: str = ""  # the word that is looked for, as a reason quotes it


@dataclass(frozen=True)
class Question:
    """A question read against an index: what makes a service relevant, what gives points."""

    query: Query
    relevant: tuple[Term, ...] = ()
    others: tuple[Term, ...] = ()
    everything: bool = False
    nothing: bool = False
    heard: dict[str, str] = field(default_factory=dict)
    words_not_found: tuple[str, ...] = ()
    looked_for: tuple[tuple[str, str], ...] = ()

    @property
    def terms(self) -> tuple[Term, ...]:
        return self.relevant + self.others


def read_workload(query: Query, index: "ServiceIndex") -> Question:
    """Return the question of the workload: codes and words, any of them, BM25."""
    services = index.listed
    codes = [Term("n", code, NEED, ranking.NEED / len(query.needs)) for code in query.needs]
    words: list[Term] = []
    for stem, word in stems_with_words(query.words).items():
        holding = index.holding("w", stem)
        if holding:
            rarity = log(1 + (services - holding + 0.5) / (holding + 0.5))
            words.append(Term("w", stem, IMPACT, rarity, len(words), word, word))
    everything = not query.needs and not query.words
    return Question(query, (*codes, *words), everything=everything, nothing=not (codes or words or everything))


def read(query: Query, index: "ServiceIndex", *, expands: bool, own: Own) -> Question:
    """Return the question of the product, as `matching.ranking` says."""
    asked = dict(list(stems_with_words(query.words).items())[:MOST_WORDS])
    said = needs_heard(query.words, own) if query.words else {}
    heard = {code: phrase for code, phrase in said.items() if code not in query.needs}
    ways = _ways(asked, query, index, expands=expands)
    known = {stem: max(index.holding(kind, name) for kind, name, _, _ in found) for stem, found in ways.items()}
    telling = set(ranking.telling(known, index.listed))
    rarity = {stem: round(ranking.rarity(index.listed, count), 9) for stem, count in known.items()}
    most, total = ranking.words_points(query.words), sum(rarity.values())
    words = [
        Term(kind, name, WORD, most * rarity[stem] / total * factor, group, asked[stem], shown)
        for group, (stem, found) in enumerate(ways.items())
        for kind, name, factor, shown in found
    ]
    stems = list(ways)
    is_statement = len(query.words.split()) >= ranking.STATEMENT_WORDS
    widens = is_statement or not telling
    needs = [Term("n", code, NEED, ranking.NEED / len(query.needs)) for code in query.needs]
    hears = [Term("n", code, HEARD, ranking.HEARD / len(heard)) for code in heard]
    relevant = [*needs, *(hears if widens else ()), *(one for one in words if stems[one.group] in telling)]
    others = [*(() if widens else hears), *(one for one in words if stems[one.group] not in telling)]
    return Question(
        query,
        tuple(relevant),
        tuple(others),
        everything=not relevant and not query.words.strip(),
        nothing=not relevant and bool(query.words.strip()),
        heard=heard,
        words_not_found=tuple(word for stem, word in asked.items() if stem not in ways),
        looked_for=tuple((asked[stem], found[0][3]) for stem, found in ways.items() if found[0][2] < 1),
    )


def _ways(
    asked: dict[str, str], query: Query, index: "ServiceIndex", *, expands: bool
) -> dict[str, list[tuple[str, str, float, str]]]:
    """Return, for each asked word that finds anything, (kind, term, factor, word) of what is looked for."""
    concepts = concepts_of(query.words) if expands and query.words else {}
    found: dict[str, list[tuple[str, str, float, str]]] = {}
    for stem, word in asked.items():
        ways = [("w", stem, 1.0, word)] if index.holding("w", stem) else []
        for concept, shown in concepts.get(stem, ()):
            if index.holding("c", concept):
                ways.append(("c", concept, ranking.ANOTHER_WORD, shown))
        if expands and not ways:
            meant = index.meant(word)
            ways = [("w", meant[0], ranking.MISSPELT, meant[1])] if meant else []
        if ways:
            found[stem] = ways
    return found


def lists(question: Question, segment: Segment) -> tuple[NDArray[np.int64], NDArray[np.float64], int]:
    """Return the lists of one segment that hold anything, their worth, and how many of them, first, are relevant."""
    spans, worth, relevant = [], [], 0
    for place, term in enumerate(question.terms):
        begin, end, _ = segment.span(term.kind, term.name)
        if begin < end:
            spans.append((begin, end, term.gives, term.group, place))
            worth.append(term.worth)
            relevant += place < len(question.relevant)
    return np.array(spans, np.int64).reshape(-1, 5), np.array(worth, np.float64), relevant


def ask(query: Query, segment: Segment, *, on: int, budget: int, public_only: bool, product: bool) -> Ask:
    """Return the limits of a question in the numbers of one segment."""
    home = query.home
    remote = REMOTE_BITS & sum(1 << MODES.index(mode) for mode in query.modes) if query.modes else REMOTE_BITS
    access, unheard_of = _access(query.access_needs, segment)
    remote_access, unheard_of_remote = _access(
        [one for one in query.access_needs if one not in ACCESS_OF_A_PLACE], segment
    )
    languages = [one for one in query.languages if one != "en"]
    reach = float(query.reach_metres) if home and query.reach_metres is not None else inf
    on_grid = home is not None and home.easting is not None and home.northing is not None
    far = inf if budget > 1 else reach * (ranking.NEAR_MISS_REACH if budget else 1.0) + 1.0
    outcode = -1
    if query.home_outcode:
        outcode = segment.outcode_number.get(query.home_outcode, -2)
    return Ask(
        has_home=home is not None,
        on_grid=on_grid,
        x=float(home.easting) if home and home.easting is not None else 0.0,
        y=float(home.northing) if home and home.northing is not None else 0.0,
        latitude=float(home.latitude) if home else 0.0,
        longitude=float(home.longitude) if home else 0.0,
        reach=reach,
        scale=float(query.reach_metres or ranking.DEFAULT_REACH_METRES),
        far=far,
        outcode=outcode,
        in_person=not query.modes or "in_person" in query.modes,
        remote=remote,
        asks_mode=bool(query.modes),
        access=access,
        remote_access=remote_access,
        unheard_of=unheard_of,
        unheard_of_remote=unheard_of_remote,
        languages=sum(segment.bit_of_language.get(one, 0) for one in set(languages)),
        asks_language=bool(languages),
        slots=int(query.slots),
        free_only=bool(query.free_only),
        age=AGELESS if query.age is None else int(query.age),
        capacity=bool(query.wants_capacity),
        on=on,
        old_too=bool(query.old_too),
        public_only=public_only,
        budget=budget,
        product=product,
    )


def _access(codes: "list[str] | tuple[str, ...]", segment: Segment) -> tuple[int, int]:
    """Return the bits of access needs, and how many of them no service of the segment says anything of."""
    known = [segment.bit_of_access[one] for one in codes if one in segment.bit_of_access]
    return sum(set(known)), len(codes) - len(known)
