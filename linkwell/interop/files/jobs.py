"""Works on spreadsheets that a page brought in: reads every row, imports them, clears away what is older than a day."""

import logging
from collections.abc import Callable

from django.utils import timezone

from linkwell.common.errors import DomainError
from linkwell.common.jobs import clock_job, enqueue, scheme_job
from linkwell.common.scope import scope
from linkwell.directory.imports import import_records
from linkwell.directory.models import Upload
from linkwell.directory.uploads import actions
from linkwell.directory.uploads.queries import Work, work_on
from linkwell.interop.files import mapping as mappings
from linkwell.interop.files.checking import check_rows
from linkwell.interop.files.reader import TableReader
from linkwell.team import queries

log = logging.getLogger("linkwell.interop")
CLEAR = "directory.clear_uploads"
FAULT = "Linkwell could not read this file. Save it again as CSV UTF-8 and bring that in."


@scheme_job(name=actions.CHECK, purpose="Read every row of a spreadsheet that a page brought in", in_steps=True)
def check_upload(*, scheme_id: int, upload_id: int) -> None:
    """Keep what the rows would become and what is wrong with them."""

    def work(upload: Work) -> None:
        outcome = check_rows(_reader(upload))
        with scope(scheme_ids=[scheme_id], scheme_id=scheme_id):
            actions.note_checked(upload_id=upload_id, outcome=outcome)

    _work_on(scheme_id, upload_id, Upload.CHECKING, work)


@scheme_job(name=actions.IMPORT, purpose="Import a spreadsheet that a page brought in", in_steps=True)
def import_upload(*, scheme_id: int, upload_id: int) -> None:
    """Import the rows: the run commits by itself, and then the file says which run took it."""

    def work(upload: Work) -> None:
        result = import_records(
            reader=_reader(upload), source=upload.source, at=timezone.now(), file_name=upload.file_name, by=upload.by
        )
        with scope(scheme_ids=[scheme_id], scheme_id=scheme_id):
            actions.note_imported(upload_id=upload_id, run_id=result.run or 0)

    _work_on(scheme_id, upload_id, Upload.IMPORTING, work)


@scheme_job(name=CLEAR, purpose="Remove spreadsheets of a scheme that are older than a day")
def clear_uploads(*, scheme_id: int) -> None:
    actions.clear_old(scheme_id=scheme_id, at=timezone.now())


@clock_job(name="directory.clear_all_uploads", purpose="Look for spreadsheets older than a day", cron="17 * * * *")
def clear_all_uploads() -> None:
    for scheme_id in queries.scheme_ids():
        enqueue(CLEAR, once=f"uploads-{scheme_id}", scheme_id=scheme_id)


def _reader(upload: Work) -> TableReader:
    return TableReader(upload.content, mappings.from_content(upload.mapping_name, upload.mapping))


def _work_on(scheme_id: int, upload_id: int, state: str, work: Callable[[Work], None]) -> None:
    """Do the work outside any transaction of ours; a refusal, or a fault, is told on the file's page."""
    with scope(scheme_ids=[scheme_id], scheme_id=scheme_id):
        upload = work_on(upload_id, state=state)
    if upload is None:
        return
    try:
        work(upload)
    except DomainError as refusal:
        why = str(refusal)
    except Exception as fault:
        log.error("Upload %s could not be worked on: %s", upload_id, type(fault).__name__)
        why = FAULT
    else:
        return
    with scope(scheme_ids=[scheme_id], scheme_id=scheme_id):
        actions.note_refused(upload_id=upload_id, why=why)
