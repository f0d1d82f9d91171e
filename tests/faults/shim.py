"""Writes and syncs that fail: `shim.c`, built at the time of the test.

with Shim.ready(folder) as shim:
    subprocess.run(command, env={**os.environ, **shim.environment})
    shim.order("sync", "EIO", "pg_wal", after=3)       while it runs; shim.stop() ends it
"""

import contextlib
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).with_name("shim.c")


class Shim:
    """A library that stands before the system's, and the file that tells it what to do."""

    def __init__(self, library: Path, orders: Path) -> None:
        self._orders = orders
        self.environment = {"LD_PRELOAD": str(library), "SHIM_ORDERS": str(orders)}

    @classmethod
    @contextlib.contextmanager
    def ready(cls, folder: Path) -> Iterator["Shim"]:
        """Build it in a folder that the tried process may read; skip the test where nothing can build it."""
        compiler = shutil.which("gcc") or shutil.which("cc")
        if compiler is None:
            pytest.skip("needs a C compiler to make writes fail (Debian: apt-get install gcc libc6-dev)")
        library = folder / "shim.so"
        built = subprocess.run(
            [compiler, "-shared", "-fPIC", "-O1", "-w", "-o", str(library), str(SOURCE), "-ldl"],
            capture_output=True, text=True,
        )  # fmt: skip
        if built.returncode != 0:
            pytest.skip(f"needs the C library's headers (Debian: apt-get install libc6-dev): {built.stderr[:200]}")
        shim = cls(library, folder / "shim.orders")
        try:
            yield shim
        finally:
            shim.stop()

    def order(self, call: str, error: str, part: str, *, after: int = 0) -> None:
        """From the next call on: `call` (write, sync) of a path that holds `part` fails with `error`."""
        draft = self._orders.with_suffix(".new")
        draft.write_text(f"{call} {error} {part} {after}\n")
        draft.chmod(0o644)
        draft.replace(self._orders)

    def stop(self) -> None:
        """Let every call be as it is."""
        self._orders.unlink(missing_ok=True)
