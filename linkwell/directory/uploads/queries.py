"""What a directory editor sees of the spreadsheets they brought, and of the mappings that are kept."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from linkwell.directory.models import ListMapping, Upload
from linkwell.directory.uploads.actions import KEPT
from linkwell.directory.uploads.errors import NoSuchUpload
from linkwell.team.models import Membership


@dataclass(frozen=True)
class Brought:
    """One file, without its bytes."""

    pk: int
    file_name: str
    at: datetime
    state: str
    outline: dict[str, Any]
    source: str
    mapping_name: str
    mapping: dict[str, Any] | None
    outcome: dict[str, Any] | None
    trouble: str
    run_id: int | None


@dataclass(frozen=True)
class Work:
    """What a job needs of a file."""

    file_name: str
    content: bytes
    source: str
    mapping_name: str
    mapping: dict[str, Any]
    by: Membership


@dataclass(frozen=True)
class Kept:
    """One kept mapping."""

    name: str
    source: str
    content: dict[str, Any]
    changed_at: datetime


_FIELDS = (
    "pk", "file_name", "at", "state", "outline", "source", "mapping_name", "mapping", "outcome", "trouble", "run_id"
)  # fmt: skip


def brought(upload_id: int, *, by: Membership, at: datetime) -> Brought:
    """Return one of the viewer's own files; raise NoSuchUpload."""
    rows = _own(by, at).filter(pk=upload_id).values_list(*_FIELDS)
    if not (row := rows.first()):
        raise NoSuchUpload
    return Brought(*row)


def all_brought(*, by: Membership, at: datetime) -> list[Brought]:
    """Return the viewer's own files, newest first."""
    return [Brought(*row) for row in _own(by, at).order_by("-at", "-pk").values_list(*_FIELDS)[:20]]


def _own(by: Membership, at: datetime) -> Any:
    return Upload.objects.filter(scheme_id=by.scheme_id, by=by, at__gte=at - KEPT)


def work_on(upload_id: int, *, state: str) -> Work | None:
    """Return what a job is to work on; None where the file is gone or in another state."""
    row = Upload.objects.select_related("by").filter(pk=upload_id, state=state).first()
    if row is None or row.mapping is None:
        return None
    return Work(row.file_name, bytes(row.content), row.source, row.mapping_name, row.mapping, row.by)


def kept_mappings() -> list[Kept]:
    """Return the mappings that were kept, by source and name."""
    rows = ListMapping.objects.order_by("source", "name").values_list("name", "source", "content", "changed_at")
    return [Kept(*row) for row in rows[:500]]


def kept_mapping(name: str) -> Kept | None:
    """Return the mapping of a name."""
    row = ListMapping.objects.filter(name=name).values_list("name", "source", "content", "changed_at").first()
    return Kept(*row) if row else None
