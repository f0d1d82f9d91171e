"""Where compiled loops are kept: apart for each state of the source.

Numba takes a kept loop for right while the loop's own file is as it was. But what a loop calls from another file is
compiled into it, so that after an upgrade of one file the others would go on as before.
"""

import shutil
from hashlib import blake2b
from pathlib import Path

from numba import config

ROOM = Path(__file__).parents[1]  # constants of matching's other files are compiled in as well
OLD_ONES = 2  # that stay, for processes that still run them


def keep_apart(room: Path = ROOM) -> Path:
    """Have loops that are declared from now on kept in a folder of this source's own, and return it."""
    said = blake2b(digest_size=8)
    for path in sorted(room.rglob("*.py")):
        said.update(path.read_bytes())
    given = str(config.CACHE_DIR)  # type: ignore[attr-defined]  # numba makes its settings as it goes
    all_kept = Path(given) if given else Path(__file__).parent / "__pycache__"
    if all_kept.name.startswith("loops-"):
        all_kept = all_kept.parent
    folder = all_kept / f"loops-{said.hexdigest()}"
    if not folder.exists():
        others = sorted(all_kept.glob("loops-*"), key=lambda one: one.stat().st_mtime)
        for old in others[: max(0, len(others) - OLD_ONES)]:
            shutil.rmtree(old, ignore_errors=True)
    config.CACHE_DIR = str(folder)  # type: ignore[attr-defined]
    return folder
