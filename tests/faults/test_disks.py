"""Full disks, and disks that fail: what was acknowledged stays, and work goes on when there is room. Z13, Z14, Z15."""

import errno
import os
import subprocess
import sys

import psycopg
import pytest

from linkwell.cli.database import embedded
from linkwell.cli.running.room import Room, say
from tests.faults import full_disks
from tests.faults.disks import fill, small_disk
from tests.faults.full_disks import kept, write_until_refused
from tests.faults.running import eventually, open_folder
from tests.faults.shim import Shim

pytestmark = [pytest.mark.fault, pytest.mark.embedded]
TABLE = "CREATE TABLE linkwell_cache (cache_key text, value text, expires timestamptz)"


@pytest.mark.skipif(
    not os.environ.get("LINKWELL_LONG_FAULTS"), reason="takes minutes: `make faults ONLY=full_disks` runs it"
)
def test_Z13_Z14_Z15_full_disks_refuse_in_words_lose_nothing_and_work_goes_on_when_there_is_room():
    acknowledged, lost = full_disks.trial()
    assert acknowledged and not lost


def test_Z13_on_a_full_disk_writes_are_refused_reads_work_and_room_is_enough_to_resume():
    with open_folder() as folder, small_disk(folder / "disk", megabytes=140) as disk:
        (disk / "home").mkdir(mode=0o711)
        server = embedded(disk / "home")
        server.start()
        try:
            url, acknowledged = server.url(user="postgres", database="postgres"), set()
            with psycopg.connect(url) as first:
                first.execute(TABLE)
            filler = fill(disk)
            refusal = write_until_refused(url, acknowledged, size=4000)
            assert isinstance(refusal, psycopg.errors.DiskFull), refusal
            assert kept(url) == acknowledged

            filler.unlink()
            with psycopg.connect(url) as again:
                again.execute(full_disks.KEEP, ["ledger-again", "x" * 4000])
            assert kept(url) == acknowledged | {"ledger-again"}
        finally:
            server.stop()


def test_Z14_a_log_that_cannot_be_synced_stops_postgresql_and_nothing_acknowledged_is_lost():
    with open_folder() as folder, Shim.ready(folder) as shim:
        (folder / "home").mkdir(mode=0o711)
        server = embedded(folder / "home")
        server.start()
        server.stop()
        start_with(server, shim.environment)
        try:
            url, acknowledged = server.url(user="postgres", database="postgres"), set()
            with psycopg.connect(url) as first:
                first.execute(TABLE)
            shim.order("sync", "EIO", "pg_wal", after=40)
            refusal = write_until_refused(url, acknowledged, size=200)
            assert len(acknowledged) > 10 and not isinstance(refusal, psycopg.errors.DiskFull)
            logs = server.places.data / "log"
            eventually(lambda: any("PANIC" in log.read_text() for log in logs.glob("*.log")), within=60, what="PANIC")

            shim.stop()
            eventually(lambda: answers(server, url), within=120, what="recovered")
            assert acknowledged <= kept(url)
        finally:
            server.stop()


def start_with(server, variables):
    """Start the embedded server with more in its environment than it is given in the product."""
    options = server.places.user.options()
    options["env"] = {**options["env"], **variables}
    programs, data = server.places.programs / "bin", server.places.data
    words = f"-k {server.places.sockets} -c listen_addresses= -c logging_collector=on -c log_directory=log"
    command = [programs / "pg_ctl", "start", "-D", data, "-w", "-t", "120", "-l", data / "start.log", "-o", words]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    assert subprocess.run([str(word) for word in command], **options, **quiet).returncode == 0


def answers(server, url):
    """Say whether the server answers, having started it where it gave up."""
    server.start()
    try:
        kept(url)
    except psycopg.Error:
        return False
    return True


@pytest.mark.parametrize("log", ["/dev/full", "a closed pipe"])
def test_Z15_what_cannot_be_said_stops_nothing(log):
    reader, pipe = os.pipe()
    os.close(reader)
    file = open(log if log == "/dev/full" else pipe, "w")
    say("Something", file=file)
    with pytest.raises(OSError):
        file.close()  # it did fail


def test_Z13_the_operator_is_told_once_when_room_is_short_and_once_when_there_is_room(tmp_path, monkeypatch):
    room, free = Room(tmp_path, every=0), [900]

    def usage(_):
        return type("Use", (), {"free": free[0], "total": 1000})

    monkeypatch.setattr("shutil.disk_usage", usage)
    said = [room.look()]
    for free[0] in (40, 30, 60, 60):
        said.append(room.look())

    assert [words[:4] for words in said] == ["", "Only", "", "Ther", ""]


def write_a_report(report, **variables):
    """Write an import's report in a process of its own; return what it ends with."""
    program = (
        "import sys, pathlib\n"
        "from linkwell.cli.directory import write_report; from linkwell.cli.errors import Refused\n"
        "try: write_report(pathlib.Path(sys.argv[1]), {'rows': ['x' * 100] * 5000})\n"
        "except Refused as refusal: sys.exit(str(refusal))"
    )
    return subprocess.run(
        [sys.executable, "-c", program, str(report)], env={**os.environ, **variables}, capture_output=True, text=True
    )


@pytest.mark.parametrize("error", ["ENOSPC", "EIO"])
def test_Z15_a_report_that_does_not_fit_is_refused_whole_and_the_one_before_stays(error):
    with open_folder() as folder, Shim.ready(folder) as shim:
        report = folder / "report.json"
        report.write_text("the one before")
        shim.order("write", error, "report.json")
        done = write_a_report(report, **shim.environment)

        assert done.returncode == 1
        assert done.stderr.strip() == (
            f"The import is done, but its report could not be written: {os.strerror(getattr(errno, error))}."
        )
        assert report.read_text() == "the one before"
        assert sorted(file.name for file in folder.iterdir()) == ["report.json", "shim.orders", "shim.so"]


def test_Z15_a_storm_of_interruptions_spoils_no_report():
    with open_folder() as folder, Shim.ready(folder) as shim:
        report = folder / "report.json"
        shim.order("write", "EINTR", "report.json")

        assert write_a_report(report, **shim.environment).returncode == 0
        assert report.read_text().count("x" * 100) == 5000
