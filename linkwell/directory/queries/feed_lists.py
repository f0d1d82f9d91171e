"""Which entries a list of the feed holds, in order: noted once, then every page of it costs the same.

A page with a number would count and skip all rows before it. Instead the keys of a list (8 bytes each) are noted in
the process that asked, for at most `settings.FEED_LIST_SECONDS`; whoever walks the pages meanwhile walks one and
the same list. What a page shows is read anew each time, so that an entry hidden since is not shown.
"""

import threading
import time
from array import array
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field

from django.conf import settings

MOST_KEYS = 2_000_000  # noted at once by one process: 16 MB


@dataclass
class Lists:
    """Lists of keys, the least used of which gives way."""

    most_keys: int = MOST_KEYS
    clock: Callable[[], float] = time.monotonic
    _held: "OrderedDict[Hashable, tuple[float, array[int]]]" = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def keys(self, name: Hashable, read: Callable[[], Iterable[int]]) -> "array[int]":
        """Return the keys of a list; read them where they are not noted, or were noted too long ago."""
        seconds = settings.FEED_LIST_SECONDS
        with self._lock:
            noted = self._held.get(name)
            if noted is not None and self.clock() - noted[0] < seconds:
                self._held.move_to_end(name)
                return noted[1]
        found = array("q", read())
        if seconds > 0:
            with self._lock:
                self._held[name] = (self.clock(), found)
                self._held.move_to_end(name)
                self._make_room()
        return found

    def _make_room(self) -> None:
        while len(self._held) > 1 and sum(len(keys) for _, keys in self._held.values()) > self.most_keys:
            self._held.popitem(last=False)
        while len(self._held) > 200:
            self._held.popitem(last=False)


LISTS = Lists()
