"""Processes that are watched: started again with growing pauses, ended with all that they started."""

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from linkwell.cli.running.children import Child
from tests.faults.running import eventually


@pytest.fixture
def child():
    """Make a child of a shell script; whatever is left of it is ended with the test."""
    made = []

    def make(script):
        made.append(Child("trial process", ["/bin/sh", "-c", script], dict(os.environ)))
        made[-1].start()
        return made[-1]

    yield make
    for one in made:
        one.end(until=0)


def next_line(child):
    lines = []

    def something_happened():
        line = child.watch()
        return bool(line and not lines.append(line))

    eventually(something_happened, within=60, what="the child died")
    return lines[0]


def test_a_child_that_keeps_dying_starts_again_after_longer_and_longer_pauses(child):
    dying = child("exit 3")

    assert next_line(dying) == "The trial process ended with code 3; it starts again in 0.5 s."
    assert next_line(dying) == "The trial process ended with code 3; it starts again in 1 s."
    assert next_line(dying) == "The trial process ended with code 3; it starts again in 2 s."


def test_what_a_killed_child_started_ends_with_it(child, tmp_path):
    parent = child(f"sleep 60 & echo $! > {tmp_path}/pid; wait")
    eventually(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text() != "", within=60, what="started")
    left_behind = psutil.Process(int((tmp_path / "pid").read_text()))

    os.kill(parent.process.pid, signal.SIGKILL)

    assert next_line(parent).startswith("The trial process was ended by SIGKILL")
    eventually(lambda: is_gone(left_behind), within=60, what="gone")


def test_a_child_that_will_not_stop_is_ended_when_the_time_is_up(child):
    stubborn = child("trap '' TERM; while :; do sleep 0.1; done")
    process = psutil.Process(stubborn.process.pid)
    time.sleep(0.2)

    stubborn.ask_to_stop()
    stubborn.end(until=time.monotonic() + 0.5)

    assert is_gone(process)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent died")
def test_a_child_ends_with_its_parent_however_that_ends(tmp_path):
    inner = (
        "import os, time; from linkwell.cli.running.children import end_with_parent;"
        " end_with_parent(os.getppid()); time.sleep(60)"
    )
    outer = (
        f"import subprocess, sys; print(subprocess.Popen([sys.executable, '-c', {inner!r}]).pid, flush=True); input()"
    )
    parent = subprocess.Popen([sys.executable, "-c", outer], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    orphan = psutil.Process(int(parent.stdout.readline()))
    time.sleep(1)

    parent.kill()
    parent.wait()

    eventually(lambda: is_gone(orphan), within=60, what="gone")


def is_gone(process):
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
