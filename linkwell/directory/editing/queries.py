"""What waits for a directory editor, what a group's account sees of its own entries, what became of an entry."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Max, Min, Q

from linkwell.directory import rules
from linkwell.directory.editing import entry, history
from linkwell.directory.editing.differences import Piece, difference, is_same
from linkwell.directory.editing.fields import FIELDS, LABELS, REFERRAL_ADDRESS
from linkwell.directory.errors import NoSuchChange, NoSuchService
from linkwell.directory.models import Capacity, ChangeRequest, EntryEvent, GroupCheck, Organisation, Service
from linkwell.team.models import Membership

PAGE = 25
MOST_EVENTS = 200
ORIGINS = dict(ChangeRequest.ORIGINS)


@dataclass(frozen=True)
class Waiting:
    """One submission in the list."""

    submission: uuid.UUID
    service_id: int
    service: str
    organisation: str
    origin: str
    at: datetime
    what: tuple[str, ...]  # the fields


@dataclass(frozen=True)
class WaitingPage:
    rows: tuple[Waiting, ...]
    count: int
    page: int
    pages: int


def waiting_changes(page: int = 1) -> WaitingPage:
    """Return the submissions that wait, oldest first. Three statements."""
    rows = ChangeRequest.objects.filter(state="waiting").exclude(field=REFERRAL_ADDRESS)
    groups = rows.values("submission").annotate(began=Min("at")).order_by("began", "submission")
    count = groups.count()
    pages = max(1, -(-count // PAGE))
    number = min(max(1, page), pages)
    chosen = [group["submission"] for group in groups[(number - 1) * PAGE : number * PAGE]]
    found: dict[uuid.UUID, list[ChangeRequest]] = {one: [] for one in chosen}
    for row in rows.filter(submission__in=chosen).select_related("service__organisation").order_by("pk"):
        found[row.submission].append(row)
    return WaitingPage(tuple(_waiting(changes) for changes in found.values() if changes), count, number, pages)


def _waiting(rows: list[ChangeRequest]) -> Waiting:
    first = rows[0]
    owner = first.service.organisation
    return Waiting(
        submission=first.submission,
        service_id=first.service_id,
        service=first.service.name,
        organisation=owner.name if owner else "",
        origin=ORIGINS[first.origin],
        at=first.at,
        what=tuple(LABELS.get(row.field, row.field) for row in rows),
    )


def count_waiting() -> int:
    """Return how many submissions wait for a directory editor."""
    waiting = ChangeRequest.objects.filter(state="waiting").exclude(field=REFERRAL_ADDRESS)
    return waiting.aggregate(n=Count("submission", distinct=True))["n"] or 0


@dataclass(frozen=True)
class Compared:
    """One field of a submission beside what stands."""

    pk: int
    field: str
    label: str
    kind: str
    was: str
    now: str
    suggested: str
    is_stale: bool  # the entry has changed since it was suggested
    pieces: tuple[Piece, ...]  # from what stands now to what is suggested
    seal: str
    may_take: bool


@dataclass(frozen=True)
class Submission:
    """Changes that are decided together."""

    submission: uuid.UUID
    service_id: int
    service: str
    organisation: str
    origin: str
    by: str
    at: datetime
    reason: str
    is_undisclosed: bool
    changes: tuple[Compared, ...]

    @property
    def is_stale(self) -> bool:
        return any(change.is_stale for change in self.changes)


def submission(which: uuid.UUID) -> Submission:
    """Return one waiting submission beside the entry as it stands; raise NoSuchChange. Nine statements."""
    rows = list(
        ChangeRequest.objects.filter(submission=which, state="waiting").select_related("by__account").order_by("pk")
    )
    if not rows:
        raise NoSuchChange
    service = entry.whole(Service.objects.filter(pk=rows[0].service_id)).get()
    stands = entry.texts_of(service)
    by = rows[0].by
    return Submission(
        submission=which,
        service_id=service.pk,
        service=service.name,
        organisation=service.organisation.name if service.organisation else "",
        origin=ORIGINS[rows[0].origin],
        by=by.account.name if by is not None else "",
        at=rows[0].at,
        reason=rows[0].reason,
        is_undisclosed=service.is_undisclosed,
        changes=tuple(_compared(row, stands) for row in rows),
    )


def _compared(row: ChangeRequest, stands: dict[str, str]) -> Compared:
    now = stands.get(row.field, "")
    known = row.field in FIELDS
    return Compared(
        pk=row.pk,
        field=row.field,
        label=LABELS.get(row.field, row.field),
        kind=FIELDS[row.field].kind if known else "words",
        was=row.was,
        now=now,
        suggested=row.suggested,
        is_stale=known and not is_same(row.was, now),
        pieces=tuple(difference(now, row.suggested)),
        seal=history.seal(now),
        may_take=known,
    )


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
    rows = ChangeRequest.objects.filter(
        service__organisation_id=viewer.organisation_id, service__organisation__isnull=False, origin="organisation"
    )
    names = ("field", "service__name", "state", "at", "refused_why", "taken_as")
    return [
        Answer(LABELS.get(field, field), service, state, at, why, taken)
        for field, service, state, at, why, taken in rows.order_by("-at", "-pk").values_list(*names)[:limit]
    ]


def own_services(*, viewer: Membership) -> list[int]:
    """Return the entries of the organisation of an account, those of another never."""
    rows = Service.objects.filter(
        organisation_id=viewer.organisation_id, organisation__isnull=False, joined_into=None, ended_on=None
    ).exclude(listing__in=("gone", "defunct"))
    return list(rows.order_by("name", "pk").values_list("pk", flat=True)[:MOST_EVENTS])


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
        fresh = rules.freshness_of(vars(row) | {"source": row.source.name}, on=on)
        back = row.break_until if rules.is_on_break(vars(row), on=on) else None
        status = rules.how_it_stands(
            operating=row.operating, wait_weeks=row.wait_weeks, until=row.operating_until, back_on=back
        )
        found.append(OwnLine(row.pk, row.name, row.times_text, status, fresh.words, fresh.is_stale, row.waits))
    return found


def own_service(service_id: int, *, viewer: Membership) -> Service:
    """Return one entry of the account's organisation with all of it; raise NoSuchService for any other."""
    rows = Service.objects.filter(
        pk=service_id, organisation_id=viewer.organisation_id, organisation__isnull=False, joined_into=None,
        ended_on=None,
    )  # fmt: skip
    found = entry.whole(rows.exclude(listing__in=("gone", "defunct"))).first()
    if found is None:
        raise NoSuchService
    return found


