"""One file of columns, mapped into memory: written once, never changed, its pages shared by all processes."""

import mmap
import os
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import numpy as np
from numpy.typing import NDArray

from linkwell.matching.index import columns
from linkwell.matching.index.columns import Columns, Shape
from linkwell.matching.index.memory import address
from linkwell.matching.index.sheet import FACETS_AT
from linkwell.matching.vocabulary import AGES

MAGIC = b"linkwell-index-2"
ALIGNED = 64


class Kept(msgspec.Struct, array_like=True, omit_defaults=True):
    """What reasons name of a service and the columns do not hold."""

    name: str
    public_id: bytes = b""
    organisation_id: int | None = None
    organisation: str = ""
    needs: list[tuple[str, bool, str]] = []
    cost: str = ""
    area: str = ""
    left_out: str = ""
    place: str = ""
    addresses: list[str] = []
    outcodes: list[str] = []

    @property
    def uuid(self) -> UUID:
        return UUID(bytes=self.public_id) if self.public_id else UUID(int=0)


_kept = msgspec.msgpack.Decoder(Kept)


class Head(msgspec.Struct):
    """What a segment says of itself."""

    arrays: dict[str, tuple[int, str, list[int]]]  # where each begins, its type, its shape
    sections: list[int]  # where near, both, rest and out end
    grid: list[float]  # west, south, cells across, cells up
    listed: int
    length: float  # mean words of a service, with repeats
    access: list[str]
    languages: list[str]
    tops: list[str]
    outcodes: list[str]


@lru_cache(maxsize=50_000)
def key_of(kind: str, term: str) -> int:
    """Return the 64-bit key of a need ("n") or a word ("w")."""
    return int.from_bytes(blake2b(f"{kind}{term}".encode(), digest_size=8).digest(), "little")


