"""What staff do with sources: keep one by its address, say when it is read, pause it, approve it, agree to a list."""

from datetime import datetime, timedelta

from django.db import IntegrityError, connection, transaction

from linkwell.common import audit
from linkwell.directory.errors import NoSuchService, SourceRefused
from linkwell.directory.imports import deletions
from linkwell.directory.models import ImportRun, Service, Source
from linkwell.team.models import Membership

EVERY_HOURS = (6, 24, 72, 168)
LONGEST_DELAY = timedelta(days=7)
FIRST_DELAY = timedelta(minutes=30)
CLAIM = timedelta(hours=2)
NAMED_ALREADY = "There is a source named {} already. Choose another name."


@transaction.atomic
def add_source(
    *, name: str, url: str, kind: str, every_hours: int | None, by: Membership, at: datetime, mapping: str = ""
) -> Source:
    """Keep a source by its address, not approved yet; its first reading is due at once. Raise SourceRefused."""
    known = " ".join(name.split())
    if not known:
        raise SourceRefused("Name the source: whose list is it?")
    if _is_named(known):
        raise SourceRefused(NAMED_ALREADY.format(known))
    if Source.objects.filter(url=url).exists():
        raise SourceRefused("This address is a source already.")
    _check_every(every_hours)
    try:
        with transaction.atomic():
            source = Source.objects.create(
                name=known,
                url=url,
                format=kind,
                mapping=mapping,
                every_hours=every_hours,
                next_due_at=at,
                created_at=at,
            )
    except IntegrityError:  # somebody else adds it at this moment
        raise SourceRefused(NAMED_ALREADY.format(known)) from None
    audit.record("directory.source_added", about=source, by=by, at=at)
    return source


@transaction.atomic
def schedule_source(
    *, source_id: int, every_hours: int | None, is_paused: bool, by: Membership, at: datetime
) -> Source:
    """Say how often a source is read, or that it is not for now."""
    _check_every(every_hours)
    source = _source(source_id)
    source.every_hours, source.is_paused = every_hours, is_paused
    source.next_due_at = _next(source, at) if every_hours and source.url else None
    source.save(update_fields=["every_hours", "is_paused", "next_due_at"])
    audit.record("directory.source_scheduled", about=source, by=by, at=at)
    return source


@transaction.atomic
def read_now(*, source_id: int, by: Membership, at: datetime) -> Source:
    """Let a source be read as soon as the worker comes to it; raise SourceRefused for one without an address."""
    source = _source(source_id)
    if not source.url:
        raise SourceRefused("This source has no address: bring its file by hand.")
    source.next_due_at, source.is_paused = at, False
    source.save(update_fields=["next_due_at", "is_paused"])
    audit.record("directory.source_asked_for", about=source, by=by, at=at)
    return source


@transaction.atomic
def approve_source(*, source_id: int, is_approved: bool, by: Membership, at: datetime) -> Source:
    """Let the public see the entries of a source, or no longer."""
    source = _source(source_id)
    source.is_approved = is_approved
    source.approved_at, source.approved_by = (at, by.pk) if is_approved else (None, None)
    source.save(update_fields=["is_approved", "approved_at", "approved_by"])
    audit.record(
        "directory.source_approved" if is_approved else "directory.source_withdrawn", about=source, by=by, at=at
    )
    return source


@transaction.atomic
def claim_due(*, at: datetime) -> int | None:
    """Take the source that has been due longest, so that no other reads it; None where none is due.

    The claim ends by itself: a source whose reader died is due again after a while, and holds up no other.
    """
    due = Source.objects.select_for_update(skip_locked=True).filter(next_due_at__lte=at, is_paused=False)
    source = due.exclude(url="").order_by("next_due_at", "pk").first()
    if source is None:
        return None
    source.next_due_at = at + CLAIM
    source.save(update_fields=["next_due_at"])
    return source.pk


