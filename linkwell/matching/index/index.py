"""The engine's public face: one index of services, and what can be asked of it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from linkwell.matching import ranking
from linkwell.matching.index.facts import Explained, Fit, ServiceFacts, Tried
from linkwell.matching.query import Answer, Point, Query
from linkwell.matching.recognise import Own


class Meaning(Protocol):
    """What the words of one question mean to each service: made for one search, asked once or twice in it."""

    def points(self, service_ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the points of each service, aligned with the ids; above 0 makes it relevant by itself."""
        ...


class ServiceIndex:
    """Services in memory-mapped columns; never changes once made, and any number of threads may search it."""

    @classmethod
    def build(
        cls, services: Iterable[ServiceFacts], folder: Path, *, tops: Mapping[str, str] | None = None, mark: str = ""
    ) -> "ServiceIndex":
        """Write a fresh generation of all services, switch to it, and return it; what searches goes on searching.

        tops   code → the code it counts under in the facet "need", where there are too many to show
        mark   a note of the caller's, kept with it: how far the changes go that it knows
        """
        raise NotImplementedError

    @classmethod
    def open(cls, folder: Path) -> "ServiceIndex":
        """Return the newest index of a folder; raise NoIndex where none was built."""
        raise NotImplementedError

    def latest(self) -> "ServiceIndex":
        """Return this index, or what another thread or process wrote since; costs one look at a file."""
        raise NotImplementedError

    def update(
        self, changed: Iterable[ServiceFacts] = (), removed: Iterable[int] = (), *, mark: str | None = None
    ) -> "ServiceIndex":
        """Return the newest index with services changed, added and removed; all processes see it from now on."""
        raise NotImplementedError

    @property
    def mark(self) -> str:
        """Return the note of the caller's that was last kept."""
        raise NotImplementedError

    @property
    def changes(self) -> int:
        """Return how many services the changes since the last build hold: build again when they are many."""
        raise NotImplementedError

    def __len__(self) -> int:
        raise NotImplementedError

    def search(
        self,
        query: Query,
        *,
        on: date,
        weights: ranking.Weights = ranking.PRODUCT,
        public_only: bool = False,
        own: Own = (),
        meaning: Meaning | None = None,
        tried: Mapping[int, Tried] | None = None,
    ) -> Answer:
        """Return all that fits, how many, the best with reasons, those that nearly fit and counts over all.

        own     the adopter's phrases for needs, (code, phrase)
        tried   service id → points and reason, from experience with it
        What only the directory knows of a suggestion (freshness, where, when, status) is left empty.
        """
        raise NotImplementedError

    def explain(
        self, query: Query, service_id: int, *, on: date, public_only: bool = False, own: Own = (), **others: Any
    ) -> Explained:
        """Return why a service is not in the list of a question, or at which rank it stands."""
        raise NotImplementedError

    def reverse(self, facts: ServiceFacts, questions: "Sequence[Query]", *, on: date, own: Own = ()) -> list[Fit]:
        """Return which questions a service would fit, the best first; `Questions` packs many for asking often."""
        raise NotImplementedError

    def gaps(
        self, areas: Sequence[tuple[Point, str]], needs: Sequence[str], limits: Query, *, on: date
    ) -> NDArray[np.int32]:
        """Return how many services fit, (areas × needs): each area a point and its outward code ("" for none)."""
        raise NotImplementedError
