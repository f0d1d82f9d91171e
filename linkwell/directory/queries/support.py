"""Find support: what fits a person, ranked, with reasons; the index answers, or the database where there is none."""

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from django.db import connection
from django.db.models import Avg

from linkwell.directory.models import Location
from linkwell.directory.queries.indexed import Experience, by_index
from linkwell.directory.queries.shown import address_line, as_shown, details_of
from linkwell.directory.queries.sql import Words, statement
from linkwell.matching import needs, ranking, vocabulary
from linkwell.matching.query import Answer, Facet, NearMiss, Parts, Point, Query, Suggestion
from linkwell.matching.reasons import Facts, ask_first, near_miss, reasons
from linkwell.matching.recognise import Own, needs_heard
from linkwell.matching.words import stems_with_words
from linkwell.places import grid
from linkwell.places.queries import Located, locate

MOST_WORDS = 16  # of a question; a longer one is read for needs as a whole, for words as far as this


def find_support(query: Query, at: datetime, *, tried: Experience | None = None) -> Answer:
    """Return all that fits, how many, the best with reasons, those that nearly fit and counts over all that fit.

    The matching index answers, and one statement says how what is shown stands now. Where there is no index, three
    statements answer. `tried` is what is known from experience: it changes the rank, and the reasons say so.
    """
    return by_index(query, at, tried=tried or {}) or by_statement(query, at, tried=tried or {})


def by_statement(query: Query, at: datetime, *, tried: Experience) -> Answer:
    """Return the answer of the database: the definition of what fits, in three statements."""
    on = at.astimezone(UTC).date()
    asked = dict(list(stems_with_words(query.words).items())[:MOST_WORDS])
    with connection.cursor() as cursor:
        words, own = _words(cursor, list(asked))
        heard = {code: phrase for code, phrase in needs_heard(query.words, own).items() if code not in query.needs}
        points = {service_id: one.points for service_id, one in tried.items()}
        text, values = statement(query, list(heard), words, on=on, tried=points)
        cursor.execute(text, values)
        count, not_shown, hits, misses, facets = (
            json.loads(one) if isinstance(one, str) else one for one in cursor.fetchone()
        )
        details = details_of(cursor, [*hits, *misses], [f"'{word}'" for word in words.rarity], on=on)
    found = {
        hit["id"]: _facts(hit, details[hit["id"]], asked, list(words.rarity), way=hit.get("way") or "place")
        for hit in [*hits, *misses]
    }
    return Answer(
        count=count,
        suggestions=tuple(
            _suggestion(query, hit, details[hit["id"]], found[hit["id"]], heard, tried, on) for hit in hits
        ),
        near_misses=tuple(_near_miss(query, miss, details[miss["id"]], found[miss["id"]]) for miss in misses),
        facets=_facets(facets),
        heard=tuple(heard.items()),
        words_not_found=tuple(word for stem, word in asked.items() if stem not in words.rarity),
        not_shown=not_shown,
    )


# The words that an adopter keeps for needs, as a column of a statement that is made anyway
OWN_PHRASES = "(SELECT coalesce(json_agg(json_build_array(code, phrase) ORDER BY id), '[]') FROM directory_needphrase)"


def own_phrases(column: Any) -> Own:
    """Return the adopter's own words for needs from that column."""
    return tuple((code, phrase) for code, phrase in (json.loads(column) if isinstance(column, str) else column))


def _words(cursor: Any, stems: list[str]) -> tuple[Words, Own]:
    """Return the rarity of each word, those that make an entry relevant, and the adopter's own words for needs."""
    if not stems:
        return Words(), ()
    cursor.execute(
        "SELECT w, (SELECT count(*) FROM directory_service"
        "           WHERE listing = 'listed' AND search @@ ('''' || w || '''')::tsquery),"
        f" (SELECT count(*) FROM directory_service WHERE listing = 'listed'), {OWN_PHRASES} FROM unnest(%s::text[]) w",
        [stems],
    )
    rows = cursor.fetchall()
    holding, entries = {row[0]: row[1] for row in rows}, rows[0][2]
    rarity = {word: round(ranking.rarity(entries, holding[word]), 9) for word in stems if holding.get(word)}
    return Words(rarity, ranking.telling({word: holding[word] for word in stems}, entries)), own_phrases(rows[0][3])


