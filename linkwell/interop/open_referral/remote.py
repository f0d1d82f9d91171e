"""A whole feed by its address: all pages of its list, and each service in full where the list is shallow.

What cannot be fetched leaves the feed partial (`is_whole_list` is False), so that no entry is taken for
gone because a page failed. A feed whose pages go round in a ring, or whose totals lie, ends all the same.
"""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import httpx
import msgspec

from linkwell.interop import errors
from linkwell.interop.asking import Asking, Progress, tell_nobody
from linkwell.interop.fetching import web_address
from linkwell.interop.open_referral.documents import Document, split
from linkwell.interop.open_referral.reader import FeedReader, id_of
from linkwell.interop.open_referral.service import NESTED
from linkwell.interop.spool import Spool

PER_PAGE = 100
MOST_PAGES = 5_000
MOST_SERVICES = 200_000
FAILURES_IN_A_ROW = 3  # pages or services, before the rest is given up


@contextmanager
def open_address(
    url: str, *, kind: str = "auto", asking: Asking | None = None, progress: Progress = tell_nobody,
    answer: bytes | None = None,
) -> Iterator[FeedReader]:  # fmt: skip
    """Fetch a feed, a page of one or one service by its address; give its reader while the block runs.

    `answer` is what the address itself has already answered. Raises CannotRead or NotFetched where not even the
    first page can be had.
    """
    with tempfile.TemporaryFile() as file:
        walk = _Walk(Spool(file), asking or Asking(), progress)
        yield FeedReader(walk.document(web_address(url), answer), kind=kind)


def is_paged(url: httpx.URL) -> bool:
    """Say whether an address is a list's own, of which pages are asked for before anything else."""
    return "page" not in url.params and url.path.rstrip("/").endswith("/services")


@dataclass
class _Walk:
    spool: Spool
    asking: Asking
    progress: Progress
    seen: set[str] = field(default_factory=set)
    mended: list[str] = field(default_factory=list)
    envelope: dict[str, Any] = field(default_factory=dict)  # of the first page: it tells the format
    is_whole: bool = True

    def document(self, url: httpx.URL, answer: bytes | None) -> Document:
        if not is_paged(url):
            found = split(answer) if answer is not None else self._get(url)
            is_root = "page" not in url.params and not found.is_list and b'"openapi_url"' in found.records[0]
            if not is_root:
                return found
            url = url.copy_with(path=f"{url.path.rstrip('/')}/services")
        self._pages(url)
        self._in_full(url)
        return Document(self.spool, is_whole_list=self.is_whole, mended=self.mended, envelope=self.envelope)

    def _get(self, url: httpx.URL) -> Document:
        return split(self.asking.body(str(url)))

    def _pages(self, start: httpx.URL) -> None:
        failures, number, total = 0, 0, None
        while number < MOST_PAGES and len(self.spool) < MOST_SERVICES:
            number += 1
            address = start.copy_merge_params({"page": str(number), "per_page": str(PER_PAGE)})
            try:
                page = self._get(address)
                if not page.is_list:
                    raise errors.CannotRead("It is no list of services.")
            except (errors.NotFetched, errors.CannotRead) as fault:
                if number == 1:
                    raise
                failures += 1
                self._partial(f"Page {number} could not be read: {fault}")
                if failures >= FAILURES_IN_A_ROW:
                    return
                continue
            failures = 0
            self.envelope = self.envelope or page.envelope
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


def _is_shallow(record: bytes) -> bool:
    try:
        return not NESTED & set(msgspec.json.decode(record, type=dict[str, msgspec.Raw]))
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return False  # the reader says what is wrong with it
