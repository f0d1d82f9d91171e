"""Realtime Paged Data Exchange: pages in the order of change, each item as it was last said to be.

https://openactive.io/realtime-paged-data-exchange/ : a page names the next; the last one is empty and names itself.
An item may come again, later or (where a publisher slips) earlier than it should: the one changed last counts, so
the order of pages does not matter. A feed that breaks off, goes round in a ring or never ends is not whole.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import msgspec

from linkwell.interop import errors
from linkwell.interop.asking import Asking, Progress, tell_nobody
from linkwell.interop.fetching import web_address
from linkwell.interop.spool import Spool

MOST_PAGES = 20_000
MOST_ITEMS = 500_000
DELETED = "deleted"


class _Item(msgspec.Struct):
    state: Any = None
    kind: Any = None
    id: Any = None
    modified: Any = None
    data: msgspec.Raw = msgspec.Raw(b"null")


class _Said(msgspec.Struct):
    items: list[msgspec.Raw] = []
    next: Any = None
    license: Any = None


@dataclass
class Harvest:
    """Every item of a feed (or of several) as it was last said to be."""

    spool: Spool
    last: dict[tuple[str, str], tuple[Any, int]] = field(default_factory=dict)  # (kind, id) → (when, place)
    deleted: int = 0
    broken: int = 0  # items without an id or a state
    is_whole: bool = True
    licence: str = ""
    mended: list[str] = field(default_factory=list)

    def take(self, page: bytes) -> tuple[int, str]:
        """Keep the items of a page; return how many it had, and the address of the next one ("" for none)."""
        try:
            said = msgspec.json.decode(page, type=_Said)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
            raise errors.CannotRead("It is no page of an OpenActive feed.") from None
        for raw in said.items:
            self._item(raw)
        if isinstance(said.license, str) and len(said.license) < 500:
            self.licence = said.license
        return len(said.items), said.next if isinstance(said.next, str) else ""

    def _item(self, raw: msgspec.Raw) -> None:
        try:
            item = msgspec.json.decode(raw, type=_Item)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
            item = _Item()
        known = isinstance(item.id, str | int) and not isinstance(item.id, bool) and item.state in ("updated", DELETED)
        if not known or len(str(item.id)) > 500:
            self.broken += 1
            return
        key = (str(item.kind or "")[:60], str(item.id))
        body = b"" if item.state == DELETED else bytes(item.data)
        when = (_order(item.modified), item.state == DELETED, body)
        before = self.last.get(key)
        if before is not None:
            at, place = before
            if when <= (*at, self.spool[place]):
                return
            self.spool.replace(place, body)
        else:
            place = len(self.spool)
            self.spool.append(body)
        self.last[key] = (when[:2], place)

    def items(self) -> Iterator[tuple[str, str, bytes]]:
        """Give kind, id and data of what stands, in an order that does not hang on the pages."""
        for kind, name in sorted(key for key, (when, _) in self.last.items() if not when[1]):
            yield kind, name, self.spool[self.last[kind, name][1]]

    def partial(self, why: str) -> None:
        """Note that not all of the feed came: nothing may be taken for gone."""
        self.is_whole = False
        self.mended.append(why)


def _order(modified: Any) -> tuple[int, int, str]:
    """Return what "modified" compares by: numbers as numbers, whatever else as words."""
    if isinstance(modified, int) and not isinstance(modified, bool):
        return 1, modified, ""
    words = str(modified or "")[:60]
    return (1, int(words), "") if words.isascii() and words.isdigit() and len(words) < 30 else (0, 0, words)


def harvest(
    start: str, into: Harvest, *, asking: Asking, progress: Progress = tell_nobody, first: bytes | None = None
) -> None:
    """Walk one feed to its end; raise NotFetched or CannotRead where not even its first page can be had."""
    here, seen, page = web_address(start), set[str](), first
    for number in range(1, MOST_PAGES + 1):
        seen.add(str(here))
        try:
            count, said = into.take(page if page is not None else asking.body(str(here)))
            there = web_address(here.join(said)) if said else None
        except (errors.NotFetched, errors.CannotRead, httpx.InvalidURL) as fault:
            if number == 1:
                raise
            return into.partial(f"Page {number} could not be read: {fault}")
        page = None
        progress("pages", number)
        if there == here:
            return None
        if there is None:
            return into.partial(f"Page {number} names no next page, so the feed may go on")
        if str(there) in seen:
            return into.partial(f"Page {number} leads back to an earlier one: the feed goes round in a ring")
        if len(into.last) > MOST_ITEMS:
            break
        here = there
    return into.partial(f"The feed has more than {MOST_PAGES:,} pages or {MOST_ITEMS:,} items: the rest was left")
