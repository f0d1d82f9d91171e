"""What must be asked of a restored database with the rooms' own code, in a process that works on it alone.

`python -m linkwell.cli.backup.inside migrations|examine|settle` prints its answer as JSON.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from linkwell.cli.backup.servers import Beside
from linkwell.cli.errors import Refused

SAMPLE = 200
KEYS = ("LINKWELL_SECRET_KEY", "LINKWELL_FIELD_KEY", "LINKWELL_AUDIT_KEY", "LINKWELL_AUDIT_OLD_KEYS")
OUTWARD = ("LINKWELL_AUDIT_SYSLOG", "LINKWELL_AUDIT_MAIL", "LINKWELL_SMTP", "LINKWELL_CRASH_AT", "LINKWELL_LISTEN_URL")


def known_migrations() -> set[tuple[str, str]]:
    """Return every migration that this Linkwell comes with."""
    from django.apps import apps

    found = _migrations() if apps.ready else _ask("migrations", {"DATABASE_URL": "postgresql:///unused"})
    return {(app, name) for app, name in found}


def examine(place: Beside, *, keys: Mapping[str, str], heads: Path) -> list[str]:
    """Return what is wrong with the walls, the encrypted columns and the audit chains, one line each."""
    return list(_ask("examine", _environment(place, keys, heads)))


def settle(place: Beside, *, keys: Mapping[str, str], heads: Path, made_at: str) -> dict[str, int]:
    """Put a restored database in order before it serves; return how much of what was held or ended."""
    return dict(_ask("settle", _environment(place, keys, heads), made_at))


def _environment(place: Beside, keys: Mapping[str, str], heads: Path) -> dict[str, str]:
    where = {"DATABASE_URL": place.app, "LINKWELL_OWNER_URL": place.admin, "LINKWELL_AUDIT_HEADS": str(heads)}
    return {**where, **keys}


def _ask(word: str, environment: Mapping[str, str], *words: str) -> Any:
    plain = {name: value for name, value in os.environ.items() if name not in (*KEYS, *OUTWARD)}
    plain |= {"DJANGO_SETTINGS_MODULE": "linkwell.config.settings", "LINKWELL_SECRET_KEY": "unused", **environment}
    command = [sys.executable, "-W", "ignore", "-m", "linkwell.cli.backup.inside", word, *words]
    done = subprocess.run(command, env=plain, capture_output=True, text=True)
    if done.returncode != 0:
        kind = (done.stderr.strip().splitlines() or ["no reason was given"])[-1].partition(":")[0]
        raise Refused(f"The restored database could not be looked through ({kind}). Nothing was changed.")
    return json.loads(done.stdout)


def _migrations() -> list[tuple[str, str]]:
    from django.db.migrations.loader import MigrationLoader

    return sorted(MigrationLoader(None).disk_migrations)


def _problems() -> list[str]:
    from linkwell.cli.doctor import walls

    return [*walls.problems(), *_unreadable(), *_broken_chains()]


def _unreadable() -> list[str]:
    """Return a line for each encrypted column of which the key at hand does not open a sample."""
    from cryptography.exceptions import InvalidTag
    from django.apps import apps

    from linkwell.cli import roles
    from linkwell.common.crypto import EncryptedTextField, decrypt

    columns = [
        (model._meta.db_table, f'"{field.column}"')
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, EncryptedTextField)
    ]
    columns.append(("mfa_authenticator", "(data ->> 'secret')"))
    lines = []
    with roles.connect(roles.as_owner(os.environ["LINKWELL_OWNER_URL"])) as server:
        for table, column in columns:
            query = f"SELECT {column} FROM {table} WHERE {column} <> '' ORDER BY id DESC LIMIT {SAMPLE}"  # noqa: S608
            for (stored,) in server.execute(query).fetchall():
                try:
                    decrypt(stored)
                except (InvalidTag, ValueError):
                    lines.append(f"the key at hand does not open the encrypted column {column} of {table}")
                    break
    return lines


def _broken_chains() -> list[str]:
    from django.utils import timezone

    from linkwell.team.queries import scheme_ids
    from linkwell.team.sealing import actions

    heads, lines = Path(os.environ["LINKWELL_AUDIT_HEADS"]), []
    for number in scheme_ids():
        report = actions.check_scheme(scheme_id=number, at=timezone.now(), copy=heads if heads.exists() else None)
        if not report.is_whole:
            lines.append(f"the audit trail of scheme {number} is not whole: {report.findings[0].what}")
    return lines


def _settle(made_at: str) -> dict[str, int]:
    from datetime import datetime

    from linkwell.cli.backup.aftercare import settle as settle_here

    return settle_here(made_at=datetime.fromisoformat(made_at))


def main(words: list[str]) -> None:
    """Answer one question about the database of the environment."""
    import django

    django.setup()
    if words[0] == "migrations":
        answer: Any = _migrations()
    else:
        answer = _problems() if words[0] == "examine" else _settle(words[1])
    print(json.dumps(answer))


if __name__ == "__main__":
    main(sys.argv[1:])
