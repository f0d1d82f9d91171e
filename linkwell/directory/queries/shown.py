"""What pages show of a service that they list: read anew from the directory for each page, whatever found it."""

import json
from datetime import date
from typing import Any

from linkwell.directory import rules
from linkwell.directory.searching.changes import NEWEST
from linkwell.matching import vocabulary

# `s` may stand in a list; what is closed, gone or hidden may not, however it was found
SHOWN = """(s.listing IN ('listed', 'temporarily_closed') AND s.operating <> 'closed' AND s.hidden_at IS NULL
                AND s.joined_into_id IS NULL AND s.ended_on IS NULL)"""

# The point of the place that was found may be shown, as it stands now
GIVEN_OUT = "h.location_id IS NOT NULL AND NOT s.is_undisclosed AND s.operating <> 'moved'"


def details_of(cursor: Any, hits: list[dict[str, Any]], words: list[str], *, on: date) -> dict[int, dict[str, Any]]:
    """Return what the page shows of each service that is shown, in one statement."""
    if not hits:
        return {}
    cursor.execute(
        f"""
        SELECT s.id, s.public_id, s.name, s.description_text, s.organisation_id, coalesce(o.name, '') AS organisation,
               CASE s.operating WHEN 'phone_only' THEN '{{phone}}'::text[] WHEN 'online_only' THEN '{{online}}'::text[]
                    ELSE s.modes END AS modes,
               s.languages, s.slots, s.is_free, s.cost_text, s.minimum_age, s.maximum_age, s.operating, s.wait_weeks,
               s.area_text, s.times_text, s.confirmed_at, s.confirmed_by, s.source_checked_on, s.seen_at,
               s.operating_until, s.confirmed_how, s.sinks_on, s.open_reports, s.reported_at, s.break_from,
               s.break_until, s.is_undisclosed, f.name AS source, s.access_yes, {SHOWN} AS is_shown,
               {SHOWN} AND f.is_approved AND (s.leaves_on IS NULL OR s.leaves_on > %(on)s::date) AS is_public,
               s.listing,
               CASE WHEN {GIVEN_OUT} THEN l.latitude END AS latitude,
               CASE WHEN {GIVEN_OUT} THEN l.longitude END AS longitude,
               {NEWEST} AS newest_change,
               CASE WHEN h.location_id IS NULL THEN '{{}}' ELSE l.access_yes END AS place_access,
               CASE WHEN h.location_id IS NULL THEN '{{}}' ELSE l.access_no END AS place_lacks,
               coalesce(l.name, '') AS place, coalesce(l.address, '') AS address, coalesce(l.town, '') AS town,
               coalesce(l.outcode, '') AS outcode, coalesce(l.precision, 'none') AS precision,
               (SELECT coalesce(json_agg(json_build_array(n.code, n.why <> 'text', n.phrase)), '[]')
                FROM directory_serviceneed n WHERE n.service_id = s.id) AS needs,
               s.need_codes, s.strong_needs,
               (SELECT coalesce(array_agg(w), '{{}}') FROM unnest(%(words)s::text[]) w
                WHERE s.search @@ w::tsquery) AS words_met,
               (SELECT string_agg(DISTINCT coalesce(nullif(u.town, ''), CASE WHEN NOT s.is_undisclosed
                       AND NOT u.is_undisclosed THEN nullif(u.outcode, '') END), ', ')
                FROM directory_serviceatlocation ul JOIN directory_location u ON u.id = ul.location_id
                WHERE ul.service_id = s.id) AS towns
        FROM directory_service s
        LEFT JOIN directory_organisation o ON o.id = s.organisation_id
        JOIN directory_source f ON f.id = s.source_id
        JOIN unnest(%(ids)s::bigint[], %(places)s::bigint[]) AS h (id, location_id) ON h.id = s.id
        LEFT JOIN directory_location l ON l.id = coalesce(h.location_id,
            (SELECT min(u.id) FROM directory_serviceatlocation a JOIN directory_location u ON u.id = a.location_id
             WHERE a.service_id = s.id AND NOT u.is_undisclosed)) AND NOT l.is_undisclosed
        """,
        {"words": words, "on": on, "ids": [hit["id"] for hit in hits], "places": [hit["location_id"] for hit in hits]},
    )
    names = [column.name for column in cursor.description]
    rows = (dict(zip(names, row, strict=True)) for row in cursor.fetchall())
    return {
        row["id"]: row | {"needs": json.loads(row["needs"]) if isinstance(row["needs"], str) else row["needs"]}
        for row in rows
    }


def as_shown(row: dict[str, Any], *, on: date) -> dict[str, Any]:
    """Return what only the directory knows of a suggestion, by the names of its fields."""
    fresh = rules.freshness_of(row, on=on)
    return {
        "name": row["name"],
        "public_id": row["public_id"],
        "organisation_id": row["organisation_id"],
        "organisation": row["organisation"],
        "freshness": fresh.words,
        "is_stale": fresh.is_stale,
        "where": where(row),
        "when": row["times_text"],
        "cost": "Free" if row["is_free"] else row["cost_text"],
        "status": rules.how_it_stands(
            operating=row["operating"], wait_weeks=row["wait_weeks"], until=row["operating_until"]
        ),
        "modes": tuple(vocabulary.MODES[mode] for mode in row["modes"] if mode in vocabulary.MODES),
    }


def where(row: dict[str, Any]) -> str:
    """Return a place in a line; area only where the address is not disclosed."""
    if row["is_undisclosed"]:
        return f"{row['towns']} (address not given)" if row["towns"] else "Address not given"
    if row["operating"] == "moved":
        return "Has moved: ask where it is now"
    return address_line(row["place"], row["address"], row["town"]) or row["towns"] or "Place not stated"


def address_line(*parts: str) -> str:
    """Return the parts of an address in a line, none of them twice."""
    said = ""
    for part in parts:
        if part and part.casefold() not in said.casefold():
            said = f"{said}, {part}" if said else part
    return said
