"""Brings the tables up to date, as the owner; knows without starting Django whether that is needed."""

import hashlib
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

import linkwell
from linkwell.cli import roles
from linkwell.cli.errors import Refused

SETTINGS = "linkwell.config.settings"
OTHERS = ("django", "django-allauth", "procrastinate")
LONGEST_WAIT = "10s"
NEVER, BEHIND, CURRENT = "never migrated", "behind", "current"


def fingerprint() -> str:
    """Return a short text that changes when any migration, ours or a library's, changes."""
    state = hashlib.sha256()
    rooms = Path(linkwell.__file__).parent
    files = [*rooms.glob("*/migrations/*.py"), *rooms.glob("*/migrations/*.sql"), rooms / "common" / "walls.py"]
    for file in sorted(files):
        state.update(f"{file.relative_to(rooms)}\n".encode())
        state.update(file.read_bytes())
    for package in OTHERS:
        state.update(f"{package} {version(package)}\n".encode())
    return state.hexdigest()[:16]


def state(url: str) -> str:
    """Return NEVER, BEHIND or CURRENT for the tables of this database."""
    with roles.connect(url) as server:
        row = server.execute(
            "SELECT obj_description(oid, 'pg_class') FROM pg_class WHERE oid = to_regclass('public.django_migrations')"
        ).fetchone()
    if row is None:
        return NEVER
    return CURRENT if row[0] == _label() else BEHIND


def address(owner_url: str, *, longest_wait: str = LONGEST_WAIT) -> str:
    """Return the owner's address for changing tables while an older Linkwell still serves from them.

    A change that waits for a table makes everybody who comes later wait behind it; rather than that, it gives up.
    """
    url = roles.as_owner(owner_url)
    return make_conninfo(url, options=f"{conninfo_to_dict(url)['options']} -c lock_timeout={longest_wait}")


def migrate(owner_url: str) -> None:
    """Apply every migration that is missing; raise Refused if one cannot be applied."""
    url = address(owner_url)
    try:
        django("migrate", "--verbosity=0", "--skip-checks", url=url)  # the web server runs the checks
    except subprocess.CalledProcessError:
        raise Refused(
            "The database could not be brought up to date; the reason stands above. What was there is unchanged up to"
            " the migration that failed."
        ) from None
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(sql.SQL("COMMENT ON TABLE django_migrations IS {}").format(_label()))


def django(*words: str, url: str, check: bool = True) -> subprocess.CompletedProcess[bytes]:
    """Run one of Django's commands in a process of its own; raise CalledProcessError if it must not fail."""
    environment = os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": SETTINGS}
    environment.setdefault("LINKWELL_SECRET_KEY", "unused")
    return subprocess.run([sys.executable, "-W", "ignore", "-m", "django", *words], env=environment, check=check)


def _label() -> str:
    return f"linkwell {fingerprint()}"
