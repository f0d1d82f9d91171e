"""Changes that somebody suggests and a directory editor decides: nothing shows before that."""

import uuid
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from linkwell.common import audit
from linkwell.common.scope import scope
from linkwell.directory.editing import entry, history
from linkwell.directory.editing.differences import is_same
from linkwell.directory.editing.fields import FIELDS, REFERRAL_ADDRESS, SUGGESTED, clean
from linkwell.directory.errors import ChangeRefused, NoSuchChange
from linkwell.directory.markup import plain_text
from linkwell.directory.models import ChangeRequest, Service
from linkwell.directory.rules import check_referral_address
from linkwell.messages.actions import queue_message
from linkwell.team.access import VOA
from linkwell.team.models import Membership

NOTE = "note"  # words about the entry as a whole, which somebody reads and works in by hand
LONGEST_NOTE = 1_000
MOST_WAITING = 60  # of one entry, from outside: beyond that, somebody is playing


@transaction.atomic
def suggest_changes(
    *,
    service_id: int,
    fields: Mapping[str, str],
    origin: str,
    by: Membership | None,
    at: datetime,
    reason: str = "",
) -> uuid.UUID:
    """Keep changes for a directory editor to decide, all together; return their submission.

    `fields` are names of `editing.fields.FIELDS`, and "note" for words about the whole. `origin` is organisation,
    worker, public or check. What differs in nothing is left out; a group's own newer words replace its older ones
    that still wait. Raise NoSuchService or ChangeRefused.
    """
    service = history.held(service_id, by=by)
    _check_room(service, origin)
    named = {name: text for name, text in fields.items() if name in SUGGESTED}
    if unknown := set(fields) - SUGGESTED - {NOTE, REFERRAL_ADDRESS}:
        raise ValueError(f"Not fields to suggest: {', '.join(sorted(unknown))}")
    suggested = history.changed_only(service, named)
    now = entry.texts_of(service)
    if words := _note(fields.get(NOTE, "")):
        suggested[NOTE] = words
    address = _address(service, fields.get(REFERRAL_ADDRESS, ""))
    if not suggested and not address:
        raise ChangeRefused("Nothing differs from what the entry says now.")
    submission = uuid.uuid4()
    if origin == "organisation" and by is not None:
        mine = ChangeRequest.objects.filter(service=service, state="waiting", by=by, field__in=[*suggested, *address])
        mine.update(state="refused", decided_at=at, refused_why="A newer suggestion of yours took its place.")
    alone = submission if not suggested else uuid.uuid4()
    ChangeRequest.objects.bulk_create(
        ChangeRequest(
            submission=alone if name in address else submission, service=service, field=name, was=now.get(name, ""),
            suggested=text, origin=origin, reason=_note(reason), at=at, by=by,
        )
        for name, text in {**suggested, **address}.items()
    )  # fmt: skip
    if origin != "public":  # a visitor belongs to no scheme, whose trails these are; the rows say when
        audit.record("directory.change_suggested", about=service, by=by, at=at)
    return submission


def _check_room(service: Service, origin: str) -> None:
    if origin not in dict(ChangeRequest.ORIGINS):
        raise ValueError(f"Not an origin: {origin}")
    waiting = ChangeRequest.objects.filter(service=service, state="waiting", origin=origin)
    if origin in ("public", "check") and waiting.count() >= MOST_WAITING:
        raise ChangeRefused("Many changes to this entry wait already. We look at them first.")


def _address(service: Service, text: str) -> dict[str, str]:
    """Return a new address for referrals that somebody asks for: it is decided alone, and never by taking it."""
    address = text.strip()
    if not address or (service.organisation and address == service.organisation.referral_email):
        return {}
    check_referral_address(email=address, how="asked for")
    return {REFERRAL_ADDRESS: address}


def _note(text: str) -> str:
    words = plain_text(text).replace("\x00", "").strip()
    if len(words) > LONGEST_NOTE:
        raise ChangeRefused(f"At most {LONGEST_NOTE:,} characters fit here.")
    return words


