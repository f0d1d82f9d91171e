"""The disk of the data, of PostgreSQL's log and of the product's own log are full, one after the other.

Security: Z13, Z14, Z15. Needs root, to mount small filesystems; says so where it cannot.
"""

import pytest

from tests.faults import full_disks
from tests.faults.campaigns import Outcome


def run(seconds: int, seed: int) -> Outcome:
    """Fill each disk once; how long that takes is the disks' affair."""
    try:
        acknowledged, lost = full_disks.trial()
    except pytest.skip.Exception as reason:
        return Outcome(notes=f"Not tried: {reason}.")
    return Outcome(kills=3, acknowledged=len(acknowledged), lost=len(lost), notes="Disks filled: log, WAL, data.")
