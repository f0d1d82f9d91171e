"""The entries of a source as they stand before a run."""

from dataclasses import dataclass
from struct import Struct
from typing import Any

from linkwell.directory.imports.holding import Owner

PORTION = 5_000  # entries that are fetched at once
_PACKED = Struct("=16s16sqIHH??")  # both hashes, the id, where owner, state and list stand in their lists, both answers


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


class Entries:
    """What is known of every entry, by its id in the source; packed, for a source may have hundreds of thousands."""

    def __init__(self) -> None:
        self._packed: dict[str, bytes] = {}
        self._owners, self._words = _Numbered(), _Numbered()

    def add(self, external_id: str, one: Known) -> None:
        self._packed[external_id] = _PACKED.pack(
            one.raw, one.content, one.pk, self._owners.number(one.owner), self._words.number(one.listing),
            self._words.number(one.list_name), one.is_undisclosed, one.is_asked_about,
        )  # fmt: skip

    def __contains__(self, external_id: str) -> bool:
        return external_id in self._packed

    def get(self, external_id: str) -> Known | None:
        """Return what is known of an entry, None where there is none of that id."""
        packed = self._packed.get(external_id)
        if packed is None:
            return None
        raw, content, pk, owner, listing, list_name, is_undisclosed, is_asked_about = _PACKED.unpack(packed)
        words = self._words.all
        return Known(
            pk, raw, content, words[listing], words[list_name], is_undisclosed, self._owners.all[owner], is_asked_about
        )

    def listed(self, list_name: str) -> list[str]:
        """Return the ids of the entries that a list of the source holds so far."""
        words = self._words.all
        gone = {number for number, word in enumerate(words) if word == "gone"}
        of_list = {number for number, word in enumerate(words) if word == list_name}
        unpacked = ((external_id, _PACKED.unpack(packed)) for external_id, packed in self._packed.items())
        return [external_id for external_id, one in unpacked if one[4] not in gone and one[5] in of_list]


class _Numbered:
    """Values that come again and again, each kept once."""

    def __init__(self) -> None:
        self.all: list[Any] = []
        self._numbers: dict[Any, int] = {}

    def number(self, value: Any) -> int:
        if value not in self._numbers:
            self._numbers[value] = len(self.all)
            self.all.append(value)
        return self._numbers[value]


def entries(cursor: Any, source_id: int) -> Entries:
    """Return what is known of every entry of a source, by its id there."""
    cursor.execute(
        "DECLARE known_entries NO SCROLL CURSOR FOR"
        " SELECT s.external_id, s.id, s.record_hash, s.listing, s.list_name, s.is_undisclosed,"
        " coalesce(o.external_id, ''), coalesce(o.name, ''), q.service_id IS NOT NULL FROM directory_service s"
        " LEFT JOIN directory_organisation o ON o.id = s.organisation_id"
        " LEFT JOIN (SELECT DISTINCT service_id FROM directory_question"
        "            WHERE settled_at IS NULL AND kind <> 'correction') q ON q.service_id = s.id"
        " WHERE s.source_id = %s",
        [source_id],
    )
    found = Entries()
    while portion := _fetched(cursor):
        for external_id, pk, digest, listing, list_name, hidden, owner_id, owner, asked in portion:
            stored = bytes(digest or b"")
            known = Known(pk, stored[:16], stored[16:], listing, list_name, hidden, Owner(owner_id, owner), asked)
            found.add(external_id, known)
    cursor.execute("CLOSE known_entries")
    return found


def _fetched(cursor: Any) -> list[tuple[Any, ...]]:
    cursor.execute(f"FETCH {PORTION} FROM known_entries")
    return list(cursor.fetchall())
