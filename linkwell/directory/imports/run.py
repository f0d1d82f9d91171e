"""The run of an import: one at a time for each source, all or nothing, seen even when it is killed."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from linkwell.common import crash
from linkwell.directory.errors import ImportRunning, NoSourceName
from linkwell.directory.imports import deletions, noting, raws
from linkwell.directory.imports.batch import Batch
from linkwell.directory.imports.corrections import Corrections
from linkwell.directory.imports.holding import Holding, exposes, hide, hide_what_others_joined
from linkwell.directory.imports.known import Entries, Known, entries
from linkwell.directory.imports.result import ImportResult
from linkwell.directory.imports.writing import Writer
from linkwell.directory.models import ImportRun, Location, Question, Source
from linkwell.directory.records import Issue, Reader, ServiceRecord
from linkwell.team.models import Membership

BATCH = 1_000
LOCK = 0x6C77_6469  # "lwdi": the first of two keys of the advisory lock; the second is the source
WHY_HELD = {
    Question.OWNER: "Its id now stands for another organisation: the entry stays as it was until somebody has looked",
    Question.EXPOSURE: "It would show an address that is not given out: held until somebody has looked",
}

Progress = Callable[[int], None]


def import_records(
    *,
    reader: Reader,
    source: str,
    at: datetime,
    file_name: str = "",
    dry_run: bool = False,
    progress: Progress | None = None,
    by: Membership | None = None,
    from_address: bool = False,
) -> ImportResult:
    """Take a list's records into the directory; raise ImportRunning while another run of the source is under way.

    A new source is approved where staff brought its file themselves; one that was fetched waits for that.

    The run's row is committed before the work begins, so that a killed run is seen; the work itself is one
    transaction. A dry run does everything and keeps nothing.
    """
    name = " ".join(source.split())
    if not name:
        raise NoSourceName
    if dry_run:
        with transaction.atomic():
            result = _Import(reader, _source(name, at, is_approved=True), None, at, progress).run()
            transaction.set_rollback(True)
        return result
    origin = _source(name, at, is_approved=not from_address)
    run = begin_run(source=origin, at=at, file_name=file_name, by=by)
    partial = from_address and is_partial(reader)
    return take_in(run=run, reader=reader, at=at, progress=progress, is_partial=partial)


def begin_run(*, source: Source, at: datetime, file_name: str = "", by: Membership | None = None) -> ImportRun:
    """Note that a run begins, before anything is fetched or read."""
    return ImportRun.objects.create(
        source=source, started_at=at, format="", file_name=file_name, begun_by=by.pk if by else None
    )


def take_in(
    *, run: ImportRun, reader: Reader, at: datetime, progress: Progress | None = None, is_partial: bool = False
) -> ImportResult:
    """Take a reader's records in as a run that has begun: all of them in one transaction, or nothing.

    `is_partial` says that the list could not be had as a whole: what came is taken, nothing is taken for gone.
    """
    try:
        with transaction.atomic():
            return _Import(reader, run.source, run, at, progress, is_partial=is_partial).run()
    except ImportRunning:
        run.delete()
        raise
    except BaseException:
        fail_run(run=run, why="It stopped in the middle. Nothing of it was kept.", at=at)
        raise


def fail_run(*, run: ImportRun, why: str, at: datetime) -> None:
    """Note that a run came to nothing, and why."""
    ImportRun.objects.filter(pk=run.pk).update(state=ImportRun.FAILED, ended_at=at, trouble=why[:1_000])


def lock(source: Source) -> None:
    """Keep others from changing a source's entries until the transaction ends; raise ImportRunning where one does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [LOCK, source.pk])
        if not cursor.fetchone()[0]:
            raise ImportRunning(source=source.name)


def is_partial(reader: Reader) -> bool:
    """Say whether a list fetched by its address came without some of its parts."""
    return not reader.is_whole_list and bool(reader.mended)


def _source(name: str, at: datetime, *, is_approved: bool) -> Source:
    approved = {"is_approved": True, "approved_at": at} if is_approved else {}
    found, _ = Source.objects.get_or_create(name=name, defaults={"created_at": at, **approved})
    return found