def note_end(*, source: Source, ended_well: bool, at: datetime) -> None:
    """Say when a source is due again: after its usual time, or after a delay that grows with each failure."""
    with transaction.atomic():
        row = _source(source.pk)
        row.failures = 0 if ended_well else row.failures + 1
        row.next_due_at = _next(row, at)
        row.save(update_fields=["failures", "next_due_at"])


def _next(source: Source, at: datetime) -> datetime | None:
    if source.failures:
        delay: timedelta = min(FIRST_DELAY * 2 ** min(source.failures - 1, 12), LONGEST_DELAY)
        return at + delay
    return at + timedelta(hours=source.every_hours) if source.every_hours else None


@transaction.atomic
def agree_to_closing(*, run_id: int, by: Membership, at: datetime) -> int:
    """Agree that what a run withheld has gone; return how many were closed at once.

    A source with an address is read again first, and only what is still missing then is closed. For a file the
    newest reading of its list stands in for that. Either way nothing is closed that was not on the list agreed to.
    """
    run = ImportRun.objects.select_for_update().select_related("source").filter(pk=run_id).first()
    if run is None or not run.withheld:
        raise SourceRefused("This run withheld nothing.")
    if run.agreed_at is not None:
        raise SourceRefused("Somebody has agreed to this list already.")
    run.agreed_at, run.agreed_by = at, by.pk
    closed = 0
    if run.source.url:
        Source.objects.filter(pk=run.source_id).update(next_due_at=at, is_paused=False)
    else:
        run.agreement_used = True
        closed = _close_now(run, at)
    run.save(update_fields=["agreed_at", "agreed_by", "agreement_used"])
    audit.record("directory.closing_agreed", about=run, by=by, at=at)
    return closed


def _close_now(run: ImportRun, at: datetime) -> int:
    """Close what the newest whole reading of the same list misses still, and no more than the run withheld."""
    newer = ImportRun.objects.filter(
        source=run.source, state=ImportRun.FINISHED, whole_list=True, list_name=run.list_name, pk__gt=run.pk
    )
    latest = newer.order_by("-pk").values_list("pk", flat=True).first()
    missing = set(deletions.withheld_in(run.pk))
    if latest is not None:
        missing &= set(deletions.withheld_in(latest))
    rows = Service.objects.filter(source=run.source, external_id__in=missing).exclude(listing="gone")
    gone = list(rows.values_list("pk", flat=True))
    with connection.cursor() as cursor:
        deletions.close(cursor, gone, at=at)
    return len(gone)


@transaction.atomic
def hide_entry(*, service_id: int, why: str, by: Membership, at: datetime) -> Service:
    """Take one entry out of everything but the editors' page of it, at once and whatever its source says."""
    if not why.strip():
        raise SourceRefused("Say why the entry is hidden, for whoever looks next.")
    service = _service(service_id)
    service.hidden_at, service.hidden_by, service.hidden_why, service.changed_at = at, by.pk, why.strip()[:500], at
    service.save(update_fields=["hidden_at", "hidden_by", "hidden_why", "changed_at"])
    audit.record("directory.hidden", about=service, by=by, at=at)
    return service


@transaction.atomic
def show_entry(*, service_id: int, by: Membership, at: datetime) -> Service:
    """Let a hidden entry be seen again."""
    service = _service(service_id)
    service.hidden_at, service.hidden_by, service.hidden_why, service.changed_at = None, None, "", at
    service.save(update_fields=["hidden_at", "hidden_by", "hidden_why", "changed_at"])
    audit.record("directory.shown", about=service, by=by, at=at)
    return service


def _service(service_id: int) -> Service:
    service = Service.objects.select_for_update(of=("self",)).filter(pk=service_id).first()
    if service is None:
        raise NoSuchService
    return service


def _source(source_id: int) -> Source:
    source = Source.objects.select_for_update().filter(pk=source_id).first()
    if source is None:
        raise SourceRefused("There is no such source.")
    return source


def _is_named(name: str) -> bool:
    return Source.objects.filter(name__iexact=name).exists()


def _check_every(every_hours: int | None) -> None:
    if every_hours is not None and every_hours not in EVERY_HOURS:
        raise SourceRefused("Choose how often the source is read.")
