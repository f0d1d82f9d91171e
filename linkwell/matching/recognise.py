"""Which needs a text speaks of: whole words and phrases, with the phrase that met."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

from linkwell.matching.needs import NEEDS

MOST_KEPT = 20_000  # words of which is kept what they begin: as many as a large feed uses often
MOST_FROM_TEXT = 4  # a long description touches on everything; only its main themes count

# Phrases that look like a need's word and are none of it.
_NOT_MEANT = re.compile(
    r"\bof courses?\b|\bbenefits? (?:from|of)\b|\bpublic benefit\b|\bwalk[- ]in\b|\bheart of\b|\bin memory of\b"
    r"|\bcookies?\b|\bin the course of\b|\bequal opportunities\b|\bsafeguarding\b|\bregardless of[^.]{0,120}"
    r"|\bcar parks?\b|\bcar parking\b|\bregistered charity\b|\bvolunteers? (?:run|led|who run)\b"
    r"|\b(?:run|staffed|led|delivered|provided) by (?:our )?(?:trained |local )?volunteers?\b|\bour volunteers\b"
    r"|\bsports? (?:and|&) social club\b|\bblood pressure\b|\bthe state of the art\b"
    r"|\bchurch (?:hall|rooms?|road|street|lane)\b"
    r"|\b(?:at|in) (?:the )?[\w.' -]{0,30}church\b|\btemple (?:meads|quarter|street|gate|back)\b"
    r"|\bparish (?:hall|rooms?|council)\b|\bchapel (?:street|road|lane)\b"
)
_HINTS = (  # one of them stands in whatever the pattern meets: most texts have none, which is seen at once
    "of course", "benefit", "walk in", "walk-in", "heart of", "in memory of", "cookie", "course of", "opportunities",
    "safeguarding", "regardless of", "car park", "charity", "volunteer", "social club", "blood pressure",
    "state of the art", "church", "temple ", "parish ", "chapel ",
)  # fmt: skip


_WORD = re.compile(r"\w+(?:['-]\w+)*")
_PIECES = re.compile(f"({_WORD.pattern})")


@dataclass(frozen=True)
class _Phrase:
    """A phrase after its first word: the words that must follow, the last of which may go on."""

    code: str
    rest: tuple[str, ...]
    goes_on: bool


class _Phrases:
    """All phrases of all needs by their first word, so that a text is read once, word by word."""

    def __init__(self, phrases: Iterable[tuple[str, str]]) -> None:
        self.exact: dict[str, list[_Phrase]] = {}
        self.beginnings: dict[str, list[tuple[str, _Phrase]]] = {}  # by their first letter
        for code, phrase in phrases:
            goes_on = phrase.endswith("*")
            first, *rest = _WORD.findall(phrase.rstrip("*"))
            if goes_on and not rest:
                self.beginnings.setdefault(first[0], []).append((first, _Phrase(code, (), False)))
            else:
                self.exact.setdefault(first, []).append(_Phrase(code, tuple(rest), goes_on))
        self.starting = lru_cache(maxsize=MOST_KEPT)(self._starting)

    def _starting(self, word: str) -> tuple[_Phrase, ...]:
        """Return the phrases that a word may begin; of "sports-based" also those of "sports"."""
        begun = self.beginnings.get(word[0], ())
        found = [*self.exact.get(word, ()), *(phrase for begin, phrase in begun if word.startswith(begin))]
        if "-" in word:
            found += self.exact.get(word.split("-")[0], ())
        return tuple(found)

    def hits(self, text: str) -> dict[str, list[tuple[int, str]]]:
        """Return {need: where each of its phrases begins and what it says}, each place counted once."""
        pieces = _PIECES.split(text)  # what stands before the first word, the first word, what stands between, …
        begins = [0, *accumulate(map(len, pieces))]
        begun = {word: phrases for word in set(pieces[1::2]) if (phrases := self.starting(word))}
        found: dict[str, list[tuple[int, str]]] = {}
        for at in range(1, len(pieces), 2) if begun else ():
            for phrase in begun.get(pieces[at], ()):
                last = at
                if phrase.rest:
                    last += 2 * len(phrase.rest)
                    if not _follows(phrase, pieces, at, last):
                        continue
                begin, hits = begins[at], found.setdefault(phrase.code, [])
                if not hits or hits[-1][0] != begin:
                    hits.append((begin, pieces[at] if last == at else text[begin : begins[last + 1]]))
        return found


def _follows(phrase: _Phrase, pieces: list[str], at: int, last: int) -> bool:
    """Say whether the rest of the phrase follows its first word, up to the last."""
    if last >= len(pieces):
        return False
    for place, wanted in zip(range(at + 2, last + 1, 2), phrase.rest, strict=True):
        word = pieces[place]
        same = word == wanted or (
            place == last and (word.startswith(wanted) if phrase.goes_on else word.split("-")[0] == wanted)
        )
        if not same or not pieces[place - 1].isspace():
            return False
    return True


_WRITTEN = _Phrases((need.code, phrase) for need in NEEDS for phrase in need.words)
_SAID = _Phrases((need.code, phrase) for need in NEEDS for phrase in need.words + need.said)


Own = tuple[tuple[str, str], ...]  # (need, phrase) pairs that an adopter keeps beside the built-in ones


@lru_cache(maxsize=8)
def _of(own: Own) -> _Phrases:
    return _Phrases(own)


def _hits(built_in: _Phrases, text: str, own: Own) -> dict[str, list[tuple[int, str]]]:
    found = built_in.hits(text)
    if own:
        for code, hits in _of(own).hits(text).items():
            found[code] = sorted({*found.get(code, ()), *hits})
    return found


@dataclass(frozen=True)
class Recognised:
    """A need, why we think so (term, name or text) and the words that met."""

    code: str
    why: str
    phrase: str

    @property
    def is_strong(self) -> bool:
        return self.why != "text"


def _prepare(text: str) -> str:
    text = text.lower().replace("’", "'")
    return _NOT_MEANT.sub(" ", text) if any(map(text.__contains__, _HINTS)) else text


def needs_of_entry(name: str, text: str, terms: Iterable[str] = (), own: Own = ()) -> list[Recognised]:
    """Return the needs an entry answers: by its terms, else its name, else the main themes of its text."""
    found: dict[str, Recognised] = {}
    for why, source in (("term", " | ".join(terms)), ("name", name)):
        for code, hits in _hits(_WRITTEN, _prepare(source), own).items():
            found.setdefault(code, Recognised(code, why, hits[0][1]))
    themes = [
        (len(hits), -hits[0][0], code, hits[0][1])
        for code, hits in _hits(_WRITTEN, _prepare(text), own).items()
        if code not in found
    ]
    for _, _, code, phrase in sorted(themes, reverse=True)[:MOST_FROM_TEXT]:
        found[code] = Recognised(code, "text", phrase)
    return list(found.values())


def needs_heard(words: str, own: Own = ()) -> dict[str, str]:
    """Return {need: the phrase that says so} of a person's own words, in the order of the needs' list."""
    hits = _hits(_SAID, _prepare(words), own)
    return {need.code: hits[need.code][0][1] for need in NEEDS if need.code in hits}
