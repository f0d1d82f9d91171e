"""Records that an import does not believe by itself: it leaves the entry as it was and asks a person.

An id that comes back under another organisation may be another service altogether; a record that suddenly gives
the address of a place whose address is not given out may put somebody in danger.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from linkwell.directory.imports import raws
from linkwell.directory.models import Question, Source
from linkwell.directory.records import LocationRecord, ServiceRecord
from linkwell.places.postcodes import outward


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose an entry is, as far as its record says."""

    external_id: str = ""
    name: str = ""

    def is_another(self, record: ServiceRecord) -> bool:
        """Say whether a record gives the entry to somebody else; a new id of the same name is the same body."""
        told = record.organisation
        if not self.external_id or told is None or not told.external_id or told.external_id == self.external_id:
            return False
        return not told.name or _plain(told.name) != _plain(self.name)


def _plain(name: str) -> str:
    return " ".join("".join(letter if letter.isalnum() else " " for letter in name.casefold()).split())


def exposes(record: ServiceRecord, *, was_undisclosed: bool) -> bool:
    """Say whether a record would show where an undisclosed place is."""
    return was_undisclosed and not record.is_undisclosed and any(map(_tells_where, record.locations))


def _tells_where(place: LocationRecord) -> bool:
    return bool(place.address or place.postcode or place.latitude is not None)


def hide(record: ServiceRecord) -> None:
    """Leave area and phone only, where a person decided that the address is not given out."""
    record.is_undisclosed = True
    record.more = {}
    for one in (*record.schedules, *record.areas, *record.locations):
        one.more = {}
    for place in record.locations:
        place.name = place.address = place.description = place.transport = place.said = ""
        place.latitude = place.longitude = None
        place.postcode = outward(place.postcode)


def hide_what_others_joined(cursor: Any, *, at: datetime) -> None:
    """Hide the address of every entry into which one was joined whose address is no longer given out.

    The lists disagree: the one that keeps it back is believed, and the next reading of the other asks a person.
    """
    cursor.execute(
        "UPDATE directory_service AS kept SET is_undisclosed = TRUE, record_hash = NULL, changed_at = %s"
        " FROM directory_service AS joined"
        " WHERE joined.joined_into_id = kept.id AND joined.is_undisclosed AND NOT kept.is_undisclosed",
        [at],
    )


class Holding:
    """Asks about records of one run."""

    def __init__(self, source: Source, *, run_id: int | None, at: datetime) -> None:
        self.source, self.run_id, self.at = source, run_id, at

    def ask(self, kind: str, service_id: int, said: raws.Said, *, digest: bytes, ours: Any, theirs: Any) -> None:
        """Keep the record and ask; an open question of the kind takes the newer record."""
        packed = raws.pack(said)
        kept = {"ours": ours, "theirs": theirs, "record": packed, "digest": digest, "run_id": self.run_id}
        if not Question.objects.filter(service_id=service_id, kind=kind, settled_at=None).update(**kept):
            Question.objects.create(source=self.source, service_id=service_id, kind=kind, asked_at=self.at, **kept)

    def withdraw(self, service_ids: list[int]) -> None:
        """Settle what is asked about entries whose records are as they should be again."""
        kinds = (Question.OWNER, Question.EXPOSURE)
        Question.objects.filter(service_id__in=service_ids, kind__in=kinds, settled_at=None).update(
            settled_at=self.at, answer="withdrawn"
        )
