"""What pages show of sources and their runs: frozen values, nothing a template could query through."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Subquery

from linkwell.directory.models import Duplicate, ImportRow, ImportRun, Question, Service, Source
from linkwell.team.models import Membership

PER_PAGE = 50
RED = "red"


@dataclass(frozen=True)
class RunLine:
    """One run in a list. `colour` is red where somebody must look."""

    pk: int
    source_id: int
    source: str
    started_at: datetime
    ended_at: datetime | None
    state: str
    colour: str
    read: int
    created: int
    updated: int
    unchanged: int
    refused: int
    closed: int
    withheld: int
    held: int
    trouble: str


@dataclass(frozen=True)
class SourceLine:
    """One source in the list, with its last run."""

    pk: int
    name: str
    url: str
    entries: int
    every: str
    next_due_at: datetime | None
    is_paused: bool
    is_approved: bool
    failures: int
    last: RunLine | None


def source_to_read(source_id: int) -> Source | None:
    """Return a source that has an address."""
    return Source.objects.filter(pk=source_id).exclude(url="").first()


def every_in_words(hours: int | None) -> str:
    """Return how often a source is read."""
    return {None: "When asked", 6: "Every 6 hours", 24: "Every day", 72: "Every 3 days", 168: "Every week"}.get(
        hours, f"Every {hours} hours"
    )


def state_of(run: dict[str, Any]) -> tuple[str, str]:
    """Return how a run stands in words, and a colour."""
    match run["state"]:
        case ImportRun.RUNNING:
            return "Being read", "blue"
        case ImportRun.FAILED:
            return "Failed", RED
        case ImportRun.INTERRUPTED:
            return "Broke off", RED
    if run["withheld"]:
        if run["agreed_at"]:
            return ("Closings agreed" if run["agreement_used"] else "Agreed, to be read again"), "yellow"
        return "Closings withheld", RED
    if run["is_partial"]:
        return "Only in part", RED
    return ("To be looked at", "yellow") if run["held"] else ("Done", "green")


_RUN = ("pk", "source_id", "source__name", "started_at", "ended_at", "state", "read", "created", "updated", "unchanged",
        "refused", "closed", "withheld", "held", "trouble", "is_partial", "agreed_at", "agreement_used")  # fmt: skip


def _run_line(row: dict[str, Any]) -> RunLine:
    words, colour = state_of(row)
    return RunLine(
        pk=row["pk"], source_id=row["source_id"], source=row["source__name"], started_at=row["started_at"],
        ended_at=row["ended_at"], state=words, colour=colour, read=row["read"], created=row["created"],
        updated=row["updated"], unchanged=row["unchanged"], refused=row["refused"], closed=row["closed"],
        withheld=row["withheld"], held=row["held"], trouble=row["trouble"],
    )  # fmt: skip


def source_list() -> list[SourceLine]:
    """Return every source by name, with its entries and its last run; three statements."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT source_id, count(*) FROM directory_service WHERE listing <> 'gone' GROUP BY 1")
        entries = dict(cursor.fetchall())
    last = ImportRun.objects.order_by("source_id", "-pk").distinct("source_id").values(*_RUN)
    runs = {row["source_id"]: _run_line(row) for row in last}
    return [
        SourceLine(
            pk=one.pk, name=one.name, url=one.url, entries=entries.get(one.pk, 0),
            every=every_in_words(one.every_hours),
            next_due_at=one.next_due_at, is_paused=one.is_paused, is_approved=one.is_approved, failures=one.failures,
            last=runs.get(one.pk),
        )
        for one in Source.objects.order_by("name", "pk")
    ]  # fmt: skip


@dataclass(frozen=True)
class Waiting:
    """How much waits for a directory editor."""

    questions: int
    duplicates: int
    withheld: int


def waiting() -> Waiting:
    """Return what waits for a person; three statements."""
    ended = ImportRun.objects.filter(state=ImportRun.FINISHED)
    newer = ended.filter(
        source=OuterRef("source"), list_name=OuterRef("list_name"), whole_list=True, pk__gt=OuterRef("pk")
    )
    red = ended.filter(~Exists(newer), withheld__gt=0, agreed_at=None)  # a newer reading knows better
    return Waiting(
        Question.objects.filter(settled_at=None).count(),
        Duplicate.objects.filter(state="waiting").count(),
        red.count(),
    )


@dataclass(frozen=True)
class SourcePage:
    """One source with its newest runs."""

    source: SourceLine
    format: str
    mapping: str
    every_hours: int | None
    licence: str
    attribution: str
    approved_at: datetime | None
    runs: tuple[RunLine, ...]


