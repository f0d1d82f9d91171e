"""From a service's words, needs and what it speaks of to numbered terms, each with its weight."""

from array import array
from collections.abc import Iterable, Mapping, Set

from linkwell.matching.index.facts import ServiceFacts
from linkwell.matching.synonyms import begins_phrase, concepts_in
from linkwell.matching.words import MOST_WORDS, stem, tokens

IN_NAME = 128


class Numbers(dict[str, int]):
    """The number of the stem of each word, -1 of a word that is not searched; given out as they come."""

    def __init__(self, terms: "Terms") -> None:
        super().__init__()
        self.terms, self.of_stem = terms, dict[str, int]()
        self.stem_of: dict[int, str] = {}
        self.begins_phrase: set[int] = set()

    def __missing__(self, word: str) -> int:
        number, searched = -1, stem(word)
        if searched:
            number = self.of(searched)
            if not self.terms.first[searched]:
                self.terms.first[searched] = word
        self[word] = number
        return number

    def of(self, searched: str) -> int:
        """Return the number of a stem."""
        known = self.of_stem.get(searched)
        if known is None:
            known = self.of_stem[searched] = self.terms.number("w", searched)
            self.stem_of[known] = searched
            self.terms.first[searched] = ""  # while nobody knows how it is written, no misspelt word is taken for it
            if begins_phrase(searched):
                self.begins_phrase.add(known)
        return known


class Terms:
    """Takes services one by one: what each holds, one after the other in arrays."""

    def __init__(self) -> None:
        self.names: list[tuple[str, str]] = []  # kind and name of each term, by its number
        self.first: dict[str, str] = {}  # how a stem was first written
        self.doc_terms, self.doc_weights, self.doc_ends = array("I"), array("B"), array("Q", [0])
        self.lengths = array("I")
        self._others: dict[tuple[str, str], int] = {}
        self._words = Numbers(self)

    def number(self, kind: str, name: str) -> int:
        """Return the number of a new term."""
        self.names.append((kind, name))
        return len(self.names) - 1

    def add(self, facts: ServiceFacts) -> None:
        """Take one service."""
        named, rest = self._read(facts.named or facts.name), self._read(facts.text)
        if facts.stems is not None:
            rest = self._read(facts.organisation) + rest
            times = dict.fromkeys(map(self._words.of, facts.stems[0]), 1)
            in_name = len(times)
            times |= dict.fromkeys(map(self._words.of, facts.stems[1]), 1)
        else:
            times = _counted(named, {})
            in_name = len(times)
            _counted(rest, times)
        weights = [count if count < IN_NAME else IN_NAME - 1 for count in times.values()]
        for place in range(in_name):
            weights[place] |= IN_NAME
        self.doc_terms.extend(times)
        self.doc_weights.extend(weights)
        self.lengths.append(sum(times.values()))
        phrases = self._words.begins_phrase
        if not (phrases.isdisjoint(named) and phrases.isdisjoint(rest)):
            meant = self._concepts(named)
            self._post("c", dict.fromkeys(meant | self._concepts(rest), 1), meant)
        self._post("n", dict.fromkeys(facts.needs, 0), {code for code, (is_sure, _) in facts.needs.items() if is_sure})
        self.doc_ends.append(len(self.doc_terms))

    def _read(self, text: str) -> list[int]:
        return [number for number in map(self._words.__getitem__, tokens(text)) if number >= 0]

    def _concepts(self, numbers: Iterable[int]) -> set[str]:
        stem_of = self._words.stem_of
        return concepts_in([stem_of[number] for number in numbers])

    def _post(self, kind: str, weights: Mapping[str, int], surely: Set[str]) -> None:
        for name, weight in weights.items():
            number = self._others.get((kind, name))
            if number is None:
                number = self._others[kind, name] = self.number(kind, name)
            self.doc_terms.append(number)
            self.doc_weights.append(weight | (IN_NAME if name in surely else 0))


def _counted(numbers: list[int], times: dict[int, int]) -> dict[int, int]:
    """Return how often each word stands there with those counted before, MOST_WORDS different new ones at most."""
    most = len(times) + MOST_WORDS
    for number in numbers:
        if number in times:
            times[number] += 1
        elif len(times) < most:
            times[number] = 1
    return times
