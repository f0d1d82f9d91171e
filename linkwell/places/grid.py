"""Latitude and longitude (WGS84) to British National Grid metres and back; distances.

Source: Ordnance Survey, "A guide to coordinate systems in Great Britain", v3.6: annexes B (Helmert
transformation, geodetic to Cartesian) and C (transverse Mercator). The seven-parameter Helmert shift agrees
with the definitive OSTN15 to about 5 m anywhere in Great Britain.
"""

from math import asin, atan2, cos, degrees, hypot, radians, sin, sqrt, tan
from typing import NamedTuple


class Ellipsoid(NamedTuple):
    """Semi-axes in metres."""

    a: float
    b: float

    @property
    def e2(self) -> float:
        return 1 - (self.b / self.a) ** 2


class Helmert(NamedTuple):
    """Translations in metres, scale in parts per million, rotations in seconds of arc."""

    tx: float
    ty: float
    tz: float
    s: float
    rx: float
    ry: float
    rz: float

    def back(self) -> "Helmert":
        return Helmert(*(-value for value in self))


AIRY = Ellipsoid(6_377_563.396, 6_356_256.909)
WGS84 = Ellipsoid(6_378_137.000, 6_356_752.3141)
TO_OSGB36 = Helmert(-446.448, 125.157, -542.060, 20.4894, -0.1502, -0.2470, -0.8421)
F0, LAT0, LON0, E0, N0 = 0.9996012717, radians(49), radians(-2), 400_000.0, -100_000.0
EARTH_RADIUS = 6_371_008.8  # mean, metres


def to_cartesian(latitude: float, longitude: float, ellipsoid: Ellipsoid) -> tuple[float, float, float]:
    """Return x, y, z in metres of a point on the ellipsoid; radians in."""
    nu = ellipsoid.a / sqrt(1 - ellipsoid.e2 * sin(latitude) ** 2)
    return (
        nu * cos(latitude) * cos(longitude),
        nu * cos(latitude) * sin(longitude),
        (1 - ellipsoid.e2) * nu * sin(latitude),
    )


def from_cartesian(x: float, y: float, z: float, ellipsoid: Ellipsoid) -> tuple[float, float]:
    """Return latitude and longitude in radians; height is dropped."""
    p = hypot(x, y)
    latitude = atan2(z, p * (1 - ellipsoid.e2))
    for _ in range(8):  # converges to far below a millimetre in four
        nu = ellipsoid.a / sqrt(1 - ellipsoid.e2 * sin(latitude) ** 2)
        latitude = atan2(z + ellipsoid.e2 * nu * sin(latitude), p)
    return latitude, atan2(y, x)


def shift(x: float, y: float, z: float, by: Helmert) -> tuple[float, float, float]:
    """Return the point after a Helmert transformation."""
    scale = 1 + by.s * 1e-6
    rx, ry, rz = (radians(seconds / 3600) for seconds in (by.rx, by.ry, by.rz))
    return (
        by.tx + scale * x - rz * y + ry * z,
        by.ty + rz * x + scale * y - rx * z,
        by.tz - ry * x + rx * y + scale * z,
    )


def _meridian(latitude: float) -> float:
    n = (AIRY.a - AIRY.b) / (AIRY.a + AIRY.b)
    n2, n3 = n * n, n**3
    d, s = latitude - LAT0, latitude + LAT0
    return (
        AIRY.b
        * F0
        * (
            (1 + n + 5 / 4 * n2 + 5 / 4 * n3) * d
            - (3 * n + 3 * n2 + 21 / 8 * n3) * sin(d) * cos(s)
            + (15 / 8 * n2 + 15 / 8 * n3) * sin(2 * d) * cos(2 * s)
            - 35 / 24 * n3 * sin(3 * d) * cos(3 * s)
        )
    )


