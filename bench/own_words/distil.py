"""Makes `linkwell/matching/meaning/data/vectors.npy` from the sentence model: `python -m bench.own_words.distil`.

Each piece of the model's vocabulary is put through the model alone; the pieces' vectors are centred, the three
directions that all share are taken out, the next 256 are kept, in 127ths. A piece weighs a / (a + its frequency),
its frequency by Zipf's law from its place in the vocabulary, which is ordered by frequency.
Needs the sentence model (docs/how-to/own-words.md); takes some minutes; nothing is drawn by lot.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from linkwell.matching.meaning.scorer import installed
from linkwell.matching.meaning.sentence import SentenceModel
from linkwell.matching.meaning.vectors import DATA

DIMENSIONS, SHARED = 256, 3
SMOOTH = 3e-4  # a of the weights: the smaller, the less a frequent word counts
WORDS_BEGIN = 1_996  # in the vocabulary: before it stand marks, letters and signs
BATCH = 512


def main() -> None:
    """Write the table, its weights and its pieces."""
    folder = installed()
    if folder is None:
        raise SystemExit("The sentence model is not installed: docs/how-to/own-words.md tells how.")
    write(*distilled(folder), DATA)


def distilled(folder: Path) -> tuple[list[str], NDArray[np.float64], NDArray[np.float64]]:
    """Return the pieces that are kept, their vectors and their weights."""
    vocabulary = (folder / "vocab.txt").read_text(encoding="utf-8").splitlines()
    kept = [number for number, piece in enumerate(vocabulary) if piece.isascii() and not piece.startswith("[")]
    model, vectors = SentenceModel(folder), []
    for begin in range(0, len(kept), BATCH):
        vectors.append(model.encode_pieces([[number] for number in kept[begin : begin + BATCH]]))
        print(f"\r  {begin + len(vectors[-1])} of {len(kept)} pieces", end="", flush=True)
    print()
    whole = np.concatenate(vectors).astype(np.float64)
    whole -= whole.mean(axis=0)
    directions = np.linalg.eigh(whole.T @ whole)[1][:, ::-1]  # the one they share most first
    turned = whole @ _same_signs(directions[:, SHARED : SHARED + DIMENSIONS])
    return [vocabulary[number] for number in kept], turned, np.array([_weight(n, vocabulary[n]) for n in kept])


def _same_signs(directions: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return directions whose largest part is above 0: which way one points is chance."""
    largest = np.abs(directions).argmax(axis=0)
    return directions * np.sign(directions[largest, np.arange(directions.shape[1])])


def _weight(number: int, piece: str) -> float:
    if not any(letter.isalnum() for letter in piece):
        return 0.0
    rank = number - WORDS_BEGIN + 1 if number >= WORDS_BEGIN else 3
    return SMOOTH / (SMOOTH + 0.1 / (rank + 2.7))


def write(pieces: list[str], vectors: NDArray[np.float64], weights: NDArray[np.float64], folder: Path) -> None:
    """Write vectors in 127ths of their largest part; the weights take that part in."""
    folder.mkdir(exist_ok=True)
    largest = np.maximum(np.abs(vectors).max(axis=1), 1e-9)
    np.save(folder / "vectors.npy", np.rint(vectors / largest[:, None] * 127).astype(np.int8))
    np.save(folder / "weights.npy", (weights * largest / 127 * 1e3).astype(np.float16))
    (folder / "pieces.txt").write_text("".join(f"{piece}\n" for piece in pieces), encoding="utf-8")


if __name__ == "__main__":
    main()
