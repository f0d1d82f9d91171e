"""The engine in the workload's setting against the workload's definition, PostgreSQL's statement; MA1, MA4."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from django.db import connection

from bench.engine_ours import Ours
from bench.engine_postgres import Postgres, fill
from bench.engine_world import EngineWorld
from linkwell.matching.index import Place, ServiceFacts, ServiceIndex
from linkwell.matching.query import Point, Query

SIZE, ASKED = 2_000, 300


@pytest.fixture
def definition(db):
    connection.ensure_connection()
    world = EngineWorld(SIZE, seed=7)
    return world, Postgres(connection.connection, fill(connection.connection, world, for_now=True), SIZE)


def test_ma1_set_count_best_ten_and_facets_are_those_of_the_statement_that_defines_them(definition, tmp_path):
    world, postgres = definition
    ours = Ours(world, tmp_path)
    found = 0
    for asked in world.asked[:ASKED]:
        query = ours.prepared(asked)
        count, best, counts = ours.answer(query)
        expected, best_ten, facets = postgres.answer(postgres.statement(asked))

        assert ours.ids(query) == postgres.ids(asked), asked
        assert (count, ours.facets(counts)) == (expected, facets), asked
        assert [score for _, score in best] == pytest.approx([score for _, score in best_ten], abs=1e-4), asked
        found += count
    assert found > ASKED


def test_the_same_services_make_the_same_index_byte_for_byte_and_one_service_takes_few(tmp_path):
    world = EngineWorld(400, seed=8)
    for folder in ("one", "two"):
        Ours(world, tmp_path / folder)
    one, two = (next((tmp_path / folder).glob("*.all")).read_bytes() for folder in ("one", "two"))

    assert one == two
    assert len(one) < 64 * 2**20


def test_a_place_on_the_edge_of_the_reach_is_judged_to_the_millimetre(tmp_path):
    home = Point(53.4, -2.3, 380_000.3, 391_000.7)
    metres = np.array([4_999.998, 4_999.999, 5_000.0, 5_000.001, 5_000.5])
    services = [
        ServiceFacts(
            id=number,
            name="Lunch club",
            modes=("in_person",),
            places=(
                Place(location_id=1, latitude=53, longitude=-2, easting=home.easting + far, northing=home.northing),
            ),
        )
        for number, far in enumerate(metres.tolist(), start=1)
    ]
    index = ServiceIndex.build(services, tmp_path)
    query = Query(words="lunch", home=home, reach_metres=5_000)

    assert index.all_of(query, on=date(2026, 11, 23)).tolist() == [1, 2, 3]
    assert index.all_of(replace(query, reach_metres=5_001), on=date(2026, 11, 23)).tolist() == [1, 2, 3, 4, 5]
