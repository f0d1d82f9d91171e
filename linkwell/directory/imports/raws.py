"""What the source said of an entry when it was last read: kept packed beside it, never above a bound."""

import zlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from linkwell.directory.imports import write

MOST_CHARACTERS = 64_000  # of one record; a longer one is kept up to here


def pack(text: str) -> bytes:
    """Return a record's text, cut and packed."""
    return zlib.compress(text[:MOST_CHARACTERS].encode("utf-8", errors="replace"), 1)


def unpack(packed: bytes) -> str:
    """Return the text of a packed record."""
    return zlib.decompress(bytes(packed)).decode("utf-8", errors="replace")


def keep(cursor: Any, said: Iterable[tuple[int, str]], *, run_id: int | None, at: datetime) -> None:
    """Keep what was said of each entry in the place of what was said before."""
    rows = [
        {"service_id": pk, "run_id": run_id, "read_at": at, "size": len(text), "packed": pack(text)}
        for pk, text in said
        if text
    ]
    cursor.execute("DELETE FROM directory_rawrecord WHERE service_id = ANY(%s)", [[row["service_id"] for row in rows]])
    write.copy_rows(cursor, "directory_rawrecord", rows)
