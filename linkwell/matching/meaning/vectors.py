"""The built-in meaning of words: one short vector a word piece, distilled from the sentence model.

`data/README.md` says where the table comes from and how it is made again. It is mapped, so that all processes of a
machine share it. Order of words plays no part: "dog bites man" is "man bites dog".
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from linkwell.matching.meaning.tokens import Pieces

Floats = NDArray[np.float32]

DATA = Path(__file__).resolve().parent / "data"
MOST_PIECES = 256


class WordVectors:
    """Texts to vectors of length 1 by the sum of their words' vectors; a text without a known word is zeros."""

    kind = "words"

    def __init__(self, folder: Path = DATA) -> None:
        self._vectors: NDArray[np.int8] = np.load(folder / "vectors.npy", mmap_mode="r")
        self._weights = np.load(folder / "weights.npy").astype(np.float32)
        self._pieces = Pieces((folder / "pieces.txt").read_text(encoding="utf-8").splitlines())
        self.dimensions = int(self._vectors.shape[1])
        self.name = f"words-{len(self._vectors)}x{self.dimensions}"

    def encode(self, texts: Sequence[str]) -> Floats:
        """Return (n, dimensions) vectors of length 1, one a text."""
        found = np.zeros((len(texts), self.dimensions), np.float32)
        for row, text in enumerate(texts):
            pieces = [piece for piece in self._pieces.of(text, MOST_PIECES) if piece >= 0]
            if pieces:
                found[row] = self._weights[pieces] @ self._vectors[pieces].astype(np.float32)
        lengths = np.linalg.norm(found, axis=1, keepdims=True)
        return np.divide(found, lengths, out=found, where=lengths > 0)


@cache
def built_in() -> WordVectors:
    """Return the table that comes with Linkwell, loaded once a process."""
    return WordVectors()
