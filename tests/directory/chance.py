"""Directories and questions drawn from a seed, for whatever must agree with the slow judge. Knows no database."""

from datetime import UTC, datetime, timedelta

from linkwell.matching import vocabulary
from linkwell.matching.query import Point, Query
from linkwell.places import grid
from tests.directory import judge

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
SALE = Point(53.4205, -2.3251, *grid.to_grid(53.4205, -2.3251))
NEEDS = ["loneliness", "bereavement", "money", "activity", "nature"]
WORDS = ["shed", "choir", "garden", "walk", "lunch", "quiet", "debt", "men", "tuesday", "widow", "lonely"]


def random_place(chance, number):
    latitude, longitude = 53.42 + chance.uniform(-0.2, 0.2), -2.32 + chance.uniform(-0.3, 0.3)
    if chance.random() < 0.1:
        return judge.Place(None, None, None, None, "none", pk=number)
    metres = grid.to_grid(latitude, longitude) if chance.random() < 0.8 else (None, None)
    codes = list(vocabulary.ACCESS_NEEDS)[:4]
    yes = tuple(chance.sample(codes, chance.randint(0, 2)))
    no = tuple(code for code in chance.sample(codes, chance.randint(0, 1)) if code not in yes)
    precision = chance.choice(["exact", "exact", "postcode", "outcode"])
    return judge.Place(latitude, longitude, *metres, precision, chance.random() < 0.05, yes, no, number)


def random_entry(chance, pk):
    codes = chance.sample(NEEDS, chance.randint(0, 3))
    cut = chance.randint(0, len(codes))
    access = list(vocabulary.ACCESS_NEEDS)[:6]
    yes = tuple(chance.sample(access, chance.randint(0, 2)))
    ages = sorted(chance.sample(range(10, 90), 2))
    return judge.Entry(
        pk=pk,
        name=" ".join(chance.sample(WORDS, 2)).title() + f" {pk}",
        text=" ".join(chance.choices(WORDS, k=chance.randint(0, 6))),
        strong=tuple(codes[:cut]),
        weak=tuple(codes[cut:]),
        modes=tuple(chance.sample(list(vocabulary.MODES), chance.choice([0, 1, 1, 2]))),
        languages=tuple(chance.sample(["ur", "pa", "pl"], chance.choice([0, 0, 1, 2]))),
        yes=yes,
        no=tuple(code for code in chance.sample(access, chance.randint(0, 2)) if code not in yes),
        slots=chance.choice([None, chance.getrandbits(21) or None]),
        free=chance.choice([None, True, False]),
        low=chance.choice([None, ages[0]]),
        high=chance.choice([None, ages[1]]),
        areas=tuple(chance.sample(["M33", "M41", "BS1"], chance.choice([0, 0, 0, 1, 2]))),
        operating=(
            status := chance.choice(
                ["open"] * 6 + ["paused", "full", "waiting", "phone_only", "online_only", "moved", "closed"]
            )
        ),
        wait_weeks=chance.choice([None, 3, 30]) if status == "waiting" else None,
        listing=chance.choice(["listed"] * 12 + ["gone", "inactive", "temporarily_closed", "defunct"]),
        undisclosed=chance.random() < 0.05,
        right_on=chance.choice([None, NOW.date() - timedelta(days=chance.randint(0, 1_000))]),
        loaded_on=NOW.date() - timedelta(days=chance.randint(0, 700)),
        break_from=(begins := chance.choice([None] * 9 + [NOW.date() + timedelta(days=chance.randint(-40, 5))])),
        break_until=begins and begins + timedelta(days=30),
        places=[random_place(chance, pk * 10 + number) for number in range(chance.choice([0, 1, 1, 1, 2, 3]))],
    )


def random_query(chance):
    return Query(
        needs=tuple(chance.sample(NEEDS, chance.choice([0, 1, 2]))),
        words=chance.choice(
            [
                "",
                "shed",
                "choir garden",
                "since my wife died the house is so quiet",
                "xyzzy",
                "lonely walk lunch debt men",
            ]
        ),
        home=chance.choice([None, SALE, SALE, SALE, Point(SALE.latitude, SALE.longitude)]),
        home_outcode=chance.choice(["", "M33", "M41"]),
        reach_metres=chance.choice([None, 1_000, 5_000, 20_000]),
        modes=tuple(chance.sample(list(vocabulary.MODES), chance.choice([0, 0, 1, 2]))),
        languages=tuple(chance.sample(["ur", "pa", "en"], chance.choice([0, 0, 0, 1, 2]))),
        access_needs=tuple(chance.sample(list(vocabulary.ACCESS_NEEDS)[:6], chance.choice([0, 0, 1, 2]))),
        slots=chance.choice([0, 0, chance.getrandbits(21)]),
        free_only=chance.random() < 0.3,
        age=chance.choice([None, None, 16, 40, 85]),
        wants_capacity=chance.random() < 0.3,
        old_too=chance.random() < 0.2,
        limit=500,
    )
