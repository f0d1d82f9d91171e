"""Proposing entries of different lists that may be one service: all that share a block are compared, none else."""

from collections.abc import Iterable
from datetime import datetime
from itertools import combinations
from typing import Any

from django.db import connection, transaction
from psycopg.types.json import Jsonb

from linkwell.directory.duplicates.likeness import Entry, likeness
from linkwell.directory.imports import write

READ_AT_ONCE = 5_000
MOST_IN_A_BLOCK = 40  # a block larger than this says too little: half a town's entries have "club" in them
LOCK = 0x6C77_6475


@transaction.atomic
def propose_duplicates(*, at: datetime) -> int:
    """Compare the entries of different lists and keep what is alike for a person to decide; return how many are new.

    What somebody has decided is left alone; a waiting proposal that no longer holds is taken back.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute("SET LOCAL statement_timeout = 0")
        _write_blocks(cursor)
        found = _keep(cursor, list(_compared(cursor)), at)
        cursor.execute("DROP TABLE blocks, alike")
        return found


def _write_blocks(cursor: Any) -> None:
    """Write the blocks of every entry into a table, some thousand entries at a time."""
    cursor.execute("CREATE TEMP TABLE blocks (service_id bigint, source_id bigint, key text) ON COMMIT DROP")
    after = 0
    while rows := _read(cursor, "s.id > %s", after):
        keys = [
            {"service_id": pk, "source_id": source_id, "key": key}
            for pk, source_id, entry in rows
            for key in set(entry.keys())
        ]
        write.copy_rows(cursor, "blocks", keys)
        after = rows[-1][0]
    cursor.execute("CREATE INDEX ON blocks (key)")
    cursor.execute("ANALYZE blocks")


def _read(cursor: Any, which: str, value: Any) -> list[tuple[int, int, Entry]]:
    """Return entries that people can find: (id, source, what likeness is judged by)."""
    cursor.execute(
        f"""
        SELECT s.id, s.source_id, s.name, coalesce(o.name, ''), s.url, s.email,
               coalesce((SELECT array_agg(p.number) FROM directory_phone p WHERE p.service_id = s.id), '{{}}'),
               coalesce(l.postcode, ''), coalesce(l.outcode, ''), l.easting, l.northing
        FROM directory_service s
        LEFT JOIN directory_organisation o ON o.id = s.organisation_id
        LEFT JOIN LATERAL (
            SELECT u.postcode, u.outcode, u.easting, u.northing FROM directory_serviceatlocation a
            JOIN directory_location u ON u.id = a.location_id
            WHERE a.service_id = s.id AND NOT s.is_undisclosed AND NOT u.is_undisclosed ORDER BY a.id LIMIT 1
        ) l ON TRUE
        WHERE {which} AND s.listing IN ('listed', 'temporarily_closed') AND s.joined_into_id IS NULL
          AND s.hidden_at IS NULL
        ORDER BY s.id LIMIT %s
        """,
        [value, READ_AT_ONCE],
    )
    return [
        (pk, source, Entry(name, owner, tuple(phones), postcode, outcode, easting, northing, url, email))
        for pk, source, name, owner, url, email, phones, postcode, outcode, easting, northing in cursor.fetchall()
    ]


def _compared(cursor: Any) -> Iterable[dict[str, Any]]:
    """Yield the pairs of different lists that share a block and are alike enough."""
    cursor.execute(
        "SELECT array_agg(service_id ORDER BY service_id) FROM blocks GROUP BY key"
        " HAVING count(*) BETWEEN 2 AND %s AND count(DISTINCT source_id) > 1",
        [MOST_IN_A_BLOCK],
    )
    blocks = [ids for (ids,) in cursor.fetchall()]
    sources, entries = dict[int, int](), dict[int, Entry]()
    wanted = sorted({pk for ids in blocks for pk in ids})
    for start in range(0, len(wanted), READ_AT_ONCE):
        for pk, source_id, entry in _read(cursor, "s.id = ANY(%s)", wanted[start : start + READ_AT_ONCE]):
            sources[pk], entries[pk] = source_id, entry
    seen: set[tuple[int, int]] = set()
    for ids in blocks:
        for first, second in combinations(ids, 2):
            if sources[first] == sources[second] or (first, second) in seen:
                continue
            seen.add((first, second))
            found = likeness(entries[first], entries[second])
            if found.is_proposed:
                yield {"first": first, "second": second, "likeness": found.share, "reasons": list(found.reasons)}


def _keep(cursor: Any, pairs: list[dict[str, Any]], at: datetime) -> int:
    cursor.execute(
        "CREATE TEMP TABLE alike (first bigint, second bigint, likeness float8, reasons jsonb) ON COMMIT DROP"
    )
    write.copy_rows(cursor, "alike", [{**pair, "reasons": Jsonb(pair["reasons"])} for pair in pairs])
    cursor.execute(
        "DELETE FROM directory_duplicate d WHERE d.state = 'waiting' AND NOT EXISTS"
        " (SELECT FROM alike a WHERE a.first = d.first_id AND a.second = d.second_id)"
    )
    cursor.execute(
        "WITH kept AS (INSERT INTO directory_duplicate AS d"
        " (first_id, second_id, likeness, reasons, state, proposed_at)"
        " SELECT first, second, likeness, reasons, 'waiting', %s FROM alike"
        " ON CONFLICT (first_id, second_id) DO UPDATE SET likeness = excluded.likeness, reasons = excluded.reasons"
        " WHERE d.state = 'waiting' RETURNING (xmax = 0) AS is_new) SELECT count(*) FILTER (WHERE is_new) FROM kept",
        [at],
    )
    return int(cursor.fetchone()[0])
