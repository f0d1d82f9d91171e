"""What a run leaves behind: its rows, the repairs of entries that it did not read again, the licence it brought."""

import re
from collections.abc import Iterable
from typing import Any

from linkwell.directory.imports import write
from linkwell.directory.models import Source
from linkwell.directory.records import Issue, Reader

_PLACE = re.compile(r"^(?:\$[^.\[\]]*\.?\w*\[\d+\]|line\[\d+\]|row \d+|\$)")


def rows(cursor: Any, run_id: int, issues: Iterable[Issue]) -> None:
    """Store the rows of a run."""
    values = [
        {
            "run_id": run_id, "kind": one.kind, "record": one.record, "path": one.path, "was": one.was,
            "now": one.now, "reason": one.reason,
        }
        for one in issues
    ]  # fmt: skip
    write.copy_rows(cursor, "directory_importrow", values)


_REPAIRS = (
    "FROM directory_importrow r JOIN directory_service s"
    " ON s.read_run_id = r.run_id AND s.external_id = r.record AND s.source_id = %s WHERE r.kind = 'repair'"
)


def mended(cursor: Any, source_id: int) -> set[str]:
    """Return the records of a source of which repairs were noted when they were read last."""
    cursor.execute(f"SELECT DISTINCT r.record {_REPAIRS}", [source_id])
    return {record for (record,) in cursor.fetchall()}


def repairs_of_kept(cursor: Any, source_id: int, kept: dict[str, str]) -> list[Issue]:
    """Return the repairs of unchanged entries from the runs that read them; `kept` says where they stand now."""
    if not kept:
        return []
    cursor.execute(
        f"SELECT r.record, r.path, r.was, r.now, r.reason {_REPAIRS} ORDER BY r.id",
        [source_id],
    )
    return [
        Issue("repair", record, _where_now(kept[record], path), was, now, reason)
        for record, path, was, now, reason in cursor.fetchall()
        if record in kept
    ]


def _where_now(place: str, path: str) -> str:
    return _PLACE.sub(lambda _: place, path, count=1)


def licence(source: Source, reader: Reader) -> None:
    """Keep the licence and the attribution that a list states."""
    given = {"licence": reader.licence, "attribution": reader.attribution}
    if any(given.values()):
        Source.objects.filter(pk=source.pk).update(**given)
