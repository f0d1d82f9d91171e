"""The chain: what a seal says of audit rows, and what does not agree with it. Pure; knows no database.

Rows get positions 1, 2, 3 … in the order of sealing. Each row's MAC covers its position, every column and
what came before; each seal (a run of rows) ends with a head, which covers the seal itself and which the
next seal goes on from. So a change of any row or seal shows at its position; a cut tail shows in the heads
that were sent elsewhere.
"""

import hmac
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

VERSION = 1
COLUMNS = {  # a column added to the audit trail makes a new version; old seals keep theirs
    1: "id scheme_id at event outcome membership_id role person_id object_kind object_id route purpose request_id"
    .split()
}  # fmt: skip
AT = 2  # in each version
MAC = 32  # bytes
START = bytes(MAC)
SETTLED = timedelta(days=1)  # no transaction lasts so long: a row that turns up among older sealed ones was put there
HEAD_IS_LATE = timedelta(minutes=15)
MOST_FINDINGS = 20

Row = Sequence[Any]


@dataclass(frozen=True)
class Keys:
    """The key that seals now, and those with which old seals are checked, by their ids."""

    current: str
    by_id: Mapping[str, bytes]


def keys_of(secret: str, old: Iterable[str] = ()) -> Keys:
    """Return the keys derived from secrets by HKDF; a key's id tells keys apart and says nothing else of them."""
    derived = {}
    for text in (secret, *old):
        key = HKDF(SHA256(), 32, salt=None, info=b"linkwell audit chain").derive(text.encode())
        derived[sha256(b"linkwell audit key id" + key).hexdigest()[:16]] = key
    return Keys(next(iter(derived)), derived)


@dataclass(frozen=True)
class Seal:
    """One run of sealed rows: their ids in the chain's order, and a MAC of 32 bytes for each."""

    id: int
    scheme_id: int
    version: int
    first_position: int
    event_ids: tuple[int, ...]
    macs: bytes
    high_event_id: int  # the highest id sealed so far, here or before
    key_id: str
    sealed_at: datetime
    head: bytes

    @property
    def last_position(self) -> int:
        return self.first_position + len(self.event_ids) - 1


@dataclass(frozen=True)
class Head:
    """What the second place was told: the chain up to this position ends with this MAC."""

    scheme_id: int
    position: int
    mac: str
    sealed_at: datetime
    key_id: str


def head_of(seal: Seal) -> Head:
    """Return what the second place is told of a seal."""
    return Head(seal.scheme_id, seal.last_position, seal.head.hex(), seal.sealed_at, seal.key_id)


def canonical(values: Iterable[Any]) -> bytes:
    """Return one and only one text for a list of values: JSON without choices, times in UTC to the microsecond."""
    return json.dumps([_plain(value) for value in values], separators=(",", ":"), allow_nan=False).encode()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return str(value) if isinstance(value, UUID) else value


def _mac(key: bytes, previous: bytes, values: Iterable[Any]) -> bytes:
    return hmac.digest(key, previous + canonical(values), "sha256")


def row_mac(key: bytes, previous: bytes, version: int, position: int, row: Row) -> bytes:
    """Return the MAC of one row at one position after what came before."""
    return _mac(key, previous, [version, position, *row])


def _head(key: bytes, seal: Seal) -> bytes:
    told = [
        "head", seal.id, seal.scheme_id, seal.version, seal.first_position, list(seal.event_ids), seal.high_event_id,
        seal.key_id, seal.sealed_at,
    ]  # fmt: skip
    return _mac(key, seal.macs[-MAC:], told)


def make_seal(
    *, number: int, scheme_id: int, rows: Sequence[Row], after: Seal | None, keys: Keys, at: datetime
) -> Seal:
    """Return the seal with the id `number` of these rows (columns of VERSION; id first), next after another."""
    key, previous, macs = keys.by_id[keys.current], after.head if after else START, []
    first = after.last_position + 1 if after else 1
    for position, row in enumerate(rows, first):
        previous = row_mac(key, previous, VERSION, position, row)
        macs.append(previous)
    ids = tuple(row[0] for row in rows)
    high = max(*ids, after.high_event_id if after else 0)
    seal = Seal(number, scheme_id, VERSION, first, ids, b"".join(macs), high, keys.current, at, b"")
    return replace(seal, head=_head(key, seal))


@dataclass(frozen=True)
class Unsealed:
    """Rows without a seal: how many, since when; `strays` are ids of some that stand among settled rows."""

    count: int
    since: datetime | None
    strays: tuple[int, ...] = ()


@dataclass(frozen=True)
class Finding:
    """Something that is not as it was sealed."""

    position: int
    what: str


