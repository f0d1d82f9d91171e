"""What is near somebody without an account, and helps: bounded work, however large the directory.

The statement takes at most MOST_NEAR candidates around a place, nearest first, and MOST_ANYWHERE that need no
journey (by phone, online, at home, or whose place is not given out). They are ranked by the numbers of
`linkwell.matching.ranking`; the filters and their counts are over these candidates, and the answer says when
there were more.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from math import cos, radians
from typing import Any
from uuid import UUID

from django.db import connection

from linkwell.directory import rules
from linkwell.directory.queries.public import PUBLIC
from linkwell.directory.queries.public_filters import Candidate, filtered
from linkwell.directory.queries.public_sql import AROUND, EVERYWHERE, narrowing
from linkwell.directory.queries.shown import details_of, where
from linkwell.directory.queries.sql import EARTH_DIAMETER, Words, need_points, relevance, word_points
from linkwell.directory.queries.support import OWN_PHRASES, own_phrases
from linkwell.matching import ranking, vocabulary
from linkwell.matching.query import Facet, Query
from linkwell.matching.reasons import distance
from linkwell.matching.recognise import Own, needs_heard
from linkwell.matching.spelling import meant
from linkwell.matching.vocabulary import REMOTE_MODES
from linkwell.matching.words import stems_with_words

MOST_NEAR = 300
MOST_ANYWHERE = 100
MOST_WORDS = 8
COUNTED = 2_000  # further entries that hold a word do not make it commoner
DEGREE = 111_000.0  # metres of a degree of latitude, a little short: a box too large costs nothing


@dataclass(frozen=True)
class Near:
    """One line of the list. Its point is None where the place is not known or not given out."""

    pk: int
    public_id: UUID
    name: str
    organisation: str
    where: str
    distance: str
    when: str
    cost: str
    how: tuple[str, ...]
    status: str
    freshness: str
    is_stale: bool
    latitude: float | None
    longitude: float | None


@dataclass(frozen=True)
class Found:
    """One page of what is there, and counts over all of it."""

    services: tuple[Near, ...]
    count: int
    page: int
    pages: int
    is_cut: bool  # more was there than is looked through
    facets: dict[str, tuple[Facet, ...]]
    heard: tuple[str, ...]  # needs recognised in the words
    meant: tuple[tuple[str, str], ...]  # (as typed, as searched)
    not_found: tuple[str, ...]


def public_search(query: Query, at: datetime) -> Found:
    """Return a page of what fits; at most four statements and twice MOST_NEAR + MOST_ANYWHERE rows."""
    on = at.astimezone(UTC).date()
    asked = dict(list(stems_with_words(query.words).items())[:MOST_WORDS])
    with connection.cursor() as cursor:
        holding, entries, own = _holding(cursor, asked)
        corrected = {word: known for stem, word in asked.items() if not holding.get(stem) and (known := meant(word))}
        query = replace(query, words=_with(query.words, corrected))
        heard = tuple(needs_heard(query.words, own))
        query = replace(query, needs=tuple(dict.fromkeys([*query.needs, *heard])))
        words = Words(
            {stem: round(ranking.rarity(entries, count), 9) for stem, count in holding.items() if count},
            ranking.telling(holding, entries),
        )
        rows, is_cut = _candidates(cursor, query, words, on)
        fitting, facets = filtered(rows, query)
        if is_cut and (filters := narrowing(query)):  # what passes may lie behind the nearest
            rows, is_cut = _candidates(cursor, query, words, on, filters)
            fitting, _ = filtered(rows, query)
        fitting.sort(key=lambda row: (-_score(row, query, on), row.metres or 0, row.name, row.id))
        pages = max(1, -(-len(fitting) // query.limit))
        page = min(pages, query.offset // query.limit + 1)
        shown = fitting[(page - 1) * query.limit : page * query.limit]
        hits = [{"id": row.id, "location_id": row.location_id} for row in shown]
        details = details_of(cursor, hits, [], on=on)
    return Found(
        services=tuple(_near(row, details[row.id], query, on) for row in shown),
        count=len(fitting),
        page=page,
        pages=pages,
        is_cut=is_cut,
        facets=facets,
        heard=heard,
        meant=tuple(corrected.items()),
        not_found=tuple(word for stem, word in asked.items() if not holding.get(stem) and word not in corrected),
    )


def known_words(words: str, *, most: int) -> list[str]:
    """Return the rarest words of a sentence that any entry holds, as they were typed."""
    asked = stems_with_words(words)
    with connection.cursor() as cursor:
        holding, _, _ = _holding(cursor, list(asked)[: 4 * MOST_WORDS])
    known = sorted((count, place) for place, stem in enumerate(asked) if (count := holding.get(stem, 0)))
    stems = list(asked)
    return [asked[stems[place]] for place in sorted(place for _, place in known[:most])]


def _with(words: str, corrected: dict[str, str]) -> str:
    for typed, known in corrected.items():
        words = words.replace(typed, known)
    return words


def _holding(cursor: Any, stems: Iterable[str]) -> tuple[dict[str, int], int, Own]:
    """Return how many entries hold each word and how many there are, neither counted beyond what matters, and the
    adopter's own words for needs."""
    if not stems:
        return {}, 0, ()
    cursor.execute(
        f"""SELECT w, (SELECT count(*) FROM (SELECT FROM directory_service
                      WHERE search @@ ('''' || w || '''')::tsquery LIMIT %(most)s) c),
                  (SELECT count(*) FROM (SELECT FROM directory_service LIMIT %(most)s) c),
                  (SELECT reltuples FROM pg_class WHERE oid = 'directory_service'::regclass), {OWN_PHRASES}
           FROM unnest(%(stems)s::text[]) w""",
        {"stems": list(stems), "most": COUNTED},
    )
    rows = cursor.fetchall()
    return {row[0]: row[1] for row in rows}, int(max(rows[0][2], rows[0][3])), own_phrases(rows[0][4])


