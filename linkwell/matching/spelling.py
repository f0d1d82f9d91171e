"""What a misspelt word of a question was probably meant to be: the nearest word by which needs are recognised."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache

from linkwell.matching.needs import NEEDS
from linkwell.matching.recognise import needs_heard

SHORTEST = 5  # a shorter word is near too many others
LONG = 8
VERY_LONG = 10
# Words as people write them of which needs know only the beginning ("lonel*")
WRITTEN = (
    "addicted addiction advocacy alcoholic allotment alzheimer apprenticeship arthritis autism autistic"
    " befriending benefits bereaved bereavement birdwatching counselling counsellor companionship computers crochet"
    " depressed depression diabetes diabetic disabled disability divorced epilepsy eviction evicted exercise gambling"
    " gardening grieving homeless homelessness hospice immigrant immigration isolated isolation jobseeker"
    " landlord library libraries loneliness lonely mindfulness orchestra parenting parents"
    " parkinson photography playgroup poverty redundancy redundant refugee religion religious repairs solicitor"
    " stressed stressful suicidal suicide tenancy tenant theatre toddlers unemployed unemployment"
    " volunteering widowed woodwork"
).split()


@lru_cache(maxsize=10_000)
def meant(word: str) -> str:
    """Return the known word that is one slip from a word of six letters or more (two from one of ten), else "".

    Nearness is narrow, for the word need not be misspelt: painting is not parenting, a letter is not better.
    """
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    plain = word.lower()
    words, beginnings = _known()
    if not SHORTEST < len(plain) <= 30 or plain.startswith(beginnings):
        return ""
    slips = 1 if len(plain) < VERY_LONG else 2
    alike = [known for known in words if known[0] == plain[0]]
    found = process.extractOne(plain, alike, scorer=OSA.distance, score_cutoff=slips)
    return found[0] if found else ""


def corrected(words: str, known: Mapping[str, str]) -> str:
    """Return words with each misspelt one, as typed, in the place of the one that it was meant to be."""
    for typed, word in known.items():
        words = words.replace(typed, word)
    return words


@cache
def _known() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the words in each of which alone a need is heard, and the beginnings of words ("lonel*")."""
    phrases = " ".join(f"{need.label.lower()} {' '.join(need.words)} {' '.join(need.said)}" for need in NEEDS)
    found = {pair for pair in re.findall(r"([a-z]+)(\*?)", phrases) if len(pair[0]) >= SHORTEST}
    whole, beginnings = ({word for word, star in found if star == kind} for kind in ("", "*"))
    return tuple(sorted(filter(needs_heard, {*whole, *WRITTEN}))), tuple(sorted(beginnings))


def nearest(
    word: str, words: Sequence[tuple[str, str]], holding: Callable[[str], int]
) -> tuple[str, str] | None:  # fmt: skip
    """Return (stem, word) of the known word that a misspelt one was probably meant to be, or None.

    words    (stem, the word as it is written); holding: how many entries hold a stem. One slip is forgiven in a word
             of five letters, two in one of eight: letters left out, put in, changed or swapped. The nearest counts,
             then the one that begins alike, then the commoner.
    """
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    plain = word.lower().replace("’", "'")
    if not SHORTEST <= len(plain) <= 30:
        return None
    slips = 1 if len(plain) < LONG else 2
    found = process.extract(plain, [one[1] for one in words], scorer=OSA.distance, score_cutoff=slips, limit=50)
    held = [
        (slip, written[0] != plain[0], -count, written, words[place][0])
        for written, slip, place in found
        if not any(map(str.isdigit, written)) and (count := holding(words[place][0]))
    ]
    *_, written, stem = min(held, default=("", ""))
    return (stem, written) if stem else None
