"""From text to the stems that are searched: one definition for entries and for questions."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

import snowballstemmer

# Function words, and words that nearly every entry of a directory holds and no one searches by.
STOP = frozenset(
    """a about above after again against all also am an and any are aren't as at be because been before being below
    between both but by can cannot could did do does doing don't down during each etc few for from further get gets
    getting give given go goes going got had has have having he her here hers herself him himself his how i if in
    into is isn't it its itself just know let like make many me more most much my myself no nor not now of off on
    once one only or other our ours ourselves out over own per please same she should so some someone something such
    than that the their theirs them themselves then there these they this those through to too two under until up us
    use used very via was way we well were what when where which while who whom why will with within without would
    you your yours yourself yourselves
    able access area available based contact detail details email find help helps information local need
    needs offer offering offers open people person phone provide provided provides providing service services
    support supporting supports telephone time times visit want wants website whether www http https com org uk
    nbsp""".split()
)

_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_stem = snowballstemmer.stemmer("english").stemWord
MOST_WORDS = 2_000  # distinct stems kept of one entry
LONGEST_WORD = 40


def _without_accents(word: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFKD", word) if not unicodedata.combining(letter))


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """Return the searched form of one lower-case word, or "" for a word that is not searched."""
    plain = word if word.isascii() else _without_accents(word)
    plain = plain.replace("’", "'").removesuffix("'s")
    if plain in STOP or len(plain) > LONGEST_WORD or (len(plain) < 2 and not plain.isdigit()):
        return ""
    if plain.isdigit():
        return plain
    return _stem(plain.replace("'", ""))


def stems(text: str) -> list[str]:
    """Return the distinct stems of a text in the order they come, at most MOST_WORDS."""
    found = dict.fromkeys(map(stem, dict.fromkeys(_TOKEN.findall(text.lower()))))
    found.pop("", None)
    return list(found)[:MOST_WORDS]


def tokens(text: str) -> list[str]:
    """Return the words of a text in small letters, in its order."""
    return _TOKEN.findall(text.lower())


def sequence(text: str) -> list[tuple[str, str]]:
    """Return (stem, the word in small letters) of a text in its order, each as often as it stands there."""
    return [(searched, word) for word in tokens(text) if (searched := stem(word))]


def stems_with_words(text: str) -> dict[str, str]:
    """Return {stem: the word as it was written} of a question."""
    found: dict[str, str] = {}
    for piece in text.split():
        for word in (piece,) if piece.isalnum() else _TOKEN.findall(piece):
            if searched := stem(word.lower()):
                found.setdefault(searched, word)
    return found


def search_text(name: str, organisation: str, text: str, terms: Iterable[str] = ()) -> str:
    """Return the searched words as PostgreSQL writes a tsvector: weight A for words of the name."""
    named = dict.fromkeys(stems(name))
    rest = [stem for stem in stems(f"{organisation} {text} {' '.join(terms)}") if stem not in named]
    return " ".join([f"'{stem}':1A" for stem in named] + [f"'{stem}':1" for stem in rest])
