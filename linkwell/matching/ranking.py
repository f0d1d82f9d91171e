"""The ranking formula, in one table.

| part    | points                                     | from                                                    |
|---------|--------------------------------------------|---------------------------------------------------------|
| needs   | 2 × share of the asked needs it answers    | performance.md §1 "2 · code share"                      |
|         | (a need only its description shows: × 0.6) | a term, a mapping or the name is surer than a text      |
| heard   | 1 × share of needs recognised in the words | half of a need that was chosen: it is our reading       |
| words   | 1 × share of the words found, by rarity    | performance.md §1 (BM25 there); in the text × 0.5       |
|         | 0.3 × in a statement of four words or more | "the house is so quiet" is no wish for quiet            |
|         | × 0.7 where another word for the same thing stands there, × 0.8 where what a misspelt one meant does |
|         | (BM25 itself in the setting `WORKLOAD`, on which engines are measured)                               |
| meaning | up to 3, from "nothing to do with it" to "just this" | fitted: `MEANING` below, bench/own_words |
|         | (only for a statement of four words or more; above 0 it makes an entry relevant)                     |
| near    | 1 − distance / reach, not below 0          | performance.md §1; reach 8 km where none is asked       |
|         | (a place known by outward code only: not nearer than 1.5 km, about half the width of one)            |
|         | 0.5 where phone, online or home is offered | performance.md §1                                       |
|         | −1.5 where its place is not stated         | below a near one that answers one need less              |
| fresh   | +0.3 confirmed within 90 days; −0.6 below the line of the freshness contract (features DI4)            |
|         | left out, and counted, below its second line                                                       |
| unknown | −0.15 for each asked fact it leaves open   | neither yes nor no; stands below a yes                  |
| room    | −0.03 a week of waiting, at most −0.4; full −0.8 | features MA5                                      |
| tried   | what experience with it says, given with the question | features MA5: "tried: closed, unsuitable"    |

Rarity of a word is ln(1 + entries / entries that hold it). Ties go to the nearer, then by name.
`matching.index` computes them compiled, `directory.queries.sql` in SQL with these constants; a third, slow
implementation in the tests is the judge of both.
"""

from dataclasses import dataclass
from math import log

NEED = 2.0
WEAK_NEED = 0.6
HEARD = 1.0
WORDS = 1.0
SAID_WORDS = 0.3
IN_TEXT = 0.5
REMOTE = 0.5
UNPLACED = -1.5
DEFAULT_REACH_METRES = 8_000
OUTCODE_METRES = 1_500
FRESH = 0.3
FRESH_DAYS = 90
SUNK = -0.6
UNKNOWN = -0.15
WAIT_WEEK = -0.03
LONGEST_WAIT = -0.4
FULL = -0.8
NEAR_MISS_REACH = 3.0  # times the reach asked for
COMMON_SHARE = 0.1  # a word in more than this share of entries does not make one relevant by itself
FEW_ENTRIES = 5
SATURATION, LENGTH = 1.2, 0.75  # BM25's k1 and b
ANOTHER_WORD, MISSPELT = 0.7, 0.8  # of a word's points: another word for it met, the word it was probably meant to be
STATEMENT_WORDS = 4  # fewer words are a search: then the needs heard in them rank but do not widen it


def rarity(entries: int, holding: int) -> float:
    """Return the weight of a word that `holding` of all `entries` hold."""
    return log(1 + entries / holding) if holding else 0.0


def words_points(words: str) -> float:
    """Return the most that words may add: all of it for a search, less for what a person says."""
    return SAID_WORDS if len(words.split()) >= STATEMENT_WORDS else WORDS


def telling(holding: dict[str, int], entries: int) -> list[str]:
    """Return the words that can make an entry relevant: rare enough, or all where none is rare."""
    known = [word for word, count in holding.items() if count]
    rare = [word for word in known if holding[word] <= max(FEW_ENTRIES, COMMON_SHARE * entries)]
    return rare or known


@dataclass(frozen=True)
class Weights:
    """A setting of the engine's one public call.

    is_product  the table above; otherwise `2 × code share + BM25 + near`, the workload that engines are measured on
    expands     misspelt words, other words for the same thing and abbreviations are looked for as well
    near_misses how many are shown of what fails one limit only
    """

    is_product: bool = True
    expands: bool = True
    near_misses: int = 5


PRODUCT = Weights()
WORKLOAD = Weights(is_product=False, expands=False, near_misses=0)


@dataclass(frozen=True)
class Blend:
    """How nearness in meaning becomes points; fitted on the tuning half of bench/own_words (`fit.py` prints them).

    nearness = cosine + themes × ln(how likely both are about the same theme + 0.001)
    points × (nearness − none) / (all − none), not below 0 and not above `points`
    """

    themes: float
    none: float
    all: float
    points: float


MEANING = {
    "words": Blend(themes=0.3, none=-0.91, all=0.25, points=3.0),
    "sentence": Blend(themes=0.5, none=-1.94, all=0.16, points=3.0),
}
