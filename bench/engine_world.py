"""The workload that matching engines are measured on: services and questions drawn from one seed.

400 towns in a plane of 500 × 600 km, 600 codes under 15 tops, 60 words a service; the numbers stand in the code.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from linkwell.matching.index import Place, ServiceFacts
from linkwell.matching.query import Point, Query

SEED = 20261123
TOWNS, CODES, TOPS, VOCABULARY = 400, 600, 15, 30_000
TOKENS, TOPICAL, WORDS_OF_A_CODE = 60, 10, 30
LANGUAGES, FLAGS, SLOTS = 16, 8, 21
MODES = ("in_person", "phone", "online")
ASKED = 2_000


def top_of(code: int) -> int:
    """Return the top that a leaf code stands under."""
    return code % TOPS


TOP_OF_CODE = {f"c{code}": f"t{top_of(code)}" for code in range(CODES)}


def _zipf(count: int, power: float) -> NDArray[np.float64]:
    weights = 1.0 / np.arange(1, count + 1) ** power
    return weights / weights.sum()


@dataclass(frozen=True)
class Asked:
    """One question in numbers; `query` is the same as the engine takes it."""

    codes: tuple[int, ...]
    words: tuple[int, ...]
    x: float
    y: float
    reach: int
    remote: int  # bits of MODES that are accepted beside in person
    language: int
    flag: int  # -1: none
    slots: int
    free_only: bool
    age: int

    @property
    def query(self) -> Query:
        return Query(
            needs=tuple(f"c{code}" for code in self.codes),
            words=" ".join(f"zq{word}" for word in self.words),
            home=Point(0.0, 0.0, self.x, self.y),
            reach_metres=self.reach,
            modes=("in_person", *(MODES[bit] for bit in (1, 2) if self.remote >> bit & 1)),
            languages=(f"l{self.language}",),
            access_needs=(f"flag{self.flag}",) if self.flag >= 0 else (),
            slots=self.slots,
            free_only=self.free_only,
            age=self.age,
        )


class EngineWorld:
    """N services in columns, and the questions asked of them."""

    def __init__(self, size: int, seed: int = SEED) -> None:
        self.size = size
        self.chance = np.random.default_rng([seed, size])
        chance = self.chance
        self.towns = chance.random((TOWNS, 2)) * (500_000, 600_000)
        self.spread = chance.uniform(1_500, 10_500, TOWNS)
        self.topical = chance.integers(100, VOCABULARY, (CODES, WORDS_OF_A_CODE))
        self.xy = self._placed(size)
        self.codes_of = chance.integers(1, 5, size)
        self.codes = chance.choice(CODES, (size, 4), p=_zipf(CODES, 1.0)).astype(np.int32)
        self.tokens = np.empty((size, TOKENS), np.int32)
        common = TOKENS - TOPICAL
        self.tokens[:, :common] = np.searchsorted(np.cumsum(_zipf(VOCABULARY, 1.0)), chance.random((size, common)))
        picked = chance.integers(0, self.codes_of[:, None], (size, TOPICAL))
        codes = np.take_along_axis(self.codes, picked, 1)
        self.tokens[:, common:] = self.topical[codes, chance.integers(0, WORDS_OF_A_CODE, (size, TOPICAL))]
        np.minimum(self.tokens, VOCABULARY - 1, out=self.tokens)
        self.modes = sum(
            (chance.random(size) < share).astype(np.int64) << bit for bit, share in enumerate((0.88, 0.15, 0.10))
        )
        self.modes[self.modes == 0] = 1
        shares = [0.95, *(0.3 / rank for rank in range(1, LANGUAGES))]
        self.languages = sum((chance.random(size) < share).astype(np.int64) << bit for bit, share in enumerate(shares))
        self.languages[self.languages == 0] = 1
        self.flags = sum((chance.random(size) < 0.4).astype(np.int64) << bit for bit in range(FLAGS))
        used = np.arange(5)[None, :] < chance.integers(1, 6, size)[:, None]
        self.slots = np.bitwise_or.reduce(np.where(used, 1 << chance.integers(0, SLOTS, (size, 5)), 0), axis=1)
        self.free = chance.random(size) < 0.7
        self.low = chance.choice([0, 16, 18, 50, 60], size, p=[0.4, 0.1, 0.3, 0.1, 0.1])
        self.high = np.maximum(chance.choice([120, 25, 65], size, p=[0.8, 0.05, 0.15]), self.low)
        self.active = chance.random(size) < 0.95

    def _placed(self, count: int) -> NDArray[np.float64]:
        town = self.chance.choice(TOWNS, count, p=_zipf(TOWNS, 0.9))
        xy = self.towns[town] + self.chance.normal(0, 1, (count, 2)) * self.spread[town, None]
        return np.clip(xy, 0, (500_000, 600_000)).round(1)

    def homes(self, count: int) -> list[tuple[float, float]]:
        """Return where people live, of areas of equal size."""
        return [(x, y) for x, y in self._placed(count).tolist()]

    def codes_at(self, place: int) -> tuple[int, ...]:
        return tuple(dict.fromkeys(self.codes[place, : self.codes_of[place]].tolist()))

    @cached_property
    def words(self) -> list[str]:
        """Return the vocabulary as it is written."""
        return [f"zq{number}" for number in range(VOCABULARY)]

    def services(self, places: range | None = None) -> Iterator[ServiceFacts]:
        """Return services as the engine takes them, one by one."""
        words = self.words
        flags = [f"flag{bit}" for bit in range(FLAGS)]
        for place in places or range(self.size):
            x, y = self.xy[place].tolist()
            yes = int(self.flags[place])
            yield ServiceFacts(
                id=place + 1,
                name="",
                text=" ".join([words[token] for token in self.tokens[place].tolist()]),
                needs={f"c{code}": (True, "") for code in self.codes_at(place)},
                modes=tuple(mode for bit, mode in enumerate(MODES) if int(self.modes[place]) >> bit & 1),
                languages=tuple(f"l{bit}" for bit in range(LANGUAGES) if int(self.languages[place]) >> bit & 1),
                access_yes=tuple(flag for bit, flag in enumerate(flags) if yes >> bit & 1),
                access_no=tuple(flag for bit, flag in enumerate(flags) if not yes >> bit & 1),
                slots=int(self.slots[place]),
                is_free=bool(self.free[place]),
                minimum_age=int(self.low[place]),
                maximum_age=int(self.high[place]),
                operating="open" if self.active[place] else "closed",
                places=(Place(location_id=place + 1, latitude=0.0, longitude=0.0, easting=x, northing=y),),
            )

    @cached_property
    def asked(self) -> list[Asked]:
        """Return the 2,000 questions: people live where services are, and ask for what there is."""
        chance = np.random.default_rng([SEED, self.size, 2])
        homes, codes = self._placed(ASKED), _zipf(CODES, 1.0)
        reach = np.clip(np.exp(np.log(5_000) + 0.7 * chance.normal(size=ASKED)), 2_000, 30_000).astype(int)
        found = []
        for place in range(ASKED):
            wanted = tuple(dict.fromkeys(chance.choice(CODES, chance.integers(1, 4), p=codes).tolist()))
            words = [int(self.topical[chance.choice(wanted), chance.integers(WORDS_OF_A_CODE)]) for _ in range(2)]
            words.append(int(chance.integers(300, 3_000)))
            slots = 0
            if chance.random() >= 0.6:
                slots = int(sum({1 << int(slot) for slot in chance.integers(0, SLOTS, chance.integers(2, 7))}))
            found.append(
                Asked(
                    codes=wanted,
                    words=tuple(dict.fromkeys(words)),
                    x=float(homes[place, 0]),
                    y=float(homes[place, 1]),
                    reach=int(reach[place]),
                    remote=sum(1 << bit for bit in (1, 2) if chance.random() < 0.3),
                    language=0 if chance.random() < 0.7 else int(chance.integers(1, LANGUAGES)),
                    flag=int(chance.integers(FLAGS)) if chance.random() < 0.5 else -1,
                    slots=slots,
                    free_only=bool(chance.random() < 0.5),
                    age=int(chance.integers(18, 96)),
                )
            )
        return found
