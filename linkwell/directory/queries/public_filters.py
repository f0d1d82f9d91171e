"""The filters of the public search, and what choosing each would leave. Plain values, no database.

`filtered` is the definition; `matching.index.strict` counts the same over all that the index finds.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import NamedTuple

from linkwell.matching import vocabulary
from linkwell.matching.query import Facet, Query
from linkwell.matching.vocabulary import AGES, days_of

Counts = Mapping[str, Mapping[str, int]]  # filter → value → how many
MOST_LANGUAGES = 12


class Candidate(NamedTuple):
    """What a filter and the rank look at."""

    id: int
    location_id: int | None
    metres: float | None
    latitude: float | None
    longitude: float | None
    is_rough: bool
    name: str
    modes: list[str]
    slots: int | None
    is_free: bool | None
    languages: list[str]
    access: list[str]
    minimum_age: int | None
    maximum_age: int | None
    operating: str
    wait_weeks: int | None
    right_on: date | None
    has_sunk: bool
    need_points: float
    word_points: float


def filtered(rows: list[Candidate], query: Query) -> tuple[list[Candidate], Counts]:
    """Return what passes every filter; each count is what choosing it (instead) would leave."""
    asked: dict[str, Callable[[Candidate], bool]] = {
        "free": lambda row: not query.free_only or row.is_free is True,
        "day": lambda row: not query.slots or bool((row.slots or 0) & query.slots),
        "how": lambda row: not query.modes or not set(query.modes).isdisjoint(row.modes),
        "language": lambda row: not query.languages or not set(query.languages).isdisjoint(row.languages),
        "access": lambda row: set(query.access_needs) <= set(row.access),
        "age": lambda row: query.age is None or _for_age(row, query.age),
    }
    fails = {row.id: [name for name, passes in asked.items() if not passes(row)] for row in rows}
    counts = {
        name: Counter(value for row in rows if set(fails[row.id]) <= {name} for value in _values(name, row))
        for name in asked
    }
    return [row for row in rows if not fails[row.id]], counts


def facets(counts: Counts) -> dict[str, tuple[Facet, ...]]:
    """Return each filter's values with their labels, in the order of the page."""
    return {
        name: tuple(Facet(value, label, values.get(value, 0)) for value, label in _order(name, values))
        for name, values in counts.items()
    }


def _values(name: str, row: Candidate) -> Iterable[str]:
    match name:
        case "free":
            return ["1"] if row.is_free else []
        case "day":
            return [str(day) for day in days_of(row.slots or 0)]
        case "how":
            return row.modes
        case "language":
            return [code for code in row.languages if code != "en"]
        case "access":
            return [code for code in row.access if code == "step_free"]
    return [code for code, (age, _) in AGES.items() if _for_age(row, age)]


def _order(name: str, counts: Mapping[str, int]) -> list[tuple[str, str]]:
    labels: dict[str, str] = {
        "free": {"1": "Free"},
        "day": {str(number): day for number, day in enumerate(vocabulary.DAYS)},
        "how": {code: f"{said[0].upper()}{said[1:]}" for code, said in vocabulary.MODES.items()},
        "access": {"step_free": "Step-free"},
        "age": {code: label for code, (_, label) in AGES.items()},
    }.get(name) or {code: vocabulary.LANGUAGES.get(code, code) for code in _commonest(counts)[:MOST_LANGUAGES]}
    return list(labels.items())


def _commonest(counts: Mapping[str, int]) -> list[str]:
    return sorted(counts, key=lambda code: (-counts[code], code))


def _for_age(row: Candidate, age: int) -> bool:
    return (row.minimum_age is None or row.minimum_age <= age) and (row.maximum_age is None or age <= row.maximum_age)
