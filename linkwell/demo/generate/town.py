"""Wickersea, a town that does not exist: its parts, streets and postcodes, and where they lie.

The outward codes ZZ1 to ZZ6 are not in use. The points lie on the water of Lyme Bay, so that no real
address is ever meant.
"""

from dataclasses import dataclass
from math import cos, radians
from random import Random

from linkwell.demo.generate.rows import Rows, stream
from linkwell.places.grid import grid_or_none

TOWN = "Wickersea"
CENTRE = (50.600, -3.080)
METRES_PER_DEGREE = 111_320.0
INWARD_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"


@dataclass(frozen=True)
class Area:
    """A part of the town: outward code, metres east and north of the harbour, share of its people, hardship 1 to 5."""

    name: str
    outcode: str
    east: int
    north: int
    share: float
    hardship: int


AREAS = (
    Area("Harbour", "ZZ1", 0, 0, 0.09, 4),
    Area("Old Town", "ZZ1", -500, 600, 0.08, 2),
    Area("Netherfield", "ZZ2", -1900, 1300, 0.13, 3),
    Area("St Oswin's", "ZZ2", -1100, 2200, 0.10, 3),
    Area("Brackenhill", "ZZ3", 900, 2400, 0.11, 5),
    Area("Tanner's Green", "ZZ3", 1700, 1500, 0.08, 3),
    Area("Lowmarsh", "ZZ4", 2500, 300, 0.12, 5),
    Area("Millrace", "ZZ4", 3300, 1100, 0.08, 4),
    Area("Larkrise", "ZZ5", -2800, 3100, 0.07, 1),
    Area("Copper Hill", "ZZ5", -700, 3900, 0.06, 2),
    Area("Upper Thessing", "ZZ6", 4200, 5600, 0.04, 2),
    Area("Marsh Ottley", "ZZ6", 7300, 2900, 0.04, 3),
)
BY_NAME = {area.name: area for area in AREAS}

_FIRST = """
Ropewalk Capstan Quayside Lantern Beacon Chandler Fishergate Saltern Heron Curlew Orchard Priory Mill Foundry
Tannery Weaver Cobbler Station Alma Inkerman Albert Victoria Jubilee Coronation Gladstone Attlee Bevan
Chestnut Hawthorn Rowan Sycamore Linden Bramble Larch Vicarage Chapel School Meadow Spring Well Windmill
Sluice Marsh Reedbed Osier Plover Kestrel Swallow Barley Wheatsheaf Ploughman Drovers Pound Smithy Almshouse
Market Butter Swan Anchor Harbour Lifeboat
""".split()
_KINDS = "Street Road Lane Avenue Close Terrace Row Drive Court Crescent Gardens Place Way".split()


@dataclass(frozen=True)
class Spot:
    """One postcode: its part of town, its street, its point."""

    postcode: str
    area: Area
    street: str
    latitude: float
    longitude: float


def point(east: float, north: float) -> tuple[float, float]:
    """Return latitude and longitude of metres east and north of the harbour."""
    latitude = CENTRE[0] + north / METRES_PER_DEGREE
    return round(latitude, 6), round(CENTRE[1] + east / (METRES_PER_DEGREE * cos(radians(CENTRE[0]))), 6)


def build_town(seed: int, rows: Rows) -> list[Spot]:
    """Lay out some 300 postcodes, add the tables of places, and return the postcodes."""
    rng = stream(seed, "town")
    names = [f"{first} {kind}" for first in _FIRST for kind in _KINDS]
    rng.shuffle(names)
    spots: list[Spot] = []
    sectors: dict[str, list[str]] = {}
    for number, area in enumerate(AREAS):
        wide = 900 if area.outcode == "ZZ6" else 480
        for _ in range(max(12, round(300 * area.share))):
            latitude, longitude = point(area.east + rng.gauss(0, wide), area.north + rng.gauss(0, wide))
            code = f"{area.outcode} {_inward(rng, number % 2 * 4 + 1, sectors.setdefault(area.outcode, []))}"
            spots.append(Spot(code, area, names.pop(), latitude, longitude))
    for spot in spots:
        easting, northing = grid_or_none(spot.latitude, spot.longitude)
        rows.add(
            "places.Postcode", code=spot.postcode.replace(" ", ""), latitude=spot.latitude, longitude=spot.longitude,
            easting=easting, northing=northing, lsoa=f"ZZ{AREAS.index(spot.area) + 1:07d}", district="ZZ0000001",
        )  # fmt: skip
    for outcode in sorted({area.outcode for area in AREAS}):
        here = [spot for spot in spots if spot.area.outcode == outcode]
        latitude = round(sum(spot.latitude for spot in here) / len(here), 6)
        longitude = round(sum(spot.longitude for spot in here) / len(here), 6)
        easting, northing = grid_or_none(latitude, longitude)
        rows.add(
            "places.Outcode", code=outcode, latitude=latitude, longitude=longitude, easting=easting, northing=northing,
            town=TOWN, region="Demo", country="GB",
        )  # fmt: skip
    return spots


def _inward(rng: Random, first: int, taken: list[str]) -> str:
    while True:
        made = f"{first + rng.randrange(4)}{rng.choice(INWARD_LETTERS)}{rng.choice(INWARD_LETTERS)}"
        if made not in taken:
            taken.append(made)
            return made


def spot_in(rng: Random, spots: list[Spot], area: str = "") -> Spot:
    """Return some postcode, of one part of town if it is named; busy parts come up more often."""
    if area:
        return rng.choice([spot for spot in spots if spot.area.name == area])
    chosen = rng.choices(AREAS, weights=[part.share for part in AREAS])[0]
    return rng.choice([spot for spot in spots if spot.area is chosen])


def address_at(rng: Random, spot: Spot) -> str:
    """Return the lines of a home's address without its postcode."""
    number = str(rng.randrange(1, 140))
    if rng.random() < 0.18:
        number = f"Flat {rng.randrange(1, 24)}, {number}"
    return f"{number} {spot.street}, {spot.area.name}, {TOWN}"
