"""Names of people, by community and age, from `data/names.toml`."""

from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Any

from linkwell.demo.generate.data import read

FEMALE, MALE = "female", "male"


@dataclass(frozen=True)
class Name:
    """One person's names and what goes with them."""

    given: str
    family: str
    preferred: str
    ethnicity: str
    language: str
    interpreter: float


@cache
def communities() -> list[dict[str, Any]]:
    """Return the communities with their names as lists."""
    rows = []
    for row in read("names.toml")["community"]:
        names = {key: _split(value) for key, value in row.items() if key in _LISTS}
        script = dict(pair.split("=") for pair in _split(row.get("own_script", "")))
        rows.append({**row, **names, "script": script})
    return rows


_LISTS = (
    "women_old", "women_mid", "women_young", "men_old", "men_mid", "men_young", "women", "men", "families",
)  # fmt: skip
_SHORT = {
    "Margaret": "Peggy", "Ronald": "Ron", "Kenneth": "Ken", "Stanley": "Stan", "Leonard": "Len", "Jacqueline": "Jackie",
    "Deborah": "Debs", "Stephen": "Steve", "Raymond": "Ray", "Rebecca": "Becky", "Patrick": "Paddy", "Kathleen": "Kath",
    "Maria da Conceição": "São", "Oluwaseun": "Seun", "Chukwuemeka": "Emeka", "Małgorzata": "Gosia", "Arthur": "Art",
    "Krzysztof": "Krzys", "Pamela": "Pam", "Reginald": "Reg", "Zbigniew": "Zbyszek", "Babatunde": "Tunde",
}  # fmt: skip


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def draw(rng: Random, sex: str, age: int) -> Name:
    """Return some name that fits a sex and an age."""
    rows = communities()
    row = rng.choices(rows, weights=[row["share"] for row in rows])[0]
    band = "old" if age >= 68 else "mid" if age >= 40 else "young"
    kind = "women" if sex == FEMALE else "men"
    given = rng.choice(row.get(f"{kind}_{band}") or row[kind])
    preferred = row["script"].get(given, "")
    if not preferred and given in _SHORT and rng.random() < 0.6:
        preferred = _SHORT[given]
    speaks_english_first = rng.random() < 0.3
    language = "en" if speaks_english_first else row.get("language", "en")
    interpreter = row.get("interpreter", 0.0) if language != "en" else 0.0
    return Name(given, rng.choice(row["families"]), preferred, row["ethnicity"], language, interpreter)
