"""What the generator makes: plain rows by table, and the truth that no table holds."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any, TypeVar
from uuid import UUID

import msgspec

Row = dict[str, Any]
Choice = TypeVar("Choice")


class Rows:
    """Rows by table ("people.Person"), in the order they are made; ids count from 1 in each table."""

    def __init__(self) -> None:
        self.tables: dict[str, list[Row]] = {}

    def add(self, table: str, **fields: Any) -> int:
        """Add one row and return its id."""
        rows = self.tables.setdefault(table, [])
        number = len(rows) + 1
        rows.append({"id": number, **fields})
        return number

    def get(self, table: str, number: int) -> Row:
        """Return a row, to be changed in place."""
        return self.tables[table][number - 1]

    def all(self, table: str) -> Iterator[Row]:
        """Return every row of a table."""
        return iter(self.tables.get(table, []))


@dataclass(frozen=True)
class DemoScheme:
    """One generated scheme: same seed and last day, same bytes."""

    seed: int
    last_day: date
    tables: dict[str, list[Row]]
    truth: dict[str, Any]

    def canonical(self) -> bytes:
        """Return all of it as JSON with keys in order."""
        whole = {"seed": self.seed, "last_day": self.last_day, "tables": self.tables, "truth": self.truth}
        return msgspec.json.encode(whole, order="deterministic")

    def digest(self) -> str:
        """Return the SHA-256 of the canonical JSON."""
        return hashlib.sha256(self.canonical()).hexdigest()


def stream(seed: int, *about: object) -> Random:
    """Return random numbers of their own for one thing, so that a change to one part leaves the others as they were."""
    return Random(":".join(str(part) for part in (seed, *about)))


def uuid(rng: Random) -> UUID:
    """Return a random UUID, version 4."""
    return UUID(int=rng.getrandbits(128), version=4)


def poisson(rng: Random, mean: float) -> int:
    """Return a Poisson number; for small means."""
    if mean <= 0:
        return 0
    limit, product, count = 2.718281828459045**-mean, rng.random(), 0
    while product > limit:
        product *= rng.random()
        count += 1
    return count


def weighted(rng: Random, choices: Mapping[Choice, float]) -> Choice:
    """Return one key of `choices`, each as likely as its weight."""
    return rng.choices(list(choices), weights=list(choices.values()))[0]
