"""Fits themes to sayings and the blend to the tuning half: `python -m bench.own_words.fit`; prints what it found.

Themes: a multinomial logistic regression from a text's vector to the theme it is about, each theme as heavy as any
other. Written into `linkwell/matching/meaning/data`. A saying that is nearly a statement of the kept half is left out
(NEARLY), so that nothing of it is learnt by heart.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from bench.own_words import data
from linkwell.matching.meaning.scorer import Encoder, best, installed
from linkwell.matching.meaning.vectors import DATA

PENALTY = {"words": 0.03, "sentence": 0.03}
STEPS = 150
NEARLY = 0.7  # cosine by the encoder itself

Table = NDArray[np.float64]


def themes(encoder: Encoder) -> tuple[Table, int]:
    """Return the weights (dimensions, themes) and how many sayings were left out as nearly kept statements."""
    every = data.themes()
    texts = [(number, said) for number, theme in enumerate(every) for said in theme.people_say]
    about = np.array([number for number, _ in texts])
    vectors = encoder.encode([said for _, said in texts]).astype(np.float64)
    kept = encoder.encode([one.said for one in (*data.statements(data.KEPT), *data.notes())])
    fine = (vectors @ kept.T).max(axis=1) < NEARLY
    written = encoder.encode([theme.services_say for theme in every]).astype(np.float64)
    return regression(
        np.concatenate([vectors[fine], written]),
        np.concatenate([about[fine], np.arange(len(every))]),
        len(every),
        PENALTY[encoder.kind],
    ), int((~fine).sum())


def regression(vectors: Table, about: NDArray[np.intp], count: int, penalty: float) -> Table:
    """Return the weights of a multinomial logistic regression, each class as heavy as any other."""
    heavy = 1 / np.bincount(about, minlength=count)[about]
    heavy *= len(about) / heavy.sum()
    wanted = np.eye(count)[about]

    def loss(flat: Table) -> tuple[float, Table]:
        weights = flat.reshape(-1, count)
        logits = vectors @ weights
        shares = np.exp(logits - logits.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        lost = -(heavy * np.log(shares[np.arange(len(about)), about] + 1e-300)).sum() + penalty / 2 * flat @ flat
        return lost, (vectors.T @ ((shares - wanted) * heavy[:, None]) + penalty * weights).ravel()

    begin = np.zeros(vectors.shape[1] * count)
    return minimize(loss, begin, jac=True, method="L-BFGS-B", options={"maxiter": STEPS}).x.reshape(-1, count)


def main(folder: Path = DATA) -> None:
    """Write the themes of each encoder that is there."""
    (folder / "themes.txt").write_text("".join(f"{theme.name}\n" for theme in data.themes()), encoding="utf-8")
    for encoder in encoders():
        weights, left_out = themes(encoder)
        np.save(folder / f"themes-{encoder.kind}.npy", weights.astype(np.float16))
        print(f"{encoder.kind}: {weights.shape[1]} themes, {left_out} sayings left out")


def encoders() -> list[Encoder]:
    """Return the built-in words, and the sentence model where it is installed."""
    model = installed()
    return [best(), best(model)] if model else [best()]


if __name__ == "__main__":
    main()
