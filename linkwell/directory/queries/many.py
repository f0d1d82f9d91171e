"""What fits many questions at once, in one plain statement: people's needs, or the areas of a map.

The limits are those of `directory.queries.sql`, the definition of what fits, without its ranking;
`tests/directory/judge.py` is the slow second implementation of both.
"""

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from linkwell.directory.queries.sql import EARTH_DIAMETER
from linkwell.matching import ranking
from linkwell.matching.query import Query
from linkwell.matching.vocabulary import ACCESS_OF_A_PLACE, REMOTE_MODES


def asked(queries: Sequence[Query]) -> str:
    """Return the questions as JSON for `VERDICTS`, each numbered by its place."""
    return json.dumps([{"number": number} | _limits(query) for number, query in enumerate(queries)])


def _limits(query: Query) -> dict[str, Any]:
    home = query.home
    return {
        "needs": list(query.needs),
        "accepts_in_person": not query.modes or "in_person" in query.modes,
        "remote_modes": sorted(REMOTE_MODES & set(query.modes) if query.modes else REMOTE_MODES),
        "access": list(query.access_needs),
        "remote_access": [one for one in query.access_needs if one not in ACCESS_OF_A_PLACE],
        "languages": [one for one in query.languages if one != "en"],
        "slots": query.slots,
        "free_only": query.free_only,
        "age": query.age,
        "wants_capacity": query.wants_capacity,
        "outcode": query.home_outcode,
        "has_home": home is not None,
        "latitude": home.latitude if home else None,
        "longitude": home.longitude if home else None,
        "easting": home.easting if home else None,
        "northing": home.northing if home else None,
        "reach": query.reach_metres if home else None,
    }


def values(queries: Sequence[Query], *, on: date, service_ids: Sequence[int] | None = None) -> dict[str, Any]:
    """Return the parameters of `VERDICTS`; with service ids, those alone are judged."""
    every = sorted({code for query in queries for code in query.needs})
    ids = None if service_ids is None else list(service_ids)
    return {"asked": asked(queries), "needs": every, "on": on, "ids": ids}


