"""Writing what was changed into an entry, with its trace: who, when, what it was and became, and for imports."""

import hashlib
from collections.abc import Mapping
from datetime import datetime

from linkwell.common import audit
from linkwell.directory import derive, listeners
from linkwell.directory.editing import entry
from linkwell.directory.editing.differences import is_same
from linkwell.directory.editing.fields import check_together, clean
from linkwell.directory.errors import ChangeRefused, NoSuchService
from linkwell.directory.models import EntryEvent, FieldSource, Service
from linkwell.team.access import VOA
from linkwell.team.models import Membership

# Where it happens is not written down for an entry whose address is not given out.
TELLS_PLACE = frozenset({"places"})


def held(service_id: int, *, by: Membership | None = None) -> Service:
    """Return a service, locked, with all that hangs on it; raise NoSuchService, for another group's account too."""
    rows = Service.objects.select_for_update(of=("self",)).filter(pk=service_id, joined_into=None)
    if by is not None and by.role == VOA:
        rows = rows.filter(organisation_id=by.organisation_id or 0, ended_on=None)
    if rows.first() is None:
        raise NoSuchService
    return entry.whole(Service.objects.filter(pk=service_id)).get()


def changed_only(service: Service, values: Mapping[str, str]) -> dict[str, str]:
    """Return the cleaned texts that differ from what stands; raise ChangeRefused for one that cannot be."""
    now = entry.texts_of(service)
    different = {name: text for name, text in values.items() if not is_same(text, now[name])}
    cleaned = {name: clean(name, text, is_undisclosed=service.is_undisclosed) for name, text in different.items()}
    cleaned = {name: text for name, text in cleaned.items() if not is_same(text, now[name])}
    if any(name.startswith("organisation_") for name in cleaned) and service.organisation_id is None:
        raise ChangeRefused("This entry belongs to no organisation yet. Say first which one runs it.")
    check_together({**now, **cleaned})
    return cleaned


def write(
    service: Service, values: Mapping[str, str], *, origin: str, why: str, by: Membership, at: datetime
) -> list[str]:
    """Write cleaned texts that differ, keep history and say to imports that a hand decided; return the fields."""
    before = entry.texts_of(service)
    entry.write(service, values, at=at)
    events = []
    for name, text in values.items():
        secret = service.is_undisclosed and name in TELLS_PLACE
        was, now = ("", "") if secret else (before[name], text)
        events.append(
            EntryEvent(
                service=service, kind="changed", field=name, was=was, now=now, origin=origin, why=why, at=at, by=by
            )
        )
        own(service, name, by=by, at=at)
    EntryEvent.objects.bulk_create(events)
    if values:
        derive.refresh_search([service.pk])
        listeners.entry_changed([service.pk])
        audit.record("directory.edited", about=service, by=by, at=at)
    return list(values)


def own(service: Service, name: str, *, by: Membership, at: datetime) -> None:
    """Say to imports that a hand decided a field."""
    if name in entry.OF_ORGANISATION and service.organisation_id is not None:
        for column in entry.OF_ORGANISATION[name]:
            FieldSource.objects.update_or_create(
                organisation_id=service.organisation_id, field=column, defaults=_set(by, at)
            )
    for column in entry.DECIDES.get(name, ()):
        FieldSource.objects.update_or_create(service=service, field=column, defaults=_set(by, at))


def _set(by: Membership, at: datetime) -> dict[str, object]:
    return {"set_at": at, "set_by": by.pk, "said": None, "said_known": False, "taken_from": None}


def note_event(service: Service, kind: str, *, why: str, by: Membership, at: datetime, now: str = "") -> EntryEvent:
    """Keep that an entry was begun, ended, brought back, or its address hidden."""
    return EntryEvent.objects.create(
        service=service, kind=kind, now=now, origin="worker", why=why.strip()[:500], at=at, by=by
    )


def seal(text: str) -> str:
    """Return a short mark of what stood on a page, so that a decision about something else is noticed."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]
