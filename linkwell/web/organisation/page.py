"""One entry of an organisation as the public sees it, with what its account may say of it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from linkwell.common.errors import NotVisible
from linkwell.directory.editing import entry, queries
from linkwell.directory.editing.fields import FIELDS, GROUPS
from linkwell.directory.editing.queries import Places
from linkwell.directory.errors import NoSuchService
from linkwell.directory.queries import ServicePage, service_page
from linkwell.team.models import Membership
from linkwell.web.editing.forms import EntryForm, names_of


@dataclass(frozen=True)
class Part:
    """A group of fields: what stands, and the form that changes it."""

    group: str
    title: str
    rows: tuple[tuple[str, str], ...]
    form: EntryForm


@dataclass(frozen=True)
class OwnEntry:
    """Everything of one page of Our listing."""

    shown: ServicePage
    parts: tuple[Part, ...]
    places: Places | None
    break_from: date | None
    break_until: date | None
    asked_address: queries.AskedAddress | None
    referral_email: str


SHOWN = tuple(group for group in GROUPS if group != "needs")


def own_entry(service_id: int, *, viewer: Membership, at: datetime, bound: dict[str, EntryForm]) -> OwnEntry:
    """Return one entry of the viewer's organisation; raise NotVisible for any other."""
    service = own(service_id, viewer=viewer)
    stands = entry.texts_of(service)
    owner = service.organisation
    return OwnEntry(
        shown=service_page(service_id, at=at),
        parts=tuple(_part(group, stands, bound.get(group), hides=service.is_undisclosed) for group in SHOWN),
        places=queries.places_free([service_id]).get(service_id),
        break_from=service.break_from,
        break_until=service.break_until,
        asked_address=queries.asked_address(viewer.organisation_id),
        referral_email=owner.referral_email if owner else "",
    )


def own(service_id: int, *, viewer: Membership) -> Any:
    """Return one entry of the viewer's organisation, whole; raise NotVisible for any other."""
    try:
        return queries.own_service(service_id, viewer=viewer)
    except NoSuchService:
        raise NotVisible from None


def _part(group: str, stands: dict[str, str], form: EntryForm | None, *, hides: bool) -> Part:
    names = names_of(group)
    rows = tuple((FIELDS[name].label, stands[name]) for name in names)
    made = form or EntryForm(stands=stands, names=names, hides=hides, prefix=group)
    return Part(group, GROUPS[group], rows, made)