def texts(service_id: int) -> dict[str, str]:
    """Return every field of an entry as it is typed; raise NoSuchService."""
    found = entry.whole(Service.objects.filter(pk=service_id, joined_into=None)).first()
    if found is None:
        raise NoSuchService
    return entry.texts_of(found)


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


@dataclass(frozen=True)
class Standing:
    """What an editor's pages show beside the texts of an entry."""

    pk: int
    name: str
    organisation_id: int | None
    organisation: str
    is_own: bool
    is_undisclosed: bool
    ended_on: date | None
    ended_why: str
    source: str


def standing(service_id: int) -> Standing:
    """Return how an entry stands; raise NoSuchService."""
    row = Service.objects.select_related("organisation", "source").filter(pk=service_id, joined_into=None).first()
    if row is None:
        raise NoSuchService
    return Standing(
        row.pk, row.name, row.organisation_id, row.organisation.name if row.organisation else "",
        row.source.name == entry.OWN_SOURCE, row.is_undisclosed, row.ended_on, row.ended_why, row.source.name,
    )  # fmt: skip


@dataclass(frozen=True)
class Version:
    """One line of an entry's history."""

    at: datetime
    what: str
    by: str
    origin: str
    was: str
    now: str
    why: str


def versions(service_id: int, *, scheme_id: int) -> list[Version]:
    """Return what was done to an entry by hand, newest first; where it is stays out while that is not given out.

    A colleague of another scheme is not named. Two statements.
    """
    hidden = Service.objects.filter(pk=service_id).values_list("is_undisclosed", flat=True).first()
    if hidden is None:
        raise NoSuchService
    kinds = dict(EntryEvent.KINDS)
    rows = EntryEvent.objects.filter(service_id=service_id).order_by("-at", "-pk")
    found = []
    for row in rows.select_related("by__account")[:MOST_EVENTS]:
        secret = hidden and row.field in history.TELLS_PLACE
        ours = row.by.scheme_id == scheme_id
        found.append(
            Version(
                at=row.at,
                what=LABELS.get(row.field, row.field) if row.kind == "changed" else kinds[row.kind],
                by=row.by.account.name if ours else "",
                origin=ORIGINS[row.origin] if row.origin != "worker" else "",
                was="" if secret else row.was,
                now="" if secret else row.now,
                why=row.why,
            )
        )
    return found


@dataclass(frozen=True)
class Checked:
    """What was seen of a group's papers."""

    kind: str
    checked_on: date
    valid_until: date | None
    is_past: bool
    by: str
    note: str


def checks(organisation_id: int | None, *, scheme_id: int, on: date) -> list[Checked]:
    """Return the newest look at each kind of paper of a group; a colleague of another scheme is not named."""
    if organisation_id is None:
        return []
    rows = GroupCheck.objects.filter(organisation_id=organisation_id).order_by("kind", "-checked_on", "-pk")
    found: dict[str, Checked] = {}
    for row in rows.distinct("kind").select_related("by__account"):
        past = row.valid_until is not None and row.valid_until < on
        by = row.by.account.name if row.by.scheme_id == scheme_id else ""
        found[row.kind] = Checked(row.get_kind_display(), row.checked_on, row.valid_until, past, by, row.note)
    return [found[kind] for kind, _label in GroupCheck.KINDS if kind in found]


@dataclass(frozen=True)
class RunOut:
    """A paper whose day has passed."""

    organisation_id: int
    organisation: str
    kind: str
    valid_until: date
    service_id: int | None


def run_out_checks(*, on: date, limit: int = 50) -> list[RunOut]:
    """Return the papers that are past their day and not looked at again since, longest past first."""
    newest = GroupCheck.objects.order_by("organisation_id", "kind", "-checked_on", "-pk").distinct(
        "organisation_id", "kind"
    )
    rows: Any = (
        GroupCheck.objects.filter(pk__in=newest.values("pk"), valid_until__lt=on)
        .annotate(entry=Max("organisation__services", filter=Q(organisation__services__listing="listed")))
        .select_related("organisation")
        .order_by("valid_until", "pk")[:limit]
    )
    return [
        RunOut(row.organisation_id, row.organisation.name, row.get_kind_display(), row.valid_until, row.entry)
        for row in rows
    ]


def organisations_named(words: str, *, limit: int = 20) -> list[tuple[int, str]]:
    """Return organisations whose name holds the words, for choosing who runs an entry."""
    wanted = " ".join(words.split())[:80]
    rows = Organisation.objects.filter(name__icontains=wanted).order_by("name", "pk") if wanted else []
    return [(row.pk, row.name) for row in rows[:limit]]


def organisation_name(organisation_id: int | None) -> str:
    """Return an organisation's name, "" for none."""
    if organisation_id is None:
        return ""
    return Organisation.objects.filter(pk=organisation_id).values_list("name", flat=True).first() or ""
