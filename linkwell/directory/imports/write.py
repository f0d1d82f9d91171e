"""Writing a batch: COPY into temporary tables, merge by (source, external id), children anew."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from linkwell.directory.duplicates.fields import ROW_TABLES
from linkwell.directory.duplicates.fields import copy_rows as copy_rows_between
from linkwell.directory.imports.rows import Values

# What a hand or another record of ours decides; an import never overwrites it.
KEPT = {
    "directory_organisation": {"public_id", "referral_email", "referral_email_how"},
    "directory_location": {"public_id"},
    "directory_taxonomyterm": set(),
    "directory_service": {"public_id", "operating", "operating_note", "confirmed_by", "first_visit"},
}
CHILDREN = (
    "directory_serviceatlocation", "directory_schedule", "directory_costoption", "directory_phone",
    "directory_contact", "directory_language", "directory_accessibility", "directory_servicearea",
    "directory_capacity", "directory_attribute",
)  # fmt: skip


def merge(cursor: Any, table: str, rows: Sequence[Values]) -> dict[str, int]:
    """Insert or update rows of one source; return {external id: id}. Rows equal to what stands are left alone."""
    if not rows:
        return {}
    columns = list(rows[0])
    names = ", ".join(columns)
    cursor.execute(f"CREATE TEMP TABLE incoming ON COMMIT DROP AS SELECT {names} FROM {table} WITH NO DATA")
    copy_rows(cursor, "incoming", rows)
    key = {"source_id", "external_id"}
    values = [column for column in columns if column not in key | KEPT[table]]
    compared = [column for column in values if column not in ("changed_at", "seen_at")]
    ours, theirs = ", ".join(f"t.{one}" for one in compared), ", ".join(f"excluded.{one}" for one in compared)
    cursor.execute(
        f"INSERT INTO {table} AS t ({names}) SELECT {names} FROM incoming ON CONFLICT (source_id, external_id)"
        f" DO UPDATE SET ({', '.join(values)}) = ROW ({', '.join(f'excluded.{one}' for one in values)})"
        f" WHERE ({ours}) IS DISTINCT FROM ({theirs})"
    )
    cursor.execute(
        f"SELECT t.external_id, t.id FROM {table} t JOIN incoming i"
        " ON i.source_id = t.source_id AND i.external_id = t.external_id"
    )
    ids = dict(cursor.fetchall())
    cursor.execute("DROP TABLE incoming")
    return ids


def copy_rows(cursor: Any, table: str, rows: Sequence[Values], types: Sequence[str] = ()) -> None:
    """COPY rows, all of which have the same columns, into a table; with their types, as bytes instead of text."""
    if not rows:
        return
    with cursor.copy(f"COPY {table} ({', '.join(rows[0])}) FROM STDIN{' (FORMAT binary)' if types else ''}") as copy:
        if types:
            copy.set_types(types)
        for row in rows:
            copy.write_row(list(row.values()))


def replace_children(
    cursor: Any,
    service_ids: Iterable[int],
    organisation_ids: Iterable[int],
    location_ids: Iterable[int],
    children: dict[str, list[Values]],
    by_hand: Collection[tuple[str, int]] = (),
) -> None:
    """Put the given children in the place of those that these entries had.

    What was set by hand (table, service) stays.
    """
    services, organisations, locations = list(service_ids), list(organisation_ids), list(location_ids)
    for table in CHILDREN if services else ():
        mine = [pk for pk in services if (table, pk) not in by_hand] if by_hand else services
        cursor.execute(f"DELETE FROM {table} WHERE service_id = ANY(%s)", [mine])
    for table in ("directory_phone", "directory_contact"):
        cursor.execute(f"DELETE FROM {table} WHERE organisation_id = ANY(%s)", [organisations])
    cursor.execute("DELETE FROM directory_accessibility WHERE location_id = ANY(%s)", [locations])
    if services:
        cursor.execute("DELETE FROM directory_serviceneed WHERE service_id = ANY(%s) AND why <> 'hand'", [services])
    for table, rows in children.items():
        told = [row for row in rows if (table, row.get("service_id")) not in by_hand] if by_hand else rows
        copy_rows(cursor, table, told)


def with_details(cursor: Any, source_id: int, external_ids: Sequence[str]) -> set[str]:
    """Return those of the entries that have anything hanging on them."""
    if not external_ids:
        return set()
    hanging = [table for table in CHILDREN if table != "directory_attribute"]
    below = " OR ".join(f"EXISTS (SELECT FROM {table} c WHERE c.service_id = s.id)" for table in hanging)
    below += (
        " OR EXISTS (SELECT FROM directory_attribute c JOIN directory_taxonomyterm t ON t.id = c.term_id"
        "            WHERE c.service_id = s.id AND t.taxonomy <> 'deliverable_type')"  # that one, lists hold too
    )
    cursor.execute(
        f"SELECT external_id FROM directory_service s WHERE source_id = %s AND external_id = ANY(%s) AND ({below})",
        [source_id, list(external_ids)],
    )
    return {external_id for (external_id,) in cursor.fetchall()}


def keep_hand_needs(cursor: Any, service_ids: Sequence[int]) -> None:
    """Add needs that somebody set by hand to the codes that matching reads."""
    cursor.execute(
        "UPDATE directory_service s SET need_codes = array(SELECT DISTINCT unnest(s.need_codes || h.codes) ORDER BY 1),"
        " strong_needs = array(SELECT DISTINCT unnest(s.strong_needs || h.codes) ORDER BY 1)"
        " FROM (SELECT service_id, array_agg(code::text) AS codes FROM directory_serviceneed"
        "       WHERE why = 'hand' AND service_id = ANY(%s) GROUP BY 1) h WHERE h.service_id = s.id",
        [list(service_ids)],
    )


def pass_on_joined(cursor: Any, service_ids: Sequence[int], *, at: Any) -> list[int]:
    """Give what joined entries now say to the entries that they were joined into; return which those are."""
    cursor.execute(
        "SELECT DISTINCT field, service_id, taken_from_id FROM directory_fieldsource"
        " WHERE taken_from_id = ANY(%s) AND service_id IS NOT NULL ORDER BY 1, 2",
        [list(service_ids)],
    )
    found = cursor.fetchall()
    for field, kept, taken_from in found:
        if field in ROW_TABLES:
            copy_rows_between(ROW_TABLES[field], into=kept, out_of=taken_from)
            continue
        column = _column(cursor, field)
        cursor.execute(
            f"UPDATE directory_service k SET {column} = j.{column}, changed_at = %s FROM directory_service j"
            f" WHERE k.id = %s AND j.id = %s AND k.{column} IS DISTINCT FROM j.{column}",
            [at, kept, taken_from],
        )
    return sorted({kept for _, kept, _ in found})


def _column(cursor: Any, field: str) -> str:
    """Return a field's column, as SQL may name it."""
    return str(cursor.db.ops.quote_name(field))
