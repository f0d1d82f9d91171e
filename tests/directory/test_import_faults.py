"""An import that is killed, and two at once: committed for real, in a database of their own."""

import json
import os
import signal
import subprocess
import sys
import textwrap
from datetime import UTC, datetime

import psycopg
import pytest

from linkwell.directory.errors import ImportRunning
from linkwell.directory.imports import import_records, run
from linkwell.directory.models import ImportRun, Service, Source
from linkwell.interop.open_referral import FeedReader

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
NUMBER = 200

# A process of its own that imports a file and kills itself at record k, or after the last one, before the commit.
KILLED = """
import os, signal, sys
from datetime import UTC, datetime
import django
django.setup()
from pathlib import Path
from linkwell.directory.imports import import_records, run
from linkwell.interop.open_referral import open_feed
run.BATCH = 20
stop = int(sys.argv[2])
done = 0
def progress(number):
    global done
    done += number
    if done == stop:
        os.kill(os.getpid(), signal.SIGKILL)
import_records(reader=open_feed(Path(sys.argv[1])), source="Test", at=datetime.now(UTC), progress=progress)
"""


def feed(version):
    return json.dumps([{"id": str(pk), "name": f"Club {pk} {version}"} for pk in range(NUMBER)]).encode()


def take(version):
    return import_records(reader=FeedReader(feed(version)), source="Test", at=NOW)


@pytest.mark.fault
def test_Z04_an_import_killed_at_any_record_leaves_the_directory_as_it_was(cloned_database, tmp_path):
    """security.md Z04: kill -9 at every 50th record."""
    take("old")
    before = list(Service.objects.order_by("pk").values())
    (tmp_path / "new.json").write_bytes(feed("new"))

    for stop in range(1, NUMBER + 1, 50):
        killed = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(KILLED), str(tmp_path / "new.json"), str(stop)],
            env=cloned_database.environment() | {"DJANGO_SETTINGS_MODULE": "linkwell.config.settings_test"},
            cwd=os.getcwd(), check=False, capture_output=True,
        )  # fmt: skip
        assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()[-2000:]
        assert list(Service.objects.order_by("pk").values()) == before
        assert ImportRun.objects.order_by("-pk").first().state == "running"

    result = take("new")

    assert result.updated == NUMBER
    assert not ImportRun.objects.filter(state="running").exists()
    assert ImportRun.objects.filter(state="interrupted").count() == len(range(1, NUMBER + 1, 50))


def test_a_second_import_of_the_same_source_is_refused_and_leaves_no_trace(cloned_database):
    source = Source.objects.create(name="Test", created_at=NOW)
    with psycopg.connect(cloned_database.app_url) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s, %s)", [run.LOCK, source.pk])

        with pytest.raises(ImportRunning, match="Another import of Test is running"):
            take("new")

    assert not ImportRun.objects.exists()
    assert take("new").created == NUMBER


def test_an_import_that_fails_half_way_is_marked_and_keeps_nothing(cloned_database):
    class Failing(FeedReader):
        def raws(self):
            for number, raw in enumerate(super().raws()):
                if number == 150:
                    raise OSError("the disk has gone")
                yield raw

    with pytest.raises(OSError, match="disk"):
        import_records(reader=Failing(feed("new")), source="Test", at=NOW)

    assert not Service.objects.exists()
    assert ImportRun.objects.get().state == "failed"
