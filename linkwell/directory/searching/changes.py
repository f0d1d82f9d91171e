"""What changed in the directory since an index last looked.

Triggers note changed entries with the number of their transaction. Whoever looks keeps the oldest transaction that
was still open then (the snapshot's xmin): the next look takes the notes of that one and of all younger ones, so that
nothing is missed, in whatever order transactions end. A notification only says that it is time to look.
"""

import json
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from linkwell.matching.recognise import Own

CHANNEL = "linkwell_directory"
KEPT = timedelta(days=7)  # notes; an index that last looked longer ago is made anew

DATABASE = """
    SELECT s.system_identifier::text || '-' || d.oid FROM pg_control_system() s, pg_database d
    WHERE d.datname = current_database()
"""
NEWEST = "(SELECT coalesce(max(id), 0) FROM directory_searchchange)"
SINCE = f"""
    SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint, {NEWEST}, clock_timestamp(),
           pg_current_xact_id_if_assigned()::text::bigint,
           (SELECT coalesce(json_agg(json_build_array(c.id, c.xact, c.service_ids)), '[]')
            FROM directory_searchchange c
            WHERE c.xact >= %s AND c.xact < pg_snapshot_xmax(pg_current_snapshot())::text::bigint
                  OR c.xact = pg_current_xact_id_if_assigned()::text::bigint),
           (SELECT coalesce(json_agg(json_build_array(code, phrase) ORDER BY id), '[]') FROM directory_needphrase)
"""


class OwnChanges(Exception):
    """This transaction changed entries itself: only the database can answer before it is committed."""


@dataclass(frozen=True)
class Mark:
    """How far an index knows the directory; it is written beside it.

    xmin    notes of this transaction and of younger ones may be new; `seen` are those among them that are known
    newest  the youngest note that was there
    own     the adopter's words for needs
    """

    database: str
    xmin: int
    newest: int
    seen: tuple[int, ...]
    own: Own
    looked_at: float
    built_at: float

    def text(self) -> str:
        return json.dumps(asdict(self), separators=(",", ":"))


def mark_of(text: str) -> Mark | None:
    """Return a mark from its text, None where it is none of ours."""
    try:
        said = json.loads(text)
        own = tuple((code, phrase) for code, phrase in said.pop("own"))
        return Mark(**{**said, "seen": tuple(said["seen"])}, own=own)
    except (ValueError, TypeError, KeyError):
        return None


def database_of(cursor: Any) -> str:
    """Return what tells this database from every other, a copy of it on another server included."""
    cursor.execute(DATABASE)
    return str(cursor.fetchone()[0])


def first_mark(cursor: Any) -> Mark:
    """Return where an index begins that is built from what this cursor sees from now on."""
    mark, _ = since(cursor, Mark(database_of(cursor), 2**62, 0, (), (), 0.0, 0.0), with_own=True)
    return replace(mark, built_at=mark.looked_at)


def since(cursor: Any, mark: Mark, *, with_own: bool = False) -> tuple[Mark, set[int]]:
    """Return the mark as it is now and the entries that changed meanwhile; raise OwnChanges."""
    cursor.execute(SINCE, [mark.xmin])
    xmin, newest, at, own_xact, notes, own = cursor.fetchone()
    notes = json.loads(notes) if isinstance(notes, str) else notes
    if not with_own and any(xact == own_xact for _, xact, _ in notes):
        raise OwnChanges
    known = set(mark.seen)
    changed = {pk for number, _, ids in notes for pk in ids if number not in known}
    seen = tuple(sorted(number for number, xact, _ in notes if xact >= xmin))
    phrases = tuple((code, phrase) for code, phrase in (json.loads(own) if isinstance(own, str) else own))
    return replace(mark, xmin=xmin, newest=newest, seen=seen, own=phrases, looked_at=at.timestamp()), changed


def is_too_old(mark: Mark, at: datetime) -> bool:
    """Say whether notes that this index never saw may be gone."""
    return at.timestamp() - mark.looked_at > (KEPT - timedelta(days=1)).total_seconds()


def forget_old(cursor: Any) -> None:
    """Delete notes that every index knows, or is made anew without."""
    cursor.execute("DELETE FROM directory_searchchange WHERE at < now() - %s::interval", [KEPT])
