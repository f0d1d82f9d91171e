"""The list of calls: who should be rung, most harm avoided first, answered in one tap."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Case, When

from linkwell.common import audit
from linkwell.directory import actions, call_list
from linkwell.directory.confirming import queries
from linkwell.directory.confirming.rules import TRIED_AGAIN_AFTER
from linkwell.directory.errors import ConfirmationRefused, NoSuchService
from linkwell.directory.models import Call, Phone, Service
from linkwell.directory.queries import said
from linkwell.team.models import Membership

PAGE = 20
MOST_NEW = 500
# Somebody said that it is wrong, or asked to be rung: that is surer than any reckoning
_SAID_SO = Case(When(why__in=("report", "ring_me"), then=0), default=1)
OUTCOMES = {
    "right": "Still right",
    "changed": "Changed",
    "closed": "Closed",
    "full": "Full",
    "no_answer": "No answer",
    "wrong_tel": "Wrong number",
}


@dataclass(frozen=True)
class CallLine:
    """One entry to ring about: why, which number is next, what has been tried."""

    call_id: int
    service_id: int
    name: str
    organisation: str
    why: str
    freshness: str
    number: str  # "" where every number given is wrong
    numbers_left: int
    tries: int
    when: str
    where_now: str


@dataclass(frozen=True)
class Calls:
    """A page of the list, and how long all of it is."""

    lines: tuple[CallLine, ...]
    count: int
    page: int
    pages: int


def calls(*, at: datetime, page: int = 1) -> Calls:
    """Return a page of the calls whose turn has come: reported ones, then most harm avoided. Four statements."""
    waiting = Call.objects.filter(ended_at=None, not_before__lte=at)
    count = waiting.count()
    pages = max(1, -(-count // PAGE))
    page = min(max(page, 1), pages)
    rows = list(
        waiting.select_related("service__organisation", "service__source").order_by(_SAID_SO, "-harm", "pk")[
            (page - 1) * PAGE : page * PAGE
        ]
    )
    numbers = _numbers([row.service for row in rows])
    return Calls(tuple(_line(row, numbers[row.service_id], on=at.date()) for row in rows), count, page, pages)


def _numbers(services: list[Service]) -> dict[int, list[str]]:
    """Return the numbers of each entry: its own, then its organisation's."""
    phones = Phone.objects.order_by("position", "pk")
    own, theirs = defaultdict(list), defaultdict(list)
    for pk, number in phones.filter(service__in=services).values_list("service_id", "number"):
        own[pk].append(number)
    owners = {row.organisation_id for row in services if row.organisation_id}
    for pk, number in phones.filter(organisation__in=owners).values_list("organisation_id", "number"):
        theirs[pk].append(number)
    return {row.pk: list(dict.fromkeys([*own[row.pk], *theirs[row.organisation_id or 0]])) for row in services}


def _line(row: Call, numbers: list[str], *, on: date) -> CallLine:
    service = row.service
    left = [number for number in numbers if number not in row.wrong_numbers]
    return CallLine(
        call_id=row.pk,
        service_id=service.pk,
        name=service.name,
        organisation=service.organisation.name if service.organisation else "",
        why=row.get_why_display(),
        freshness=said.freshness(service, on=on).words,
        number=left[0] if left else "",
        numbers_left=len(left),
        tries=row.tries,
        when=service.times_text,
        where_now=said.status(service, on=on),
    )


@transaction.atomic
def record_call(*, call_id: int, found: str, number: str, by: Membership, at: datetime) -> Call:
    """Note what came of a call in one tap; raise ConfirmationRefused or NoSuchService.

    "No answer" comes back in three days, a wrong number is not shown again, everything else ends the call.
    """
    if found not in OUTCOMES:
        raise ConfirmationRefused("Choose what came of the call.")
    service_id = Call.objects.filter(pk=call_id).values_list("service_id", flat=True).first()
    if service_id is None:
        raise NoSuchService
    # The entry first, then its call: so does whoever confirms it meanwhile, and neither waits for the other for ever
    Service.objects.select_for_update(of=("self",)).get(pk=service_id)
    call: Call = Call.objects.select_for_update(of=("self",)).get(pk=call_id)
    if call.ended_at is not None:
        return call
    actions.record_verification(service_id=call.service_id, who="worker", how="phone", found=found, by=by, at=at)
    call.refresh_from_db()
    if found == "no_answer":
        call.tries, call.not_before = call.tries + 1, at + TRIED_AGAIN_AFTER
    elif found == "wrong_tel":
        call.tries += 1
        if number and number not in call.wrong_numbers:
            call.wrong_numbers = [*call.wrong_numbers, number[:60]]
    call.save(update_fields=["tries", "not_before", "wrong_numbers"])
    audit.record("directory.call_noted", about=call.service, by=by, at=at)
    return call


@transaction.atomic
def fill(*, at: datetime, may_write: bool = True) -> int:
    """Put on the list what has sunk and nobody can be written to about, and weigh all of it anew; return how many.

    Where no message can leave at all, that is everything that has sunk.
    """
    on = at.date()
    found = queries.sunk_without_call(on=on, most=MOST_NEW, may_write=may_write)
    call_list.add_calls(found, why="old", at=at, harm={})
    weights = queries.harm_of(None, on=on)
    # One that somebody is just noting weighs nothing: it is left for the next night
    waiting = Call.objects.select_for_update(skip_locked=True).filter(ended_at=None, service__in=weights)
    rows = list(waiting.order_by("pk"))
    for row in rows:
        row.harm = weights[row.service_id]
    Call.objects.bulk_update(rows, ["harm"], batch_size=1000)
    return len(found)


@transaction.atomic
def return_to_open(*, at: datetime) -> int:
    """Open what was paused, full or elsewhere until a day that has come; return how many."""
    due = Service.objects.filter(operating_until__lte=at.date()).exclude(operating="open").order_by("pk")
    ids = list(due.values_list("pk", flat=True)[:MOST_NEW])
    for pk in ids:
        actions.set_operating_status(service_id=pk, status="open", by=None, at=at, note="Its last day has come")
    return len(ids)
