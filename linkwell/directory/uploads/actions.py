"""What a directory editor does with a spreadsheet: bring it in, say what its columns are, import it, drop it."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from linkwell.common import audit
from linkwell.common.jobs import enqueue
from linkwell.directory.models import ListMapping, Upload
from linkwell.directory.uploads.errors import NoSuchUpload, NotReady, UploadRefused
from linkwell.team.models import Membership

LARGEST = 20 * 1024 * 1024  # bytes of one file
MOST_AT_ONCE = 5  # files of one member; the oldest makes room
KEPT = timedelta(days=1)
STUCK = timedelta(minutes=30)  # after so long a check or import has died, and may be begun again
CHECK, IMPORT = "directory.check_upload", "directory.import_upload"  # jobs of a door, for it reads files


@transaction.atomic
def keep_upload(*, file_name: str, content: bytes, outline: dict[str, Any], by: Membership, at: datetime) -> Upload:
    """Keep a file for a day while its columns are chosen; raise UploadRefused where it is too large."""
    if len(content) > LARGEST:
        raise UploadRefused(
            f"The file is larger than {LARGEST // 1024**2} MB. Split it, or import it by the command linkwell directory"
            " import."
        )
    mine = Upload.objects.filter(scheme_id=by.scheme_id, by=by)
    for old in mine.order_by("-at", "-pk").values_list("pk", flat=True)[MOST_AT_ONCE - 1 :]:
        Upload.objects.filter(pk=old).delete()
    kept = Upload.objects.create(
        scheme_id=by.scheme_id, by=by, file_name=file_name[-200:], content=content, outline=outline, at=at
    )
    audit.record("directory.list_brought", about=kept, by=by, at=at)
    return kept


@transaction.atomic
def choose_columns(
    *, upload_id: int, source: str, name: str, mapping: dict[str, Any], by: Membership, at: datetime
) -> None:
    """Keep what the columns are, and have every row checked; raise NoSuchUpload or NotReady."""
    upload = _own(upload_id, by, at)
    _check_idle(upload, at)
    if upload.state == Upload.IMPORTED:
        raise NotReady("This file is imported already. Bring it in again to import it another way.")
    upload.source, upload.mapping_name, upload.mapping = " ".join(source.split()), name, mapping
    upload.state, upload.outcome, upload.trouble, upload.at = Upload.CHECKING, None, "", at
    upload.save(update_fields=["source", "mapping_name", "mapping", "state", "outcome", "trouble", "at"])
    enqueue(CHECK, scheme_id=by.scheme_id, upload_id=upload.pk)


@transaction.atomic
def begin_import(*, upload_id: int, by: Membership, at: datetime) -> None:
    """Keep the mapping for the next file of this source and have the file imported; raise NotReady before its check."""
    upload = _own(upload_id, by, at)
    _check_idle(upload, at)
    if upload.state != Upload.CHECKED or upload.mapping is None:
        raise NotReady("Say what the columns are first; then the rows are checked and can be imported.")
    ListMapping.objects.update_or_create(
        name=upload.mapping_name,
        defaults={"source": upload.source, "content": upload.mapping, "changed_at": at, "changed_by": by.pk},
    )
    upload.state, upload.at = Upload.IMPORTING, at
    upload.save(update_fields=["state", "at"])
    audit.record("directory.import_begun", about=upload, by=by, at=at)
    enqueue(IMPORT, scheme_id=by.scheme_id, upload_id=upload.pk)


def note_checked(*, upload_id: int, outcome: dict[str, Any]) -> None:
    """Keep what a check found; nothing where the columns were chosen anew meanwhile, or the file was dropped."""
    Upload.objects.filter(pk=upload_id, state=Upload.CHECKING).update(state=Upload.CHECKED, outcome=outcome)


def note_refused(*, upload_id: int, why: str) -> None:
    """Keep why a file as a whole was not taken."""
    waiting = Upload.objects.filter(pk=upload_id, state__in=(Upload.CHECKING, Upload.IMPORTING))
    waiting.update(state=Upload.REFUSED, trouble=why[:1_000])


def note_imported(*, upload_id: int, run_id: int) -> None:
    """Keep which run took a file; its bytes are no longer needed."""
    Upload.objects.filter(pk=upload_id).update(state=Upload.IMPORTED, run_id=run_id, content=b"")


@transaction.atomic
def drop_upload(*, upload_id: int, by: Membership, at: datetime) -> None:
    """Forget a file before its day is over; raise NotReady while it is being imported."""
    upload = _own(upload_id, by, at)
    _check_idle(upload, at)
    audit.record("directory.list_dropped", about=upload, by=by, at=at)
    upload.delete()


def clear_old(*, scheme_id: int, at: datetime) -> int:
    """Remove the files of a scheme that are older than a day; return how many."""
    old = Upload.objects.filter(scheme_id=scheme_id, at__lt=at - KEPT)
    return old.delete()[0]


def _own(upload_id: int, by: Membership, at: datetime) -> Upload:
    mine = Upload.objects.select_for_update(of=("self",)).defer("content")
    found = mine.filter(pk=upload_id, scheme_id=by.scheme_id, by=by, at__gte=at - KEPT).first()
    if found is None:
        raise NoSuchUpload
    return found


def _check_idle(upload: Upload, at: datetime) -> None:
    if upload.state in (Upload.CHECKING, Upload.IMPORTING) and upload.at > at - STUCK:
        raise NotReady("Linkwell is working on this file. Wait until it has finished.")
