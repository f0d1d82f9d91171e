"""What a group's account sees of its own entries, and what it asked for."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from linkwell.directory.editing import entry
from linkwell.directory.editing.fields import LABELS, REFERRAL_ADDRESS
from linkwell.directory.errors import NoSuchService
from linkwell.directory.models import Capacity, ChangeRequest, Service
from linkwell.directory.queries import said
from linkwell.team.models import Membership

MOST_ENTRIES = 200


@dataclass(frozen=True)
class AskedAddress:
    """An address for referrals that a group asks for; a member of staff confirms it on the phone, or not."""

    email: str
    at: datetime


def asked_address(organisation_id: int | None) -> AskedAddress | None:
    """Return the newest address for referrals that an organisation asks for and nobody has decided."""
    if organisation_id is None:
        return None
    rows = ChangeRequest.objects.filter(
        service__organisation_id=organisation_id, field=REFERRAL_ADDRESS, state="waiting"
    ).order_by("-at", "-pk")
    found = rows.values_list("suggested", "at").first()
    return AskedAddress(*found) if found else None


@dataclass(frozen=True)
class Answer:
    """What became of something that a group suggested."""

    label: str
    service: str
    state: str
    at: datetime
    why: str
    taken_as: str


def my_suggestions(*, viewer: Membership, limit: int = 12) -> list[Answer]:
    """Return what this account's organisation suggested last, newest first."""
    rows = ChangeRequest.objects.filter(service__organisation_id=_own(viewer), origin="organisation")
    names = ("field", "service__name", "state", "at", "refused_why", "taken_as")
    return [
        Answer(LABELS.get(field, field), service, state, at, why, taken)
        for field, service, state, at, why, taken in rows.order_by("-at", "-pk").values_list(*names)[:limit]
    ]


def _own(viewer: Membership) -> int:
    """Return the organisation of an account; for one without any, a number that no entry has."""
    return viewer.organisation_id or 0


def own_services(*, viewer: Membership) -> list[int]:
    """Return the entries of the organisation of an account, those of another never."""
    rows = Service.objects.filter(organisation_id=_own(viewer), joined_into=None, ended_on=None).exclude(
        listing__in=("gone", "defunct")
    )
    return list(rows.order_by("name", "pk").values_list("pk", flat=True)[:MOST_ENTRIES])


@dataclass(frozen=True)
class OwnLine:
    """One entry in the list of a group's account."""

    pk: int
    name: str
    when: str
    status: str
    freshness: str
    is_stale: bool
    waits: int  # changes that somebody has still to look at


def own_lines(*, viewer: Membership, at: datetime) -> list[OwnLine]:
    """Return the entries of an account's organisation, by name. Two statements."""
    on = at.date()
    waits = Count("change_requests", filter=Q(change_requests__state="waiting", change_requests__origin="organisation"))
    rows = Service.objects.filter(pk__in=own_services(viewer=viewer)).select_related("source").annotate(waits=waits)
    found = []
    for row in rows.order_by("name", "pk"):
        fresh, status = said.freshness(row, on=on), said.status(row, on=on)
        found.append(OwnLine(row.pk, row.name, row.times_text, status, fresh.words, fresh.is_stale, row.waits))
    return found


def own_service(service_id: int, *, viewer: Membership) -> Service:
    """Return one entry of the account's organisation with all of it; raise NoSuchService for any other."""
    rows = Service.objects.filter(
        pk=service_id, organisation_id=_own(viewer), joined_into=None, ended_on=None
    )  # fmt: skip
    found = entry.whole(rows.exclude(listing__in=("gone", "defunct"))).first()
    if found is None:
        raise NoSuchService
    return found


@dataclass(frozen=True)
class Places:
    """How many places are free, as somebody last said."""

    free: int | None
    total: int | None
    at: datetime | None


def places_free(service_ids: Iterable[int]) -> dict[int, Places]:
    """Return what was last said of the places of these entries."""
    rows = Capacity.objects.filter(service_id__in=list(service_ids)).order_by("pk")
    return {row.service_id: Places(row.available, row.maximum, row.updated_at) for row in rows}
