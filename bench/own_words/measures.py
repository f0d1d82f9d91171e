"""How well a ranking does, with intervals."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.own_words.contenders import Points

SEED, RESAMPLES = 20261123, 10_000


@dataclass(frozen=True)
class Found:
    """Shares of statements, each with its 95 % interval (statements drawn again, 10,000 times, one seed)."""

    hit_1: float
    hit_3: float
    mrr: float
    hit_1_interval: tuple[float, float]
    hit_3_interval: tuple[float, float]
    mrr_interval: tuple[float, float]


def first_ranks(points: Points, suits: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the rank of the first service that suits, 1 is best; infinite where it was left out (−∞).

    Ties go against it: a service that suits stands behind all others with as many points.
    """
    best = np.where(suits, points, -np.inf).max(axis=1, keepdims=True)
    before = ((points >= best) & ~suits).sum(axis=1)
    return np.where(np.isneginf(best[:, 0]), np.inf, before + 1.0)


def measured(ranks: NDArray[np.float64]) -> Found:
    """Return hit@1, hit@3 and the mean reciprocal rank, with intervals."""
    values = np.stack([ranks <= 1, ranks <= 3, 1 / ranks]).astype(float)
    drawn = np.random.default_rng(SEED).integers(0, len(ranks), (RESAMPLES, len(ranks)))
    low, high = np.quantile(values[:, drawn].mean(axis=2), [0.025, 0.975], axis=1).round(3)
    shares = values.mean(axis=1).round(3)
    spans = [(float(one), float(other)) for one, other in zip(low, high, strict=True)]
    return Found(float(shares[0]), float(shares[1]), float(shares[2]), *spans)
