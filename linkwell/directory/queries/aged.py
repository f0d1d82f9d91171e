"""What search leaves out because nobody confirmed it for too long: never silently, so here it stands."""

from dataclasses import dataclass
from datetime import UTC, datetime

from linkwell.directory.models import Service
from linkwell.directory.queries import said
from linkwell.directory.queries.public import LISTED

PAGE = 50


@dataclass(frozen=True)
class LeftOutEntry:
    """One entry that search leaves out, and what is known of it."""

    pk: int
    name: str
    organisation: str
    freshness: str


@dataclass(frozen=True)
class LeftOut:
    """A page of them, those left out last first, and how many there are."""

    entries: tuple[LeftOutEntry, ...]
    count: int
    page: int
    pages: int


def left_out(*, at: datetime, page: int = 1) -> LeftOut:
    """Return a page of the listed entries that search leaves out. Two statements."""
    on = at.astimezone(UTC).date()
    rows = Service.objects.filter(
        leaves_on__lte=on, listing__in=LISTED, joined_into=None, hidden_at=None, ended_on=None
    ).exclude(operating="closed")
    count = rows.count()
    pages = max(1, -(-count // PAGE))
    page = min(max(page, 1), pages)
    shown = rows.select_related("organisation", "source").order_by("-leaves_on", "name", "pk")
    return LeftOut(
        entries=tuple(
            LeftOutEntry(
                pk=row.pk,
                name=row.name,
                organisation=row.organisation.name if row.organisation else "",
                freshness=said.freshness(row, on=on).words,
            )
            for row in shown[(page - 1) * PAGE : page * PAGE]
        ),
        count=count,
        page=page,
        pages=pages,
    )