def _candidates(cursor: Any, query: Query, words: Words, on: date, filters: str = "") -> tuple[list[Candidate], bool]:
    """Return what is there, and whether there was more; `filters` are conditions on the service `s` beside."""
    home = query.home
    reach = query.reach_metres or ranking.DEFAULT_REACH_METRES
    values: dict[str, Any] = {
        "all_needs": list(query.needs),
        "telling": " | ".join(f"'{word}'" for word in words.telling),
        "remote_modes": sorted(REMOTE_MODES),
        "outcode": query.home_outcode,
        "most_near": MOST_NEAR + 1,
        "most_anywhere": MOST_ANYWHERE + 1,
        "reach": reach,
        "on": on,
        "slots": query.slots,
        "modes": list(query.modes),
        "languages": list(query.languages),
        "age": query.age,
    }
    if home is not None:
        tall = reach / DEGREE
        wide = tall / max(0.01, cos(radians(min(89.0, abs(home.latitude) + tall)))) * 0.6
        values |= {
            "latitude": home.latitude, "longitude": home.longitude, "x": home.longitude * 0.6,
            "west": home.longitude * 0.6 - wide, "east": home.longitude * 0.6 + wide,
            "south": home.latitude - tall, "north": home.latitude + tall,
        }  # fmt: skip
    text = (AROUND if home is not None else EVERYWHERE).format(
        public=PUBLIC,
        diameter=EARTH_DIAMETER,
        relevant=relevance(query, [], words) + filters,
        needs=need_points(query.needs, ranking.NEED, "need", values),
        words=word_points(words, ranking.words_points(query.words), values),
    )
    cursor.execute(text, values)
    ways: dict[str, list[Candidate]] = {"near": [], "anywhere": []}
    for way, *row in cursor.fetchall():
        ways[way].append(Candidate(*row))
    best: dict[int, Candidate] = {}
    for row in [*ways["near"][:MOST_NEAR], *ways["anywhere"][:MOST_ANYWHERE]]:
        if row.id not in best or _nearer(row, best[row.id]):
            best[row.id] = row
    return list(best.values()), len(ways["near"]) > MOST_NEAR or len(ways["anywhere"]) > MOST_ANYWHERE


def _nearer(one: Candidate, other: Candidate) -> bool:
    return one.metres is not None and (other.metres is None or one.metres < other.metres)


def _score(row: Candidate, query: Query, on: date) -> float:
    reach = query.reach_metres or ranking.DEFAULT_REACH_METRES
    near = ranking.UNPLACED
    if query.home is None:
        near = 0.0
    elif row.metres is not None:
        near = max(0.0, 1 - max(row.metres, ranking.OUTCODE_METRES if row.is_rough else 0) / reach)
    if query.home is not None and REMOTE_MODES & set(row.modes):
        near = max(near, ranking.REMOTE)
    fresh = ranking.FRESH if row.right_on and (on - row.right_on).days <= ranking.FRESH_DAYS else 0
    fresh += ranking.SUNK if row.has_sunk else 0
    wait = max(ranking.LONGEST_WAIT, ranking.WAIT_WEEK * (row.wait_weeks or 4)) if row.operating == "waiting" else 0.0
    closed = {"full": ranking.FULL, "paused": 2 * ranking.FULL, "moved": ranking.UNPLACED}.get(row.operating, wait)
    return row.need_points + row.word_points + near + fresh + closed


def _near(row: Candidate, detail: dict[str, Any], query: Query, on: date) -> Near:
    fresh = rules.freshness_of(detail, on=on)
    roughly = query.home_is_approximate or row.is_rough
    return Near(
        pk=row.id,
        public_id=detail["public_id"],
        name=detail["name"],
        organisation=detail["organisation"],
        where=where(detail),
        distance=distance(row.metres, is_approximate=roughly) if row.metres is not None else "",
        when=detail["times_text"],
        cost="Free" if detail["is_free"] else detail["cost_text"],
        how=tuple(vocabulary.MODES[mode] for mode in row.modes if mode in vocabulary.MODES),
        status=rules.how_it_stands(
            operating=row.operating,
            wait_weeks=row.wait_weeks,
            until=detail["operating_until"],
            back_on=detail["break_until"] if rules.is_on_break(detail, on=on) else None,
        ),
        freshness=fresh.words,
        is_stale=fresh.is_stale,
        latitude=row.latitude,
        longitude=row.longitude,
    )