# One row for each service and each question that shares a need with it. `fails` holds every limit that keeps it out.
VERDICTS = f"""
asked AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset(%(asked)s::jsonb) AS q (
        number int, needs text[], accepts_in_person bool, remote_modes text[], access text[], remote_access text[],
        languages text[], slots int, free_only bool, age int, wants_capacity bool, outcode text, has_home bool,
        latitude float8, longitude float8, easting float8, northing float8, reach float8)
),
known AS MATERIALIZED (
    SELECT s.id, s.name, s.is_undisclosed, s.operating, s.listing, s.access_yes, s.access_no, s.languages AS spoken,
           s.slots AS held, s.is_free, s.minimum_age, s.maximum_age, s.area_outcodes, s.need_codes, s.strong_needs,
           CASE s.operating WHEN 'phone_only' THEN '{{phone}}'::text[] WHEN 'online_only' THEN '{{online}}'::text[]
                ELSE s.modes END AS modes,
           coalesce(s.break_from <= %(on)s::date AND %(on)s::date < s.break_until, FALSE) AS on_break
    FROM directory_service s
    WHERE s.listing IN ('listed', 'temporarily_closed') AND s.operating <> 'closed'
          AND s.hidden_at IS NULL AND s.joined_into_id IS NULL AND s.ended_on IS NULL
          AND s.need_codes && %(needs)s::text[] AND NOT coalesce(s.leaves_on <= %(on)s::date, FALSE)
          AND (%(ids)s::bigint[] IS NULL OR s.id = ANY (%(ids)s::bigint[]))
),
ways AS (
    SELECT k.*, q.*,
           k.modes && q.remote_modes AS remote, cardinality(k.modes) = 0 AS unclear,
           q.accepts_in_person AND ('in_person' = ANY (k.modes) OR cardinality(k.modes) = 0) AS visits,
           NOT (k.access_no && q.access) AS access_ok, NOT (k.access_no && q.remote_access) AS remote_ok
    FROM known k JOIN asked q ON k.need_codes && q.needs
),
placed AS (
    SELECT w.*, p.id AS location_id, p.metres, p.counted_metres, p.place_ok, p.any_metres, p.is_outcode
    FROM ways w
    LEFT JOIN LATERAL (
        SELECT l.id, l.precision = 'outcode' AS is_outcode, d.metres, d.place_ok, min(d.metres) OVER () AS any_metres,
               CASE WHEN l.precision = 'outcode' THEN greatest(d.metres, {ranking.OUTCODE_METRES}) ELSE d.metres
               END AS counted_metres
        FROM directory_serviceatlocation a
        JOIN directory_location l ON l.id = a.location_id
        CROSS JOIN LATERAL (
            SELECT CASE WHEN NOT w.has_home THEN NULL
                        WHEN w.easting IS NOT NULL AND l.easting IS NOT NULL
                        THEN sqrt((l.easting - w.easting) ^ 2 + (l.northing - w.northing) ^ 2)
                        ELSE {EARTH_DIAMETER} * asin(least(1.0, sqrt(
                            sin(radians(l.latitude - w.latitude) / 2) ^ 2
                            + cos(radians(w.latitude)) * cos(radians(l.latitude))
                            * sin(radians(l.longitude - w.longitude) / 2) ^ 2)))
                   END AS metres,
                   NOT EXISTS (SELECT FROM unnest(w.access) n WHERE n = ANY (l.access_no)
                               OR (n = ANY (w.access_no) AND n <> ALL (l.access_yes))) AS place_ok
        ) d
        WHERE a.service_id = w.id AND l.latitude IS NOT NULL AND NOT l.is_undisclosed
        ORDER BY d.place_ok DESC, d.metres, l.id
        LIMIT 1
    ) p ON w.visits AND NOT w.is_undisclosed AND w.operating <> 'moved'
),
fitting AS (
    SELECT p.*, p.remote AND p.remote_ok AS by_remote,
           p.location_id IS NOT NULL AND p.place_ok AND (p.reach IS NULL OR p.metres <= p.reach) AS by_place,
           p.visits AND p.location_id IS NULL AND p.access_ok AS by_unplaced,
           p.unclear AND NOT p.visits AND p.remote_ok AS by_unclear
    FROM placed p
),
verdicts AS (
    SELECT f.*, array_remove(ARRAY[
               CASE WHEN f.operating = 'paused' OR f.listing = 'temporarily_closed' THEN 'paused' END,
               CASE WHEN f.on_break THEN 'break' END,
               CASE WHEN f.wants_capacity AND f.operating = 'full' THEN 'full' END,
               CASE WHEN f.outcode <> '' AND cardinality(f.area_outcodes) > 0
                         AND f.outcode <> ALL (f.area_outcodes) THEN 'area' END,
               CASE WHEN f.minimum_age > f.age OR f.maximum_age < f.age THEN 'age' END,
               CASE WHEN f.free_only AND NOT f.is_free THEN 'cost' END,
               CASE WHEN f.slots <> 0 AND f.held & f.slots = 0 THEN 'time' END,
               CASE WHEN cardinality(f.languages) > 0 AND cardinality(f.spoken) > 0
                         AND NOT f.spoken && f.languages THEN 'language' END,
               CASE WHEN NOT (f.remote OR f.visits OR f.unclear) THEN 'mode' END,
               CASE WHEN NOT (f.by_remote OR f.by_place OR f.by_unplaced OR f.by_unclear)
                         AND f.location_id IS NOT NULL AND (f.place_ok OR f.any_metres > f.reach) THEN 'distance' END,
               CASE WHEN NOT (f.by_remote OR f.by_place OR f.by_unplaced OR f.by_unclear)
                         AND (f.remote OR f.visits OR f.unclear)
                         AND NOT (f.location_id IS NOT NULL AND f.place_ok) THEN 'access' END
           ], NULL) AS fails
    FROM fitting f
)
"""
