"""The directory as a list: by words, by place, by need; what is stale or closed says so and stands below."""

from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil
from typing import Any
from uuid import UUID

from django.db import connection

from linkwell.directory import rules
from linkwell.directory.queries.shown import where
from linkwell.matching import needs
from linkwell.matching.reasons import distance
from linkwell.matching.words import stems
from linkwell.places.queries import Located

PAGE = 20
REACH_METRES = 10_000


@dataclass(frozen=True)
class Listed:
    """One line of the list."""

    pk: int
    public_id: UUID
    name: str
    organisation: str
    where: str
    metres: float | None
    distance: str  # "1.2 km", "about 3 km", "" where it is not known
    when: str
    cost: str
    needs: tuple[str, ...]
    status: str
    freshness: str
    is_stale: bool


@dataclass(frozen=True)
class Listing:
    """One page of the list."""

    services: tuple[Listed, ...]
    count: int
    page: int
    pages: int
    not_shown: int  # nobody confirmed them for too long


def search_directory(
    words: str = "", place: Located | None = None, need: str = "", page: int = 1, *, at: datetime,
    old_too: bool = False,
) -> Listing:  # fmt: skip
    """Return a page of services that hold every word and the need, nearest first from a place, else by name.

    With a place, those further than REACH_METRES are left out; those without a place stand at the end. What nobody
    confirmed for too long is left out and counted in `not_shown`, unless `old_too` asks for it.
    """
    values: dict[str, Any] = {
        "words": " & ".join(f"'{stem}':*" for stem in stems(words)),
        "need": need,
        "latitude": place.latitude if place else None,
        "longitude": place.longitude if place else None,
        "reach": REACH_METRES,
        "page": PAGE,
        "on": at.astimezone(UTC).date(),
        "old_too": old_too,
    }
    named = bool(words.strip())
    filters = ["listing <> 'defunct'", "s.joined_into_id IS NULL", "s.hidden_at IS NULL"]
    filters += ["s.search @@ %(words)s::tsquery"] if values["words"] else ["FALSE"] if named else []
    filters += ["%(need)s = ANY (s.need_codes)"] if need else []
    every = " AND ".join(filters)
    where = f"{every} AND (%(old_too)s OR NOT {_TOO_OLD})"
    with connection.cursor() as cursor:
        counting = _COUNT_NEAR if place else _COUNT
        cursor.execute(counting.format(filters=every, placed=_PLACED, too_old=_TOO_OLD), values)
        count, not_shown = cursor.fetchone()
        pages = max(1, ceil(count / PAGE))
        number = min(max(1, page), pages)
        chosen = "directory_service s" if place else _BY_NAME.format(filters=where)
        text = _PAGE.format(filters=where, placed=_PLACED, chosen=chosen)
        cursor.execute(text, values | {"skip": (number - 1) * PAGE, "first": 0 if not place else (number - 1) * PAGE})
        names = [column.name for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    is_approximate = place is not None and place.is_approximate
    return Listing(tuple(_listed(row, at, is_approximate) for row in rows), count, number, pages, not_shown)


_PLACED = """
    LEFT JOIN LATERAL (
        SELECT l.*, CASE WHEN %(latitude)s::float8 IS NULL OR l.latitude IS NULL THEN NULL ELSE
               12742017.6 * asin(least(1.0, sqrt(sin(radians(l.latitude - %(latitude)s::float8) / 2) ^ 2
               + cos(radians(%(latitude)s::float8)) * cos(radians(l.latitude))
               * sin(radians(l.longitude - %(longitude)s::float8) / 2) ^ 2))) END AS metres
        FROM directory_serviceatlocation a JOIN directory_location l ON l.id = a.location_id
        WHERE a.service_id = s.id AND NOT s.is_undisclosed AND NOT l.is_undisclosed
        ORDER BY metres NULLS LAST, l.id LIMIT 1
    ) p ON TRUE
"""
_TOO_OLD = "coalesce(s.leaves_on <= %(on)s::date, FALSE)"
_COUNTS = """SELECT count(*) FILTER (WHERE %(old_too)s OR NOT {too_old}),
       count(*) FILTER (WHERE NOT %(old_too)s AND {too_old})"""
_COUNT = _COUNTS + " FROM directory_service s WHERE {filters}"
# Without a place the page is cut out first, so that only what it shows is looked up
_BY_NAME = """(
    SELECT s.* FROM directory_service s WHERE {filters}
    ORDER BY (s.listing <> 'listed' OR s.operating = 'closed'), s.name, s.id LIMIT %(page)s OFFSET %(skip)s
) s"""
_COUNT_NEAR = (
    _COUNTS
    + """
FROM directory_service s {placed}
WHERE {filters} AND (%(latitude)s::float8 IS NULL OR p.metres IS NULL OR p.metres <= %(reach)s)
"""
)
_PAGE = """
SELECT s.id, s.public_id, s.name, coalesce(o.name, '') AS organisation, s.times_text, s.is_free, s.cost_text,
       s.need_codes, s.operating, s.wait_weeks, s.listing, s.confirmed_at, s.confirmed_by, s.source_checked_on,
       s.seen_at, s.operating_until, s.confirmed_how, s.sinks_on, s.open_reports, s.reported_at, s.break_from,
       s.break_until,
       f.name AS source, s.is_undisclosed, p.metres, p.precision, coalesce(p.name, '') AS place,
       coalesce(p.address, '') AS address, coalesce(p.town, '') AS town,
       (SELECT string_agg(DISTINCT coalesce(nullif(u.town, ''), CASE WHEN NOT s.is_undisclosed
                       AND NOT u.is_undisclosed THEN nullif(u.outcode, '') END), ', ')
        FROM directory_serviceatlocation ul JOIN directory_location u ON u.id = ul.location_id
        WHERE ul.service_id = s.id) AS towns
FROM {chosen}
JOIN directory_source f ON f.id = s.source_id
LEFT JOIN directory_organisation o ON o.id = s.organisation_id {placed}
WHERE {filters} AND (%(latitude)s::float8 IS NULL OR p.metres IS NULL OR p.metres <= %(reach)s)
ORDER BY (s.listing <> 'listed' OR s.operating = 'closed'), p.metres NULLS LAST, s.name, s.id
LIMIT %(page)s OFFSET %(first)s
"""
_LISTINGS = {
    "gone": "No longer in its source's list",
    "inactive": "Marked inactive by its source",
    "temporarily_closed": "Temporarily closed",
}


def _listed(row: dict[str, Any], at: datetime, is_approximate: bool) -> Listed:
    metres = row["metres"] if row["operating"] != "moved" else None
    roughly = is_approximate or row["precision"] == "outcode"
    on = at.astimezone(UTC).date()
    fresh = rules.freshness_of(row, on=on)
    return Listed(
        pk=row["id"],
        public_id=row["public_id"],
        name=row["name"],
        organisation=row["organisation"],
        where=where(row),
        metres=metres,
        distance=distance(metres, is_approximate=roughly) if metres is not None else "",
        when=row["times_text"],
        cost="Free" if row["is_free"] else row["cost_text"],
        needs=tuple(needs.label(code) for code in row["need_codes"]),
        status=_LISTINGS.get(row["listing"], "")
        or rules.how_it_stands(
            operating=row["operating"],
            wait_weeks=row["wait_weeks"],
            until=row["operating_until"],
            back_on=row["break_until"] if rules.is_on_break(row, on=on) else None,
        ),  # fmt: skip
        freshness=fresh.words,
        is_stale=fresh.is_stale,
    )
