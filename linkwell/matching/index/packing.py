"""Many questions in one array: the limits of each in the order in which `calling.asked` reads them."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from linkwell.matching.index.columns import Ask, layout

_LIMITS = layout(Ask)


def packed(asks: Iterable[Ask]) -> NDArray[np.int64]:
    """Return the limits as (n, numbers of Ask), real ones by their bits."""
    return np.frombuffer(b"".join([_LIMITS.pack(*one) for one in asks]), np.int64).reshape(-1, len(Ask._fields))
