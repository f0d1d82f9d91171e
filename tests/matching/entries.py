"""From the slow judge's entries to the facts that the engine takes."""

from linkwell.matching.index import Place, ServiceFacts
from tests.directory import judge


def facts_of(entry: judge.Entry) -> ServiceFacts:
    """Return what the directory would tell the engine of an entry."""
    fresh = judge.dates_of(entry)
    return ServiceFacts(
        id=entry.pk,
        name=entry.name,
        text=entry.text,
        needs={code: (True, "") for code in entry.strong} | {code: (False, "") for code in entry.weak},
        modes=entry.modes,
        languages=entry.languages,
        access_yes=entry.yes,
        access_no=entry.no,
        slots=entry.slots,
        is_free=entry.free,
        minimum_age=entry.low,
        maximum_age=entry.high,
        area_outcodes=entry.areas,
        operating=entry.operating,
        wait_weeks=entry.wait_weeks,
        listing=entry.listing,
        is_undisclosed=entry.undisclosed,
        right_on=entry.right_on,
        sinks_on=fresh.sinks_on,
        leaves_on=fresh.leaves_on,
        break_from=entry.break_from,
        break_until=entry.break_until,
        places=tuple(
            Place(
                location_id=place.pk,
                latitude=place.latitude,
                longitude=place.longitude,
                easting=place.easting,
                northing=place.northing,
                is_outcode=place.precision == "outcode",
                access_yes=place.yes,
                access_no=place.no,
            )
            for place in entry.places
            if place.latitude is not None and not place.undisclosed
        ),
    )
