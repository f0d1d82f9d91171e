"""What the running product says of itself: nothing that it cannot say stops it, and a disk that fills up is told."""

import contextlib
import shutil
import sys
import time
from pathlib import Path
from typing import TextIO

LEAST_FREE = 1_000_000_000
LEAST_SHARE = 0.05
EVERY_SECONDS = 30.0


def say(words: object, *, file: TextIO | None = None) -> None:
    """Print at once; a full disk or a closed pipe behind the log is no reason to stop serving."""
    with contextlib.suppress(OSError, ValueError):
        print(words, file=file or sys.stdout, flush=True)


class Room:
    """Watches how much is free on the disk of the data."""

    def __init__(self, folder: Path, *, every: float = EVERY_SECONDS) -> None:
        self.folder, self._every = folder, every
        self._next, self._is_low = 0.0, False

    def look(self) -> str:
        """Return a line to print when the disk becomes nearly full, and when there is room again."""
        now = time.monotonic()
        if now < self._next:
            return ""
        self._next = now + self._every
        with contextlib.suppress(OSError):
            use = shutil.disk_usage(self.folder)
            is_low = use.free < min(LEAST_FREE, use.total * LEAST_SHARE)
            if is_low != self._is_low:
                self._is_low = is_low
                return self._told(use.free)
        return ""

    def _told(self, free: int) -> str:
        if not self._is_low:
            return f"There is room again on the disk of {self.folder}."
        return (
            f"Only {free // 1_000_000} MB are free on the disk of {self.folder}. Make room: once it is full, nothing"
            " can be saved."
        )