@transaction.atomic
def take_changes(
    *,
    submission: uuid.UUID,
    words: Mapping[int, str],
    seen: Mapping[int, str],
    by: Membership,
    at: datetime,
) -> Service:
    """Write the changes of a submission into the entry: those in `words` (request id → text, edited or not), and no
    others; the rest are refused with them. `seen` are the seals of what stood on the page.

    Raise NoSuchChange, NoSuchService, or ChangeRefused where the entry changed while somebody looked.
    """
    rows = _waiting(submission)
    service = history.held(rows[0].service_id)
    stands = entry.texts_of(service)
    taken: dict[str, str] = {}
    for row in rows:
        if row.pk not in words:
            continue
        if row.field == REFERRAL_ADDRESS:
            raise ChangeRefused(
                "An address for referrals is never taken from here. A link worker rings the group on a number that "
                "was known before, and confirms the address on the entry’s page."
            )
        if row.field not in FIELDS:
            continue  # words about the whole: read, and worked in by hand
        if seen.get(row.pk) != history.seal(stands[row.field]):
            raise ChangeRefused("The entry has changed while you looked. Compare again, then decide.")
        taken[row.field] = clean(row.field, words[row.pk], is_undisclosed=service.is_undisclosed)
    different = history.changed_only(service, taken)
    history.write(service, different, origin=rows[0].origin, why=rows[0].reason, by=by, at=at)
    for row in rows:
        row.state = "taken" if row.pk in words else "refused"
        edited = row.field in taken and not is_same(taken[row.field], row.suggested)
        row.taken_as = taken[row.field] if edited else ""
        row.decided_at, row.decided_by = at, by
        row.save(update_fields=["state", "taken_as", "decided_at", "decided_by"])
    audit.record("directory.change_taken", about=service, by=by, at=at)
    _tell(rows[0], at=at)
    return service


@transaction.atomic
def refuse_changes(*, submission: uuid.UUID, why: str, by: Membership, at: datetime) -> Service:
    """Refuse a submission as a whole, with a reason that whoever suggested it reads; raise NoSuchChange."""
    reason = _note(why)
    if not reason:
        raise ChangeRefused("Say why, so that they know what to do next.")
    rows = _waiting(submission)
    ChangeRequest.objects.filter(pk__in=[row.pk for row in rows]).update(
        state="refused", refused_why=reason, decided_at=at, decided_by=by
    )
    audit.record("directory.change_refused", about=rows[0].service, by=by, at=at)
    _tell(rows[0], at=at)
    return rows[0].service


@transaction.atomic
def settle_address(*, organisation_id: int, email: str, by: Membership, at: datetime) -> int:
    """Close what asked for the address that a member of staff has just confirmed; return how many."""
    asked = ChangeRequest.objects.filter(
        service__organisation_id=organisation_id, field=REFERRAL_ADDRESS, state="waiting", suggested__iexact=email
    )
    return asked.update(state="taken", decided_at=at, decided_by=by)


def _waiting(submission: uuid.UUID) -> list[ChangeRequest]:
    """Return the waiting changes of a submission, locked: of two who decide at once the second comes too late.

    Their entry is locked before them, as by whoever suggests more of it meanwhile: neither waits for ever.
    """
    rows = ChangeRequest.objects.filter(submission=submission, state="waiting")
    Service.objects.select_for_update(of=("self",)).filter(pk__in=rows.values("service_id")).first()
    locked = rows.select_for_update(of=("self",))
    found = list(locked.select_related("service", "by").order_by("pk"))
    if not found:
        raise NoSuchChange
    return found


def _tell(row: ChangeRequest, *, at: datetime) -> None:
    """Let a group that has an account know by e-mail that there is an answer; what it is stands behind its sign-in."""
    if row.origin != "organisation" or row.by is None or row.by.role != VOA:
        return
    with scope(scheme_ids=[row.by.scheme_id], scheme_id=row.by.scheme_id):
        queue_message(
            scheme_id=row.by.scheme_id, template="change_answered", recipient_kind="member", recipient_id=row.by.pk,
            at=at,
        )  # fmt: skip
