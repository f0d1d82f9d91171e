"""A process is killed before any statement or around any commit of an act: all of it stands, or none.

Security: Z03. `make faults` goes through every point of every act; here one act whole, the others by chance.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
WHOLE = ("refer_on",)


@pytest.mark.fault
def test_Z03_record_audit_outbox_and_history_stand_together_or_not_at_all():
    words = ["--all", ",".join(WHOLE), "--some", "2", "--seed", "7"]
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "tests.faults.statements", *words],
        cwd=ROOT, capture_output=True, text=True, timeout=600,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr[-3000:]
    found = {one["act"]: one for one in json.loads(done.stdout)}
    assert [sentence for one in found.values() for sentence in one["broken"]] == []
    assert len(found) == 12 and all(one["kills"] >= 2 for one in found.values())
    for act in WHOLE:
        assert found[act]["kills"] >= found[act]["points"] > 15
