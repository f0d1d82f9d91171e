"""From a question to numbers: its words with what else they may mean, its limits, the lists of postings to read."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from math import inf, log
from typing import TYPE_CHECKING, NamedTuple

from linkwell.matching import ranking
from linkwell.matching.index.columns import AGELESS, MODES, Ask
from linkwell.matching.index.counting import HEARD, IMPACT, NEED, WORD
from linkwell.matching.index.segment import Segment
from linkwell.matching.index.sheet import Term
from linkwell.matching.query import Query
from linkwell.matching.recognise import Own, needs_heard
from linkwell.matching.spelling import meant
from linkwell.matching.synonyms import concepts_of
from linkwell.matching.vocabulary import ACCESS_OF_A_PLACE, REMOTE_MODES
from linkwell.matching.words import stems_with_words

if TYPE_CHECKING:
    from linkwell.matching.index.index import ServiceIndex

MOST_WORDS = 16  # of a question; a longer one is read for needs as a whole, for words as far as this
ALL_LIMITS = 99
NOBODY_HAS = 1 << 62  # a bit that no access need has
REMOTE_BITS = sum(1 << MODES.index(mode) for mode in REMOTE_MODES)


class Question(NamedTuple):
    """A question read against an index: what makes a service relevant, what gives points."""

    query: Query
    terms: Sequence[Term] = ()
    relevant: int = 0  # so many of the terms, first, make a service relevant
    everything: bool = False
    nothing: bool = False
    heard: dict[str, str] = {}
    words_not_found: tuple[str, ...] = ()
    looked_for: tuple[tuple[str, str], ...] = ()


def read_workload(query: Query, index: "ServiceIndex") -> Question:
    """Return the question of the workload: codes and words, any of them, BM25."""
    services, known, terms = index.listed, index.known, []
    if query.needs:
        share = ranking.NEED / len(query.needs)
        terms = [Term("n", code, NEED, share, known("n", code)[1]) for code in query.needs]
    for stem, word in stems_with_words(query.words).items():
        holding, spans = known("w", stem)
        if holding:
            rarity = log(1 + (services - holding + 0.5) / (holding + 0.5))
            terms.append(Term("w", stem, IMPACT, rarity, spans, len(terms), word, word))
    everything = not query.needs and not query.words
    return Question(query, terms, len(terms), everything, not terms and not everything)


def read(query: Query, index: "ServiceIndex", *, expands: bool, own: Own) -> Question:
    """Return the question of the product, as `matching.ranking` says."""
    asked = dict(list(stems_with_words(query.words).items())[:MOST_WORDS])
    ways = _ways(asked, query, index, expands=expands)
    slips = {word: near for stem, word in asked.items() if expands and stem not in ways and (near := meant(word))}
    said = needs_heard(" . ".join([query.words, *slips.values()]), own) if query.words else {}
    heard = {code: phrase for code, phrase in said.items() if code not in query.needs}
    known = {stem: max(index.holding(kind, name) for kind, name, _, _ in found) for stem, found in ways.items()}
    telling = set(ranking.telling(known, index.listed))
    rarity = {stem: round(ranking.rarity(index.listed, count), 9) for stem, count in known.items()}
    most, total = ranking.words_points(query.words), sum(rarity.values())

    def spans(kind: str, name: str) -> Sequence[tuple[int, int]]:
        return index.known(kind, name)[1]

    words = [
        Term(kind, name, WORD, most * rarity[stem] / total * factor, spans(kind, name), group, asked[stem], shown)
        for group, (stem, found) in enumerate(ways.items())
        for kind, name, factor, shown in found
    ]
    stems = list(ways)
    is_statement = len(query.words.split()) >= ranking.STATEMENT_WORDS
    widens = is_statement or not telling
    needs = [Term("n", code, NEED, ranking.NEED / len(query.needs), spans("n", code)) for code in query.needs]
    hears = [Term("n", code, HEARD, ranking.HEARD / len(heard), spans("n", code)) for code in heard]
    relevant = [*needs, *(hears if widens else ()), *(one for one in words if stems[one.group] in telling)]
    others = [*(() if widens else hears), *(one for one in words if stems[one.group] not in telling)]
    return Question(
        query,
        (*relevant, *others),
        len(relevant),
        everything=not relevant and not query.words.strip(),
        nothing=not relevant and bool(query.words.strip()),
        heard=heard,
        words_not_found=tuple(word for stem, word in asked.items() if stem not in ways and word not in slips),
        looked_for=(
            *((asked[stem], found[0][3]) for stem, found in ways.items() if found[0][2] < 1),
            *slips.items(),
        ),  # fmt: skip
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


@lru_cache(maxsize=256)
def _modes(modes: tuple[str, ...]) -> tuple[bool, int]:
    """Return whether in person is accepted, and the bits of the other ways that are."""
    if not modes:
        return True, REMOTE_BITS
    return "in_person" in modes, REMOTE_BITS & sum(1 << MODES.index(mode) for mode in set(modes) if mode in MODES)


def ask(query: Query, segment: Segment, *, on: int, budget: int, product: bool) -> Ask:
    """Return the limits of a question in the numbers of one segment."""
    home = query.home
    in_person, remote = _modes(query.modes)
    access = remote_access = unheard_of = unheard_of_remote = languages = 0
    if query.access_needs:
        access, unheard_of, remote_access, unheard_of_remote = _access(query.access_needs, segment)
    asks_language = False
    for code in query.languages:
        if code != "en":
            asks_language = True
            languages |= segment.bit_of_language.get(code, 0)
    reach = inf if home is None or query.reach_metres is None else float(query.reach_metres)
    on_grid = home is not None and home.easting is not None and home.northing is not None
    far = inf if budget > 1 else reach * (ranking.NEAR_MISS_REACH if budget else 1.0) + 1.0
    outcode = segment.outcode_number.get(query.home_outcode, -2) if query.home_outcode else -1
    return Ask(  # in the order of its fields
        home is not None,
        on_grid,
        float(home.easting) if home and home.easting is not None else 0.0,
        float(home.northing) if home and home.northing is not None else 0.0,
        float(home.latitude) if home else 0.0,
        float(home.longitude) if home else 0.0,
        reach,
        float(query.reach_metres or ranking.DEFAULT_REACH_METRES),
        far,
        outcode,
        in_person,
        remote,
        bool(query.modes),
        access,
        remote_access,
        unheard_of,
        unheard_of_remote,
        languages,
        asks_language,
        int(query.slots),
        bool(query.free_only),
        AGELESS if query.age is None else int(query.age),
        bool(query.wants_capacity),
        on,
        bool(query.old_too),
        budget,
        product,
    )


def ask_strictly(query: Query, segment: Segment, *, on: int) -> Ask:
    """Return a question of the public: how, language and access are filters that only a yes passes."""
    limits = ask(replace(query, modes=(), access_needs=()), segment, on=on, budget=1, product=True)
    has, unheard_of = _bits(query.access_needs, segment.bit_of_access)
    return limits._replace(
        far=limits.reach + 1.0,
        languages=sum({segment.bit_of_language.get(code, 0) for code in query.languages}),
        asks_language=bool(query.languages),
        public=True,
        how=sum(1 << MODES.index(mode) for mode in set(query.modes) if mode in MODES),
        has=has | NOBODY_HAS if unheard_of else has,
        step_free=segment.bit_of_access.get("step_free", 0),
    )


def _access(codes: tuple[str, ...], segment: Segment) -> tuple[int, int, int, int]:
    """Return the bits of access needs, and how many of them no service of the segment says anything of.

    Then the same of those that matter wherever one is met.
    """
    found = segment.access_asked.get(codes)
    if found is None:
        anywhere = [code for code in codes if code not in ACCESS_OF_A_PLACE]
        found = (*_bits(codes, segment.bit_of_access), *_bits(anywhere, segment.bit_of_access))
        if len(segment.access_asked) > 5_000:
            segment.access_asked.clear()
        segment.access_asked[codes] = found
    return found


def _bits(codes: Sequence[str], bit_of: Mapping[str, int]) -> tuple[int, int]:
    """Return the bits of codes, and how many have none."""
    return sum({bit_of[one] for one in codes if one in bit_of}), sum(one not in bit_of for one in codes)