class _Import:
    """One run inside its transaction."""

    def __init__(
        self,
        reader: Reader,
        source: Source,
        run: ImportRun | None,
        at: datetime,
        progress: Progress | None,
        *,
        is_partial: bool = False,
    ) -> None:
        self.reader, self.source, self.run_row, self.at, self.is_partial = reader, source, run, at, is_partial
        self.progress = progress or (lambda done: None)
        run_id = run.pk if run else None
        self.corrections = Corrections(source, run_id=run_id, at=at)
        self.writer = Writer()
        self.holding = Holding(source, run_id=run_id, at=at)
        self.result = ImportResult(source.name, run.pk if run else None, is_dry_run=run is None)
        self.seen: set[str] = set()
        self.all_recognised = True
        self.mended_before: set[str] = set()  # entries of which repairs were noted when they were read last
        self.kept: dict[str, str] = {}  # those of them that are unchanged: external id → where they stand now
        self.fresh: list[Issue] = []  # issues found in this run, stored with it
        self.as_it_should_be: list[int] = []  # entries asked about, whose records can be believed again
        self.word_for_word = getattr(reader, "raw_text", lambda raw: "")

    def run(self) -> ImportResult:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")
            self._lock()
            known = entries(cursor, self.source.pk)
            self.mended_before = noting.mended(cursor, self.source.pk)
            batch = Batch(
                cursor, source_id=self.source.pk, list_name=self.reader.list_name, at=self.at,
                corrections=self.corrections, run_id=self.run_row.pk if self.run_row else None,
            )  # fmt: skip
            self.fresh += [Issue("repair", "file", "$", "", "", words) for words in self.reader.mended]
            with self.writer:
                for raw in self.reader.raws():
                    self._take(raw, known, batch)
                    if len(batch) >= BATCH:
                        self.fresh += self.writer.begin(batch.taken())
                    crash.point("record")
                    self.progress(1)
                self.fresh += self.writer.begin(batch.taken()) + self.writer.wait()
            self.result.asked = batch.asked
            self.holding.withdraw(self.as_it_should_be)
            hide_what_others_joined(cursor, at=self.at)
            self._close_missing(cursor, known)
            self._finish(cursor)
        return self.result

    def _lock(self) -> None:
        lock(self.source)
        others = ImportRun.objects.filter(source=self.source, state=ImportRun.RUNNING)
        others.exclude(pk=self.run_row.pk if self.run_row else 0).update(state=ImportRun.INTERRUPTED, ended_at=self.at)

    def _take(self, raw: Any, known: Entries, batch: Batch) -> None:
        self.result.read += 1
        if raw.external_id and raw.external_id in self.seen:
            reason = "Its id stands on an earlier record of this file: the first is kept"
            return self._refuse(Issue("refusal", raw.external_id, raw.where, raw.external_id, "", reason))
        before = known.get(raw.external_id)
        if before and before.raw == raw.digest and before.listing != "gone":
            self.seen.add(raw.external_id)
            if raw.external_id in self.mended_before:
                self.kept[raw.external_id] = raw.where
            self.result.unchanged += 1
            self._settle(before)
            return None
        try:
            record = self.reader.read(raw)
        except (ValueError, TypeError, AttributeError, KeyError, RecursionError, OverflowError):
            # A reader that trips over one record must not lose the others.
            record = Issue("refusal", raw.external_id or raw.where, raw.where, "", "", "It could not be understood")
        if isinstance(record, Issue):
            self._refuse(record)
            if raw.external_id in known:
                self.seen.add(raw.external_id)  # it is still in the list, only not as it should be
            self.all_recognised = self.all_recognised and bool(raw.external_id)
            return None
        self.seen.add(record.external_id)
        if not (before and self._hold(raw, record, before)):
            self._add(raw, record, before, batch)
        return None

    def _hold(self, raw: Any, record: ServiceRecord, before: Known) -> bool:
        """Leave an entry as it was, and ask, where its record cannot be believed; say whether that is so."""
        if self.corrections.keeps(record.external_id, "is_undisclosed") and before.is_undisclosed:
            hide(record)
        is_exposed, digest = exposes(record, was_undisclosed=before.is_undisclosed), raw.digest
        if before.owner.is_another(record):
            now = record.organisation.name if record.organisation else ""
            kind, ours, theirs = Question.OWNER, before.owner.name, now
            digest = b"" if is_exposed else digest  # read again once answered: whose it is does not say that it may
        elif is_exposed:
            kind, ours, theirs = Question.EXPOSURE, "", ""
        else:
            self._settle(before)
            return False
        if is_exposed:
            hide(record)  # what is not kept cannot be shown by mistake
        said = self._said(raw, record, raws.encode(record))
        self.fresh += self.writer.wait()  # the connection is used by one of us at a time
        self.holding.ask(kind, before.pk, said, digest=digest, ours=ours, theirs=theirs)
        self.result.held.append(record.external_id)
        self.fresh.append(Issue("held", record.external_id, raw.where, theirs, ours, WHY_HELD[kind]))
        return True

    def _settle(self, before: Known) -> None:
        if before.is_asked_about:
            self.as_it_should_be.append(before.pk)

    def _add(self, raw: Any, record: ServiceRecord, before: Known | None, batch: Batch) -> None:
        self.fresh += record.issues
        record.issues = []
        written = raws.encode(record)
        content = hashlib.blake2b(written, digest_size=16).digest()  # what it says, whatever its bytes look like
        if before is None:
            self.result.created += 1
        elif before.content == content and before.listing != "gone":
            self.result.unchanged += 1
        else:
            self.result.updated += 1
        batch.add(record, raw.digest + content, self._said(raw, record, written), is_new=before is None)

    def _said(self, raw: Any, record: ServiceRecord, written: bytes) -> raws.Said:
        """Return what is kept of a record beside ours; of one without an address, not the source's own words."""
        return raws.Said("" if record.is_undisclosed else self.word_for_word(raw), written)

    def _refuse(self, issue: Issue) -> None:
        self.result.refused += 1
        self.result.refusals.append(issue)

    def _close_missing(self, cursor: Any, known: Entries) -> None:
        """Close entries that a whole list no longer holds, or withhold that for a person to see."""
        if self.is_partial or not (self.reader.is_whole_list and self.all_recognised):
            return
        listed = known.listed(self.reader.list_name)
        missing = deletions.judge(
            missing=sorted(set(listed) - self.seen), listed=listed, read=self.result.read, source=self.source
        )
        self.result.closed, self.result.withheld = missing.closed, missing.withheld
        self.fresh += [Issue("kept", key, "", "", "", "Another list still holds it") for key in missing.elsewhere]
        self.fresh += [Issue("closed", key, "", "", "", "No longer in the list") for key in missing.closed]
        closed = filter(None, map(known.get, missing.closed))
        deletions.close(cursor, [one.pk for one in closed], at=self.at)
        if missing.agreement:
            ImportRun.objects.filter(pk=missing.agreement).update(agreement_used=True)

    def _finish(self, cursor: Any) -> None:
        result = self.result
        result.repairs = noting.repairs_of_kept(cursor, self.source.pk, self.kept) + [
            one for one in self.fresh if one.kind == "repair"
        ]
        nowhere = Location.objects.filter(source=self.source, precision="none", is_undisclosed=False)
        result.unplaced = nowhere.exclude(outcode="").count()
        noting.licence(self.source, self.reader)
        if self.run_row is None:
            return
        withheld = [Issue("withheld", key, "", "", "", "Missing from the list; not closed") for key in result.withheld]
        noting.rows(cursor, self.run_row.pk, [*self.fresh, *result.refusals, *withheld])
        ImportRun.objects.filter(pk=self.run_row.pk).update(
            state=ImportRun.FINISHED, ended_at=self.at, list_name=self.reader.list_name, read=result.read,
            whole_list=self.reader.is_whole_list and not self.is_partial,
            created=result.created, updated=result.updated, unchanged=result.unchanged, refused=result.refused,
            closed=len(result.closed), withheld=len(result.withheld), held=len(result.held), format=self.reader.format,
            is_partial=self.is_partial, trouble=" ".join(self.reader.mended)[:1_000] if self.is_partial else "",
        )  # fmt: skip
