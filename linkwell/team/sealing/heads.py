"""The second place: a file that is only added to, and syslog. One line for each head.

A chain alone cannot show that its tail was cut; what was told elsewhere can. Keep the file where
whoever administers the database cannot write, or let syslog carry the lines there.
"""

import os
import re
import socket
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

from linkwell.team.sealing.chain import Head

WORD = "linkwell-audit-head"
_LINE = re.compile(rf"{WORD} 1 (\d{{1,19}}) (\d{{1,19}}) ([0-9a-f]{{64}}) (\S{{1,40}}) ([0-9a-f]{{16}})\b")
SYSLOG_SECONDS = 5
FACILITY_AND_LEVEL = 13 * 8 + 5  # log audit, notice


def line_of(head: Head) -> str:
    """Return a head as one line."""
    at = head.sealed_at.astimezone(UTC).isoformat(timespec="microseconds")
    return f"{WORD} 1 {head.scheme_id} {head.position} {head.mac} {at} {head.key_id}"


def read(lines: Iterable[str], *, scheme_id: int) -> dict[int, Head]:
    """Return a scheme's heads by position; of two that differ, the one that differs from the first."""
    found: dict[int, Head] = {}
    first: dict[int, Head] = {}
    for line in lines:
        match = _LINE.search(line)  # anywhere: syslog and mail put words before it
        if match is None or int(match[1]) != scheme_id:
            continue
        try:
            head = Head(scheme_id, int(match[2]), match[3], datetime.fromisoformat(match[4]), match[5])
        except ValueError:
            continue
        if first.setdefault(head.position, head) != head or head.position not in found:
            found[head.position] = head
    return found


def read_file(path: Path, *, scheme_id: int) -> dict[int, Head]:
    """Return a scheme's heads in a file; none where it is missing."""
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return read(file, scheme_id=scheme_id)
    except FileNotFoundError:
        return {}


def to_file(heads: Sequence[Head]) -> None:
    """Add lines to the file and see them on the disk; raise OSError."""
    path = Path(settings.AUDIT_HEADS)
    text = "".join(f"{line_of(head)}\n" for head in heads).encode()
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        size = os.fstat(descriptor).st_size
        if size and os.pread(descriptor, 1, size - 1) != b"\n":  # a full disk once cut a line off
            text = b"\n" + text
        while text:
            text = text[os.write(descriptor, text) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    if not size:
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def to_syslog(heads: Sequence[Head]) -> None:
    """Send one message for each head to a socket of this machine or host:port; raise OSError."""
    where = settings.AUDIT_SYSLOG
    if where.startswith("/"):
        family, target = socket.AF_UNIX, where
    else:
        host, _, port = where.rpartition(":")
        family, _, _, _, target = socket.getaddrinfo(host or where, int(port or 514), type=socket.SOCK_DGRAM)[0]
    with socket.socket(family, socket.SOCK_DGRAM) as way:
        way.settimeout(SYSLOG_SECONDS)
        way.connect(target)
        for head in heads:
            way.send(f"<{FACILITY_AND_LEVEL}>linkwell: {line_of(head)}".encode())


def channels() -> dict[str, Callable[[Sequence[Head]], None]]:
    """Return the second places that are set, and how each is told."""
    found: dict[str, Callable[[Sequence[Head]], None]] = {}
    if settings.AUDIT_HEADS:
        found["file"] = to_file
    if settings.AUDIT_SYSLOG:
        found["syslog"] = to_syslog
    return found
