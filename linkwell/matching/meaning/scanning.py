"""The scan: every candidate is compared, none is guessed at."""

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def products(vectors, themes, rows, asked, about, likeness, shared):  # type: ignore[no-untyped-def]  # numba finds the types
    """Write what a statement and each service have in common.

    vectors   (n, d) int8, 127ths             themes  (n, t) uint8, 255ths
    rows      (m,) which rows are asked for; below 0: none, both answers stay 0
    asked     (d,) int16, 127ths              about   (t,) float32
    likeness  (m,) float32, written: the cosine, -1 to 1
    shared    (m,) float32, written: how likely both are about the same theme, 0 to 1
    """
    for place in range(len(rows)):
        row = rows[place]
        if row < 0:
            continue
        total = np.int32(0)
        for part in range(len(asked)):
            total += np.int32(vectors[row, part]) * np.int32(asked[part])
        likeness[place] = total / np.float32(127 * 127)
        both = np.float32(0)
        for theme in range(len(about)):
            both += themes[row, theme] * about[theme]
        shared[place] = both / np.float32(255)