def write(path: Path, head: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], *, durable: bool) -> None:
    """Write a segment to a name of its own; nobody looks at it before `current` names it."""
    at, places = 0, {}
    for name, array in arrays.items():
        dtype = "row" if array.dtype.names and "tops" in array.dtype.names else array.dtype.str
        places[name] = (at, "place" if array.dtype.names and dtype != "row" else dtype, list(array.shape))
        at += -(-array.nbytes // ALIGNED) * ALIGNED
    said = msgspec.msgpack.encode(Head(arrays=places, **head))
    with path.open("xb") as file:
        start = -(-(len(MAGIC) + 8 + len(said)) // ALIGNED) * ALIGNED
        file.write((MAGIC + len(said).to_bytes(8, "little") + said).ljust(start, b"\0"))
        for array in arrays.values():
            file.write(np.ascontiguousarray(array).data.cast("B") if array.nbytes else b"")
            file.write(b"\0" * (-array.nbytes % ALIGNED))
        if durable:
            file.flush()
            os.fsync(file.fileno())


def columns_of(arrays: Mapping[str, NDArray[Any]], dead: NDArray[np.uint8]) -> Columns:
    """Return where the columns lie that the compiled loops read, with the rows that are dead (a bit a row)."""
    places = {name: address(arrays[name]) for name in Columns._fields if name in arrays}
    return Columns(
        **places, dead=address(dead), with_areas=len(arrays["area_rows"]), with_breaks=len(arrays["break_rows"])
    )


class Segment:
    """The columns of one file, with what is needed to ask them."""

    def __init__(self, path: Path) -> None:
        from linkwell.matching.index.columns import PLACE, ROW

        with path.open("rb") as file:
            self.map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        if self.map[: len(MAGIC)] != MAGIC:
            raise ValueError(f"{path.name} is not a segment of this version.")
        begin = len(MAGIC) + 8
        size = int.from_bytes(self.map[len(MAGIC) : begin], "little")
        self.head = msgspec.msgpack.decode(self.map[begin : begin + size], type=Head)
        start = -(-(begin + size) // ALIGNED) * ALIGNED
        types = {"row": ROW, "place": PLACE}
        self.arrays = {}
        for name, (at, kind, shape) in self.head.arrays.items():
            dtype = types.get(kind) or np.dtype(kind)
            count = int(np.prod(shape))
            flat = np.frombuffer(self.map, dtype, count, start + at) if count else np.empty(0, dtype)
            flat.flags.writeable = False
            self.arrays[name] = flat.reshape(shape)
        self.ids: NDArray[np.int64] = self.arrays["ids"]
        near, both, rest, _ = self.head.sections
        west, south, wide, high = self.head.grid
        self.shape = Shape(near, both, rest, west, south, int(wide), int(high))
        self.bit_of_access = {code: 1 << bit for bit, code in enumerate(self.head.access)}
        self.bit_of_language = {code: 1 << bit for bit, code in enumerate(self.head.languages)}
        self.outcode_number = {code: number for number, code in enumerate(self.head.outcodes)}
        self.access_asked: dict[tuple[str, ...], tuple[int, int, int, int]] = {}
        self._spans: dict[tuple[str, str], tuple[int, int, int]] = {}

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def _columns(self) -> Columns:
        return columns_of(self.arrays, np.empty(0, np.uint8))

    def columns(self, dead: NDArray[np.uint8]) -> Columns:
        """Return the columns with the rows that are dead (a bit a row)."""
        return self._columns._replace(dead=address(dead))

    def span(self, kind: str, term: str) -> tuple[int, int, int]:
        """Return where the postings of a term begin and end, and how many listed services hold it."""
        found = self._spans.get((kind, term))
        if found is None:
            key = key_of(kind, term)
            keys = self.arrays["keys"]
            at = int(np.searchsorted(keys, np.uint64(key)))
            found = (0, 0, 0)
            if at < len(keys) and int(keys[at]) == key:
                starts = self.arrays["starts"]
                found = (int(starts[at]), int(starts[at + 1]), int(self.arrays["holding"][at]))
            if len(self._spans) > 50_000:
                self._spans.clear()
            self._spans[kind, term] = found
        return found

    def row_of(self, service_id: int) -> int:
        """Return the row of a service, -1 where it is not here."""
        at = int(np.searchsorted(self.arrays["sorted_ids"], service_id))
        if at == len(self) or self.arrays["sorted_ids"][at] != service_id:
            return -1
        return int(self.arrays["row_of_sorted"][at])

    def kept(self, row: int) -> Kept:
        """Return what reasons name of a row."""
        starts = self.arrays["kept_start"]
        return _kept.decode(self.arrays["kept"][int(starts[row]) : int(starts[row + 1])].data)

    @cached_property
    def facets(self) -> list[tuple[str, slice, list[str]]]:
        """Return each facet, where on a sheet its counters lie and the values that they count."""
        values = (
            ("need", columns.TOPS_AT, self.head.tops),
            ("language", columns.LANGUAGES_AT, self.head.languages),
            ("mode", columns.MODES_AT, [*columns.MODES, "unknown"]),
            ("day", columns.DAYS_AT, [*"0123456", "unknown"]),
            ("cost", columns.COSTS_AT, ["unknown", "free", "paid"]),
            ("access", columns.STEP_FREE_AT, ["step_free"]),
            ("age", columns.AGES_AT, list(AGES)),
        )
        return [(facet, slice(FACETS_AT + at, FACETS_AT + at + len(codes)), codes) for facet, at, codes in values]

    def codes(self, names: Sequence[str], mask: int) -> tuple[str, ...]:
        """Return the codes of a mask's bits."""
        return tuple(code for bit, code in enumerate(names) if mask >> bit & 1)

    @cached_property
    def _by_length(self) -> dict[int, list[tuple[str, str]]]:
        found: dict[int, list[tuple[str, str]]] = {}
        for line in bytes(self.arrays["written"].data).decode().split("\n") if len(self.arrays["written"]) else ():
            stem, word = line.split("\t")
            found.setdefault(len(word), []).append((stem, word))
        return found

    @cached_property
    def _stems(self) -> list[str]:
        return sorted(stem for pairs in self._by_length.values() for stem, _ in pairs)

    def stems_from(self, beginning: str) -> list[str]:
        """Return the stems that begin so."""
        begin = bisect_left(self._stems, beginning)
        return self._stems[begin : bisect_left(self._stems, f"{beginning}\U0010ffff", begin)]

    def words_like(self, word: str) -> list[tuple[str, str]]:
        """Return (stem, as it is written) of the words about as long as one."""
        lengths = range(len(word) - 2, len(word) + 3)
        return [pair for length in lengths for pair in self._by_length.get(length, ())]
