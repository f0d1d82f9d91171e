"""Student's t distribution, as far as an interval needs it.

Written out here so that the pages work without scipy; tests hold it against scipy.stats.t.
"""

from functools import cache
from math import exp, lgamma, log, sqrt

TINY = 1e-300


def quantile(share: float, df: int) -> float:
    """Return the value below which a share (0 to 1) of Student's t with `df` degrees of freedom lies.

    Found by bisection of `distribution`, to 1e-10. Source: Abramowitz & Stegun 1964, 26.7.1.
    """
    if not 0 < share < 1 or df < 1:
        raise ValueError("A quantile needs a share between 0 and 1 and at least one degree of freedom.")
    if share < 0.5:
        return -quantile(1 - share, df)
    return _upper(share, df)


@cache
def _upper(share: float, df: int) -> float:
    low, high = 0.0, 1.0
    while distribution(high, df) < share:
        high *= 2
    while high - low > 1e-10 * max(1.0, high):
        middle = (low + high) / 2
        low, high = (middle, high) if distribution(middle, df) < share else (low, middle)
    return (low + high) / 2


def distribution(t: float, df: int) -> float:
    """Return the share of Student's t with `df` degrees of freedom that lies below t."""
    tail = incomplete_beta(df / (df + t * t), df / 2, 0.5) / 2
    return 1 - tail if t > 0 else tail


def incomplete_beta(x: float, a: float, b: float) -> float:
    """Return the regularised incomplete beta function I_x(a, b), 0 to 1.

    Source: Abramowitz & Stegun 1964, 26.5.8, the continued fraction evaluated by Lentz 1976.
    """
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):  # the fraction converges quickly on this side only
        return 1 - incomplete_beta(1 - x, b, a)
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log(1 - x)) / a
    return front / _fraction(x, a, b)


def _fraction(x: float, a: float, b: float) -> float:
    """Return 1 + d1/(1 + d2/(1 + …)) of 26.5.8."""
    value, c, d = 1.0, 1.0, 0.0
    for place in range(1, 1000):
        term = _term(place, x, a, b)
        d = 1 / ((1 + term * d) or TINY)
        c = (1 + term / c) or TINY
        value *= c * d
        if abs(c * d - 1) < 1e-15:
            return value
    raise ArithmeticError("The continued fraction did not settle.")


def _term(place: int, x: float, a: float, b: float) -> float:
    m = place // 2
    if place % 2 == 0:
        return m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
    return -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))


def half_width(n: int, sd: float, *, level: float = 0.95) -> float:
    """Return half the width of the interval of a mean of n values with standard deviation `sd`."""
    return quantile(0.5 + level / 2, n - 1) * sd / sqrt(n)
