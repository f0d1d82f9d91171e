"""Compiles all that the engine may run, or loads it where this machine has compiled it before.

The first compiling of a machine takes a quarter of a minute; nobody should wait for it in the middle of a page.
"""

import os
import tempfile
from datetime import date
from pathlib import Path

TODAY = date(2026, 1, 1)


def keep_compiled_in(folder: Path) -> None:
    """Have compiled code kept in a folder where Linkwell's own cannot be written; to be called before the engine loads.

    NUMBA_CACHE_DIR says otherwise.
    """
    if "NUMBA_CACHE_DIR" not in os.environ and not os.access(Path(__file__).parent, os.W_OK):
        os.environ["NUMBA_CACHE_DIR"] = str(folder)


def warm() -> None:
    """Build a small index and ask it everything that can be asked."""
    import numpy as np
    from numpy.typing import NDArray

    from linkwell.matching.index.facts import Place, ServiceFacts, Tried
    from linkwell.matching.index.index import ServiceIndex
    from linkwell.matching.meaning.scorer import Meanings, best
    from linkwell.matching.query import Point, Query

    class Nothing:
        """Meaning that says nothing of any service."""

        def points(self, service_ids: NDArray[np.int64]) -> NDArray[np.float32]:
            return np.zeros(len(service_ids), np.float32)

    home = Point(53.4, -2.3, 380_000.0, 391_000.0)
    place = Place(location_id=1, latitude=53.4, longitude=-2.3, easting=380_000.0, northing=391_000.0)
    facts = ServiceFacts(id=1, name="Lunch club", needs={"loneliness": (True, "")}, places=(place,))
    query = Query(needs=("loneliness",), words="lunch", home=home, reach_metres=5_000)
    with tempfile.TemporaryDirectory(prefix="linkwell-warming-") as folder:
        index = ServiceIndex.build([facts], Path(folder))
        index = index.update([facts])
        index.search(query, on=TODAY, tried={1: Tried(-1.0, "")})
        index.search(query, on=TODAY, meaning=Nothing())
        meanings = Meanings(Path(folder) / "meaning", best())
        meanings.keep([facts])
        meanings.statement("nobody to eat with").points(np.array([1]))
        index.public(query, on=TODAY)
        index.explain(query, 1, on=TODAY)
        index.reverse(facts, [query], on=TODAY)
        index.gaps([(home, "")], ["loneliness"], Query(reach_metres=5_000), on=TODAY)


if __name__ == "__main__":
    warm()
