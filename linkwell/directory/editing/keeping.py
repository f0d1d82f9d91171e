"""What a directory editor does to an entry by hand, and what a group says of its places: at once, and with a trace."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q

from linkwell.common import audit
from linkwell.directory import actions, listeners
from linkwell.directory.editing import entry, history, texts
from linkwell.directory.editing.fields import FIELDS
from linkwell.directory.errors import ChangeRefused, NoSuchService
from linkwell.directory.models import (
    Capacity,
    ChangeRequest,
    FieldSource,
    GroupCheck,
    Organisation,
    Question,
    RawRecord,
    Service,
)
from linkwell.places import postcodes
from linkwell.team.models import Membership

LONGEST_WHY = 500
MOST_PLACES = 100_000


@transaction.atomic
def edit_entry(*, service_id: int, fields: Mapping[str, str], by: Membership, at: datetime, why: str = "") -> list[str]:
    """Write fields by hand; return those that changed. Raise NoSuchService or ChangeRefused."""
    service = history.held(service_id)
    different = history.changed_only(service, fields)
    return history.write(service, different, origin="worker", why=why.strip()[:LONGEST_WHY], by=by, at=at)


@dataclass(frozen=True)
class Owner:
    """Who runs a new entry: an organisation of the directory, or a new one by name and kind."""

    organisation_id: int | None = None
    name: str = ""
    kind: str = "unknown"


@transaction.atomic
def begin_entry(
    *, fields: Mapping[str, str], owner: Owner, by: Membership, at: datetime, is_undisclosed: bool = False
) -> Service:
    """Write a new entry of this directory; it is public at once. Raise ChangeRefused."""
    if not fields.get("name", "").strip():
        raise ChangeRefused("Give the entry a name.")
    service: Service = Service.objects.create(
        source=entry.own_source(at), external_id=str(uuid.uuid4()), name=fields["name"].strip()[:200],
        organisation=_organisation(owner, at), is_undisclosed=is_undisclosed, changed_at=at, seen_at=at,
    )  # fmt: skip
    history.note_event(service, "begun", why="", by=by, at=at)
    service = history.held(service.pk)
    different = history.changed_only(service, {name: text for name, text in fields.items() if text})
    history.write(service, {**different, "name": service.name}, origin="worker", why="", by=by, at=at)
    audit.record("directory.entry_begun", about=service, by=by, at=at)
    return service


def _organisation(owner: Owner, at: datetime) -> Organisation | None:
    if owner.organisation_id is not None:
        found = Organisation.objects.filter(pk=owner.organisation_id).first()
        if found is None:
            raise NoSuchService
        return found
    name = " ".join(owner.name.split())
    if not name:
        return None
    made: Organisation = Organisation.objects.create(
        source=entry.own_source(at), external_id=str(uuid.uuid4()), name=name[:200], kind=owner.kind, changed_at=at
    )
    return made


@transaction.atomic
def end_entry(*, service_id: int, on: date, why: str, by: Membership, at: datetime) -> Service:
    """End an entry, whatever its source says: it leaves search, and nobody is sent there. Raise ChangeRefused."""
    reason = _why(why)
    if on > at.date():
        raise ChangeRefused("The day it ended cannot lie ahead. For later, set how it works now with a note.")
    service = history.held(service_id)
    if service.ended_on is not None:
        raise ChangeRefused("This entry has ended already.")
    service.listing, service.gone_on = "defunct", None
    service.ended_on, service.ended_why, service.changed_at = on, reason, at
    service.save(update_fields=["listing", "gone_on", "ended_on", "ended_why", "changed_at"])
    FieldSource.objects.update_or_create(
        service=service, field="listing", defaults={"set_at": at, "set_by": by.pk, "note": reason}
    )
    history.note_event(service, "ended", why=reason, by=by, at=at, now=on.isoformat())
    listeners.entry_changed([service.pk])
    audit.record("directory.entry_ended", about=service, by=by, at=at)
    return service


@transaction.atomic
def bring_back(*, service_id: int, why: str, by: Membership, at: datetime) -> Service:
    """Bring an ended entry back into search; its source may say again how it stands. Raise ChangeRefused."""
    reason = _why(why)
    service = history.held(service_id)
    if service.ended_on is None:
        raise ChangeRefused("This entry has not ended.")
    service.listing, service.ended_on, service.ended_why, service.changed_at = "listed", None, "", at
    service.save(update_fields=["listing", "ended_on", "ended_why", "changed_at"])
    FieldSource.objects.filter(service=service, field="listing").delete()
    history.note_event(service, "brought_back", why=reason, by=by, at=at)
    if service.operating == "closed":
        actions.set_operating_status(service_id=service.pk, status="open", by=by, at=at, note=reason)
    listeners.entry_changed([service.pk])
    audit.record("directory.entry_brought_back", about=service, by=by, at=at)
    return service


@transaction.atomic
def hide_address(*, service_id: int, why: str, by: Membership, at: datetime) -> list[str]:
    """Keep no address of an entry any more, only the town; return the fields whose words still name it.

    What is not stored cannot be shown by a mistake elsewhere. Waiting changes of its place are refused.
    """
    reason = _why(why)
    service = history.held(service_id)
    if service.is_undisclosed:
        raise ChangeRefused("The address of this entry is not given out already.")
    names = _names_of_place(service)
    _forget_places(service, at)
    _forget_what_was_said(service, by=by, at=at)
    service.is_undisclosed, service.changed_at, service.more = True, at, {}
    service.save(update_fields=["is_undisclosed", "changed_at", "more"])
    service.at_locations.update(description="")
    service.schedules.update(more={}, location=None)
    service.areas.update(more={})
    for column in ("is_undisclosed", "places"):
        FieldSource.objects.update_or_create(
            service=service, field=column,
            defaults={"set_at": at, "set_by": by.pk, "note": reason, "said": None, "said_known": False},
        )  # fmt: skip
    history.note_event(service, "hidden", why=reason, by=by, at=at)
    audit.record("directory.address_hidden", about=service, by=by, at=at)
    said = entry.texts_of(history.held(service.pk))
    return [FIELDS[name].label for name, text in said.items() if any(one in text.casefold() for one in names)]


def _names_of_place(service: Service) -> set[str]:
    found = set()
    for link in service.at_locations.all():
        found |= {link.location.postcode.casefold(), link.location.address.partition(",")[0].strip().casefold()}
    return {name for name in found if len(name) > 4}


def _forget_places(service: Service, at: datetime) -> None:
    """Empty the places that are this entry's alone; from one that others use too it is only cut off."""
    for link in service.at_locations.select_related("location"):
        place = link.location
        if place.at_services.exclude(service=service).exists():
            town = place.town
            link.delete()
            hidden = entry.make_place(texts.PlaceText(town=town), hide=True, at=at)
            service.at_locations.create(location=hidden)
            continue
        place.is_undisclosed, place.precision = True, "none"
        place.latitude = place.longitude = place.easting = place.northing = None
        place.name = place.description = place.address = place.postcode = place.outcode = place.transport = ""
        place.more = {}
        place.save()
        place.accessibility.all().delete()


