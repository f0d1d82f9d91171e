"""The candidates of the public search, in SQL: around a place, or everywhere. Read with `public_statement`."""

from linkwell.directory.queries.sql import METRES
from linkwell.matching.query import Query

# Of one service: how it stands now, and the points of its needs and words. `s` is the service, `l` its place or nothing
FACTS = """
    s.name, CASE s.operating WHEN 'phone_only' THEN '{{phone}}'::text[] WHEN 'online_only' THEN '{{online}}'::text[]
                 ELSE s.modes END,
    s.slots, s.is_free, s.languages,
    ARRAY(SELECT unnest(s.access_yes || coalesce(l.access_yes, '{{}}'))
          EXCEPT SELECT unnest(coalesce(l.access_no, s.access_no))),
    s.minimum_age, s.maximum_age, CASE s.listing WHEN 'listed' THEN s.operating ELSE 'paused' END, s.wait_weeks,
    greatest((s.confirmed_at AT TIME ZONE 'UTC')::date, s.source_checked_on),
    coalesce(s.sinks_on <= %(on)s::date, FALSE), {needs}, {words}
"""
# The last part asks for one place, not whether any exists: the planner would look at every place of the directory
NO_JOURNEY = """(s.modes && %(remote_modes)s::text[] OR s.operating IN ('phone_only', 'online_only', 'moved')
    OR s.is_undisclosed OR (
        SELECT y.id FROM directory_serviceatlocation x JOIN directory_location y ON y.id = x.location_id
        WHERE x.service_id = s.id AND y.latitude IS NOT NULL AND NOT y.is_undisclosed LIMIT 1) IS NULL)"""
AROUND = f"""
WITH near AS MATERIALIZED (
    SELECT s.id, l.id AS location_id, {METRES} AS metres
    FROM directory_location l
    JOIN directory_serviceatlocation a ON a.location_id = l.id
    JOIN directory_service s ON s.id = a.service_id
    JOIN directory_source f ON f.id = s.source_id
    WHERE l.latitude IS NOT NULL AND NOT l.is_undisclosed AND NOT s.is_undisclosed
      AND point(l.longitude * 0.6, l.latitude)
          <@ box(point(%(west)s::float8, %(south)s::float8), point(%(east)s::float8, %(north)s::float8))
      AND {{public}} AND s.operating NOT IN ('closed', 'moved') AND {{relevant}}
    ORDER BY point(l.longitude * 0.6, l.latitude) <-> point(%(x)s::float8, %(latitude)s::float8)
    LIMIT %(most_near)s
),
anywhere AS MATERIALIZED (
    SELECT s.id FROM directory_service s JOIN directory_source f ON f.id = s.source_id
    WHERE {{public}} AND s.operating <> 'closed' AND {{relevant}} AND {NO_JOURNEY}
      AND (cardinality(s.area_outcodes) = 0 OR %(outcode)s = '' OR %(outcode)s = ANY (s.area_outcodes))
    ORDER BY s.id LIMIT %(most_anywhere)s
)
SELECT 'near', n.id, n.location_id, n.metres, l.latitude, l.longitude, l.precision = 'outcode', {FACTS}
FROM near n JOIN directory_service s ON s.id = n.id JOIN directory_location l ON l.id = n.location_id
WHERE n.metres <= %(reach)s
UNION ALL
SELECT 'anywhere', n.id, NULL, NULL, NULL, NULL, FALSE, {FACTS}
FROM anywhere n JOIN directory_service s ON s.id = n.id
LEFT JOIN directory_location l ON FALSE
"""
EVERYWHERE = f"""
WITH near AS MATERIALIZED (
    SELECT s.id FROM directory_service s JOIN directory_source f ON f.id = s.source_id
    WHERE {{public}} AND s.operating <> 'closed' AND {{relevant}}
    ORDER BY s.id LIMIT %(most_near)s
)
SELECT 'near', n.id, l.id, NULL, l.latitude, l.longitude, l.precision = 'outcode', {FACTS}
FROM near n JOIN directory_service s ON s.id = n.id
LEFT JOIN LATERAL (
    SELECT l.* FROM directory_serviceatlocation a JOIN directory_location l ON l.id = a.location_id
    WHERE a.service_id = s.id AND l.latitude IS NOT NULL AND NOT l.is_undisclosed AND NOT s.is_undisclosed
          AND s.operating <> 'moved'
    ORDER BY l.id LIMIT 1
) l ON TRUE
"""


def narrowing(query: Query) -> str:
    """Return the filters of a question as conditions that follow others, "" where it has none.

    What a place has is not among them: it is looked at afterwards, like all of them.
    """
    conditions = [
        ("s.is_free", query.free_only),
        ("s.slots & %(slots)s <> 0", query.slots),
        ("s.modes && %(modes)s::text[]", query.modes),
        ("s.languages && %(languages)s::text[]", query.languages),
        ("coalesce(s.minimum_age, 0) <= %(age)s::int AND %(age)s::int <= coalesce(s.maximum_age, 999)",
         query.age is not None),
    ]  # fmt: skip
    return "".join(f" AND {condition}" for condition, is_asked in conditions if is_asked)
