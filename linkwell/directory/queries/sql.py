"""The one statement of matching: the definition of "fits" and of the ranking, in SQL.

Read with the table in `linkwell.matching.ranking`, whose constants it uses. `tests/directory/judge.py` says the
same in slow, plain Python; the two are compared on random directories and questions.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from linkwell.matching import ranking
from linkwell.matching.query import Query
from linkwell.matching.vocabulary import ACCESS_OF_A_PLACE, REMOTE_MODES

EARTH_DIAMETER = 2 * 6_371_008.8
NEAR_MISSES = 5


@dataclass
class Words:
    """The words of a question with their weights: {stem: rarity}, and those that make an entry relevant."""

    rarity: dict[str, float] = field(default_factory=dict)
    telling: list[str] = field(default_factory=list)


def statement(
    query: Query, heard: list[str], words: Words, *, on: date, tried: Mapping[int, float] | None = None
) -> tuple[str, dict[str, Any]]:
    """Return the statement and its parameters; it answers one row: count, hits, near misses, facets (JSON)."""
    values: dict[str, Any] = {
        "needs": list(query.needs),
        "all_needs": relevant_needs(query, heard, words),
        "telling": " | ".join(f"'{word}'" for word in words.telling),
        "accepts_in_person": not query.modes or "in_person" in query.modes,
        "remote_modes": sorted(REMOTE_MODES & set(query.modes) if query.modes else REMOTE_MODES),
        "asks_mode": bool(query.modes),
        "access": list(query.access_needs),
        "remote_access": [one for one in query.access_needs if one not in ACCESS_OF_A_PLACE],
        "languages": [one for one in query.languages if one != "en"],
        "slots": query.slots,
        "free_only": query.free_only,
        "age": query.age,
        "wants_capacity": query.wants_capacity,
        "has_home": query.home is not None,
        "latitude": query.home.latitude if query.home else None,
        "longitude": query.home.longitude if query.home else None,
        "easting": query.home.easting if query.home else None,
        "northing": query.home.northing if query.home else None,
        "reach": query.reach_metres if query.home else None,
        "scale": float(query.reach_metres or ranking.DEFAULT_REACH_METRES),
        "outcode": query.home_outcode,
        "on": on,
        "old_too": query.old_too,
        "top": query.limit,
        "skip": query.offset,
        "near_misses": NEAR_MISSES,
        "tried": json.dumps({str(service_id): points for service_id, points in (tried or {}).items()}),
    }
    text = _WHOLE.format(
        needs=need_points(query.needs, ranking.NEED, "need", values),
        heard=need_points(tuple(one for one in heard if one not in query.needs), ranking.HEARD, "heard", values),
        words=word_points(words, ranking.words_points(query.words), values),
        relevant=relevance(query, heard, words),
        metres=METRES,
        **{name: getattr(ranking, name) for name in _CONSTANTS},
    )
    return text, values


def is_statement(words: str) -> bool:
    """Say whether words are what a person says rather than what one types to search ("bowling")."""
    return len(words.split()) >= ranking.STATEMENT_WORDS


def relevant_needs(query: Query, heard: list[str], words: Words) -> list[str]:
    """Return the needs that make an entry relevant: the chosen, and the heard ones of a statement."""
    by_hearing = heard if is_statement(query.words) or not words.telling else []
    return list(dict.fromkeys([*query.needs, *by_hearing]))


_CONSTANTS = ("REMOTE", "UNPLACED", "FRESH", "FRESH_DAYS", "SUNK", "UNKNOWN", "WAIT_WEEK", "LONGEST_WAIT", "FULL",
              "NEAR_MISS_REACH", "OUTCODE_METRES")  # fmt: skip


def need_points(codes: tuple[str, ...], points: float, name: str, values: dict[str, Any]) -> str:
    """Return the points of needs: each counts 1 where surely answered, WEAK_NEED where only the text says so."""
    pieces = []
    for place, code in enumerate(codes):
        values[f"{name}{place}"] = code
        slot = f"%({name}{place})s"
        pieces.append(
            f"CASE WHEN {slot} = ANY(s.strong_needs) THEN 1.0 WHEN {slot} = ANY(s.need_codes)"
            f" THEN {ranking.WEAK_NEED} ELSE 0.0 END"
        )
    return f"{points} * ({' + '.join(pieces)})::float8 / {len(codes)}" if pieces else "0::float8"


def word_points(words: Words, most: float, values: dict[str, Any]) -> str:
    """Return the points of words: the share found, by rarity; half where only the text holds one."""
    pieces = []
    for place, (word, weight) in enumerate(words.rarity.items()):
        values[f"word{place}"], values[f"named{place}"] = f"'{word}'", f"'{word}':A"
        pieces.append(
            f"CASE WHEN s.search @@ %(named{place})s::tsquery THEN {weight!r}"
            f" WHEN s.search @@ %(word{place})s::tsquery THEN {weight * ranking.IN_TEXT!r} ELSE 0.0 END"
        )
    total = sum(words.rarity.values())
    return f"{most} * ({' + '.join(pieces)})::float8 / {total!r}::float8" if pieces else "0::float8"


def relevance(query: Query, heard: list[str], words: Words) -> str:
    ways = []
    if relevant_needs(query, heard, words):
        ways.append("s.need_codes && %(all_needs)s::text[]")
    if words.telling:
        ways.append("s.search @@ %(telling)s::tsquery")
    if not ways and query.words.strip():
        return "FALSE"  # words were given and none is known: nothing fits, rather than everything
    return f"({' OR '.join(ways)})" if ways else "TRUE"


# How far a place `l` lies from home: by the National Grid where both have it, else over the sphere
METRES = f"""CASE WHEN %(easting)s::float8 IS NOT NULL AND l.easting IS NOT NULL
                            THEN sqrt((l.easting - %(easting)s::float8) ^ 2 + (l.northing - %(northing)s::float8) ^ 2)
                            ELSE {EARTH_DIAMETER} * asin(least(1.0, sqrt(
                                sin(radians(l.latitude - %(latitude)s::float8) / 2) ^ 2
                                + cos(radians(%(latitude)s::float8)) * cos(radians(l.latitude))
                                * sin(radians(l.longitude - %(longitude)s::float8) / 2) ^ 2))) END"""

_WHOLE = """
WITH relevant AS MATERIALIZED (
    SELECT s.id, s.name, s.is_undisclosed, s.operating, s.listing, s.access_yes, s.access_no, s.languages, s.slots,
           s.is_free, s.minimum_age, s.maximum_age, s.area_outcodes, s.wait_weeks, s.need_codes,
           CASE s.operating WHEN 'phone_only' THEN '{{phone}}'::text[] WHEN 'online_only' THEN '{{online}}'::text[]
                ELSE s.modes END AS modes,
           greatest((s.confirmed_at AT TIME ZONE 'UTC')::date, s.source_checked_on) AS right_on,
           s.sinks_on <= %(on)s::date AS sunk, coalesce(s.leaves_on <= %(on)s::date, FALSE) AS too_old,
           coalesce(s.break_from <= %(on)s::date AND %(on)s::date < s.break_until, FALSE) AS on_break,
           {needs} AS needs_points, {heard} AS heard_points, {words} AS word_points
    FROM directory_service s
    WHERE s.listing IN ('listed', 'temporarily_closed') AND s.operating <> 'closed'
          AND s.hidden_at IS NULL AND s.joined_into_id IS NULL AND s.ended_on IS NULL AND {relevant}
),
ways AS (
    SELECT r.*,
           r.modes && %(remote_modes)s::text[] AS remote,
           cardinality(r.modes) = 0 AS unclear,
           %(accepts_in_person)s AND ('in_person' = ANY(r.modes) OR cardinality(r.modes) = 0) AS visits,
           NOT (r.access_no && %(access)s::text[]) AS access_ok,
           NOT (r.access_no && %(remote_access)s::text[]) AS remote_ok,
           (SELECT count(*) FROM unnest(%(access)s::text[]) a WHERE a <> ALL (r.access_yes)) AS access_unknown,
           (SELECT count(*) FROM unnest(%(remote_access)s::text[]) a WHERE a <> ALL (r.access_yes)) AS remote_unknown
    FROM relevant r
),
placed AS (
    SELECT w.*, p.id AS location_id, p.metres, p.place_ok, p.place_unknown, p.any_metres,
           CASE WHEN p.precision = 'outcode' THEN greatest(p.metres, {OUTCODE_METRES}) ELSE p.metres
           END AS counted_metres
    FROM ways w
    LEFT JOIN LATERAL (
        SELECT l.id, l.precision, d.metres, d.place_ok, d.place_unknown, min(d.metres) OVER () AS any_metres
        FROM directory_serviceatlocation a
        JOIN directory_location l ON l.id = a.location_id
        CROSS JOIN LATERAL (
            SELECT CASE WHEN %(has_home)s THEN {metres} END AS metres,
                   NOT EXISTS (SELECT FROM unnest(%(access)s::text[]) n WHERE n = ANY (l.access_no)
                               OR (n = ANY (w.access_no) AND n <> ALL (l.access_yes))) AS place_ok,
                   (SELECT count(*) FROM unnest(%(access)s::text[]) n
                    WHERE n <> ALL (l.access_yes) AND n <> ALL (w.access_yes)) AS place_unknown
        ) d
        WHERE a.service_id = w.id AND l.latitude IS NOT NULL AND NOT l.is_undisclosed
        ORDER BY d.place_ok DESC, d.metres, l.id
        LIMIT 1
    ) p ON w.visits AND NOT w.is_undisclosed AND w.operating <> 'moved'
),
fitting AS (
    SELECT p.*,
           p.remote AND p.remote_ok AS by_remote,
           p.location_id IS NOT NULL AND p.place_ok
               AND (%(reach)s::float8 IS NULL OR p.metres <= %(reach)s::float8) AS by_place,
           p.visits AND p.location_id IS NULL AND p.access_ok AS by_unplaced,
           p.unclear AND NOT p.visits AND p.remote_ok AS by_unclear
    FROM placed p
),
judged AS (
    SELECT f.*,
           CASE WHEN f.by_place AND (NOT f.by_remote OR NOT %(has_home)s
                                     OR 1 - f.counted_metres / %(scale)s::float8 >= {REMOTE}) THEN 'place'
                WHEN f.by_remote THEN 'remote' WHEN f.by_unplaced THEN 'unplaced' WHEN f.by_unclear THEN 'unclear'
           END AS way,
           array_remove(ARRAY[
               CASE WHEN f.operating = 'paused' OR f.listing = 'temporarily_closed' THEN 'paused' END,
               CASE WHEN f.on_break THEN 'break' END,
               CASE WHEN %(wants_capacity)s AND f.operating = 'full' THEN 'full' END,
               CASE WHEN %(outcode)s <> '' AND cardinality(f.area_outcodes) > 0
                         AND %(outcode)s <> ALL (f.area_outcodes) THEN 'area' END,
               CASE WHEN f.minimum_age > %(age)s::int OR f.maximum_age < %(age)s::int THEN 'age' END,
               CASE WHEN %(free_only)s AND NOT f.is_free THEN 'cost' END,
               CASE WHEN %(slots)s <> 0 AND f.slots & %(slots)s = 0 THEN 'time' END,
               CASE WHEN cardinality(%(languages)s::text[]) > 0 AND cardinality(f.languages) > 0
                         AND NOT f.languages && %(languages)s::text[] THEN 'language' END,
               CASE WHEN NOT (f.remote OR f.visits OR f.unclear) THEN 'mode' END,
               CASE WHEN NOT (f.by_remote OR f.by_place OR f.by_unplaced OR f.by_unclear)
                         AND f.location_id IS NOT NULL
                         AND (f.place_ok OR f.any_metres > %(reach)s::float8) THEN 'distance' END,
               CASE WHEN NOT (f.by_remote OR f.by_place OR f.by_unplaced OR f.by_unclear)
                         AND (f.remote OR f.visits OR f.unclear)
                         AND NOT (f.location_id IS NOT NULL AND f.place_ok) THEN 'access' END
           ], NULL) AS fails
    FROM fitting f
),
points AS (
    SELECT j.*,
           CASE WHEN NOT %(has_home)s THEN 0
                WHEN j.way = 'place' THEN greatest(0, 1 - j.counted_metres / %(scale)s::float8)
                WHEN j.way = 'remote' THEN {REMOTE}
                WHEN j.way IS NULL THEN 0 ELSE {UNPLACED} END::float8 AS near_points,
           CASE WHEN %(on)s::date - j.right_on <= {FRESH_DAYS} THEN {FRESH}
                ELSE 0 END::float8 + CASE WHEN j.sunk THEN {SUNK} ELSE 0 END::float8 AS fresh_points,
           ({UNKNOWN} * (
               CASE j.way WHEN 'place' THEN j.place_unknown WHEN 'unplaced' THEN j.access_unknown
                          WHEN 'remote' THEN j.remote_unknown WHEN 'unclear' THEN j.remote_unknown ELSE 0 END
               + (%(asks_mode)s AND j.unclear)::int
               + (%(age)s::int IS NOT NULL AND j.minimum_age IS NULL AND j.maximum_age IS NULL)::int
               + (%(free_only)s AND j.is_free IS NULL)::int
               + (%(slots)s <> 0 AND j.slots IS NULL)::int
               + (cardinality(%(languages)s::text[]) > 0 AND cardinality(j.languages) = 0)::int
           ))::float8 AS unknown_points,
           CASE j.operating WHEN 'full' THEN {FULL}
                WHEN 'waiting' THEN greatest({LONGEST_WAIT}, {WAIT_WEEK} * coalesce(j.wait_weeks, 4)) ELSE 0
           END::float8 AS room_points,
           coalesce((%(tried)s::jsonb ->> j.id::text)::float8, 0) AS tried_points
    FROM judged j
),
scored AS MATERIALIZED (
    SELECT p.*, round((needs_points + heard_points + word_points + near_points + fresh_points + unknown_points
                       + room_points + tried_points)::numeric, 6) AS score
    FROM points p
),
fits AS (SELECT * FROM scored WHERE cardinality(fails) = 0 AND (%(old_too)s OR NOT too_old)),
misses AS (
    SELECT * FROM scored
    WHERE cardinality(fails) = 1 AND (%(old_too)s OR NOT too_old)
          AND (fails[1] <> 'distance' OR metres <= {NEAR_MISS_REACH} * %(reach)s::float8)
)
SELECT
    (SELECT count(*) FROM fits),
    (SELECT count(*) FROM scored WHERE cardinality(fails) = 0 AND too_old AND NOT %(old_too)s),
    (SELECT coalesce(json_agg(h), '[]') FROM (
        SELECT id, location_id, metres, way, score, needs_points, heard_points, word_points, near_points, fresh_points,
               unknown_points, room_points, tried_points
        FROM fits ORDER BY score DESC, metres NULLS LAST, name, id LIMIT %(top)s OFFSET %(skip)s) h),
    (SELECT coalesce(json_agg(m), '[]') FROM (
        SELECT id, location_id, metres, fails[1] AS fails, score FROM misses
        ORDER BY score DESC, metres NULLS LAST, name, id LIMIT %(near_misses)s) m),
    (SELECT coalesce(json_agg(f), '[]') FROM (
        SELECT 'need' AS facet, code AS value, count(*) AS count FROM fits, unnest(need_codes) code GROUP BY 2
        UNION ALL SELECT 'mode', mode, count(*) FROM fits, unnest(modes) mode GROUP BY 2
        UNION ALL SELECT 'mode', 'unknown', count(*) FROM fits WHERE cardinality(modes) = 0 HAVING count(*) > 0
        UNION ALL SELECT 'day', d::text, count(*) FROM fits, generate_series(0, 6) d
                  WHERE (slots >> (3 * d)) & 7 <> 0 GROUP BY 2
        UNION ALL SELECT 'day', 'unknown', count(*) FROM fits WHERE slots IS NULL HAVING count(*) > 0
        UNION ALL SELECT 'cost', CASE is_free WHEN TRUE THEN 'free' WHEN FALSE THEN 'paid' ELSE 'unknown' END, count(*)
                  FROM fits GROUP BY 2
        UNION ALL SELECT 'language', lang, count(*) FROM fits, unnest(languages) lang GROUP BY 2) f)
"""
