"""Which needs a text speaks of: whole words and phrases, with the phrase that met."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from linkwell.matching.needs import NEEDS

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


def _pattern(phrases: Iterable[str]) -> str:
    each = (
        re.escape(phrase.rstrip("*")).replace(r"\ ", r"\s+").replace("'", "['’]?")
        + (r"\w*" if phrase[-1] == "*" else "")
        for phrase in sorted(set(phrases), key=len, reverse=True)
    )
    return rf"(?<![\w-])(?:{'|'.join(each)})(?!\w)"


_WRITTEN = {need.code: re.compile(_pattern(need.words)) for need in NEEDS}
_SAID = {need.code: re.compile(_pattern(need.words + need.said)) for need in NEEDS}


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
    return _NOT_MEANT.sub(" ", text.lower().replace("’", "'"))


def needs_of_entry(name: str, text: str, terms: Iterable[str] = ()) -> list[Recognised]:
    """Return the needs an entry answers: by its terms, else its name, else the main themes of its text."""
    found: dict[str, Recognised] = {}
    for why, source in (("term", " | ".join(terms)), ("name", name)):
        prepared = _prepare(source)
        for code, pattern in _WRITTEN.items():
            if code not in found and (match := pattern.search(prepared)):
                found[code] = Recognised(code, why, match[0])
    prepared = _prepare(text)
    hits = [
        (len(matches), -matches[0].start(), code, matches[0][0])
        for code, pattern in _WRITTEN.items()
        if code not in found and (matches := list(pattern.finditer(prepared)))
    ]
    for _, _, code, phrase in sorted(hits, reverse=True)[:MOST_FROM_TEXT]:
        found[code] = Recognised(code, "text", phrase)
    return list(found.values())


def needs_heard(words: str) -> dict[str, str]:
    """Return {need: the phrase that says so} of a person's own words."""
    prepared = _prepare(words)
    return {code: match[0] for code, pattern in _SAID.items() if (match := pattern.search(prepared))}
