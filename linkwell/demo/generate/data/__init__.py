"""The words that the generator puts together, as TOML."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any


@cache
def read(name: str) -> dict[str, Any]:
    """Return one file of this folder."""
    return tomllib.loads((Path(__file__).parent / name).read_text(encoding="utf-8"))
