"""Every process that searches follows the directory, whatever dies, fills up or is lost on the way."""

import logging
import os
import signal
import time
from contextlib import contextmanager
from datetime import UTC, datetime

import psycopg
import pytest

from linkwell.directory.models import SearchChange, Service, Source
from linkwell.directory.searching import changes, keeping, process
from linkwell.directory.searching.process import View
from linkwell.matching.query import Query

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
PATIENCE = 90.0


def until(condition):
    """Wait for something to become true; return it."""
    end = time.monotonic() + PATIENCE
    while not (found := condition()):
        assert time.monotonic() < end, "It never came."
        time.sleep(0.02)
    return found


@pytest.fixture
def club(cloned_database):
    source = Source.objects.create(name="Test", created_at=NOW, is_approved=True)
    return Service.objects.create(
        source=source, external_id="1", name="Lunch club", need_codes=["loneliness"], changed_at=NOW,
        modes=["phone"], source_checked_on=NOW.date(),
    )  # fmt: skip


@contextmanager
def following(clone, home):
    view = View(clone.straight_url, home)
    view.thread.start()
    try:
        yield view
    finally:
        view.stops.set()
        with psycopg.connect(clone.straight_url, autocommit=True) as server:
            server.execute("NOTIFY linkwell_directory")  # it looks up, and ends
        view.thread.join(PATIENCE)


def found(view):
    """Return the ids that a view's index finds for somebody lonely, None where the database must answer."""
    kept = view.current()
    if kept is None:
        return None
    answer = kept.index.search(Query(needs=("loneliness",)), on=NOW.date())
    return [one.service_id for one in answer.suggestions]


def built(clone, home):
    """Build the index here and now; return its folder."""
    with psycopg.connect(clone.straight_url, autocommit=True) as server:
        folder = keeping.folder_of(home, changes.database_of(server.cursor()))
        keeping.build(folder, server.cursor())
    return folder


def test_every_process_knows_a_change_when_it_is_committed(cloned_database, club, tmp_path):
    built(cloned_database, tmp_path)
    with following(cloned_database, tmp_path) as one, following(cloned_database, tmp_path) as other:
        until(lambda: found(one) == found(other) == [club.pk])

        Service.objects.filter(pk=club.pk).update(operating="closed")

        until(lambda: found(one) == found(other) == [])


def test_a_change_whose_notification_was_lost_is_known_after_connecting_anew(
    cloned_database, club, tmp_path, monkeypatch
):
    monkeypatch.setattr(process, "LOOKS_EVERY", 3_600.0)  # only what is told, or a new connection, makes it look
    built(cloned_database, tmp_path)
    with following(cloned_database, tmp_path) as view:
        until(lambda: found(view) == [club.pk])
        with psycopg.connect(cloned_database.owner_url, autocommit=True) as server:
            server.execute("ALTER TABLE directory_service DISABLE TRIGGER update_is_told")
            server.execute("UPDATE directory_service SET operating = 'closed'")
            server.execute(
                "INSERT INTO directory_searchchange (service_ids, xact)"
                " SELECT array_agg(id), pg_current_xact_id()::text::bigint FROM directory_service"
            )  # as the trigger does, without telling anybody
        with psycopg.connect(cloned_database.straight_url, autocommit=True) as server:
            server.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
            )

        until(lambda: found(view) == [])


def test_where_nobody_can_tell_of_changes_they_are_looked_for(cloned_database, club, tmp_path, monkeypatch):
    monkeypatch.setattr(process, "_is_pooled", lambda server: True)
    monkeypatch.setattr(process, "LOOKS_EVERY", 0.05)
    built(cloned_database, tmp_path)
    with following(cloned_database, tmp_path) as view:
        until(lambda: found(view) == [club.pk])
        Service.objects.filter(pk=club.pk).update(operating="closed")

        until(lambda: found(view) == [])


def test_a_change_is_not_missed_when_an_older_transaction_ends_after_a_younger_one(cloned_database, club, tmp_path):
    folder = built(cloned_database, tmp_path)
    kept = keeping.opened(folder)
    with (
        psycopg.connect(cloned_database.straight_url) as older,
        psycopg.connect(cloned_database.straight_url, autocommit=True) as reader,
    ):
        older.execute("UPDATE directory_service SET operating = 'closed'")
        Service.objects.create(source=club.source, external_id="2", name="Choir", changed_at=NOW)
        kept = keeping.caught_up(kept, folder, reader.cursor())
        assert kept.mark.newest == SearchChange.objects.latest("pk").pk

        older.commit()
        kept = keeping.caught_up(kept, folder, reader.cursor())

    assert kept.index.search(Query(needs=("loneliness",)), on=NOW.date()).count == 0


def test_a_rebuild_that_is_killed_leaves_what_was_there_and_the_next_one_succeeds(
    cloned_database, club, tmp_path, monkeypatch
):
    monkeypatch.setattr(process, "AFTER_A_FAILED_BUILD", 0.0)
    view = View(cloned_database.straight_url, tmp_path)

    def killed():
        os.kill(view._build.pid, signal.SIGKILL)
        view._build.wait()

    with psycopg.connect(cloned_database.straight_url, autocommit=True) as server:
        view.folder = keeping.folder_of(tmp_path, changes.database_of(server.cursor()))
        view._look(server.cursor())  # a first start: it has the index made
        killed()
        assert found(view) is None  # the database answers

        view._look(server.cursor())
        assert view._build.wait(PATIENCE) == 0  # the dead one holds no lock
        view._look(server.cursor())
        assert found(view) == [club.pk]

        monkeypatch.setattr(keeping, "BUILT_EVERY", -1.0)  # it is to be made anew at once
        view._look(server.cursor())
        killed()
        view._look(server.cursor())
        assert found(view) == [club.pk]
        killed()


def test_where_nothing_can_be_written_the_database_answers_and_one_line_says_so(
    cloned_database, club, tmp_path, caplog, monkeypatch
):
    monkeypatch.setattr(process, "LOOKS_EVERY", 0.05)
    (tmp_path / "matching").write_text("a file where the folder should be")
    with caplog.at_level(logging.WARNING), following(cloned_database, tmp_path) as view:
        until(lambda: "database answers searches" in caplog.text)
        time.sleep(0.3)
        assert found(view) is None
    assert caplog.text.count("The search index cannot be kept") == 1


def test_an_index_that_looked_too_long_ago_is_not_used(cloned_database, club, tmp_path):
    folder = built(cloned_database, tmp_path)
    kept = keeping.opened(folder)
    later = datetime.fromtimestamp(kept.mark.looked_at, UTC) + changes.KEPT
    assert changes.is_too_old(kept.mark, later)
    assert not changes.is_too_old(kept.mark, datetime.fromtimestamp(kept.mark.looked_at, UTC))
