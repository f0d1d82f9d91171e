"""Services side by side, so that two people can choose between them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from linkwell.directory.models import Contact, Service
from linkwell.directory.queries import said
from linkwell.directory.queries.public import listed_services

MOST_BESIDE = 12


@dataclass(frozen=True)
class Beside:
    """What matters in a choice, in the order in which people ask; "" or () where the entry does not say."""

    service_id: int
    public_id: UUID
    name: str
    organisation: str
    status: str
    freshness: str
    is_stale: bool
    when: str
    where: tuple[str, ...]
    transport: str
    cost: str
    modes: tuple[str, ...]
    ways_in: tuple[str, ...]
    how_to_join: str
    first_visit: str
    who_greets: str
    languages: tuple[str, ...]
    ages: str
    access: tuple[str, ...]
    access_lacks: tuple[str, ...]
    numbers: tuple[said.Number, ...]
    is_public: bool
    is_private: bool  # nobody else should see it on their screen or paper


def side_by_side(service_ids: Sequence[int], at: datetime) -> tuple[Beside, ...]:
    """Return these services in this order, without those that are hidden or were joined; eight statements at most."""
    wanted = list(dict.fromkeys(service_ids))[:MOST_BESIDE]
    rows = said.whole(
        Service.objects.filter(pk__in=wanted, hidden_at=None, joined_into=None), Contact.objects.filter(service=None)
    )
    public = set(listed_services().filter(pk__in=wanted).values_list("pk", flat=True)) if wanted else set()
    found = {row.pk: _beside(row, is_public=row.pk in public, at=at) for row in rows} if wanted else {}
    return tuple(found[pk] for pk in wanted if pk in found)


def _beside(row: Service, *, is_public: bool, at: datetime) -> Beside:
    on = at.astimezone(UTC).date()
    fresh, places = said.freshness(row, on=on), said.places(row)
    return Beside(
        service_id=row.pk,
        public_id=row.public_id,
        name=row.name,
        organisation=row.organisation.name if row.organisation else "",
        status=said.status(row, on=on),
        freshness=fresh.words,
        is_stale=fresh.is_stale,
        when=row.times_text,
        where=_once(f"{one.name}, {one.address}".strip(", ") or one.note for one in places),
        transport="; ".join(_once(one.transport for one in places)),
        cost=said.cost(row),
        modes=said.modes(row),
        ways_in=said.entry_routes(row),
        how_to_join=row.how_to_join,
        first_visit=row.first_visit,
        who_greets=row.who_greets,
        languages=said.languages(row),
        ages=said.ages(row),
        access=_once([*said.access(row.access_yes), *(code for one in places for code in one.access)]),
        access_lacks=_once([*said.access(row.access_no), *(code for one in places for code in one.access_lacks)]),
        numbers=said.numbers(row),
        is_public=is_public,
        is_private=said.is_private(row),
    )


def _once(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, words)))
