"""A whole feed by its address: all pages of its list, and each service in full where the list is shallow.

What cannot be fetched leaves the feed partial (`is_whole_list` is False), so that no entry is taken for
gone because a page failed. A feed whose pages go round in a ring, or whose totals lie, ends all the same.
"""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, Any, overload
from urllib.parse import quote

import httpx
import msgspec
from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_exponential

from linkwell.interop import errors
from linkwell.interop.fetching import Fetcher
from linkwell.interop.open_referral.documents import Document, split
from linkwell.interop.open_referral.reader import FeedReader, id_of
from linkwell.interop.open_referral.service import NESTED

PER_PAGE = 100
MOST_PAGES = 5_000
MOST_SERVICES = 200_000
FAILURES_IN_A_ROW = 3  # pages or services, before the rest is given up
TRIES = 3

Progress = Callable[[str, int], None]


class Spool(Sequence[bytes]):
    """Records kept in a file on disk, so that a feed of any size needs little memory."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._spans: list[tuple[int, int]] = []

    def append(self, record: bytes) -> None:
        self._spans.append(self._write(record))

    def replace(self, number: int, record: bytes) -> None:
        """Put another record in a record's place."""
        self._spans[number] = self._write(record)

    def _write(self, record: bytes) -> tuple[int, int]:
        start = self._file.seek(0, 2)
        self._file.write(record)
        return start, len(record)

    def __len__(self) -> int:
        return len(self._spans)

    @overload
    def __getitem__(self, number: int) -> bytes: ...
    @overload
    def __getitem__(self, number: slice) -> list[bytes]: ...
    def __getitem__(self, number: int | slice) -> bytes | list[bytes]:
        if isinstance(number, slice):
            return [self[each] for each in range(*number.indices(len(self)))]
        start, size = self._spans[number]
        self._file.seek(start)
        return self._file.read(size)


@contextmanager
def open_address(
    url: str, *, kind: str = "auto", fetcher: Fetcher | None = None, progress: Progress | None = None,
    sleep: Callable[[float], None] | None = None,
) -> Iterator[FeedReader]:  # fmt: skip
    """Fetch a feed, a page of one or one service by its address; give its reader while the block runs.

    Raises CannotRead or NotFetched where not even its first page can be had.
    """
    with tempfile.TemporaryFile() as file:
        walk = _Walk(Spool(file), fetcher or Fetcher(), progress or (lambda what, done: None), sleep)
        yield FeedReader(walk.document(url), kind=kind)


@dataclass
class _Page:
    """What the envelope of one page says."""

    records: Sequence[bytes]
    total: int | None
    pages: int | None
    says_last: bool