def source_page(source_id: int) -> SourcePage | None:
    """Return one source, None where there is none; three statements."""
    one = Source.objects.filter(pk=source_id).first()
    if one is None:
        return None
    runs = [_run_line(row) for row in ImportRun.objects.filter(source=one).order_by("-pk").values(*_RUN)[:20]]
    entries = Service.objects.filter(source=one).exclude(listing="gone").count()
    line = SourceLine(
        pk=one.pk, name=one.name, url=one.url, entries=entries, every=every_in_words(one.every_hours),
        next_due_at=one.next_due_at, is_paused=one.is_paused, is_approved=one.is_approved, failures=one.failures,
        last=runs[0] if runs else None,
    )  # fmt: skip
    return SourcePage(
        line, one.format, one.mapping, one.every_hours, one.licence, one.attribution, one.approved_at, tuple(runs)
    )


ROW_KINDS = {
    "withheld": "Missing, not closed",
    "held": "Held for a person",
    "refusal": "Refused",
    "repair": "Repaired",
    "closed": "Closed",
    "kept": "Kept: another list holds it",
}


@dataclass(frozen=True)
class RowLine:
    """One repair, refusal or closing of a run; `service_id` where the entry is known."""

    kind: str
    record: str
    service_id: int | None
    name: str
    path: str
    was: str
    now: str
    reason: str


@dataclass(frozen=True)
class RunPage:
    """One run, with a page of its rows."""

    run: RunLine
    format: str
    file_name: str
    whole_list: bool
    is_partial: bool
    agreed_at: datetime | None
    may_agree: bool
    kinds: tuple[tuple[str, str, int], ...]  # (kind, label, how many)
    kind: str
    rows: tuple[RowLine, ...]
    page: int
    pages: int


def run_page(run_id: int, *, kind: str = "", page: int = 1) -> RunPage | None:
    """Return one run and a page of its rows of a kind; five statements, however many rows."""
    more = ("format", "file_name", "whole_list")
    row = ImportRun.objects.filter(pk=run_id).values(*_RUN, *more).first()
    if row is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT kind, count(*) FROM directory_importrow WHERE run_id = %s GROUP BY 1", [run_id])
        counts = dict(cursor.fetchall())
    wanted = kind if kind in counts else ""
    total = counts[wanted] if wanted else sum(counts.values())
    pages = max(1, -(-total // PER_PAGE))
    here = min(max(page, 1), pages)
    rows = ImportRow.objects.filter(run_id=run_id, **({"kind": wanted} if wanted else {})).order_by("pk")
    shown = list(rows[(here - 1) * PER_PAGE : here * PER_PAGE])
    entries = Service.objects.filter(source_id=row["source_id"], external_id__in={one.record for one in shown})
    known = {key: (pk, name) for key, pk, name in entries.values_list("external_id", "pk", "name")}
    return RunPage(
        run=_run_line(row), format=row["format"], file_name=row["file_name"], whole_list=row["whole_list"],
        is_partial=row["is_partial"], agreed_at=row["agreed_at"],
        may_agree=bool(row["withheld"]) and row["agreed_at"] is None and row["state"] == ImportRun.FINISHED,
        kinds=tuple((one, label, counts[one]) for one, label in ROW_KINDS.items() if one in counts), kind=wanted,
        rows=tuple(
            RowLine(one.kind, one.record, *known.get(one.record, (None, "")), one.path, one.was, one.now, one.reason)
            for one in shown
        ),
        page=here, pages=pages,
    )  # fmt: skip


@dataclass(frozen=True)
class Standing:
    """Whether an entry may be seen at all, and in whose place another stands."""

    source_id: int
    joined_into_id: int | None
    hidden_at: datetime | None
    hidden_why: str
    hidden_by: str


def standing(service_id: int) -> Standing | None:
    """Return whether an entry is hidden or joined into another, None where there is none; one statement."""
    names = Membership.objects.filter(pk=OuterRef("hidden_by")).values("account__name")[:1]
    rows = Service.objects.filter(pk=service_id).annotate(who=Subquery(names))
    row = rows.values_list("source_id", "joined_into_id", "hidden_at", "hidden_why", "who").first()
    return Standing(*row[:4], row[4] or "") if row else None


@dataclass(frozen=True)
class HiddenEntry:
    pk: int
    name: str
    source: str
    at: datetime
    why: str


def hidden_entries() -> list[HiddenEntry]:
    """Return what is hidden now, the newest first; at most a hundred."""
    rows = Service.objects.filter(hidden_at__isnull=False).order_by("-hidden_at", "pk")
    return [
        HiddenEntry(*row) for row in rows.values_list("pk", "name", "source__name", "hidden_at", "hidden_why")[:100]
    ]
