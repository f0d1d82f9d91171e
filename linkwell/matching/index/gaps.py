"""The map: how many services fit in each area, need by need."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from linkwell.matching.index.asking import ask
from linkwell.matching.index.packing import packed
from linkwell.matching.index.sweeping import anywhere, masks, sweep
from linkwell.matching.query import Point, Query

if TYPE_CHECKING:
    from linkwell.matching.index.index import ServiceIndex


def gaps(
    index: "ServiceIndex", areas: Sequence[tuple[Point, str]], needs: Sequence[str], limits: Query, *, on: date
) -> NDArray[np.int32]:
    """Return how many services fit (areas × needs) who lives at each area's point, under the limits of a question.

    Each area is a point and its outward code ("" for none); needs and words of `limits` play no part.
    """
    counts = np.zeros((len(areas), len(needs)), np.int32)
    day = on.toordinal()
    for part in index.parts:
        homeless = ask(replace(limits, home=None, home_outcode=""), part.segment, on=day, budget=0, product=True)
        spans = np.array([part.segment.span("n", code)[:2] for code in needs], np.int64).reshape(-1, 2)
        mask = masks(part.columns, part.segment.shape, homeless, spans)
        always = np.zeros(len(needs), np.int32)
        depend = anywhere(part.columns, part.segment.shape, homeless, mask, always)
        counts += always
        for begin in range(0, len(areas), 4_096):
            some = areas[begin : begin + 4_096]
            asks = [
                ask(replace(limits, home=point, home_outcode=outcode), part.segment, on=day, budget=0, product=True)
                for point, outcode in some
            ]  # fmt: skip
            sweep(part.columns, part.segment.shape, packed(asks), mask, depend, counts[begin : begin + 4_096])
    return counts