@dataclass
class _Walk:
    spool: Spool
    fetcher: Fetcher
    progress: Progress
    sleep: Callable[[float], None] | None = None
    seen: set[str] = field(default_factory=set)
    mended: list[str] = field(default_factory=list)
    envelope: dict[str, Any] = field(default_factory=dict)  # of the first page: it tells the format
    is_whole: bool = True

    def document(self, url: str) -> Document:
        start = self._start(httpx.URL(url) if _parses(url) else url)
        if isinstance(start, Document):
            return start
        self._pages(start)
        self._in_full(start)
        return Document(self.spool, is_whole_list=self.is_whole, mended=self.mended, envelope=self.envelope)

    def _start(self, url: httpx.URL | str) -> Document | httpx.URL:
        """Return the address of the feed's list, or what stands at an address that is no list of pages."""
        if isinstance(url, str):
            raise errors.NotAWebAddress
        if "page" in url.params:
            return self._get(url)
        path = url.path.rstrip("/")
        if not path.endswith("/services"):
            found = self._get(url)
            is_root = not found.is_list and b'"openapi_url"' in found.records[0]
            if not is_root:
                return found
            url = url.copy_with(path=f"{path}/services")
        return url

    def _get(self, url: httpx.URL) -> Document:
        retrying = Retrying(
            stop=stop_after_attempt(TRIES), wait=wait_exponential(multiplier=0.5, max=20), reraise=True,
            retry=retry_if_exception(_may_pass), **({"sleep": self.sleep} if self.sleep else {}),
        )  # fmt: skip
        return split(retrying(self.fetcher.get, str(url), headers={"Accept": "application/json"}).body)

    def _pages(self, start: httpx.URL) -> None:
        failures, number, total = 0, 0, None
        while number < MOST_PAGES and len(self.spool) < MOST_SERVICES:
            number += 1
            address = start.copy_merge_params({"page": str(number), "per_page": str(PER_PAGE)})
            try:
                found = self._get(address)
                page = _page(found)
            except (errors.NotFetched, errors.CannotRead) as fault:
                if number == 1:
                    raise
                failures += 1
                self._partial(f"Page {number} could not be read: {fault}")
                if failures >= FAILURES_IN_A_ROW:
                    return
                continue
            failures = 0
            self.envelope = self.envelope or found.envelope
            total = page.total if page.total is not None else total
            if not page.records:
                break
            if not self._keep(page.records):
                self._partial(f"Page {number} repeats earlier pages: the feed goes round in a ring")
                return
            self.progress("pages", number)
            ended = page.says_last or (page.pages is not None and number >= page.pages)
            if ended and (total is None or len(self.spool) >= total):
                break
        else:
            self._partial(f"The feed has more than {MOST_PAGES} pages or {MOST_SERVICES} services: the rest was left")
        if total is not None and total > len(self.spool):
            self._partial(f"The feed says that it has {total} services and gave {len(self.spool)}")

    def _keep(self, records: Sequence[bytes]) -> int:
        """Keep the records of a page but those that an earlier page had; return how many were new."""
        here: set[str] = set()
        new = 0
        for record in records:
            name = id_of(record)
            if name and name in self.seen:
                continue
            here.add(name)
            self.spool.append(record)
            new += 1
        self.seen |= here - {""}
        return new

    def _in_full(self, start: httpx.URL) -> None:
        """Fetch by its id each service of which the list gave no more than a line."""
        failures = missed = 0
        shallow = [number for number in range(len(self.spool)) if _is_shallow(self.spool[number])]
        for done, number in enumerate(shallow):
            name = id_of(self.spool[number])
            try:
                found = self._get(start.copy_with(path=f"{start.path.rstrip('/')}/{quote(name, safe='')}", query=None))
            except (errors.NotFetched, errors.CannotRead):
                failures, missed = failures + 1, missed + 1
                if failures >= FAILURES_IN_A_ROW:
                    missed += len(shallow) - done - 1
                    break
                continue
            failures = 0
            if not found.is_list and id_of(found.records[0]) == name:
                self.spool.replace(number, found.records[0])
            else:
                missed += 1
            self.progress("services", done + 1)
        if missed:
            self.mended.append(f"{missed} services could not be fetched in full: what the list says of them was taken")

    def _partial(self, why: str) -> None:
        self.is_whole = False
        self.mended.append(why)


def _parses(url: str) -> bool:
    try:
        return bool(httpx.URL(url).host)
    except (httpx.InvalidURL, ValueError):
        return False


def _may_pass(fault: BaseException) -> bool:
    """Say whether trying again may help: not where the address itself is refused."""
    if isinstance(fault, errors.BadStatus):
        return fault.status == 429 or fault.status >= 500
    return isinstance(fault, errors.NotReached | errors.CutShort)


def _page(found: Document) -> _Page:
    if not found.is_list:
        raise errors.CannotRead("It is no list of services.")
    said = found.envelope

    def number(*names: str) -> int | None:
        values = (said.get(name) for name in names)
        return next((value for value in values if isinstance(value, int) and not isinstance(value, bool)), None)

    whole_list = not said  # a bare list has no pages
    last = said.get("last_page", said.get("last")) is True or said.get("empty") is True
    return _Page(
        found.records, number("total_items", "totalElements"), number("total_pages", "totalPages"), last or whole_list
    )


def _is_shallow(record: bytes) -> bool:
    try:
        return not NESTED & set(msgspec.json.decode(record, type=dict[str, msgspec.Raw]))
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return False  # the reader says what is wrong with it
