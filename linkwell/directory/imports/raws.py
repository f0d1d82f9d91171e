"""What the source said of an entry when it was last read: kept packed beside it, never above a bound.

Both sides are kept: the record as the source wrote it (for a person to look at) and as it was read (for a
correction to be compared with, and for "take theirs").
"""

import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from linkwell.directory.imports import write
from linkwell.directory.models import RawRecord
from linkwell.directory.records import ServiceRecord

MOST_CHARACTERS = 64_000  # of one record; a longer one is kept up to here
_BREAK = b"\0"


@dataclass(frozen=True, slots=True)
class Said:
    """One record as it was written, and as it was read (JSON)."""

    text: str
    record: bytes


def encode(record: ServiceRecord) -> bytes:
    """Return a record as JSON."""
    return msgspec.json.encode(record)


def decode(record: bytes) -> ServiceRecord:
    """Return a record of its JSON."""
    return msgspec.json.decode(record, type=ServiceRecord)


def pack(said: Said) -> bytes:
    """Return both sides, the written one cut, packed."""
    written = said.text[:MOST_CHARACTERS].encode("utf-8", errors="replace").replace(_BREAK, b" ")
    return zlib.compress(written + _BREAK + said.record, 1)


def unpack(packed: bytes) -> Said:
    """Return what was packed."""
    written, _, record = zlib.decompress(bytes(packed)).partition(_BREAK)
    return Said(written.decode("utf-8", errors="replace"), record)


def last_read(service_id: int) -> ServiceRecord | None:
    """Return the record of an entry as it was last read, None where none was kept."""
    packed = RawRecord.objects.filter(service_id=service_id).values_list("packed", flat=True).first()
    return decode(unpack(packed).record) if packed else None


def keep(cursor: Any, said: Iterable[tuple[int, Said]], *, run_id: int | None, at: datetime) -> None:
    """Keep what was said of each entry in the place of what was said before."""
    rows = [
        {"service_id": pk, "run_id": run_id, "read_at": at, "size": len(one.text), "packed": pack(one)}
        for pk, one in said
    ]
    cursor.execute("DELETE FROM directory_rawrecord WHERE service_id = ANY(%s)", [[row["service_id"] for row in rows]])
    write.copy_rows(cursor, "directory_rawrecord", rows, types=("int8", "int8", "timestamptz", "int4", "bytea"))
