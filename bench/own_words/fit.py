"""Fits themes to sayings and the blend to the tuning half: `python -m bench.own_words.fit`; prints what it found.

Themes: a multinomial logistic regression from a text's vector to the theme it is about, each theme as heavy as any
other. Written into `linkwell/matching/meaning/data`. A saying that is nearly a statement of the kept half is left out
(NEARLY), so that nothing of it is learnt by heart.
"""

from functools import cache
from itertools import product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize, minimize_scalar

from bench.own_words import contenders, data
from bench.own_words.measures import first_ranks
from linkwell.matching.meaning.scorer import UNSAID, Encoder, best, installed, whole
from linkwell.matching.meaning.themes import Themes, as_bytes
from linkwell.matching.meaning.vectors import DATA
from linkwell.matching.ranking import Blend

PENALTY = {"words": 0.03, "sentence": 0.03}
STEPS = 150
NEARLY = 0.7  # cosine by the encoder itself
THEMES = (0.1, 0.2, 0.3, 0.4, 0.5)
POINTS = (1.0, 2.0, 3.0)  # at most half as much again as a need that was chosen
FOLDS = 5

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


@cache
def nearness(encoder: Encoder, asked: tuple[data.Statement, ...]) -> tuple[Table, Table]:
    """Return the cosine, and the logarithm of how likely both are about one theme: (statements, services) each."""
    said = encoder.encode([one.said for one in asked])
    entries = encoder.encode([whole(one.name, one.text) for one in data.services()])
    about = Themes(encoder.kind)
    shared = about.shares(said) @ (as_bytes(about.shares(entries)) / np.float32(255)).T
    return (said @ entries.T).astype(float), np.log(shared + UNSAID).astype(float)


def blend(encoder: Encoder, rows: NDArray[np.intp] | None = None) -> tuple[Blend, float]:
    """Return the blend that makes the tuning half (or some rows of it) likeliest, and its mean log-likelihood.

    The likelihood that the one of all services that is used is one that suits: softmax of heat × (heard + words +
    meaning), heat free. Meaning begins where nine in ten services are less near, so that it finds no more than that
    by itself, and is whole where nine in ten of those that suit are not nearer.
    """
    asked = data.statements(data.TUNING)
    chosen = np.arange(len(asked)) if rows is None else rows
    cosine, logs = (table[chosen] for table in nearness(encoder, asked))
    suits, held = data.suited(asked)[chosen], _without_meaning()[chosen]
    tried = []
    for weight, points in product(THEMES, POINTS):
        near = cosine + weight * logs
        none, whole_way = round(np.quantile(near, 0.9), 2), round(np.quantile(near[suits], 0.9), 2)
        total = held + points * np.clip((near - none) / (whole_way - none), 0, 1)
        tried.append((_likelihood(total, suits), Blend(weight, float(none), float(whole_way), points)))
    best_of_all = max(tried, key=lambda one: one[0])
    return best_of_all[1], best_of_all[0]


@cache
def _without_meaning() -> Table:
    """Return heard + words of the product's ranking for the tuning half."""
    asked = data.statements(data.TUNING)
    return np.array([[found[one.id].heard + found[one.id].words if one.id in found else 0.0 for one in data.services()]
                     for found in contenders.parts(asked)])  # fmt: skip


def _likelihood(total: Table, suits: NDArray[np.bool_]) -> float:
    def lost(heat: float) -> float:
        shares = np.exp(heat * (total - total.max(axis=1, keepdims=True)))
        return -float(np.log((shares * suits).sum(axis=1) / shares.sum(axis=1)).mean())

    return -float(minimize_scalar(lost, bounds=(0.1, 20), method="bounded").fun)


def crossed(encoder: Encoder) -> float:
    """Return hit@3 within the tuning half where each fifth is ranked by a blend fitted to the other four."""
    asked = data.statements(data.TUNING)
    cosine, logs = nearness(encoder, asked)
    held, suits = _without_meaning(), data.suited(asked)
    ranks = np.zeros(len(asked))
    for fold in range(FOLDS):
        out = np.arange(len(asked)) % FOLDS == fold
        by, _ = blend(encoder, np.flatnonzero(~out))
        near = cosine[out] + by.themes * logs[out]
        total = held[out] + by.points * np.clip((near - by.none) / (by.all - by.none), 0, 1)
        ranks[out] = first_ranks(total, suits[out])
    return float((ranks <= 3).mean())


def main(folder: Path = DATA) -> None:
    """Write the themes of each encoder that is there; print the blend that `ranking.MEANING` should hold."""
    (folder / "themes.txt").write_text("".join(f"{theme.name}\n" for theme in data.themes()), encoding="utf-8")
    for encoder in encoders():
        weights, left_out = themes(encoder)
        np.save(folder / f"themes-{encoder.kind}.npy", weights.astype(np.float16))
        print(f"{encoder.kind}: {weights.shape[1]} themes, {left_out} sayings left out", flush=True)
        print(f'    "{encoder.kind}": {blend(encoder)[0]}', flush=True)
        print(f"    hit@3 in the tuning half, across fifths: {crossed(encoder):.3f}", flush=True)


def encoders() -> list[Encoder]:
    """Return the built-in words, and the sentence model where it is installed."""
    model = installed()
    return [best(), best(model)] if model else [best()]


if __name__ == "__main__":
    main()
