"""Placing again what could not be placed, once a table of postcodes was loaded."""

from datetime import datetime

from django.db import transaction

from linkwell.directory.imports import places
from linkwell.directory.models import Location
from linkwell.directory.records import LocationRecord


@transaction.atomic
def relocate(*, at: datetime) -> int:
    """Place what had no point or only an outward code again, after a table of postcodes was loaded; return how many."""
    waiting = Location.objects.filter(precision__in=("none", "outcode"), is_undisclosed=False).exclude(postcode="")
    rows = list(waiting.values_list("pk", "postcode", "precision"))
    records = [LocationRecord(external_id="", postcode=postcode) for _, postcode, _ in rows]
    known = places.known_points(records)
    moved = 0
    for (pk, _, precision), record in zip(rows, records, strict=True):
        point = places.point_of(record, known, is_undisclosed=False, issues=[], of="")
        if point.precision not in ("none", precision):
            Location.objects.filter(pk=pk).update(
                latitude=point.latitude, longitude=point.longitude, easting=point.easting, northing=point.northing,
                precision=point.precision,
            )  # fmt: skip
            moved += 1
    return moved
