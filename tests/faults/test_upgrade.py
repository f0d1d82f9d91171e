"""`migrate` killed on its way runs again to the same end, and the first release serves meanwhile. Security: Z38."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.upgrade import what_the_first_release_lacks

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.fault
def test_Z38_migrations_killed_on_the_way_end_in_the_same_tables_and_rows_and_the_first_release_serves_meanwhile():
    words = ["--people", "500", "--kills", "2", "--seed", "7"]
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "tests.faults.upgrade", *words],
        cwd=ROOT, capture_output=True, text=True, timeout=600,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout)
    assert found["broken"] == []
    assert found["kills"] >= 2 and found["people"] == 500


def test_Z38_a_column_that_is_gone_or_must_be_given_at_once_is_told():
    old = {"people": {"id": False, "name": True}}
    assert what_the_first_release_lacks(old, {"people": {"id": False, "name": True, "new": False}}) == []
    assert what_the_first_release_lacks(old, {"people": {"id": False, "new": True}}) == [
        "people.name is gone, and the first release reads it.",
        "people.new must be given, and the first release does not.",
    ]
