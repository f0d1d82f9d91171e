"""The grid against the Ordnance Survey's own worked examples."""

from math import degrees, radians

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkwell.places import grid


def sexagesimal(degree: int, minute: int, second: float) -> float:
    return degree + minute / 60 + second / 3600


def test_projection_gives_the_worked_example_of_the_ordnance_survey():
    """A guide to coordinate systems in Great Britain, annex C: 52°39'27.2531"N 1°43'4.5177"E."""
    easting, northing = grid.project(radians(sexagesimal(52, 39, 27.2531)), radians(sexagesimal(1, 43, 4.5177)))

    assert easting == pytest.approx(651_409.903, abs=0.001)
    assert northing == pytest.approx(313_177.270, abs=0.001)


def test_the_inverse_projection_gives_the_worked_example_back():
    latitude, longitude = grid.unproject(651_409.903, 313_177.270)

    assert degrees(latitude) == pytest.approx(sexagesimal(52, 39, 27.2531), abs=1e-8)
    assert degrees(longitude) == pytest.approx(sexagesimal(1, 43, 4.5177), abs=1e-8)


def test_caister_water_tower_is_placed_within_five_metres_of_the_definitive_transformation():
    """OSTN15 test point: ETRS89 52.658007833, 1.716073973 → 651409.804, 313177.450."""
    easting, northing = grid.to_grid(52.658007833, 1.716073973)

    assert abs(easting - 651_409.804) < 5
    assert abs(northing - 313_177.450) < 5


@given(st.floats(50.0, 60.0), st.floats(-5.3, 1.7))
def test_there_and_back_is_the_same_place_to_a_centimetre(latitude, longitude):
    back = grid.from_grid(*grid.to_grid(latitude, longitude))

    assert grid.haversine(latitude, longitude, *back) < 0.01


@pytest.mark.parametrize(
    ("place", "latitude", "longitude", "inside"),
    [
        ("Sale", 53.42, -2.32, True),
        ("Land's End", 50.066, -5.714, True),
        ("Lerwick", 60.155, -1.145, True),
        ("Stornoway", 58.209, -6.387, True),
        ("Douglas, Isle of Man", 54.15, -4.48, True),
        ("Belfast", 54.597, -5.93, False),
        ("Dublin", 53.35, -6.26, False),
        ("St Helier", 49.18, -2.10, False),
        ("Bristol, Virginia", 36.6, -82.2, False),
    ],
)
def test_the_grid_serves_great_britain_only(place, latitude, longitude, inside):
    assert (grid.grid_or_none(latitude, longitude) != (None, None)) is inside, place


def test_planar_and_great_circle_distance_agree_within_a_tenth_of_a_percent():
    sale, bristol = (53.4205, -2.3251), (51.4531, -2.5930)
    (x, y), (u, v) = grid.to_grid(*sale), grid.to_grid(*bristol)

    planar, round_earth = ((x - u) ** 2 + (y - v) ** 2) ** 0.5, grid.haversine(*sale, *bristol)

    assert planar == pytest.approx(round_earth, rel=0.002)
