"""Sources by their addresses: looked at before they are kept, then read by the clock."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime

import httpx

from linkwell.directory.errors import ImportRunning
from linkwell.directory.imports import ImportResult
from linkwell.directory.imports.queries import source_to_read
from linkwell.directory.imports.run import begin_run, fail_run, is_partial, take_in
from linkwell.directory.imports.sources import note_end
from linkwell.directory.models import Source
from linkwell.directory.records import Issue, Reader
from linkwell.interop.asking import Asking
from linkwell.interop.errors import CannotRead, NotFetched
from linkwell.interop.fetching import Caps, Fetcher, web_address
from linkwell.interop.files.kept import mapping_named
from linkwell.interop.files.mapping import Mapping
from linkwell.interop.open_referral.documents import Document, split
from linkwell.interop.open_referral.reader import FeedReader
from linkwell.interop.open_referral.remote import is_paged
from linkwell.interop.opening import ANYTHING, open_bytes, open_url

log = logging.getLogger("linkwell.interop")
SHOWN = 10
# A page waits for the look: one answer, not the whole feed, and not for long.
LOOK = Caps(wire_bytes=32 * 1024**2, body_bytes=64 * 1024**2, seconds=20, pause_seconds=10)


@dataclass(frozen=True)
class Found:
    """What stands at an address, before it is kept as a source."""

    url: str
    format: str
    total: int | None  # as the feed says; None where it does not
    here: int  # records in the part that was looked at
    names: tuple[str, ...] = ()
    refused: tuple[Issue, ...] = ()
    repaired: int = 0
    remarks: tuple[str, ...] = field(default=())


def for_looks() -> Asking:
    """Return the way out for a look from a page."""
    return Asking(Fetcher(caps=LOOK), sleep=lambda seconds: None)


def for_readings() -> Asking:
    """Return the way out for a whole reading."""
    return Asking()


def look_at(url: str, *, kind: str = "auto", mapping: str = "", today: date, asking: Asking | None = None) -> Found:
    """Fetch the first part of a list and say what it holds, keeping nothing; raise NotFetched or CannotRead.

    A spreadsheet is read by the mapping of that name.
    """
    asking = asking or for_looks()
    address = web_address(url)
    if is_paged(address) and not mapping:
        reader: Reader = FeedReader(_first_page(address, asking), kind=kind)
        return _found(url, reader)
    answer = asking.body(url, accept=ANYTHING)
    if not mapping and answer.lstrip()[:1] == b"{" and b'"openapi_url"' in answer:
        listed = address.copy_with(path=f"{address.path.rstrip('/')}/services")
        return _found(str(listed), FeedReader(_first_page(listed, asking), kind=kind))
    name = address.path.rpartition("/")[2] or address.host
    return _found(
        url, open_bytes(answer, name=name, kind=kind, mapping=mapping_named(mapping) if mapping else None, today=today)
    )


def _first_page(address: httpx.URL, asking: Asking) -> Document:
    return split(asking.body(str(address.copy_merge_params({"page": "1", "per_page": "20"}))))


def _found(url: str, reader: Reader) -> Found:
    names, refused, repaired, here = [], [], 0, 0
    for raw in reader.raws():
        here += 1
        if here > 200:
            continue
        record = reader.read(raw)
        if isinstance(record, Issue):
            refused.append(record)
        else:
            names.append(record.name)
            repaired += len(record.issues)
    document = getattr(reader, "document", None)
    total = document.total if isinstance(document, Document) else None
    return Found(
        url=url, format=reader.format, total=total if total is not None else (here if reader.is_whole_list else None),
        here=here, names=tuple(names[:SHOWN]), refused=tuple(refused[:SHOWN]), repaired=repaired,
        remarks=tuple(reader.mended),
    )  # fmt: skip


def read_source(source_id: int, *, clock: Callable[[], datetime], asking: Asking | None = None) -> ImportResult | None:
    """Read a source by its address into the directory; None where it came to nothing, which its run says.

    Nothing half-read is ever stored: the fetch ends before the one transaction begins, and a process that dies
    leaves a run that is marked as broken off when the source is read again.
    """
    source = source_to_read(source_id)
    if source is None:
        return None
    begun = clock()
    run = begin_run(source=source, at=begun, file_name=source.url.split("?")[0][:500])
    try:
        with open_url(
            source.url, kind=source.format or "auto", mapping=_mapping(source), today=begun.date(),
            asking=asking or for_readings(),
        ) as reader:  # fmt: skip
            partial = is_partial(reader)
            result = take_in(run=run, reader=reader, at=clock(), is_partial=partial)
    except ImportRunning:
        return None
    except (NotFetched, CannotRead) as fault:
        fail_run(run=run, why=str(fault), at=clock())
        note_end(source=source, ended_well=False, at=clock())
        log.warning("Source %s could not be read: %s", source.pk, type(fault).__name__)
        return None
    except BaseException:
        note_end(source=source, ended_well=False, at=clock())
        raise
    note_end(source=source, ended_well=not partial, at=clock())
    return result


def _mapping(source: Source) -> Mapping | None:
    return mapping_named(source.mapping) if source.mapping else None