def _forget_what_was_said(service: Service, *, by: Membership, at: datetime) -> None:
    """Empty what lists and people said of its place: records, questions of imports, changes, whatever came of them."""
    RawRecord.objects.filter(service=service).delete()
    asked = Question.objects.filter(Q(field="places") | Q(record__isnull=False), service=service)
    asked.filter(settled_at=None).update(settled_at=at, settled_by=by.pk, answer="withdrawn")
    asked.filter(field="places").update(ours=None, theirs=None)
    asked.update(record=None)
    changes = ChangeRequest.objects.filter(service=service, field="places")
    changes.filter(state="waiting").update(
        state="refused", refused_why="The address is not given out.", decided_at=at, decided_by=by
    )
    changes.update(was="", suggested="", taken_as="")


@transaction.atomic
def show_address(*, service_id: int, places: str, why: str, by: Membership, at: datetime) -> Service:
    """Give an entry's address out again: it is typed anew, for none was kept. Raise ChangeRefused."""
    reason = _why(why)
    service = history.held(service_id)
    if not service.is_undisclosed:
        raise ChangeRefused("The address of this entry is given out already.")
    if not any(postcodes.find(one.postcode) for one in texts.read_places(places)):
        raise ChangeRefused("Type the address with its postcode: none was kept.")
    service.is_undisclosed = False
    service.save(update_fields=["is_undisclosed"])
    FieldSource.objects.filter(service=service, field="is_undisclosed").delete()
    history.note_event(service, "shown", why=reason, by=by, at=at)
    different = history.changed_only(service, {"places": places})
    history.write(service, different, origin="worker", why=reason, by=by, at=at)
    audit.record("directory.address_shown", about=service, by=by, at=at)
    return service


@transaction.atomic
def set_capacity(*, service_id: int, free: int | None, total: int | None, by: Membership, at: datetime) -> Service:
    """Say how many places are free, and of how many; none free is full, and a free one opens again what was full.

    Two empty numbers take it back. Raise NoSuchService (a group's account: elsewhere) or ChangeRefused.
    """
    service = history.held(service_id, by=by)
    if total is not None and free is not None and free > total:
        raise ChangeRefused("More places cannot be free than there are.")
    if free is None and total is not None:
        raise ChangeRefused("Say how many of them are free.")
    for number in (free, total):
        if number is not None and not 0 <= number <= MOST_PLACES:
            raise ChangeRefused("Give a number of places from 0 on.")
    service.capacities.all().delete()
    if free is not None:
        Capacity.objects.create(service=service, unit="places", available=free, maximum=total, updated_at=at)
    FieldSource.objects.update_or_create(
        service=service, field="capacities", defaults={"set_at": at, "set_by": by.pk, "said_known": False}
    )
    service.changed_at = at
    service.save(update_fields=["changed_at"])
    audit.record("directory.capacity_set", about=service, by=by, at=at)
    if free == 0 and service.operating == "open":
        actions.set_operating_status(service_id=service.pk, status="full", by=by, at=at)
    elif free and service.operating == "full":
        actions.set_operating_status(service_id=service.pk, status="open", by=by, at=at)
    return service


@transaction.atomic
def record_check(
    *,
    organisation_id: int,
    kind: str,
    checked_on: date,
    by: Membership,
    at: datetime,
    valid_until: date | None = None,
    note: str = "",
) -> GroupCheck:
    """Keep what somebody saw of a group's papers; it informs and stops nothing. Raise ChangeRefused."""
    if kind not in dict(GroupCheck.KINDS):
        raise ChangeRefused("Choose what was checked.")
    if checked_on > at.date():
        raise ChangeRefused("The day it was checked cannot lie ahead.")
    if valid_until is not None and valid_until <= checked_on:
        raise ChangeRefused("What was checked must hold longer than that day.")
    if not Organisation.objects.filter(pk=organisation_id).exists():
        raise NoSuchService
    made: GroupCheck = GroupCheck.objects.create(
        organisation_id=organisation_id, kind=kind, checked_on=checked_on, valid_until=valid_until,
        note=note.strip()[:LONGEST_WHY], at=at, by=by,
    )  # fmt: skip
    audit.record("directory.group_checked", about=made, by=by, at=at)
    return made


def _why(text: str) -> str:
    words = " ".join(text.split())[:LONGEST_WHY]
    if not words:
        raise ChangeRefused("Say why.")
    return words
