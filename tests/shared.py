"""Where feeds, standards and reference tables lie that are used for trials and are no part of the project."""

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"


def shared(path: str) -> Path:
    """Return a file beside the project, or skip the test with a message where it is absent."""
    found = SHARED / path
    if not found.exists():
        pytest.skip(f"../shared/{path} is not here; this test reads it from beside the project.")
    return found
