"""Processes that end with their parent, however the parent ends."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence

PR_SET_PDEATHSIG = 1
LONGEST_PAUSE = 5.0


def end_with_parent(parent: int, with_signal: int = signal.SIGTERM) -> None:
    """Have the system send this process a signal when its parent dies; Linux knows how."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, int(with_signal), 0, 0, 0)
        if os.getppid() != parent:  # it died before the system was told
            os.kill(os.getpid(), with_signal)


class Child:
    """One process that is started again when it dies, after a pause that grows while it keeps dying."""

    def __init__(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self.name, self.command, self.environment = name, command, environment
        self.process: subprocess.Popen[bytes] | None = None
        self.deaths = 0  # in a row; a minute alive clears it
        self._started = 0.0
        self._next_start = 0.0

    def start(self) -> None:
        """Start the process in a group of its own, so that Ctrl-C reaches it only through us."""
        environment = {**self.environment, "LINKWELL_PARENT": str(os.getpid())}
        self.process = subprocess.Popen(self.command, env=environment, stdin=subprocess.DEVNULL, start_new_session=True)
        self._started = time.monotonic()

    def watch(self) -> str | None:
        """Start the process again if it is due; return a line to print if something happened."""
        now = time.monotonic()
        if self.process is None:
            if now >= self._next_start:
                self.start()
            return None
        code = self._exit_code()
        if code is None:
            return None
        self.deaths = 1 if now - self._started > 60 else self.deaths + 1
        pause = min(0.5 * 2 ** (self.deaths - 1), LONGEST_PAUSE)
        self._next_start = now + pause
        self.process = None
        how = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
        return f"The {self.name} {how}; it starts again in {pause:g} s."

    def ask_to_stop(self) -> None:
        """Ask the process to finish what it is doing and end."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def end(self, until: float) -> None:
        """Wait for the process to end until that moment, then end it and all that it started."""
        if self.process is None:
            return
        while self._exit_code() is None:
            if time.monotonic() > until:
                self._kill_group()
            time.sleep(0.02)
        self.process = None

    def _exit_code(self) -> int | None:
        """Return how the process ended, or None; what it leaves behind is ended too."""
        assert self.process is not None
        seen = os.waitid(os.P_PID, self.process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        if seen is None:
            return None
        self._kill_group()  # before its number is given back, so that no stranger is hit
        return self.process.wait()

    def _kill_group(self) -> None:
        assert self.process is not None
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass
