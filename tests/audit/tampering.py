"""A made-up trail with its chain and heads, and every way we know to tamper with one. Seeded.

Each tampering changes a World and gives back the lowest position at which it must show (None: anywhere).
"""

import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from linkwell.team.sealing import chain
from linkwell.team.sealing.chain import Head, Keys, Row, Seal

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
COLUMNS = chain.COLUMNS[chain.VERSION]
MINE, OTHER = 1, 2
KEYS = chain.keys_of("the key of this installation")
ATTACKERS = chain.keys_of("a key the attacker made")
EVENTS = ("person.read", "person.list_read", "referral.received", "plan.agreed")


@dataclass
class World:
    """What is in the database and in the second place; `made` is who seals in it."""

    rng: random.Random
    events: dict[int, Row]
    seals: list[Seal]
    heads: dict[int, Head]
    scheme: int = MINE
    other: int = OTHER
    keys: Keys = KEYS

    def copy(self, rng: random.Random) -> "World":
        return World(rng, dict(self.events), list(self.seals), dict(self.heads), self.scheme, self.other, self.keys)

    def sealed(self) -> list[int]:
        return [number for seal in self.seals for number in seal.event_ids]

    def unused(self, below: int) -> int:
        """Return an id that no row has, among the sealed ones."""
        return next(number for number in range(self.rng.randrange(2, below), 0, -1) if number not in self.events)


def row(rng: random.Random, number: int, scheme: int, at: datetime) -> Row:
    """Return a row as the trail holds them, each column as varied as it can be."""
    refused, by_someone = rng.random() < 0.1, rng.random() < 0.8
    return (
        number, scheme, at + timedelta(microseconds=rng.randrange(10**6)), rng.choice(EVENTS),
        "refused" if refused else "done", rng.randrange(1, 99) if by_someone else None, "LW" if by_someone else "",
        rng.choice([None, rng.randrange(1, 999)]), rng.choice(["", "people.person"]), rng.choice([None, 7, 8]),
        rng.choice(["people:person", "job:audit"]), rng.choice(["", "covering", 'a "quoted", é']),
        rng.choice([None, uuid.UUID(int=rng.getrandbits(128))]),
    )  # fmt: skip


def made(rng: random.Random, *, rows: int, loose: int = 3, until: datetime = NOW) -> World:
    """Return an untouched world: `rows` sealed rows over some days, and `loose` ones not sealed yet."""
    world = World(rng, {}, [], {})
    number, left, at = 100, rows, until - timedelta(days=4)
    while left:
        some = []
        for _ in range(min(left, rng.randrange(1, 20))):
            number += rng.randrange(1, 4)  # ids have gaps: a rolled back transaction takes its own with it
            some.append(row(rng, number, world.scheme, at))
        rng.shuffle(some)  # what became visible late has a lower id than what was sealed before it
        world.events |= {each[0]: each for each in some}
        after = world.seals[-1] if world.seals else None
        at += timedelta(minutes=rng.randrange(1, 60))
        seal = chain.make_seal(
            number=len(world.seals) + 1, scheme_id=world.scheme, rows=some, after=after, keys=world.keys, at=at
        )
        world.seals.append(seal)
        world.heads[seal.last_position] = chain.head_of(seal)
        left -= len(some)
    for extra in range(loose):
        world.events[number + 5 + extra] = row(rng, number + 5 + extra, world.scheme, until)
    return world


def report(world: World, *, heads: bool = True, at: datetime = NOW) -> chain.Report:
    """Check a world that is held in memory, by the function that checks the database."""
    inside = {number: each for number, each in world.events.items() if each[1] == world.scheme}

    def unsealed(settled: int) -> chain.Unsealed:
        loose = sorted(set(inside) - set(world.sealed()))
        return chain.Unsealed(len(loose), None, tuple(number for number in loose if number <= settled)[:5])

    return chain.check(
        scheme_id=world.scheme, runs=[(sorted(world.seals, key=lambda seal: (seal.first_position, seal.id)), inside)],
        unsealed=unsealed, heads=world.heads if heads else None, every_head=True, keys=world.keys, at=at,
    )  # fmt: skip


def _place(world: World) -> tuple[int, int]:
    """Return a position and the id of the row there."""
    ids = world.sealed()
    number = world.rng.randrange(len(ids))
    return number + 1, ids[number]


def _another(world: World, column: str, value: object) -> object:
    rng = world.rng
    if column == "scheme_id":
        return world.other
    if column == "at":
        assert isinstance(value, datetime)
        return value + timedelta(microseconds=rng.choice([-1, 1, 10**6, -3600 * 10**6]))
    if column == "request_id":
        return None if value and rng.random() < 0.3 else uuid.UUID(int=rng.getrandbits(128))
    if column in ("membership_id", "person_id", "object_id"):
        return rng.choice([0, 1]) if value is None else rng.choice([None, int(str(value)) + 1])
    if column == "outcome":
        return "refused" if value == "done" else "done"
    if column == "role":
        return {"LW": "SUP", "": "LW"}[str(value)]
    return f"{value}x" if rng.random() < 0.5 or not value else str(value)[:-1]


def edit(world: World, column: str = "") -> int | None:
    position, number = _place(world)
    column = column or world.rng.choice(COLUMNS)
    old = world.events[number]
    if column == "id":
        del world.events[number]
        fresh = world.unused(number)
        world.events[fresh] = (fresh, *old[1:])
    else:
        place = COLUMNS.index(column)
        world.events[number] = (*old[:place], _another(world, column, old[place]), *old[place + 1 :])
    return position


def delete(world: World) -> int | None:
    position, number = _place(world)
    del world.events[number]
    return position


def swap_contents(world: World) -> int | None:
    (one, first), (other, second) = _place(world), _place(world)
    if first == second or world.events[first][1:] == world.events[second][1:]:
        return delete(world)
    a, b = world.events[first], world.events[second]
    world.events[first], world.events[second] = (a[0], *b[1:]), (b[0], *a[1:])
    return min(one, other)


def _seal(world: World) -> int:
    return world.rng.randrange(len(world.seals))


def reorder(world: World) -> int | None:
    number = next(
        n for n in world.rng.sample(range(len(world.seals)), len(world.seals)) if len(world.seals[n].event_ids) > 1
    )
    seal = world.seals[number]
    a, b = sorted(world.rng.sample(range(len(seal.event_ids)), 2))
    ids, macs = list(seal.event_ids), [seal.macs[at : at + 32] for at in range(0, len(seal.macs), 32)]
    ids[a], ids[b] = ids[b], ids[a]
    if world.rng.random() < 0.5:
        macs[a], macs[b] = macs[b], macs[a]
    world.seals[number] = replace(seal, event_ids=tuple(ids), macs=b"".join(macs))
    return seal.first_position + a


def cut_tail(world: World) -> int | None:
    """Take the last seals away, mostly with their rows, so that what stays agrees with itself."""
    count = world.rng.randrange(1, min(5, len(world.seals)))
    gone, world.seals = world.seals[-count:], world.seals[:-count]
    if world.rng.random() < 0.8:
        for seal in gone:
            for number in seal.event_ids:
                del world.events[number]
    return gone[0].first_position


def cut_rows(world: World) -> int | None:
    ids = world.sealed()
    count = world.rng.randrange(1, 20)
    for number in ids[-count:]:
        world.events.pop(number, None)
    return max(1, len(ids) - count + 1)


def insert(world: World) -> int | None:
    """Put a row in among old ones."""
    _, number = _place(world)
    fresh = world.unused(max(number, 120))
    world.events[fresh] = row(world.rng, fresh, world.scheme, NOW - timedelta(days=3))
    return None


def insert_backdated(world: World) -> int | None:
    """Put in a row with a new id that says it is days old, and let the next sealing take it."""
    fresh = max(world.events) + 1
    world.events[fresh] = row(world.rng, fresh, world.scheme, NOW - timedelta(days=world.rng.randrange(5, 90)))
    last = world.seals[-1]
    seal = chain.make_seal(
        number=last.id + 1, scheme_id=world.scheme, rows=[world.events[fresh]], after=last, keys=world.keys, at=NOW
    )
    world.seals.append(seal)
    world.heads[seal.last_position] = chain.head_of(seal)
    return seal.last_position


def duplicate(world: World) -> int | None:
    _, number = _place(world)
    fresh = world.unused(max(number, 120))
    world.events[fresh] = (fresh, *world.events[number][1:])
    return None


def insert_into_a_seal(world: World) -> int | None:
    number = _seal(world)
    seal, fresh = world.seals[number], world.unused(120)
    world.events[fresh] = row(world.rng, fresh, world.scheme, NOW - timedelta(days=3))
    place = world.rng.randrange(len(seal.event_ids) + 1)
    macs = seal.macs[: 32 * place] + world.rng.randbytes(32) + seal.macs[32 * place :]
    ids = (*seal.event_ids[:place], fresh, *seal.event_ids[place:])
    world.seals[number] = replace(seal, event_ids=ids, macs=macs)
    return seal.first_position + place


