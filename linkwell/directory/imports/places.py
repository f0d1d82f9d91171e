"""Where imported places lie: the record's own point, else its postcode, else its outward code."""

from collections.abc import Iterable
from dataclasses import dataclass

from linkwell.directory.records import Issue, LocationRecord
from linkwell.places import grid, postcodes
from linkwell.places.queries import Located, points_of

FAR_METRES = 30_000  # further than this from its own postcode, a point is wrong


@dataclass(frozen=True)
class Point:
    latitude: float | None = None
    longitude: float | None = None
    easting: float | None = None
    northing: float | None = None
    precision: str = "none"


def known_points(records: Iterable[LocationRecord]) -> dict[str, Located]:
    """Return the points of all postcodes among the records."""
    return points_of(record.postcode for record in records if postcodes.outward(record.postcode))


def point_of(
    record: LocationRecord, known: dict[str, Located], *, is_undisclosed: bool, issues: list[Issue], of: str
) -> Point:
    """Return where a place lies; add an issue where that is not what the record said."""
    if is_undisclosed:
        return Point()
    by_code = known.get(record.postcode)
    if record.latitude is not None and record.longitude is not None:
        own = Point(record.latitude, record.longitude, *grid.grid_or_none(record.latitude, record.longitude), "exact")
        if by_code is None or _metres(own, by_code) <= FAR_METRES:
            return own
        was, now = f"{record.latitude}, {record.longitude}", by_code.label
        issues.append(Issue("repair", of, f"place {record.postcode}", was, now, "The point lies far from its postcode"))
    if by_code is None:
        return Point()
    if by_code.precision == "outcode" and by_code.label != record.postcode:
        reason = f"The postcode is not in the table: only the outward code {by_code.outcode} is known"
        now = f"the middle of {by_code.outcode}"
        issues.append(Issue("repair", of, f"place {record.postcode}", record.postcode, now, reason))
    return Point(by_code.latitude, by_code.longitude, by_code.easting, by_code.northing, by_code.precision)


def _metres(own: Point, other: Located) -> float:
    return grid.haversine(own.latitude or 0, own.longitude or 0, other.latitude, other.longitude)