def project(latitude: float, longitude: float) -> tuple[float, float]:
    """Return easting and northing in metres of a point on the Airy ellipsoid (OSGB36), radians in."""
    sine, cosine, tan2 = sin(latitude), cos(latitude), tan(latitude) ** 2
    nu = AIRY.a * F0 / sqrt(1 - AIRY.e2 * sine**2)
    rho = AIRY.a * F0 * (1 - AIRY.e2) / (1 - AIRY.e2 * sine**2) ** 1.5
    eta2 = nu / rho - 1
    i = _meridian(latitude) + N0
    ii = nu / 2 * sine * cosine
    iii = nu / 24 * sine * cosine**3 * (5 - tan2 + 9 * eta2)
    iiia = nu / 720 * sine * cosine**5 * (61 - 58 * tan2 + tan2**2)
    iv = nu * cosine
    v = nu / 6 * cosine**3 * (nu / rho - tan2)
    vi = nu / 120 * cosine**5 * (5 - 18 * tan2 + tan2**2 + 14 * eta2 - 58 * tan2 * eta2)
    d = longitude - LON0
    return E0 + iv * d + v * d**3 + vi * d**5, i + ii * d**2 + iii * d**4 + iiia * d**6


def unproject(easting: float, northing: float) -> tuple[float, float]:
    """Return latitude and longitude in radians on the Airy ellipsoid (OSGB36)."""
    latitude = (northing - N0) / (AIRY.a * F0) + LAT0
    while abs(rest := northing - N0 - _meridian(latitude)) >= 1e-5:
        latitude += rest / (AIRY.a * F0)
    sine, tangent, secant = sin(latitude), tan(latitude), 1 / cos(latitude)
    nu = AIRY.a * F0 / sqrt(1 - AIRY.e2 * sine**2)
    rho = AIRY.a * F0 * (1 - AIRY.e2) / (1 - AIRY.e2 * sine**2) ** 1.5
    eta2, t2 = nu / rho - 1, tangent**2
    vii = tangent / (2 * rho * nu)
    viii = tangent / (24 * rho * nu**3) * (5 + 3 * t2 + eta2 - 9 * t2 * eta2)
    ix = tangent / (720 * rho * nu**5) * (61 + 90 * t2 + 45 * t2**2)
    x = secant / nu
    xi = secant / (6 * nu**3) * (nu / rho + 2 * t2)
    xii = secant / (120 * nu**5) * (5 + 28 * t2 + 24 * t2**2)
    xiia = secant / (5040 * nu**7) * (61 + 662 * t2 + 1320 * t2**2 + 720 * t2**3)
    d = easting - E0
    return (
        latitude - vii * d**2 + viii * d**4 - ix * d**6,
        LON0 + x * d - xi * d**3 + xii * d**5 - xiia * d**7,
    )


def to_grid(latitude: float, longitude: float) -> tuple[float, float]:
    """Return National Grid easting and northing in metres of a WGS84 point, degrees in."""
    point = to_cartesian(radians(latitude), radians(longitude), WGS84)
    return project(*from_cartesian(*shift(*point, TO_OSGB36), AIRY))


def from_grid(easting: float, northing: float) -> tuple[float, float]:
    """Return WGS84 latitude and longitude in degrees of a National Grid point."""
    point = to_cartesian(*unproject(easting, northing), AIRY)
    latitude, longitude = from_cartesian(*shift(*point, TO_OSGB36.back()), WGS84)
    return degrees(latitude), degrees(longitude)


def in_great_britain(latitude: float, longitude: float) -> bool:
    """Say whether the National Grid serves this point: Great Britain and Man, not Ireland."""
    if not (49.7 <= latitude <= 61.0 and -8.8 <= longitude <= 1.9):
        return False
    irish = (51.3 <= latitude < 53.9 and longitude < -5.95) or (53.9 <= latitude < 55.32 and longitude < -5.42)
    return not irish


def grid_or_none(latitude: float, longitude: float) -> tuple[float | None, float | None]:
    """Return National Grid metres to the decimetre, or two Nones outside Great Britain."""
    if not in_great_britain(latitude, longitude):
        return None, None
    easting, northing = to_grid(latitude, longitude)
    return round(easting, 1), round(northing, 1)


def haversine(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """Return metres along a great circle, degrees in."""
    a, b = radians(latitude), radians(other_latitude)
    d = sin((b - a) / 2) ** 2 + cos(a) * cos(b) * sin(radians(other_longitude - longitude) / 2) ** 2
    return 2 * EARTH_RADIUS * asin(min(1.0, sqrt(d)))
