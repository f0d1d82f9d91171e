"""The run of an import: one at a time for each source, all or nothing, seen even when it is killed."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from django.db import connection, transaction

from linkwell.common import crash
from linkwell.directory import rules
from linkwell.directory.errors import ImportRunning, NoSourceName
from linkwell.directory.imports import places, write
from linkwell.directory.imports.batch import Batch
from linkwell.directory.imports.result import ImportResult
from linkwell.directory.models import FieldSource, ImportRun, Location, Source
from linkwell.directory.records import Issue, LocationRecord, Reader, ServiceRecord

BATCH = 1_000
LOCK = 0x6C77_6469  # "lwdi": the first of two keys of the advisory lock; the second is the source
_PLACE = re.compile(r"^(?:\$[^.\[\]]*\.?\w*\[\d+\]|line\[\d+\]|row \d+|\$)")

Progress = Callable[[int], None]


@dataclass
class _Known:
    """An entry as it stands before the run."""

    pk: int
    raw: bytes
    content: bytes
    listing: str
    list_name: str


def import_records(
    *,
    reader: Reader,
    source: str,
    at: datetime,
    file_name: str = "",
    dry_run: bool = False,
    progress: Progress | None = None,
) -> ImportResult:
    """Take a file's records into the directory; raise ImportRunning while another run of the source is under way.

    The run's row is committed before the work begins, so that a killed run is seen; the work itself is one
    transaction. A dry run does everything and keeps nothing.
    """
    name = " ".join(source.split())
    if not name:
        raise NoSourceName
    if dry_run:
        with transaction.atomic():
            result = _Import(reader, _source(name, at), None, at, progress).run(is_dry_run=True)
            transaction.set_rollback(True)
        return result
    origin = _source(name, at)
    run = ImportRun.objects.create(source=origin, started_at=at, format=reader.format, file_name=file_name)
    try:
        with transaction.atomic():
            result = _Import(reader, origin, run, at, progress).run(is_dry_run=False)
    except ImportRunning:
        run.delete()
        raise
    except BaseException:
        ImportRun.objects.filter(pk=run.pk).update(state=ImportRun.FAILED, ended_at=at)
        raise
    return result


def _source(name: str, at: datetime) -> Source:
    approved = {"is_approved": True, "approved_at": at}  # staff brought the list themselves
    found, _ = Source.objects.get_or_create(name=name, defaults={"created_at": at, **approved})
    return found


class _Import:
    """One run inside its transaction."""

    def __init__(
        self, reader: Reader, source: Source, run: ImportRun | None, at: datetime, progress: Progress | None
    ) -> None:
        self.reader, self.source, self.run_row, self.at = reader, source, run, at
        self.progress = progress or (lambda done: None)
        self.result = ImportResult(source.name, run.pk if run else None, is_dry_run=run is None)
        self.seen: set[str] = set()
        self.all_recognised = True
        self.kept: dict[str, str] = {}  # unchanged entries: external id → where they stand now
        self.fresh: list[Issue] = []  # issues found in this run, stored with it

    def run(self, *, is_dry_run: bool) -> ImportResult:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")
            self._lock(cursor)
            known = self._known(cursor)
            batch = Batch(
                cursor, source_id=self.source.pk, list_name=self.reader.list_name, at=self.at, held=self._held(),
                run_id=self.run_row.pk if self.run_row else None,
            )  # fmt: skip
            self.fresh += [Issue("repair", "file", "$", "", "", words) for words in self.reader.mended]
            for raw in self.reader.raws():
                self._take(raw, known, batch)
                if len(batch.records) >= BATCH:
                    self.fresh += batch.write()
                crash.point("record")
                self.progress(1)
            self.fresh += batch.write()
            self._close_missing(cursor, known)
            self._finish(cursor)
        return self.result

    def _lock(self, cursor: Any) -> None:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [LOCK, self.source.pk])
        if not cursor.fetchone()[0]:
            raise ImportRunning(source=self.source.name)
        others = ImportRun.objects.filter(source=self.source, state=ImportRun.RUNNING)
        others.exclude(pk=self.run_row.pk if self.run_row else 0).update(state=ImportRun.INTERRUPTED, ended_at=self.at)

    def _known(self, cursor: Any) -> dict[str, _Known]:
        cursor.execute(
            "SELECT external_id, id, record_hash, listing, list_name FROM directory_service WHERE source_id = %s",
            [self.source.pk],
        )
        known = {}
        for external_id, pk, digest, listing, list_name in cursor.fetchall():
            stored = bytes(digest or b"")
            known[external_id] = _Known(pk, stored[:16], stored[16:], listing, list_name)
        return known

    def _held(self) -> dict[str, list[str]]:
        held: dict[str, list[str]] = {}
        columns = {"service__external_id": "service", "organisation__external_id": "organisation"}
        for column, kind in columns.items():
            found = FieldSource.objects.filter(**{f"{kind}__source": self.source}).values_list(column, "field")
            for external_id, field in found:
                held.setdefault(f"{kind}:{external_id}", []).append(field)
        return held

    def _take(self, raw: Any, known: dict[str, _Known], batch: Batch) -> None:
        self.result.read += 1
        if raw.external_id and raw.external_id in self.seen:
            reason = "Its id stands on an earlier record of this file: the first is kept"
            return self._refuse(Issue("refusal", raw.external_id, raw.where, raw.external_id, "", reason))
        before = known.get(raw.external_id)
        if before and before.raw == raw.digest and before.listing != "gone":
            self.seen.add(raw.external_id)
            self.kept[raw.external_id] = raw.where
            self.result.unchanged += 1
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
        self._add(record, raw.digest, before, batch)
        return None

    def _add(self, record: ServiceRecord, digest: bytes, before: _Known | None, batch: Batch) -> None:
        self.fresh += record.issues
        record.issues = []
        content = _content(record)
        if before is None:
            self.result.created += 1
        elif before.content == content and before.listing != "gone":
            self.result.unchanged += 1
        else:
            self.result.updated += 1
        batch.records.append((record, digest + content))

    def _refuse(self, issue: Issue) -> None:
        self.result.refused += 1
        self.result.refusals.append(issue)

    def _close_missing(self, cursor: Any, known: dict[str, _Known]) -> None:
        """Mark entries gone that a whole list no longer holds, unless they are too many to believe."""
        if not (self.reader.is_whole_list and self.all_recognised):
            return
        listed = {
            key: one for key, one in known.items() if one.listing != "gone" and one.list_name == self.reader.list_name
        }
        missing = sorted(set(listed) - self.seen)
        if not missing:
            return
        if not rules.may_close_missing(missing=len(missing), listed=len(listed), read=self.result.read):
            self.result.withheld = missing
            return
        self.result.closed = missing
        cursor.execute(
            "UPDATE directory_service SET listing = 'gone', gone_on = %s, changed_at = %s WHERE id = ANY(%s)",
            [self.at.date(), self.at, [listed[key].pk for key in missing]],
        )

    def _finish(self, cursor: Any) -> None:
        result = self.result
        result.repairs = self._repairs_of_kept(cursor) + self.fresh
        nowhere = Location.objects.filter(source=self.source, precision="none", is_undisclosed=False)
        result.unplaced = nowhere.exclude(outcode="").count()
        self._licence()
        if self.run_row is None:
            return
        issues = [*self.fresh, *result.refusals]
        issues += [Issue("repair", key, "", "", "", "Missing from the list; not closed") for key in result.withheld]
        withheld = set(map(id, issues[len(self.fresh) + len(result.refusals) :]))
        rows = [
            {
                "run_id": self.run_row.pk, "kind": "withheld" if id(one) in withheld else one.kind,
                "record": one.record, "path": one.path, "was": one.was, "now": one.now, "reason": one.reason,
            }
            for one in issues
        ]  # fmt: skip
        write.copy_rows(cursor, "directory_importrow", rows)
        ImportRun.objects.filter(pk=self.run_row.pk).update(
            state=ImportRun.FINISHED, ended_at=self.at, whole_list=self.reader.is_whole_list, read=result.read,
            created=result.created, updated=result.updated, unchanged=result.unchanged, refused=result.refused,
            closed=len(result.closed), withheld=len(result.withheld),
        )  # fmt: skip

    def _licence(self) -> None:
        given = {"licence": self.reader.licence, "attribution": self.reader.attribution}
        if any(given.values()):
            Source.objects.filter(pk=self.source.pk).update(**given)

    def _repairs_of_kept(self, cursor: Any) -> list[Issue]:
        """Return the repairs of unchanged entries from the runs that read them, at where they stand now."""
        if not self.kept:
            return []
        cursor.execute(
            "SELECT r.record, r.path, r.was, r.now, r.reason FROM directory_importrow r JOIN directory_service s"
            " ON s.read_run_id = r.run_id AND s.external_id = r.record AND s.source_id = %s"
            " WHERE r.kind = 'repair' ORDER BY r.id",
            [self.source.pk],
        )
        return [
            Issue("repair", record, self._where_now(record, path), was, now, reason)
            for record, path, was, now, reason in cursor.fetchall()
            if record in self.kept
        ]

    def _where_now(self, record: str, path: str) -> str:
        place = self.kept[record]
        return _PLACE.sub(lambda _: place, path, count=1)


def _content(record: ServiceRecord) -> bytes:
    """Return a hash of what a record says (its issues taken out), whatever its bytes look like."""
    return hashlib.blake2b(msgspec.json.encode(record), digest_size=16).digest()


@transaction.atomic
def relocate(*, at: datetime) -> int:
    """Place what had no point or only an outward code again, after a table of postcodes was loaded; return how many."""
    waiting = Location.objects.filter(precision__in=("none", "outcode"), is_undisclosed=False).exclude(postcode="")
    rows = list(waiting.values_list("pk", "postcode", "precision"))
    records = [LocationRecord(external_id="", postcode=postcode) for _, postcode, _ in rows]
    known = places.known_points(records)
    moved = 0
    for (pk, _, precision), record in zip(rows, records, strict=True):
        point = places.point_of(record, known, is_undisclosed=False, issues=[], of="")
        if point.precision not in ("none", precision):
            Location.objects.filter(pk=pk).update(
                latitude=point.latitude, longitude=point.longitude, easting=point.easting, northing=point.northing,
                precision=point.precision,
            )  # fmt: skip
            moved += 1
    return moved
