"""The labelled statements, the services they are about, and the sayings themes are fitted to. All of it fiction."""

import json
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

HERE = Path(__file__).resolve().parent
TUNING, KEPT = "tuning", "kept"


@dataclass(frozen=True)
class Service:
    """An entry of the fictional directory; `matching.meaning.scorer` takes it as it is."""

    id: int
    code: str
    name: str
    text: str


@dataclass(frozen=True)
class Statement:
    """What somebody might say, and the codes of the services that would truly suit."""

    said: str
    suits: tuple[str, ...]


@dataclass(frozen=True)
class Theme:
    """What people ask for help with: as a directory writes of it, and as people say it."""

    name: str
    services_say: str
    people_say: tuple[str, ...]


def half(said: str) -> str:
    """Return the half of a statement: odd first byte of the SHA-256 of its words, and nobody looks at it."""
    return KEPT if sha256(said.encode()).digest()[0] % 2 else TUNING


def _read(name: str) -> Any:
    return json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))[name]


@cache
def services() -> tuple[Service, ...]:
    return tuple(Service(number, row["id"], row["name"], row["text"]) for number, row in enumerate(_read("services")))


@cache
def statements(which: str) -> tuple[Statement, ...]:
    """Return the statements of a half."""
    rows = [Statement(row["said"], tuple(row["suits"])) for row in _read("statements")]
    return tuple(row for row in rows if half(row.said) == which)


@cache
def notes() -> tuple[Statement, ...]:
    """Return the second, small set: what others write about a person. Never fitted to."""
    return tuple(Statement(row["said"], tuple(row["suits"])) for row in _read("notes"))


@cache
def themes() -> tuple[Theme, ...]:
    return tuple(Theme(row["theme"], row["services_say"], tuple(row["people_say"])) for row in _read("sayings"))


def suited(asked: tuple[Statement, ...]) -> NDArray[np.bool_]:
    """Return (statements, services): does it suit?"""
    codes = [service.code for service in services()]
    return np.array([[code in one.suits for code in codes] for one in asked])
