"""The public search where there is no index: bounded work, however large the directory.

The statement takes at most MOST_NEAR candidates around a place, nearest first, and MOST_ANYWHERE that need no
journey (by phone, online, at home, or whose place is not given out). They are ranked by the numbers of
`linkwell.matching.ranking`; the filters and their counts are over these candidates, and the answer says when
there were more. As long as there are not, it is the definition of what the index answers.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from math import cos, inf, radians
from typing import Any

from linkwell.directory.queries.public import PUBLIC
from linkwell.directory.queries.public_filters import Candidate, filtered
from linkwell.directory.queries.public_sql import AROUND, EVERYWHERE, narrowing
from linkwell.directory.queries.sql import Words, need_points, relevance, word_points
from linkwell.directory.queries.support import OWN_PHRASES, own_phrases
from linkwell.matching import ranking
from linkwell.matching.query import PublicAnswer, PublicHit, Query
from linkwell.matching.recognise import Own, needs_heard
from linkwell.matching.spelling import corrected, meant
from linkwell.matching.vocabulary import REMOTE_MODES
from linkwell.matching.words import stems, stems_with_words

MOST_NEAR = 300
MOST_ANYWHERE = 100
MOST_WORDS = 8
COUNTED = 2_000  # further entries that hold a word do not make it commoner
DEGREE = 111_000.0  # metres of a degree of latitude, a little short: a box too large costs nothing


def by_statement(cursor: Any, query: Query, on: date) -> PublicAnswer:
    """Return the answer of the database; at most three statements and twice MOST_NEAR + MOST_ANYWHERE rows."""
    asked = dict(list(stems_with_words(query.words).items())[:MOST_WORDS])
    near = {word: nearest for word in asked.values() if (nearest := meant(word))}
    holding, entries, own = holding_of(cursor, dict.fromkeys([*asked, *stems(" ".join(near.values()))]))
    known = {word: near[word] for stem, word in asked.items() if not holding.get(stem) and word in near}
    words = corrected(query.words, known)
    heard = tuple(needs_heard(words, own))
    query = replace(query, words=words, needs=tuple(dict.fromkeys([*query.needs, *heard])))
    searched = {stem: holding.get(stem, 0) for stem in stems_with_words(words) if stem in holding}
    weighed = Words(
        {stem: round(ranking.rarity(entries, count), 9) for stem, count in searched.items() if count},
        ranking.telling(searched, entries),
    )
    rows, is_cut = _candidates(cursor, query, weighed, on)
    fitting, counts = filtered(rows, query)
    if is_cut and (filters := narrowing(query)):  # what passes may lie behind the nearest
        rows, is_cut = _candidates(cursor, query, weighed, on, filters)
        fitting, _ = filtered(rows, query)
    points = {row.id: round(_score(row, query, on), 6) for row in fitting}
    fitting.sort(key=lambda row: (-points[row.id], inf if row.metres is None else row.metres, row.name, row.id))
    pages = max(1, -(-len(fitting) // query.limit))
    page = min(pages, query.offset // query.limit + 1)
    return PublicAnswer(
        hits=tuple(
            PublicHit(row.id, row.location_id, row.metres, points[row.id])
            for row in fitting[(page - 1) * query.limit : page * query.limit]
        ),
        count=len(fitting),
        page=page,
        pages=pages,
        counts=counts,
        heard=heard,
        meant=tuple(known.items()),
        not_found=tuple(word for stem, word in asked.items() if not holding.get(stem) and word not in known),
        is_cut=is_cut,
    )


def holding_of(cursor: Any, stems: Iterable[str]) -> tuple[dict[str, int], int, Own]:
    """Return how many entries hold each word and how many there are, neither counted beyond what matters, and the
    adopter's own words for needs."""
    if not stems:
        return {}, 0, ()
    cursor.execute(
        f"""SELECT w, (SELECT count(*) FROM (SELECT FROM directory_service WHERE listing = 'listed'
                      AND search @@ ('''' || w || '''')::tsquery LIMIT %(most)s) c),
                  (SELECT count(*) FROM (SELECT FROM directory_service WHERE listing = 'listed' LIMIT %(most)s) c),
                  (SELECT reltuples FROM pg_class WHERE oid = 'directory_service'::regclass), {OWN_PHRASES}
           FROM unnest(%(stems)s::text[]) w""",
        {"stems": list(stems), "most": COUNTED},
    )
    rows = cursor.fetchall()
    counted, about = int(rows[0][2]), int(rows[0][3])
    entries = counted if counted < COUNTED else max(counted, about)
    return {row[0]: row[1] for row in rows}, entries, own_phrases(rows[0][4])


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
            "latitude": home.latitude, "longitude": home.longitude, "easting": home.easting,
            "northing": home.northing, "x": home.longitude * 0.6,
            "west": home.longitude * 0.6 - wide, "east": home.longitude * 0.6 + wide,
            "south": home.latitude - tall, "north": home.latitude + tall,
        }  # fmt: skip
    text = (AROUND if home is not None else EVERYWHERE).format(
        public=PUBLIC,
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
    if one.metres is None or other.metres is None:
        return other.metres is None and one.metres is not None
    return (one.metres, one.location_id or 0) < (other.metres, other.location_id or 0)


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
    weeks = 4 if row.wait_weeks is None else row.wait_weeks
    wait = max(ranking.LONGEST_WAIT, ranking.WAIT_WEEK * weeks) if row.operating == "waiting" else 0.0
    closed = {"full": ranking.FULL, "paused": 2 * ranking.FULL, "moved": ranking.UNPLACED}.get(row.operating, wait)
    return row.need_points + row.word_points + near + fresh + closed
