"""A pgbouncer of one's own in transaction mode, for as long as a test or a run of the suite lasts.

Any number of clients share `size` connections to the server: what one leaves on its connection, the
next one would find there.
"""

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict

from tests.faults.running import free_port

PROGRAMS = ("/usr/sbin/pgbouncer", "/usr/local/sbin/pgbouncer", "/usr/local/bin/pgbouncer")
MISSING = "pgbouncer was not found. Install it (Debian: apt-get install pgbouncer)."
SETTINGS = """
[databases]
* = host={host} port={port}

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {listen_port}
unix_socket_dir =
auth_type = {auth_type}
auth_file = {folder}/users
pool_mode = transaction
default_pool_size = {size}
max_client_conn = 500
server_idle_timeout = 10
query_wait_timeout = 60
"""


def program() -> str | None:
    """Return where pgbouncer is, or None."""
    found = shutil.which("pgbouncer")
    return found or next((path for path in PROGRAMS if Path(path).exists()), None)


@contextlib.contextmanager
def pooler(url: str, folder: Path, *, size: int) -> Iterator[str]:
    """Have pgbouncer stand before the server of `url` while the block runs; give the address through it.

    Where the server asks the system who is calling (the embedded one), pgbouncer runs as the owner of
    its socket's folder; else it logs in with the password of `url`.
    """
    told = conninfo_to_dict(url)
    host, password = str(told["host"]), str(told.get("password") or "")
    port, user = free_port(), _user(host)
    folder.mkdir(mode=0o700)
    (folder / "users").write_text(f'"{told["user"]}" "{password}"\n')
    (folder / "settings.ini").write_text(
        SETTINGS.format(
            host=host, port=told.get("port") or 5432, listen_port=port, folder=folder, size=size,
            auth_type="scram-sha-256" if password else "trust",
        )
    )  # fmt: skip
    for path in (folder, folder / "users", folder / "settings.ini"):
        if os.geteuid() == 0:
            os.chown(path, user.pw_uid, user.pw_gid)
    switch = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if os.geteuid() == 0 else {}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [str(program()), str(folder / "settings.ini")],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", **switch,
        )  # fmt: skip
    try:
        _wait_until_it_listens(process, port, folder / "log")
        yield f"postgresql://{told['user']}{f':{password}' if password else ''}@127.0.0.1:{port}/{told['dbname']}"
    finally:
        process.send_signal(signal.SIGTERM)  # at once, whoever is still connected
        process.wait(timeout=30)


def _user(host: str) -> pwd.struct_passwd:
    """Return who pgbouncer runs as: it refuses to run as root."""
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid())
    return pwd.getpwuid(Path(host).stat().st_uid) if host.startswith("/") else pwd.getpwnam("nobody")


def _wait_until_it_listens(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise RuntimeError(f"pgbouncer did not start: {log.read_text()}")