def _facts(hit: dict[str, Any], row: dict[str, Any], asked: dict[str, str], stems: list[str], *, way: str) -> Facts:
    phrases = {code: (code in row["strong_needs"], "") for code in row["need_codes"]}
    phrases |= {code: (sure, phrase) for code, sure, phrase in row["needs"]}
    met = set(row["words_met"])
    access = set(row["access_yes"]) | set(row["place_access"]) - set(row["place_lacks"])
    return Facts(
        way=way,
        metres=hit["metres"],
        is_approximate=row["precision"] == "outcode",
        modes=tuple(mode for mode in vocabulary.MODES if mode in row["modes"]),
        need_phrases=phrases,
        words_met=tuple(asked[stem] for stem in stems if f"'{stem}'" in met),
        access_met=frozenset(access - set(row["place_lacks"])),
        languages=vocabulary.in_order(row["languages"]),
        slots=row["slots"],
        is_free=row["is_free"],
        cost=row["cost_text"],
        minimum_age=row["minimum_age"],
        maximum_age=row["maximum_age"],
        operating=row["operating"],
        wait_weeks=row["wait_weeks"],
        area=row["area_text"],
        place="" if row["is_undisclosed"] else address_line(row["place"], row["address"]),
    )


def _suggestion(
    query: Query,
    hit: dict[str, Any],
    row: dict[str, Any],
    facts: Facts,
    heard: dict[str, str],
    tried: Experience,
    on: date,
) -> Suggestion:
    parts = Parts(
        needs=hit["needs_points"], heard=hit["heard_points"], words=hit["word_points"], near=hit["near_points"],
        fresh=hit["fresh_points"], unknown=hit["unknown_points"], room=hit["room_points"], tried=hit["tried_points"],
    )  # fmt: skip
    known = (tried[row["id"]].reason,) if row["id"] in tried else ()
    return Suggestion(
        service_id=row["id"],
        score=float(hit["score"]),
        parts=parts,
        reasons=(*reasons(query, facts, heard), *known),
        ask_first=ask_first(query, facts),
        metres=facts.metres if facts.way == "place" else None,
        location_id=hit["location_id"],
        **as_shown(row, on=on),
    )


def _near_miss(query: Query, miss: dict[str, Any], row: dict[str, Any], facts: Facts) -> NearMiss:
    fails = near_miss(query, facts, miss["fails"], back_on=row["break_until"])
    return NearMiss(
        row["id"], row["public_id"], row["name"], row["organisation"], fails, float(miss["score"]), miss["fails"]
    )


_LABELS = {"cost": {"free": "Free", "paid": "Costs money", "unknown": "Cost not stated"}}


def _facets(rows: Iterable[dict[str, Any]]) -> dict[str, tuple[Facet, ...]]:
    grouped: dict[str, list[Facet]] = {}
    for row in rows:
        grouped.setdefault(row["facet"], []).append(
            Facet(row["value"], _label(row["facet"], row["value"]), row["count"])
        )
    return {name: tuple(sorted(facets, key=_order(name))) for name, facets in grouped.items()}


def _order(name: str) -> Any:
    if name == "day":
        return lambda facet: facet.value
    return lambda facet: (facet.value == "unknown", -facet.count, facet.label)


def _label(facet: str, value: str) -> str:
    if value == "unknown":
        return {"mode": "Not stated how", "day": "Days not stated", "cost": "Cost not stated"}[facet]
    match facet:
        case "need":
            return needs.label(value)
        case "mode":
            said = vocabulary.MODES.get(value, value)
            return said[0].upper() + said[1:]
        case "day":
            return vocabulary.DAYS[int(value)]
        case "language":
            return vocabulary.LANGUAGES.get(value, value)
    return _LABELS["cost"].get(value, value)


def from_home(query: Query, located: Located) -> Query:
    """Return the question asked from a place that `places.queries.locate` found."""
    return replace(
        query,
        home=Point(located.latitude, located.longitude, located.easting, located.northing),
        home_label=located.label,
        home_outcode=located.outcode,
        home_is_approximate=located.is_approximate,
    )


def place_named(text: str) -> Located | None:
    """Return what `places.locate` finds, else the middle of the entries' own places in a town of that name."""
    if found := locate(text):
        return found
    name = " ".join(text.split())[:80]
    if not name:
        return None
    rows = Location.objects.filter(town__iexact=name, latitude__isnull=False, is_undisclosed=False)
    middle = rows.aggregate(latitude=Avg("latitude"), longitude=Avg("longitude"))
    if middle["latitude"] is None:
        return None
    label = name.title() if name == name.lower() else name
    metres = grid.grid_or_none(middle["latitude"], middle["longitude"])
    note = f"approximate: the middle of what is listed in {label}"
    return Located(label, middle["latitude"], middle["longitude"], *metres, "town", "", note)
