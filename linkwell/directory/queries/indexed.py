"""What fits, asked of the matching index; how it stands now, asked of the directory."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import connection

from linkwell.directory import searching
from linkwell.directory.queries.shown import as_shown, details_of
from linkwell.directory.searching.changes import NEWEST
from linkwell.matching import ranking
from linkwell.matching.index import Tried
from linkwell.matching.query import Answer, Query, Suggestion

if TYPE_CHECKING:
    from linkwell.directory.searching.keeping import Kept
    from linkwell.matching.meaning.scorer import Said

Experience = Mapping[int, Tried]  # by service
Details = dict[int, dict[str, Any]]  # by service
Asked = TypeVar("Asked")
TRIES = 3


def in_step(
    ask: Callable[["Kept"], Asked],
    shown: Callable[[Asked], Iterable[tuple[int, int | None]]],
    *,
    on: date,
    may_be_shown: str = "is_shown",
) -> tuple[Asked, Details] | None:
    """Return what the index answers and how what is shown stands now, None where the database must answer.

    What is shown - (service, its place) - is read from the directory in the same breath. If that says that the
    directory has moved on since the index last looked, the index catches up first: nobody is sent to what was closed a
    moment ago.
    """
    kept = searching.current()
    for _ in range(TRIES):
        if kept is None:
            return None
        answer = ask(kept)
        with connection.cursor() as cursor:
            details, newest = _details(cursor, shown(answer), on)
            if newest <= kept.mark.newest and all(row[may_be_shown] for row in details.values()):
                return answer, details
            kept = searching.caught_up(cursor)
    return None


def _details(cursor: Any, shown: Iterable[tuple[int, int | None]], on: date) -> tuple[Details, int]:
    """Return how each service that is shown stands now, and the youngest change that there is; one statement."""
    hits = [{"id": service_id, "location_id": location_id} for service_id, location_id in shown]
    details = details_of(cursor, hits, [], on=on)
    if details:
        return details, int(next(iter(details.values()))["newest_change"])
    cursor.execute(f"SELECT {NEWEST}")
    return {}, int(cursor.fetchone()[0])


def by_index(
    query: Query, at: datetime, *, tried: Experience, weights: ranking.Weights = ranking.PRODUCT
) -> Answer | None:
    """Return the answer of the index to Find support, None where the database must answer."""
    on = at.astimezone(UTC).date()
    said = searching.said(query.words) if searching.current() else None

    def ask(kept: "Kept") -> Answer:
        return kept.index.search(query, on=on, weights=weights, own=kept.mark.own, tried=tried, meaning=said)

    found = in_step(ask, _shown, on=on)
    return _told(*found, on, said) if found else None


def _shown(answer: Answer) -> list[tuple[int, int | None]]:
    return [
        *((one.service_id, one.location_id) for one in answer.suggestions),
        *((one.service_id, None) for one in answer.near_misses),
    ]


def _told(answer: Answer, details: Details, on: date, said: "Said | None") -> Answer:
    return replace(
        answer,
        suggestions=tuple(
            replace(
                one, reasons=_reasons(one, details[one.service_id], said), **as_shown(details[one.service_id], on=on)
            )
            for one in answer.suggestions
            if one.service_id in details
        ),
        near_misses=tuple(one for one in answer.near_misses if one.service_id in details),
    )


def _reasons(one: Suggestion, row: dict[str, Any], said: "Said | None") -> tuple[str, ...]:
    """Return the reasons, with the two sentences that met where meaning gave points."""
    because = said.because(row["name"], row["description_text"]) if said and one.parts.meaning > 0 else None
    return (*one.reasons, because.sentence) if because else one.reasons
