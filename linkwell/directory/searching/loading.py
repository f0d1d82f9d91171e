"""Rows of the directory → what the engine knows of each service."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from linkwell.matching import vocabulary
from linkwell.matching.index import Place, ServiceFacts

AT_A_TIME = 2_000

FACTS = """
    SELECT s.id, s.public_id, s.name, s.organisation_id, coalesce(o.name, '') AS organisation,
           s.name || ' ' || s.alternate_name AS named, s.description_text AS text,
           coalesce(tsvector_to_array(ts_filter(s.search, '{a}')), '{}') AS stems_named,
           coalesce(tsvector_to_array(ts_filter(s.search, '{b,c,d}')), '{}') AS stems_said,
           s.need_codes, s.strong_needs,
           (SELECT json_object_agg(n.code, n.phrase) FROM directory_serviceneed n WHERE n.service_id = s.id) AS phrases,
           s.modes, s.languages, s.access_yes, s.access_no, s.slots, s.is_free, s.cost_text AS cost, s.minimum_age,
           s.maximum_age, s.operating, s.wait_weeks, s.listing,
           CASE WHEN s.hidden_at IS NOT NULL THEN 'hidden' WHEN s.joined_into_id IS NOT NULL THEN 'joined'
                WHEN s.ended_on IS NOT NULL THEN 'ended' ELSE '' END AS left_out,
           s.area_text AS area, s.area_outcodes, s.break_from, s.break_until,
           greatest((s.confirmed_at AT TIME ZONE 'UTC')::date, s.source_checked_on) AS right_on, s.sinks_on,
           s.leaves_on, s.is_undisclosed, f.is_approved AS is_public,
           CASE WHEN NOT s.is_undisclosed THEN
               (SELECT json_agg(json_build_array(l.id, l.latitude, l.longitude, l.easting, l.northing,
                                                 l.precision = 'outcode', l.access_yes, l.access_no, l.name, l.address)
                                ORDER BY l.id)
                FROM directory_serviceatlocation a JOIN directory_location l ON l.id = a.location_id
                WHERE a.service_id = s.id AND NOT l.is_undisclosed) END AS places
    FROM directory_service s
    JOIN directory_source f ON f.id = s.source_id
    LEFT JOIN directory_organisation o ON o.id = s.organisation_id
"""
_AS_THEY_ARE = (
    "id public_id name organisation_id organisation named text slots is_free cost minimum_age maximum_age operating"
    " wait_weeks listing left_out area break_from break_until right_on sinks_on leaves_on is_undisclosed is_public"
).split()
_LISTS = "access_yes access_no area_outcodes".split()


def facts_of(cursor: Any, service_ids: Iterable[int]) -> Iterator[ServiceFacts]:
    """Return what is known of these services; one that is not there any more is left out."""
    ids = sorted(service_ids)
    for start in range(0, len(ids), AT_A_TIME):
        cursor.execute(f"{FACTS} WHERE s.id = ANY(%s)", [ids[start : start + AT_A_TIME]])
        yield from _read(cursor)


def all_facts(cursor: Any) -> Iterator[ServiceFacts]:
    """Return what is known of every service, in the order of their ids, some at a time."""
    last = 0
    while True:
        cursor.execute(f"{FACTS} WHERE s.id > %s ORDER BY s.id LIMIT %s", [last, AT_A_TIME])
        batch = list(_read(cursor))
        yield from batch
        if len(batch) < AT_A_TIME:
            return
        last = batch[-1].id


def _read(cursor: Any) -> Iterator[ServiceFacts]:
    names = [column.name for column in cursor.description]
    for row in cursor.fetchall():
        yield _facts(dict(zip(names, row, strict=True)))


def _facts(row: dict[str, Any]) -> ServiceFacts:
    phrases, strong = _json(row["phrases"]) or {}, frozenset(row["strong_needs"])
    stood = _json(row["places"]) or []
    return ServiceFacts(
        **{name: row[name] for name in _AS_THEY_ARE},
        **{name: tuple(row[name]) for name in _LISTS},
        modes=tuple(mode for mode in vocabulary.MODES if mode in row["modes"]),
        languages=vocabulary.in_order(row["languages"]),
        stems=(row["stems_named"], row["stems_said"]),
        needs={code: (code in strong, phrases.get(code, "")) for code in row["need_codes"]},
        places=tuple(_place(place) for place in stood if place[1] is not None),
        place=_address(*stood[0][-2:]) if stood else "",
    )


def _place(row: list[Any]) -> Place:
    pk, latitude, longitude, easting, northing, is_outcode, yes, no, name, address = row
    return Place(
        location_id=pk, latitude=latitude, longitude=longitude, easting=easting, northing=northing,
        is_outcode=is_outcode, access_yes=tuple(yes), access_no=tuple(no), address=_address(name, address),
    )  # fmt: skip


def _address(name: str, address: str) -> str:
    """Return a place as a reason names it."""
    if not name or name.casefold() in address.casefold():
        return address
    return f"{name}, {address}" if address and address.casefold() not in name.casefold() else name


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value