@dataclass(frozen=True)
class Report:
    """What a check of one scheme's chain found; no findings: all that was sealed is as it was."""

    scheme_id: int
    sealed: int
    vouched: int  # up to this position the second place agrees
    unsealed: Unsealed
    findings: tuple[Finding, ...]  # by position, at most 20
    found: int

    @property
    def is_whole(self) -> bool:
        return not self.found


class _Check:
    """One walk along a chain."""

    def __init__(self, keys: Keys, heads: Mapping[int, Head] | None, at: datetime, *, every_head: bool) -> None:
        self.keys, self.heads, self.at, self.every_head = keys, heads, at, every_head
        self.findings: list[Finding] = []
        self.found = self.sealed = self.vouched = self.settled = 0
        self.expected = 1
        self.before: Seal | None = None

    def find(self, position: int, what: str) -> None:
        self.found += 1
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(Finding(position, what))

    def seal(self, seal: Seal, rows: Mapping[int, Row]) -> None:
        first = seal.first_position
        if first > self.expected:
            self.find(self.expected, f"Positions {self.expected} to {first - 1} are gone.")
        elif first < self.expected:
            self.find(first, f"Position {first} is sealed more than once.")
        key = self.keys.by_id.get(seal.key_id)
        if key is None:
            self.find(first, f"It is sealed with a key that is not known here ({seal.key_id[:16]}).")
        elif seal.version not in COLUMNS or not seal.event_ids or len(seal.macs) != MAC * len(seal.event_ids):
            self.find(first, "The seal was changed.")
        else:
            self._rows(seal, rows, key)
            if not hmac.compare_digest(_head(key, seal), seal.head):
                self.find(seal.last_position, "The seal was changed.")
        self._told(seal)
        self.sealed += len(seal.event_ids)
        self.expected = seal.last_position + 1
        self.before = seal
        if seal.sealed_at <= self.at - SETTLED:
            self.settled = max(self.settled, seal.high_event_id)

    def _rows(self, seal: Seal, rows: Mapping[int, Row], key: bytes) -> None:
        previous = self.before.head if self.before else START
        for number, event_id in enumerate(seal.event_ids):
            position, mac = seal.first_position + number, seal.macs[MAC * number : MAC * (number + 1)]
            row = rows.get(event_id)
            if row is None:
                self.find(position, f"The row {event_id} is gone.")
            elif not hmac.compare_digest(row_mac(key, previous, seal.version, position, row), mac):
                self.find(position, f"The row {event_id}, its place or its seal was changed.")
            elif self.before and row[AT] < self.before.sealed_at - SETTLED:
                self.find(
                    position, f"The row {event_id} says it is older than the seals before it: it was put in later."
                )
            previous = mac  # go on from what is stored, so that what follows is judged by itself

    def _told(self, seal: Seal) -> None:
        if self.heads is None:
            return
        told = self.heads.get(seal.last_position)
        if told is not None:
            if told != head_of(seal):
                self.find(seal.last_position, "The chain is not the one whose heads were sent to the second place.")
            self.vouched = seal.last_position
        elif self.every_head and seal.sealed_at <= self.at - HEAD_IS_LATE:
            self.find(seal.last_position, "The second place was not told of this seal, or the telling was taken away.")

    def end(self, scheme_id: int, unsealed: Callable[[int], Unsealed]) -> Report:
        beyond = [position for position in self.heads or () if position >= self.expected]
        if beyond:
            self.find(
                self.expected, f"The tail is cut: the second place knows position {max(beyond)},"
                f" the chain ends at {self.expected - 1}."
            )  # fmt: skip
        left = unsealed(self.settled)
        for number in left.strays:
            self.find(
                self.expected, f"The row {number} has no seal though it stands among old ones: it was put in later."
            )
        findings = tuple(sorted(self.findings, key=lambda finding: finding.position))
        return Report(scheme_id, self.sealed, self.vouched, left, findings, self.found)


def check(
    *,
    scheme_id: int,
    runs: Iterable[tuple[Sequence[Seal], Mapping[int, Row]]],
    unsealed: Callable[[int], Unsealed],
    heads: Mapping[int, Head] | None,
    every_head: bool,
    keys: Keys,
    at: datetime,
) -> Report:
    """Return what is not as it was sealed; streams, and never stops at the first finding.

    runs        seals by position, some at a time, each time with the rows they name that are still there, by id
    unsealed    given the highest id of settled rows, what has no seal
    heads       by position, what the second place knows; None: do not compare
    every_head  the second place was told of each seal, so that none may be missing there
    """
    walk = _Check(keys, heads, at, every_head=every_head)
    for seals, rows in runs:
        for seal in seals:
            walk.seal(seal, rows)
    return walk.end(scheme_id, unsealed)
