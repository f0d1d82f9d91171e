"""LINKWELL_HOME: the folder that holds the data, the secret key and the locks of one Linkwell."""

import contextlib
import fcntl
import json
import os
import secrets
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import linkwell
from linkwell.cli.errors import Refused

RESTORED_KEYS = "restored-keys.json"


def home() -> Path:
    """Return the data folder: LINKWELL_HOME, else `var/` in the clone, else the user's data folder."""
    given = os.environ.get("LINKWELL_HOME", "").strip()
    if given:
        return Path(given).expanduser().absolute()
    above = Path(linkwell.__file__).resolve().parents[1]
    if (above / "pyproject.toml").exists():
        return above / "var"
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(data) / "linkwell"


def ensure_home() -> Path:
    """Create the data folder if need be and return it; raise Refused if it cannot be written."""
    folder = home()
    try:
        if not folder.is_dir():
            # root's server runs as another user, who must be able to pass through this folder
            folder.mkdir(parents=True, mode=0o711 if os.geteuid() == 0 else 0o700)
        writable = os.access(folder, os.W_OK | os.X_OK)
        reason = "no right to write"
    except OSError as error:
        writable, reason = False, error.strerror
    if not writable:
        raise Refused(
            f"Linkwell cannot write to its data folder {folder} ({reason}). Give this user"
            " the right to write there, or set LINKWELL_HOME to another folder."
        )
    return folder


def secret_key(folder: Path) -> str:
    """Return the key that signs sessions and links, made once and readable by this user alone."""
    path = folder / "secret-key"
    if not path.exists():
        draft = folder / f"secret-key.{os.getpid()}"
        with open(os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(50))
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)  # of two first starts, one key wins and is never half written
        draft.unlink()
    try:
        return path.read_text().strip()
    except OSError:
        raise Refused(
            f"This user may not read {path}. Start Linkwell as the user that made it, or set"
            " LINKWELL_HOME to another folder."
        ) from None


def restored_keys(folder: Path) -> dict[str, str]:
    """Return the keys that a restored backup brought beside the secret key, as settings' names and values."""
    path = folder / RESTORED_KEYS
    return json.loads(path.read_text()) if path.exists() else {}


def open_lock(path: Path):
    """Open a lock file; reading is enough to lock it, so root and the folder's user can share it."""
    return open(os.open(path, os.O_CREAT | os.O_RDONLY | os.O_CLOEXEC, 0o644))


@contextlib.contextmanager
def locked(path: Path, *, shared: bool = False, waiting_for: str = "") -> Iterator[None]:
    """Hold the lock while the block runs; a process that dies lets it go, however it dies."""
    with open_lock(path) as file:
        kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        if not _acquire(file, kind, seconds=1):
            if waiting_for:
                print(f"Waiting for another command that is {waiting_for}.", file=sys.stderr)
            if not _acquire(file, kind, seconds=180):
                raise Refused(
                    f"Another Linkwell command has been {waiting_for or 'busy'} for three minutes."
                    " Let it finish or end it, then try again."
                )
        yield


def try_lock(path: Path):
    """Return the locked file, to be kept open for as long as the lock is wanted, or None."""
    file = open_lock(path)
    if _acquire(file, fcntl.LOCK_EX, seconds=0):
        return file
    file.close()
    return None


def _acquire(file, kind: int, *, seconds: float) -> bool:
    until = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(file, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                return False
            time.sleep(0.02)
        else:
            return True
