"""A short slice of the simulation, with a judge of its own: what the best possible order would save."""

from math import sqrt

import pytest

from bench import freshness as bench
from bench.freshness import World


@pytest.fixture(scope="module")
def found():
    return bench.compare(World(entries=400, weeks=60), towns=2)


def test_DI5_the_products_order_leaves_far_fewer_wrong_uses_than_either_usual_order(found):
    assert bench.ratio(found) < 0.7


def test_DI5_it_is_no_better_than_arithmetic_allows(found):
    """With rare changes and checks by the square root of use, Cauchy's inequality bounds what any order can save."""
    weights = [1 / rank for rank in range(1, 401)]
    least = sum(map(sqrt, weights)) ** 2 / (len(weights) * sum(weights))

    assert bench.ratio(found) > least * 0.75


def test_control_where_all_entries_are_used_alike_no_order_is_much_better():
    even = bench.compare(World(entries=300, weeks=52, zipf=0.0), towns=1)

    assert bench.ratio(even) > 0.8


def test_the_same_seed_finds_the_same():
    world = World(entries=100, weeks=20)

    assert bench.wrong_uses(world, bench.ours) == bench.wrong_uses(world, bench.ours)
