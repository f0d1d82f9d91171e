"""An Open Referral file as an import wants it: count, walk cheaply, read in full what changed."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from linkwell.directory.records import Issue, Raw, ServiceRecord
from linkwell.interop import cleaning, masking
from linkwell.interop.encodings import file_bytes
from linkwell.interop.errors import CannotRead
from linkwell.interop.open_referral import documents
from linkwell.interop.open_referral.service import identity, not_a_service, read_service

VERSION = b"3"  # of this reader's rules; a new one reads every record again
FORMATS = ("oruk1", "oruk3", "hsds3")

_ORUK1_KEYS = {
    "regular_schedules",
    "service_taxonomys",
    "eligibilitys",
    "deliverable_type",
    "attending_access",
    "fundings",
}
_HSDS_KEYS = {
    "application_process", "interpretation_services", "eligibility_description", "fees_description", "capacities",
    "licenses", "wait_time", "program", "metadata", "additional_urls", "phones",
}  # fmt: skip


def _whole_number(digits: str) -> int | None:
    """Return a number, None for one of hundreds of digits: nothing in a service counts that far."""
    return int(digits) if len(digits) < 400 else None


class _Known(msgspec.Struct):
    id: Any = None


def id_of(record: bytes) -> str:
    """Return a record's id without reading the rest, "" where it has none that can be read so."""
    try:
        return identity(msgspec.json.decode(record, type=_Known).id)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return ""


def open_feed(path: Path, *, kind: str = "auto") -> "FeedReader":
    """Return the reader of a file; raise CannotRead where it is no feed of services."""
    return FeedReader(file_bytes(path), kind=kind)


class FeedReader:
    """The records of one JSON file, or of all pages of a feed."""

    list_name = licence = attribution = ""

    def __init__(self, source: bytes | documents.Document, *, kind: str = "auto") -> None:
        self.document = documents.split(source) if isinstance(source, bytes) else source
        self.format = self._detect() if kind == "auto" else kind
        self._refuse_other_lists()

    @property
    def is_whole_list(self) -> bool:
        return self.document.is_whole_list

    @property
    def mended(self) -> list[str]:
        """What was wrong with the file as a whole."""
        return self.document.mended

    def count(self) -> int:
        return len(self.document.records)

    def raws(self) -> Iterator[Raw]:
        """Return id and hash of each record, without reading it in full."""
        for number, record in enumerate(self.document.records):
            digest = hashlib.blake2b(VERSION + record, digest_size=16).digest()
            external_id = id_of(record)
            if not external_id and isinstance(value := self._value(number), dict):
                external_id = identity(value.get("id"))
            yield Raw(external_id, digest, self.document.path(number), number)

    def read(self, raw: Raw) -> ServiceRecord | Issue:
        """Return the cleaned service of a record, or why it is refused."""
        record = raw.external_id or raw.where
        value = self._value(raw.number)
        if isinstance(value, str):
            was = cleaning.shown(self.document.records[raw.number].decode("utf-8", errors="replace"), 80)
            return Issue("refusal", record, raw.where, was, "", value)
        if not isinstance(value, dict):
            return Issue("refusal", record, raw.where, cleaning.shown(value, 80), "", "It is not an object")
        return read_service(value, path=raw.where, record=record)

    def raw_text(self, raw: Raw) -> str:
        """Return a record as its source wrote it, addresses and names of staff masked."""
        return masking.masked(self.document.records[raw.number].decode("utf-8", errors="replace"))

    def _value(self, number: int) -> Any:
        """Return the decoded record, or a sentence where it cannot be decoded."""
        data = self.document.records[number]
        try:
            value = msgspec.json.decode(data)
            return "It is not an object" if isinstance(value, str) else value
        except RecursionError:
            return "It is nested too deeply to be a service"
        except (msgspec.DecodeError, UnicodeDecodeError):
            pass
        try:  # NaN, Infinity, bare control characters and lone surrogates pass here and are cleaned value by value
            value = json.loads(data.decode("utf-8", errors="replace"), strict=False, parse_int=_whole_number)
            return "It is not an object" if isinstance(value, str) else value
        except RecursionError:
            return "It is nested too deeply to be a service"
        except ValueError:
            if self.document.cut_off and number == self.count() - 1:
                return "The file ends inside this record: it was cut off"
            return "It is not valid JSON"

    def _first_values(self) -> list[dict[str, Any]]:
        values = (self._value(number) for number in range(min(5, self.count())))
        return [value for value in values if isinstance(value, dict)]

    def _detect(self) -> str:
        if {"totalElements", "totalPages"} & set(self.document.envelope) or self.document.base == "$.content":
            return "oruk1"
        keys = {key for value in self._first_values() for key in value}
        if keys & _ORUK1_KEYS:
            return "oruk1"
        return "hsds3" if keys & _HSDS_KEYS else "oruk3"

    def _refuse_other_lists(self) -> None:
        values = self._first_values()
        kinds = {not_a_service(value) for value in values}
        if len(kinds) == 1 and (kind := kinds.pop()):
            raise CannotRead(
                f"This file holds {kind}, not services. Import the feed's /services list, or one service of it."
            )
        nothing_known = values and not any({"name", "id", "status", "description"} & set(value) for value in values)
        if nothing_known:
            raise CannotRead(
                "This JSON holds no services: nothing in it has an id or a name. Import the feed's /services list."
            )
