"""Who runs the embedded PostgreSQL: this user, or, for root, a system user that root makes.

PostgreSQL refuses to run as root. The user it then runs as must be able to reach both its programs
and its data; where a folder above them is closed to others, both are kept under /var/lib/linkwell.
"""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from linkwell.cli.errors import Refused

NAME = "linkwell-db"
SYSTEM_FOLDER = Path("/var/lib/linkwell")


@dataclass(frozen=True)
class ServerUser:
    """The user of the server's processes; `switch` says that we are root and must change to it."""

    name: str
    uid: int
    gid: int
    switch: bool

    def options(self) -> dict[str, Any]:
        """Return the arguments of subprocess.run that make a program run as this user."""
        plain: dict[str, Any] = {"cwd": "/", "env": _environment(), "stdin": subprocess.DEVNULL}
        if self.switch:
            plain |= {"user": self.uid, "group": self.gid, "extra_groups": []}
        return plain

    def runs(self, *command: str | Path) -> bool:
        """Say whether this user can run the command, with success."""
        try:
            done = subprocess.run([str(part) for part in command], capture_output=True, **self.options())
        except OSError:
            return False
        return done.returncode == 0

    def make_folder(self, folder: Path) -> None:
        """Create a folder that this user alone may enter."""
        folder.mkdir(mode=0o700)
        if self.switch:
            os.chown(folder, self.uid, self.gid)


def server_user(data: Path) -> ServerUser:
    """Return who runs the server of this data folder; raise Refused if nobody can."""
    if os.geteuid() != 0:
        return _ordinary_user(data)
    if data.is_dir() and (owner := data.stat().st_uid) != 0:
        entry = _by_uid(owner)
    else:
        entry = _by_name(NAME) or _make_system_user()
    if entry is None:
        raise Refused(
            f"The data in {data} belongs to a user that this system does not know (number"
            f" {data.stat().st_uid}). Give the folder to a known user with chown, then start again."
        )
    user = ServerUser(entry.pw_name, entry.pw_uid, entry.pw_gid, switch=True)
    if not user.runs("/bin/sh", "-c", "exit 0"):
        raise Refused(
            f"PostgreSQL does not run as root, and root may not act as the user {user.name} here."
            " Start Linkwell as an ordinary user."
        )
    return user


def _ordinary_user(data: Path) -> ServerUser:
    entry = _by_uid(os.geteuid())
    if entry is None:
        raise Refused(
            f"The user number {os.geteuid()} has no name on this system, which PostgreSQL needs."
            " Add it to /etc/passwd, or set DATABASE_URL and LINKWELL_OWNER_URL to a PostgreSQL"
            " server."
        )
    if data.is_dir() and (owner := data.stat().st_uid) != os.geteuid():
        known = _by_uid(owner)
        raise Refused(
            f"The data in {data} belongs to the user {known.pw_name if known else owner}. Start"
            " Linkwell as the user that made it, or set LINKWELL_HOME to another folder."
        )
    return ServerUser(entry.pw_name, entry.pw_uid, entry.pw_gid, switch=False)


def closed_folder(path: Path) -> Path:
    """Return the uppermost folder on the way to `path` that other users may not pass, or `path`."""
    for folder in [*reversed(path.parents), path]:
        if folder.is_dir() and not folder.stat().st_mode & 0o001:
            return folder
    return path


def _by_uid(uid: int) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwuid(uid)
    except KeyError:
        return None


def _by_name(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def _make_system_user() -> pwd.struct_passwd:
    if shutil.which("useradd"):
        command = ["useradd", "--system", "--user-group", "--no-create-home"]
        command += ["--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin", NAME]
    else:
        command = ["adduser", "-S", "-D", "-H", "-s", "/sbin/nologin", NAME]
    try:
        subprocess.run(command, capture_output=True)
    except OSError:
        pass
    entry = _by_name(NAME)
    if entry is None:
        raise Refused(
            f"PostgreSQL does not run as root, and the system user {NAME} could not be made."
            f" Make it ({' '.join(command)}), or start Linkwell as an ordinary user."
        )
    return entry


def _environment() -> dict[str, str]:
    path = os.environ.get("PATH", "/usr/local/bin:/usr/bin:/bin")
    return {"PATH": path, "LC_ALL": "C", "TZ": "UTC", "HOME": "/"}
