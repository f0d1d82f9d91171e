"""One way in for every kind of list: a file, a folder or an address → its reader.

What a thing is shows in its first bytes and keys; `kind` says it where they do not. Doors and jobs give the day.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from linkwell.directory.records import Reader
from linkwell.interop import open_activity
from linkwell.interop.asking import Asking, Progress, tell_nobody
from linkwell.interop.encodings import file_bytes
from linkwell.interop.errors import CannotRead
from linkwell.interop.fetching import web_address
from linkwell.interop.files import archives
from linkwell.interop.files.mapping import Mapping
from linkwell.interop.files.reader import TableReader
from linkwell.interop.open_activity.reader import feeds_of, is_page, read_page
from linkwell.interop.open_referral import FeedReader, open_address
from linkwell.interop.open_referral.packages import is_package, read_package
from linkwell.interop.open_referral.remote import is_paged

FEEDS = ("oruk1", "oruk3", "hsds3", "ndjson")
PACKAGE, ACTIVITY, TABLES = "hsdscsv", "openactive", ("csv", "xlsx")
KINDS = ("auto", *FEEDS, PACKAGE, ACTIVITY, *TABLES)  # what a person may say that a list is
ANYTHING = "application/json, text/csv, application/zip;q=0.9, */*;q=0.8"


def kind_of(data: bytes) -> str:
    """Return what bytes are, as far as their beginning tells: a feed is "auto", the reader finds its version."""
    start = data[:4_000].lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0")
    if data.startswith(archives.MARK):
        return PACKAGE if is_package(data) else "xlsx"
    if start[:1] in (b"[", b"{"):
        return ACTIVITY if start[:1] == b"{" and is_page(data) else "auto"
    return "auto" if start[:1] == b"<" else "csv"


def open_file(path: Path, *, kind: str = "auto", mapping: Mapping | None = None, today: date) -> Reader:
    """Return the reader of a file, or of a folder of tables; raise CannotRead with what to do."""
    if path.is_dir() and kind in ("auto", PACKAGE) and is_package(path):
        return FeedReader(read_package(path), kind=PACKAGE)
    return open_bytes(file_bytes(path), name=path.name, kind=kind, mapping=mapping, today=today)


def open_bytes(data: bytes, *, name: str, kind: str = "auto", mapping: Mapping | None = None, today: date) -> Reader:
    """Return the reader of what a file holds."""
    found = kind_of(data) if kind == "auto" and mapping is None else kind
    if found in TABLES or mapping is not None:
        if found not in (*TABLES, "auto"):
            raise CannotRead(f"--mapping is for spreadsheets; leave it out for {found}.")
        if mapping is None:
            raise CannotRead(
                f"{name} is read as a spreadsheet: add --mapping FILE, which says what its columns are, or bring it in"
                " on the page Directory → Bring in a spreadsheet, which asks."
            )
        return TableReader(data, mapping, name=Path(name).stem)
    if found == PACKAGE:
        return FeedReader(read_package(data), kind=PACKAGE)
    if found == ACTIVITY:
        return read_page(data, today=today)
    return FeedReader(data, kind="auto" if found == "ndjson" else found)


@contextmanager
def open_url(
    url: str, *, kind: str = "auto", mapping: Mapping | None = None, today: date, asking: Asking | None = None,
    progress: Progress = tell_nobody,
) -> Iterator[Reader]:  # fmt: skip
    """Fetch a list by its address and give its reader while the block runs; raise NotFetched or CannotRead."""
    asking = asking or Asking()
    address = web_address(url)
    if kind in FEEDS or (kind == "auto" and mapping is None and is_paged(address)):
        feed_kind = "auto" if kind == "ndjson" else kind
        with open_address(url, kind=feed_kind, asking=asking, progress=progress) as feed:
            yield feed
        return
    answer = asking.body(url, accept=ANYTHING)
    found = kind_of(answer) if kind == "auto" and mapping is None else kind
    if found == ACTIVITY or (found == "auto" and mapping is None and feeds_of(answer)):
        with open_activity.open_activities(
            url, today=today, asking=asking, progress=progress, answer=answer
        ) as sessions:
            yield sessions
    elif found == "auto" and mapping is None:
        with open_address(url, asking=asking, progress=progress, answer=answer) as feed:
            yield feed
    else:
        name = Path(address.path).name or address.host
        yield open_bytes(answer, name=name, kind=found, mapping=mapping, today=today)
