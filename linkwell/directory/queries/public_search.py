"""What is near somebody without an account, and helps."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection

from linkwell.directory import rules, searching
from linkwell.directory.queries.indexed import Details, in_step
from linkwell.directory.queries.public_filters import facets
from linkwell.directory.queries.public_statement import MOST_WORDS, by_statement, holding_of
from linkwell.directory.queries.shown import details_of, where
from linkwell.matching import ranking, vocabulary
from linkwell.matching.query import Facet, PublicAnswer, PublicHit, Query
from linkwell.matching.reasons import distance
from linkwell.matching.words import stems_with_words

if TYPE_CHECKING:
    from linkwell.directory.searching.keeping import Kept


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
    """Return a page of what fits.

    The matching index answers, and one statement says how what is shown stands now. Where there is no index, at most
    four statements answer.
    """
    on = at.astimezone(UTC).date()
    query = replace(query, reach_metres=query.reach_metres or ranking.DEFAULT_REACH_METRES)
    found = asked_of_index(query, on)
    if found is None:
        with connection.cursor() as cursor:
            answer = by_statement(cursor, query, on)
            hits = [{"id": hit.service_id, "location_id": hit.location_id} for hit in answer.hits]
            found = answer, details_of(cursor, hits, [], on=on)
    answer, details = found
    return Found(
        services=tuple(
            _near(hit, details[hit.service_id], query, on) for hit in answer.hits if hit.service_id in details
        ),
        count=answer.count,
        page=answer.page,
        pages=answer.pages,
        is_cut=answer.is_cut,
        facets=facets(answer.counts),
        heard=answer.heard,
        meant=answer.meant,
        not_found=answer.not_found,
    )


def asked_of_index(query: Query, on: date, *, expands: bool = True) -> tuple[PublicAnswer, Details] | None:
    """Return the answer of the index and how what is shown stands now, None where the database must answer."""
    said = searching.said(query.words) if searching.current() else None

    def ask(kept: "Kept") -> PublicAnswer:
        return kept.index.public(query, on=on, own=kept.mark.own, meaning=said, expands=expands)

    return in_step(
        ask, lambda answer: [(hit.service_id, hit.location_id) for hit in answer.hits], on=on, may_be_shown="is_public"
    )


def known_words(words: str, *, most: int) -> list[str]:
    """Return the rarest words of a sentence that any entry holds, as they were typed."""
    asked = dict(list(stems_with_words(words).items())[: 4 * MOST_WORDS])
    kept = searching.current()
    if kept:
        holding = {stem: kept.index.holding("w", stem) for stem in asked}
    else:
        with connection.cursor() as cursor:
            holding, _, _ = holding_of(cursor, asked)
    known = sorted((count, place) for place, stem in enumerate(asked) if (count := holding.get(stem, 0)))
    written = list(asked.values())
    return [written[place] for place in sorted(place for _, place in known[:most])]


def _near(hit: PublicHit, row: dict[str, Any], query: Query, on: date) -> Near:
    fresh = rules.freshness_of(row, on=on)
    is_placed = row["latitude"] is not None
    roughly = query.home_is_approximate or row["precision"] == "outcode"
    return Near(
        pk=hit.service_id,
        public_id=row["public_id"],
        name=row["name"],
        organisation=row["organisation"],
        where=where(row),
        distance=distance(hit.metres, is_approximate=roughly) if is_placed and hit.metres is not None else "",
        when=row["times_text"],
        cost="Free" if row["is_free"] else row["cost_text"],
        how=tuple(vocabulary.MODES[mode] for mode in row["modes"] if mode in vocabulary.MODES),
        status=rules.how_it_stands(
            operating=row["operating"] if row["listing"] == "listed" else "paused",
            wait_weeks=row["wait_weeks"],
            until=row["operating_until"],
            back_on=row["break_until"] if rules.is_on_break(row, on=on) else None,
        ),
        freshness=fresh.words,
        is_stale=fresh.is_stale,
        latitude=row["latitude"],
        longitude=row["longitude"],
    )