def touch_a_seal(world: World) -> int | None:
    number, rng = _seal(world), world.rng
    seal = world.seals[number]
    bit = bytes([1 << rng.randrange(8)])

    def flipped(text: bytes) -> bytes:
        at = rng.randrange(len(text))
        return text[:at] + bytes([text[at] ^ bit[0]]) + text[at + 1 :]

    world.seals[number] = rng.choice(
        [
            lambda: replace(seal, id=seal.id + 1000),
            lambda: replace(seal, version=seal.version + 1),
            lambda: replace(seal, first_position=seal.first_position + rng.choice([-1, 1, 1000])),
            lambda: replace(seal, event_ids=seal.event_ids[:-1]),
            lambda: replace(seal, event_ids=seal.event_ids[:-1], macs=seal.macs[:-32]),
            lambda: replace(seal, macs=flipped(seal.macs)),
            lambda: replace(seal, macs=seal.macs[:-1]),
            lambda: replace(seal, high_event_id=seal.high_event_id + 1),
            lambda: replace(seal, key_id=ATTACKERS.current),
            lambda: replace(seal, sealed_at=seal.sealed_at - timedelta(seconds=1)),
            lambda: replace(seal, head=flipped(seal.head)),
        ]
    )()
    return None


def remove_a_seal(world: World) -> int | None:
    return world.seals.pop(_seal(world)).first_position


def duplicate_a_seal(world: World) -> int | None:
    seal = world.seals[_seal(world)]
    position = seal.first_position + world.rng.randrange(0, 3)
    world.seals.append(replace(seal, id=9000, first_position=position))
    return None


def make_a_chain_of_ones_own(world: World) -> int | None:
    """Seal all of it anew, from some seal on, with another key, under its own id or under ours."""
    start = _seal(world)
    pose = Keys(world.keys.current, {world.keys.current: ATTACKERS.by_id[ATTACKERS.current]})
    keys, after, again = world.rng.choice([ATTACKERS, pose]), world.seals[start - 1] if start else None, []
    for seal in world.seals[start:]:
        rows = [world.events[number] for number in seal.event_ids]
        after = chain.make_seal(
            number=seal.id, scheme_id=world.scheme, rows=rows, after=after, keys=keys, at=seal.sealed_at
        )
        again.append(after)
    world.seals[start:] = again
    if world.rng.random() < 0.5:  # and the second place too
        world.heads |= {seal.last_position: chain.head_of(seal) for seal in again}
    return again[0].first_position


def make_our_own_chain_again(world: World) -> int | None:
    """Take rows out and seal the rest anew with the true key: only the second place can know."""
    start = _seal(world)
    after, again = world.seals[start - 1] if start else None, []
    for seal in world.seals[start:]:
        rows = [world.events[number] for number in seal.event_ids]
        if seal is world.seals[start]:
            rows[0] = (*rows[0][:3], "person.forged", *rows[0][4:])
            world.events[rows[0][0]] = rows[0]
        after = chain.make_seal(
            number=seal.id, scheme_id=world.scheme, rows=rows, after=after, keys=world.keys, at=seal.sealed_at
        )
        again.append(after)
    world.seals[start:] = again
    return again[0].last_position


def touch_heads(world: World) -> int | None:
    rng = world.rng
    position = rng.choice(list(world.heads))
    head = world.heads.pop(position)
    kind = rng.randrange(7)
    if kind == 0:
        world.heads[position] = replace(head, mac=rng.randbytes(32).hex())
    elif kind == 1:
        world.heads[position] = replace(head, sealed_at=head.sealed_at + timedelta(seconds=1))
    elif kind == 2:
        world.heads[position] = replace(head, key_id=ATTACKERS.current)
    elif kind == 3:
        moved = position + rng.choice([1, 10**6])
        world.heads[moved] = replace(head, position=moved)
    elif kind == 4:
        world.heads = {place: each for place, each in world.heads.items() if place < position}
    elif kind == 5:
        world.heads = {}
    return None  # kind 6: this one line is taken away


TAMPERINGS: list[Callable[[World], int | None]] = [
    edit, edit, edit, edit, delete, swap_contents, reorder, cut_tail, cut_rows, insert, insert_backdated, duplicate,
    insert_into_a_seal, touch_a_seal, touch_a_seal, remove_a_seal, duplicate_a_seal, make_a_chain_of_ones_own,
    make_our_own_chain_again, touch_heads,
]  # fmt: skip
