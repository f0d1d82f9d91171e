"""What a backup says of itself: versions, counts and checksums of one moment, and what it was made of."""

import json
import re
from collections.abc import Collection
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from linkwell.cli.backup.envelope import Damaged
from linkwell.cli.errors import Refused

KIND, FORMAT = "linkwell backup", 1


@dataclass(frozen=True)
class Census:
    """What a database holds: {table: [rows, checksum]}, and every object that guards or shapes them."""

    tables: dict[str, list[Any]]
    catalogue: dict[str, str]
    form: str = ""  # of the questions that were asked: a later Linkwell may ask otherwise

    @property
    def rows(self) -> int:
        return sum(int(rows) for rows, _ in self.tables.values())


@dataclass(frozen=True)
class Manifest:
    """The first part of a backup, taken in the same snapshot as the dump that follows it."""

    id: str
    made_at: str
    linkwell: str
    postgresql: int  # as the server tells it: 180004 is 18.4
    fingerprint: str
    migrations: list[list[str]]
    census: Census
    roles: list[str]  # who is given rights in the database
    audit_heads: dict[str, Any] = field(default_factory=dict)
    field_key_check: str = ""
    with_keys: bool = True

    @property
    def at(self) -> datetime:
        return datetime.fromisoformat(self.made_at)

    def to_json(self) -> bytes:
        """Return the manifest as it stands in a backup."""
        return json.dumps({"kind": KIND, "format": FORMAT, **asdict(self)}, separators=(",", ":")).encode()


def from_json(raw: bytes, *, name: str) -> Manifest:
    """Return the manifest of a backup; raise Refused for a newer format, Damaged for anything else amiss."""
    try:
        found = json.loads(raw)
        kind, number = found.pop("kind"), found.pop("format")
        if kind != KIND:
            raise ValueError(kind)
        if number > FORMAT:
            raise Refused(
                f"{name} was made by a newer Linkwell ({found.get('linkwell')}), whose backups have another form."
                " Install that version, then restore."
            )
        manifest = Manifest(**{**found, "census": Census(**found["census"])})
        manifest.at  # noqa: B018 - a moment that is none is found out here
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Damaged(f"{name} does not say what it holds. Nothing was changed. Use another backup.") from None
    return manifest


def check_versions(
    manifest: Manifest, *, known: Collection[tuple[str, str]], server: int, tools: int, name: str
) -> None:
    """Raise Refused if this Linkwell, or the PostgreSQL it would restore into, is older than the backup."""
    beyond = [f"{app}.{migration}" for app, migration in manifest.migrations if (app, migration) not in known]
    if beyond:
        raise Refused(
            f"{name} was made by a newer Linkwell ({manifest.linkwell}): its tables have changes that this one does not"
            f" know ({beyond[0]}{f' and {len(beyond) - 1} more' if len(beyond) > 1 else ''}). Install that version,"
            " then restore."
        )
    theirs = manifest.postgresql // 10000
    older = min(server, tools) // 10000
    if theirs > older:
        raise Refused(
            f"{name} was made from PostgreSQL {theirs}, and PostgreSQL {older} cannot be relied on to take it. Restore"
            f" into PostgreSQL {theirs} or later."
        )


def is_older(manifest: Manifest, *, known: Collection[tuple[str, str]]) -> bool:
    """Say whether the backup lacks migrations that this Linkwell has."""
    return not set(known) <= {(app, migration) for app, migration in manifest.migrations}


def differences(manifest: Manifest, found: Census, *, same_server_version: bool) -> list[str]:
    """Return what is not as the backup says, one line each; nothing if all is as it was."""
    said = manifest.census
    same_form = said.form == found.form
    lines = [
        f"the table {table} holds {found.tables.get(table, [0])[0]} rows of {rows}"
        for table, (rows, _) in said.tables.items()
        if found.tables.get(table, [0])[0] != rows
    ]
    lines += [
        f"rows of the table {table} are not as they were"
        for table, (rows, checksum) in said.tables.items()
        if same_form and table in found.tables and found.tables[table][0] == rows and found.tables[table][1] != checksum
    ]
    lines += [f"there is a table {table} that was not backed up" for table in found.tables if table not in said.tables]
    if not same_form:  # counts, the walls' own catalogue and the audit chain still judge
        return lines
    lines += [f"{thing} is missing" for thing in said.catalogue if thing not in found.catalogue]
    lines += [f"{thing} was not there before" for thing in found.catalogue if thing not in said.catalogue]
    if same_server_version:  # another version writes the same definition in other words
        lines += [
            f"{thing} is not as it was"
            for thing, definition in said.catalogue.items()
            if _plain(found.catalogue.get(thing, definition)) != _plain(definition)
        ]
    return lines


def _plain(definition: str) -> str:
    """Return a definition without the casts and brackets that PostgreSQL puts in when it reads its own text again."""
    return re.sub(r"::(character varying|timestamp with time zone|[a-z]+)(\(\d+\))?(\[\])?|[()\s]", "", definition)
