"""A batch is written while the next is read; it stays one run: in order, one transaction, one connection."""

import json
import threading
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction

from linkwell.directory.imports import import_records, run
from linkwell.directory.imports.writing import Writer
from linkwell.directory.models import ImportRun, Service, Source
from linkwell.directory.records import Issue
from linkwell.interop.open_referral import FeedReader

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
LONG = 60  # seconds that nothing here takes


class Telling(FeedReader):
    """Tells when it has read as many records as are asked for."""

    def __init__(self, number, tells):
        super().__init__(json.dumps([{"id": str(pk), "name": f"Club {pk}"} for pk in range(number)]).encode())
        self.left, self.has_read = tells, threading.Event()

    def read(self, raw):
        self.left -= 1
        if self.left == 0:
            self.has_read.set()
        return super().read(raw)


@pytest.mark.django_db
def test_the_next_batch_is_read_while_one_is_written(monkeypatch):
    monkeypatch.setattr(run, "BATCH", 10)
    reader, before, waited = Telling(30, tells=15), run.Batch.write, []

    def write(batch, taken):
        waited.append(reader.has_read.wait(LONG))
        return before(batch, taken)

    monkeypatch.setattr(run.Batch, "write", write)

    assert import_records(reader=reader, source="Test", at=NOW).created == 30
    assert waited[0], "nothing was read while the first batch was written"
    assert Service.objects.count() == 30


@pytest.mark.django_db
def test_works_are_done_one_after_the_other_in_the_transaction_of_the_run():
    done = []

    def work(number):
        def do():
            Source.objects.create(name=f"Source {number}", created_at=NOW)
            done.append((number, connection.in_atomic_block, Source.objects.count()))
            return [Issue("repair", str(number), "$", "", "", "")]

        return do

    with transaction.atomic(), Writer() as writer:
        found = [writer.begin(work(number)) for number in range(3)] + [writer.wait(), writer.wait()]
        transaction.set_rollback(True)

    assert done == [(0, True, 1), (1, True, 2), (2, True, 3)]
    assert [[one.record for one in issues] for issues in found] == [[], ["0"], ["1"], ["2"], []]
    assert not Source.objects.exists()


@pytest.mark.django_db
def test_a_batch_that_fails_is_told_by_the_next_and_nothing_is_kept(monkeypatch):
    monkeypatch.setattr(run, "BATCH", 10)
    reader, before = Telling(40, tells=1), run.Batch.write

    def write(batch, taken):
        found = before(batch, taken)
        if Service.objects.count() == 20:
            raise OSError("the disk is full")
        return found

    monkeypatch.setattr(run.Batch, "write", write)

    with pytest.raises(OSError, match="disk is full"):
        import_records(reader=reader, source="Test", at=NOW)
    assert not Service.objects.exists()
    assert ImportRun.objects.get().state == "failed"


@pytest.mark.django_db
def test_a_reader_that_fails_while_a_batch_is_written_waits_for_it_before_anything_is_taken_back(monkeypatch):
    monkeypatch.setattr(run, "BATCH", 10)
    reader, before, ended = Telling(30, tells=15), run.Batch.write, []

    def write(batch, taken):
        assert reader.has_read.wait(LONG)
        found = before(batch, taken)
        ended.append(connection.in_atomic_block)
        return found

    def raws():
        for number, raw in enumerate(FeedReader.raws(reader)):
            if number == 15:
                raise OSError("the line is cut")
            yield raw

    monkeypatch.setattr(run.Batch, "write", write)
    reader.raws = raws

    with pytest.raises(OSError, match="line is cut"):
        import_records(reader=reader, source="Test", at=NOW)
    assert ended == [True]
    assert not Service.objects.exists()
