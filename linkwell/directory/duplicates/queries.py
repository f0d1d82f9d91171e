"""Pairs of entries that may be one, side by side, and what was joined."""

from dataclasses import dataclass
from datetime import datetime

from linkwell.directory.duplicates import fields
from linkwell.directory.models import Duplicate, Joining, Service

PER_PAGE = 25


@dataclass(frozen=True)
class PairLine:
    pk: int
    likeness: int  # per cent
    reasons: tuple[str, ...]
    first: str
    first_source: str
    second: str
    second_source: str


@dataclass(frozen=True)
class JoiningLine:
    pk: int
    kept_id: int
    kept: str
    joined: str
    joined_source: str
    at: datetime


@dataclass(frozen=True)
class Pairs:
    rows: tuple[PairLine, ...]
    count: int
    page: int
    pages: int
    joined: tuple[JoiningLine, ...]


def pairs(*, page: int = 1) -> Pairs:
    """Return a page of waiting pairs, the likest first, and the newest joinings; three statements."""
    rows = Duplicate.objects.filter(state="waiting").order_by("-likeness", "pk")
    count = rows.count()
    pages = max(1, -(-count // PER_PAGE))
    here = min(max(page, 1), pages)
    values = rows.values_list(
        "pk", "likeness", "reasons", "first__name", "first__source__name", "second__name", "second__source__name"
    )
    shown = values[(here - 1) * PER_PAGE : here * PER_PAGE]
    done = Joining.objects.filter(undone_at=None).order_by("-at", "-pk")
    joined = done.values_list("pk", "kept_id", "kept__name", "joined__name", "joined__source__name", "at")[:PER_PAGE]
    return Pairs(
        tuple(PairLine(pk, round(100 * share), tuple(why), *names) for pk, share, why, *names in shown),
        count, here, pages, tuple(JoiningLine(*row) for row in joined),
    )  # fmt: skip


@dataclass(frozen=True)
class Side:
    pk: int
    name: str
    organisation: str
    source: str
    may_stay: bool  # an entry with others joined into it must be the one that stays


@dataclass(frozen=True)
class Compared:
    """One field of both."""

    name: str
    label: str
    first: str
    second: str
    is_same: bool


@dataclass(frozen=True)
class PairPage:
    pk: int
    likeness: int
    reasons: tuple[str, ...]
    first: Side
    second: Side
    fields: tuple[Compared, ...]


def pair_page(duplicate_id: int) -> PairPage | None:
    """Return a waiting pair side by side; eight statements."""
    pair = Duplicate.objects.filter(pk=duplicate_id, state="waiting").first()
    if pair is None:
        return None
    rows = Service.objects.filter(pk__in=(pair.first_id, pair.second_id)).select_related("organisation", "source")
    both = {one.pk: one for one in rows.prefetch_related("at_locations__location", "phones", "joined")}
    first, second = both[pair.first_id], both[pair.second_id]
    return PairPage(
        pair.pk, round(100 * pair.likeness), tuple(pair.reasons), _side(first, second), _side(second, first),
        tuple(found for choice in fields.CHOICES if (found := _compared(first, second, choice))),
    )  # fmt: skip


def _side(one: Service, other: Service) -> Side:
    owner = one.organisation.name if one.organisation else ""
    return Side(one.pk, one.name, owner, one.source.name, may_stay=not other.joined.all())


def _compared(first: Service, second: Service, choice: fields.Choice) -> Compared | None:
    left, right = _shown(first, choice), _shown(second, choice)
    if not left and not right:
        return None
    return Compared(choice.name, choice.label, left, right, is_same=left == right)


def _shown(service: Service, choice: fields.Choice) -> str:
    if choice.name == "places" and service.is_undisclosed:
        return "Not given out"
    return fields.in_words(service, choice)
