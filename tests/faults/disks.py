"""Small filesystems, which are soon full."""

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

FILLER = "filler"


@contextlib.contextmanager
def small_disk(folder: Path, *, megabytes: int) -> Iterator[Path]:
    """Have a filesystem of that size at a folder; skip the test where none can be mounted."""
    if os.geteuid() != 0:
        pytest.skip("needs root, to mount a small filesystem")
    folder.mkdir(parents=True, exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0711", "tmpfs", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        pytest.skip(f"needs the right to mount a small filesystem, which this machine refuses: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], capture_output=True)


def fill(folder: Path, *, leaving: int = 0) -> Path:
    """Fill a filesystem up to so many bytes; return the file to delete for room."""
    filler = folder / FILLER
    with filler.open("ab", buffering=0) as file:
        piece = b"\0" * 65536
        with contextlib.suppress(OSError):
            while True:
                space = os.statvfs(folder)
                room = space.f_bavail * space.f_frsize - leaving
                if room <= 0:
                    break
                file.write(piece[: min(room, len(piece))])
    return filler
