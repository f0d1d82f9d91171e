"""One at a time: a lock by name, held until the transaction ends."""

import hashlib

from django.db import connection


def one_at_a_time(name: str) -> None:
    """Wait for and hold the lock of this name; the next transaction waits here until ours ends."""
    number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])
