"""Other words for the same thing, and abbreviations: found in entries and in questions, phrase by phrase.

Each line is one thing. An entry that holds any phrase of a line is found by every other phrase of it, for less than
by the word itself (`ranking.ANOTHER_WORD`). Only words that mean the same are here: what is merely near in meaning
is a need, or the business of `matching.meaning`.
"""

from collections.abc import Sequence
from functools import cache

from linkwell.matching.words import sequence

SAME: tuple[tuple[str, ...], ...] = (
    ("citizens advice", "cab", "citizens advice bureau", "citizens advice bureaux"),
    ("department for work and pensions", "dwp"),
    ("personal independence payment", "pip"),
    ("universal credit", "uc"),
    ("employment and support allowance", "esa"),
    ("jobseeker's allowance", "jsa"),
    ("disability living allowance", "dla"),
    ("english for speakers of other languages", "esol", "english classes", "english lessons"),
    ("alcoholics anonymous", "aa"),
    ("narcotics anonymous", "narcotics anon"),
    ("university of the third age", "u3a"),
    ("women's institute", "wi"),
    ("mental health", "mh"),
    ("domestic violence", "domestic abuse", "dv"),
    ("learning disability", "learning disabilities", "ld", "learning difficulties"),
    ("attention deficit", "adhd"),
    ("autism", "autistic", "asd", "asc"),
    ("chronic obstructive pulmonary disease", "copd"),

    ("motor neurone disease", "mnd"),
    ("myalgic encephalomyelitis", "chronic fatigue syndrome", "cfs"),
    ("post traumatic stress", "ptsd"),
    ("cognitive behavioural therapy", "cbt"),
    ("british sign language", "bsl"),
    ("special educational needs", "sen"),
    ("primary care network", "pcn"),
    ("community voluntary service", "council for voluntary service", "cvs"),
    ("curriculum vitae", "cv"),
    ("antisocial behaviour", "anti social behaviour", "asb"),
    ("lesbian gay bisexual", "lgbt", "lgbtq", "lgbtqia"),
    ("black asian minority ethnic", "bame", "bme", "global majority"),
    ("bereaved", "bereavement", "grief", "grieving"),
    ("lonely", "loneliness", "lonesome"),
    ("carer", "caregiver"),
    ("blind", "visually impaired", "sight loss", "partially sighted", "visual impairment"),
    ("deaf", "hearing impaired", "hearing loss", "hard of hearing"),
    ("foodbank", "food bank", "food pantry"),
    ("allotment", "community garden"),
    ("rambling", "ramblers", "walking group", "health walks", "guided walk"),
    ("craft", "crafting", "handicraft"),
    ("knitting", "knit and natter", "crochet"),
    ("toddler group", "playgroup", "stay and play"),
    ("lunch club", "luncheon club"),
    ("jobcentre", "job centre"),
    ("refugee", "asylum seeker"),
    ("drug", "drugs", "substance misuse", "addiction"),
    ("stop smoking", "quit smoking", "smoking cessation"),
    ("pensioner", "older people", "over 60s", "over 50s", "elderly", "senior citizens"),
    ("dementia", "alzheimer's"),
    ("film", "cinema", "movie"),
    ("men's shed", "men in sheds"),
    ("transport scheme", "dial a ride", "ring and ride", "community transport"),
    ("housebound", "home visits"),
)  # fmt: skip
MOST_IN_ENTRY = 24


@cache
def _phrases() -> dict[str, list[tuple[tuple[str, ...], int]]]:
    """Return {first stem: (the stems of a phrase, its line)}, longer phrases first."""
    found: dict[str, list[tuple[tuple[str, ...], int]]] = {}
    for line, phrases in enumerate(SAME):
        for phrase in phrases:
            stems = tuple(stem for stem, _ in sequence(phrase))
            if stems and (stems, line) not in found.setdefault(stems[0], []):
                found[stems[0]].append((stems, line))
    return {first: sorted(phrases, key=lambda one: -len(one[0])) for first, phrases in found.items()}


def _met(stems: Sequence[str]) -> list[tuple[tuple[str, ...], int]]:
    known = _phrases()
    met = []
    for place, stem in enumerate(stems):
        for phrase, line in known.get(stem, ()):
            if len(phrase) == 1 or tuple(stems[place : place + len(phrase)]) == phrase:
                met.append((phrase, line))
    return met


def begins_phrase(stem: str) -> bool:
    """Say whether a phrase that has other words begins with a stem."""
    return stem in _phrases()


def concepts_in(stems: Sequence[str]) -> set[str]:
    """Return the names of the things that a text speaks of, by its stems in their order."""
    return {SAME[line][0] for _, line in _met(stems)[:MOST_IN_ENTRY]}


def concepts_of(words: str) -> dict[str, list[tuple[str, str]]]:
    """Return {stem of a question: (name of the thing, another word for it)}."""
    found: dict[str, list[tuple[str, str]]] = {}
    for phrase, line in _met([stem for stem, _ in sequence(words)]):
        other = next((one for one in SAME[line] if tuple(stem for stem, _ in sequence(one)) != phrase), "")
        for stem in phrase:
            if other and all(SAME[line][0] != name for name, _ in found.get(stem, ())):
                found.setdefault(stem, []).append((SAME[line][0], other))
    return found
