"""What people talk about when they ask for help: how likely a text is about each theme.

"He checks where I am all the time" and "Safety planning, refuge" share no word and little meaning, but one theme. The
weights are a multinomial logistic regression from vectors to themes, fitted to sayings written for it
(`bench/own_words/sayings.toml`), one table for each way of making vectors.
"""

from hashlib import blake2b
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from linkwell.matching.meaning.vectors import DATA, Floats


class Themes:
    """Vectors to shares of themes."""

    def __init__(self, kind: str, folder: Path = DATA) -> None:
        """Read the weights for vectors of a kind: "words" or "sentence"."""
        self.names: list[str] = (folder / "themes.txt").read_text(encoding="utf-8").splitlines()
        weights = np.load(folder / f"themes-{kind}.npy")
        self.mark = blake2b(weights.tobytes(), digest_size=4).hexdigest()  # other weights, other shares
        self._weights = weights.astype(np.float32)

    def shares(self, vectors: Floats) -> Floats:
        """Return (n, themes): how likely each text is about each theme; rows add up to 1."""
        logits = vectors @ self._weights
        found = np.exp(logits - logits.max(axis=1, keepdims=True))
        return found / found.sum(axis=1, keepdims=True)


def as_bytes(shares: Floats) -> NDArray[np.uint8]:
    """Return shares in 255ths, as they are kept beside a service."""
    return np.rint(shares * 255).astype(np.uint8)
