"""Many questions in arrays: the limits of each in the order in which `sweeping.asked` reads them."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from linkwell.matching.index.columns import Ask


def packed(asks: Sequence[Ask], *, everything: Sequence[bool]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the limits as (n, 7) real and (n, 18) whole numbers."""
    reals = [(one.x, one.y, one.latitude, one.longitude, one.reach, one.scale, one.far) for one in asks]
    wholes = [
        (one.has_home, one.on_grid, one.outcode, one.in_person, one.remote, one.asks_mode, one.access,
         one.remote_access, one.unheard_of, one.unheard_of_remote, one.languages, one.asks_language, one.slots,
         one.free_only, one.age, one.capacity, one.old_too, every)
        for one, every in zip(asks, everything, strict=True)
    ]  # fmt: skip
    return np.array(reals, np.float64).reshape(-1, 7), np.array(wholes, np.int64).reshape(-1, 18)
