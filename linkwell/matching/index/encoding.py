"""From facts to columns: what a rebuild and every change write."""

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from math import nan
from struct import Struct
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from linkwell.matching import ranking
from linkwell.matching.index import columns as at
from linkwell.matching.index.facts import Place, ServiceFacts
from linkwell.matching.index.segment import Kept
from linkwell.matching.index.wording import Terms

WEST, SOUTH, EAST, NORTH = -100_000.0, -100_000.0, 1_000_000.0, 1_400_000.0  # what the grid may span


class TooMany(ValueError):
    """More values than the columns have bits for."""


@dataclass
class Coded:
    """Numbers for codes, given out as they come."""

    what: str
    most: int
    codes: list[str] = field(default_factory=list)
    number: dict[str, int] = field(default_factory=dict)
    masks: dict[tuple[str, ...], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.number = {code: place for place, code in enumerate(self.codes)}

    def of(self, code: str) -> int:
        """Return the number of a code, a new one where it is new; raise TooMany."""
        known = self.number.get(code)
        if known is None:
            if len(self.codes) == self.most:
                raise TooMany(f"The index holds at most {self.most} {self.what}; {code!r} is one more.")
            known = self.number[code] = len(self.codes)
            self.codes.append(code)
        return known

    def mask(self, codes: tuple[str, ...]) -> int:
        """Return the codes as bits."""
        if (known := self.masks.get(codes)) is None:
            known = 0
            for code in codes:
                known |= 1 << self.of(code)
            self.masks[codes] = known
        return known


_ROW = Struct("<qqfffIIHHHHhhhHiii").pack  # the fields of columns.ROW
_PLACE = Struct("<ddddqHHI").pack  # and of columns.PLACE
LONG_AGO = -10_000_000


def _by_location(facts: ServiceFacts) -> Sequence[Place]:
    return facts.places if len(facts.places) < 2 else sorted(facts.places, key=lambda one: one.location_id)


def _flags(facts: ServiceFacts) -> int:
    modes = {"phone_only": ("phone",), "online_only": ("online",)}.get(facts.operating, facts.modes)
    flags = 0
    for mode in modes:
        flags |= 1 << at.MODES.index(mode) if mode in at.MODES else at.OTHER_MODE
    flags |= {None: 0, True: 1, False: 2}[facts.is_free] << at.COST_AT
    flags |= at.OPERATING.index(facts.operating) << at.OPERATING_AT
    flags |= at.SHUT if facts.listing == "temporarily_closed" else 0
    flags |= at.LISTED if facts.listing == "listed" else 0
    flags |= at.HAS_AREA if facts.area_outcodes else 0
    flags |= at.HAS_BREAK if facts.break_from and facts.break_until else 0
    flags |= at.LEFT_OUT if facts.left_out else 0
    flags |= at.HIDDEN_PLACE if facts.is_undisclosed or facts.operating == "moved" else 0
    return flags | (at.IS_PUBLIC if facts.is_public else 0)


def _day(day: date | None, otherwise: int) -> int:
    return otherwise if day is None else day.toordinal()


class Encoder:
    """Takes services one by one; `arrays` gives the columns of all of them."""

    def __init__(self, tops: Mapping[str, str] | None = None, *, is_small: bool = False) -> None:
        self.is_small = is_small  # not worth a grid: every search looks at all of it
        self.top_of = dict(tops or {})
        self.access = Coded("access needs", 16)
        self.languages = Coded("languages", 63)
        self.tops = Coded("needs to count by (give `tops`)", 63)
        self.outcodes = Coded("outward codes", 2**32)
        self.terms = Terms()
        self.ids, self.sections = array("q"), array("b")
        self.rows, self.places = bytearray(), bytearray()
        self.x, self.y = array("d"), array("d")
        self.places_of = array("I")
        self.kept, self.kept_ends = bytearray(), array("Q", [0])
        self.names: list[str] = []
        self.areas: list[tuple[int, list[int]]] = []
        self.breaks: list[tuple[int, int, int]] = []
        self.pack = msgspec.msgpack.Encoder()

    def add(self, facts: ServiceFacts) -> None:
        """Take one service."""
        number = len(self.ids)
        self.ids.append(facts.id)
        self.terms.add(facts)
        flags = _flags(facts)
        section = self._section(facts, flags)
        self.sections.append(section)
        x = y = 0.0
        place_no, place_yes = no, yes = self.access.mask(facts.access_no), self.access.mask(facts.access_yes)
        if section < 2:
            flags |= at.ON_GRID
            (place,) = facts.places
            x, y = place.easting or 0.0, place.northing or 0.0
            there = self.access.mask(place.access_yes)
            place_no, place_yes = self.access.mask(place.access_no) | no & ~there, there | yes
        self.x.append(x)
        self.y.append(y)
        self.rows += _ROW(
            self.languages.mask(facts.languages),
            self.tops.mask(tuple(self.top_of.get(code, code) for code in facts.needs)),
            x, y, 0.0, _slots(facts.slots), flags, place_no, place_yes, no, yes,
            at.AGELESS if facts.minimum_age is None else min(facts.minimum_age, at.OLDEST - 1),
            at.OLDEST if facts.maximum_age is None else min(facts.maximum_age, at.OLDEST - 1),
            -1 if facts.wait_weeks is None else min(facts.wait_weeks, 32_767),
            len(facts.places), _day(facts.right_on, LONG_AGO), _day(facts.sinks_on, at.NEVER),
            _day(facts.leaves_on, at.NEVER),
        )  # fmt: skip
        self._places(facts)
        if facts.area_outcodes:
            self.areas.append((number, sorted({self.outcodes.of(code) for code in facts.area_outcodes})))
        if flags & at.HAS_BREAK and facts.break_from and facts.break_until:
            self.breaks.append((number, facts.break_from.toordinal(), facts.break_until.toordinal()))
        self._keep(facts)

    def _section(self, facts: ServiceFacts, flags: int) -> int:
        """Return 0 to 3: near, both, rest, out."""
        if facts.listing not in ("listed", "temporarily_closed") or facts.operating == "closed" or facts.left_out:
            return 3
        if self.is_small or len(facts.places) != 1 or flags & at.HIDDEN_PLACE or facts.places[0].easting is None:
            return 2
        if not (WEST < facts.places[0].easting < EAST and SOUTH < (facts.places[0].northing or 0.0) < NORTH):
            return 2
        if flags & 1 == 0 and flags & 31:
            return 2
        return 1 if flags & 14 else 0

    def _places(self, facts: ServiceFacts) -> None:
        self.places_of.append(len(facts.places))
        for place in _by_location(facts):
            self.places += _PLACE(
                nan if place.easting is None else place.easting, nan if place.northing is None else place.northing,
                place.latitude, place.longitude, place.location_id, self.access.mask(place.access_yes),
                self.access.mask(place.access_no), place.is_outcode,
            )  # fmt: skip

    def _keep(self, facts: ServiceFacts) -> None:
        self.names.append(facts.name)
        addresses = [one.address for one in _by_location(facts)]
        self.kept += self.pack.encode(
            Kept(
                name=facts.name,
                public_id=facts.public_id.bytes if facts.public_id else b"",
                organisation_id=facts.organisation_id,
                organisation=facts.organisation,
                needs=[(code, is_strong, phrase) for code, (is_strong, phrase) in facts.needs.items()],
                cost=facts.cost,
                area=facts.area,
                left_out=facts.left_out,
                place=facts.place,
                addresses=addresses if any(addresses) else [],
                outcodes=list(facts.area_outcodes),
            )
        )
        self.kept_ends.append(len(self.kept))


def _slots(slots: int | None) -> int:
    if slots is None:
        return at.UNKNOWN_SLOTS
    days = sum(1 << day for day in range(7) if slots >> (3 * day) & 7)
    return slots & 0x1FFFFF | days << 24


def frozen(encoder: Encoder) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Return the head and the arrays of all services that an encoder took, in the order of the grid."""
    from linkwell.matching.index.ordering import by_rows, grid_order

    ids = np.frombuffer(encoder.ids, np.int64) if encoder.ids else np.empty(0, np.int64)
    sections = np.frombuffer(encoder.sections, np.int8) if encoder.ids else np.empty(0, np.int8)
    order, ends, grid, cells = grid_order(sections, np.asarray(encoder.x), np.asarray(encoder.y), ids)
    row_of = np.empty(len(order), np.int64)
    row_of[order] = np.arange(len(order))
    rows = np.frombuffer(bytes(encoder.rows), at.ROW)[order]
    lengths = np.asarray(encoder.terms.lengths, np.float64)
    mean = float(lengths.mean()) if len(lengths) else 1.0
    k1, b = ranking.SATURATION, ranking.LENGTH
    rows["norm"] = k1 * (1 - b + b * lengths[order] / (mean or 1.0))
    places_of = np.asarray(encoder.places_of, np.int64)
    arrays = {"rows": rows} | _places(encoder, places_of, order)
    named = sorted(range(len(ids)), key=lambda one: (encoder.names[one], encoder.ids[one]))
    by_name = np.empty(len(ids), np.uint32)
    by_name[row_of[named] if named else []] = np.arange(len(ids))
    arrays |= {"order": by_name} | _sparse(encoder, row_of)
    arrays |= by_rows(encoder.terms, order, rows["flags"] & at.LISTED != 0)
    arrays["cells"] = cells
    by_id = np.argsort(ids[order], kind="stable")
    arrays |= {"ids": ids[order], "sorted_ids": ids[order][by_id], "row_of_sorted": by_id.astype(np.uint32)}
    kept_ends = np.asarray(encoder.kept_ends, np.int64)
    kept = [encoder.kept[kept_ends[one] : kept_ends[one + 1]] for one in order]
    arrays["kept"] = np.frombuffer(b"".join(kept), np.uint8)
    arrays["kept_start"] = np.concatenate([[0], np.cumsum([len(one) for one in kept])]).astype(np.uint64)
    head = {
        "sections": [int(end) for end in ends],
        "grid": grid,
        "listed": int((rows["flags"] & at.LISTED != 0).sum()),
        "length": mean,
        "access": encoder.access.codes,
        "languages": encoder.languages.codes,
        "tops": encoder.tops.codes,
        "outcodes": encoder.outcodes.codes,
    }
    return head, arrays


def _places(encoder: Encoder, places_of: NDArray[np.int64], order: NDArray[np.int64]) -> dict[str, NDArray[Any]]:
    begins = np.concatenate([[0], np.cumsum(places_of)])
    taken = places_of[order]
    start = np.concatenate([[0], np.cumsum(taken)])
    picked = np.repeat(begins[:-1][order] - start[:-1], taken) + np.arange(start[-1])
    return {
        "places": np.frombuffer(bytes(encoder.places), at.PLACE)[picked],
        "place_start": start.astype(np.uint32),
    }


def _sparse(encoder: Encoder, row_of: NDArray[np.int64]) -> dict[str, NDArray[Any]]:
    areas = sorted((int(row_of[number]), codes) for number, codes in encoder.areas)
    breaks = sorted((int(row_of[number]), begin, end) for number, begin, end in encoder.breaks)
    return {
        "area_rows": np.array([row for row, _ in areas], np.uint32),
        "area_start": np.concatenate([[0], np.cumsum([len(codes) for _, codes in areas])]).astype(np.uint32),
        "areas": np.array([code for _, codes in areas for code in codes], np.uint32),
        "break_rows": np.array([row for row, _, _ in breaks], np.uint32),
        "breaks": np.array([days for _, *days in breaks], np.int32).reshape(-1, 2),
    }
