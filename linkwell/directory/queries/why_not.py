"""Why a service that somebody has in mind is not among those that fit; or where it stands among them."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.contrib.postgres.search import SearchQuery
from django.db.models.functions import Length

from linkwell.directory import searching
from linkwell.directory.models import Service
from linkwell.directory.queries.indexed import Experience
from linkwell.matching.index import Explained
from linkwell.matching.query import Query
from linkwell.matching.words import stems

if TYPE_CHECKING:
    from linkwell.directory.searching.keeping import Kept

MOST = 3
MOST_WORDS = 8
NOT_NOW = "This cannot be told just now. Try again in a minute."


@dataclass(frozen=True)
class Known:
    """One service of that name; `rank` is its place in the list, None where it is not in it."""

    service_id: int
    name: str
    organisation: str
    rank: int | None
    sentences: tuple[str, ...]


def why_not(query: Query, name: str, at: datetime, *, tried: Experience | None = None) -> tuple[Known, ...]:
    """Return up to three services of that name, each with its place in the list or all that keeps it out.

    Two statements; none is found where no entry has these words in its name.
    """
    kept, found = searching.current(), _named(name)
    whole = replace(query, offset=0)
    return tuple(_known(service, whole, kept, at, tried or {}) for service in found)


def _named(name: str) -> list[Service]:
    words = stems(name)[:MOST_WORDS]
    if not words:
        return []
    asked = SearchQuery(" & ".join(f"'{word}':*A" for word in words), config="simple", search_type="raw")
    rows = Service.objects.filter(search=asked, joined_into=None).select_related("organisation")
    return list(rows.order_by(Length("name"), "name", "pk")[:MOST])


def _known(service: Service, query: Query, kept: "Kept | None", at: datetime, tried: Experience) -> Known:
    rank: int | None = None
    sentences: tuple[str, ...] = (NOT_NOW,)
    if kept is not None:
        on = at.astimezone(UTC).date()
        said = searching.said(query.words)
        found = kept.index.explain(query, service.pk, on=on, own=kept.mark.own, tried=tried, meaning=said)
        rank, sentences = found.rank, _sentences(found, query, kept, at, tried)
    owner = service.organisation.name if service.organisation else ""
    return Known(service.pk, service.name, owner, rank, sentences)


def _sentences(found: Explained, query: Query, kept: "Kept", at: datetime, tried: Experience) -> tuple[str, ...]:
    if found.rank is None:
        return tuple(why.sentence for why in found.whys)
    there = replace(query, limit=1, offset=found.rank - 1)
    on = at.astimezone(UTC).date()
    said = searching.said(query.words)
    suggestions = kept.index.search(there, on=on, own=kept.mark.own, tried=tried, meaning=said).suggestions
    return tuple(line for one in suggestions for line in (*one.reasons, one.ask_first_line) if line)
