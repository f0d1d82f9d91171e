"""The entries of a source as they stand before a run."""

from dataclasses import dataclass
from typing import Any

from linkwell.directory.imports.holding import Owner


@dataclass(slots=True)
class Known:
    """One entry: the hashes of its record, where it is listed, and what a record must not change unasked."""

    pk: int
    raw: bytes
    content: bytes
    listing: str
    list_name: str
    is_undisclosed: bool
    owner: Owner
    is_asked_about: bool


def entries(cursor: Any, source_id: int) -> dict[str, Known]:
    """Return what is known of every entry of a source, by its id there."""
    cursor.execute(
        "SELECT s.external_id, s.id, s.record_hash, s.listing, s.list_name, s.is_undisclosed, o.external_id, o.name,"
        " q.service_id IS NOT NULL FROM directory_service s"
        " LEFT JOIN directory_organisation o ON o.id = s.organisation_id"
        " LEFT JOIN (SELECT DISTINCT service_id FROM directory_question"
        "            WHERE settled_at IS NULL AND kind <> 'correction') q ON q.service_id = s.id"
        " WHERE s.source_id = %s",
        [source_id],
    )
    found, owners = {}, dict[str, Owner]()
    for external_id, pk, digest, listing, list_name, hidden, owner_id, owner, asked in cursor.fetchall():
        stored = bytes(digest or b"")
        of = owners.setdefault(owner_id or "", Owner(owner_id or "", owner or ""))
        found[external_id] = Known(pk, stored[:16], stored[16:], listing, list_name, hidden, of, asked)
    return found
