"""How an entry stands, what became of it by hand, and what was checked of a group: for staff."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Max, Q

from linkwell.directory.editing import entry, history
from linkwell.directory.editing.fields import LABELS
from linkwell.directory.editing.queries.waiting import ORIGINS
from linkwell.directory.errors import NoSuchService
from linkwell.directory.models import EntryEvent, GroupCheck, Organisation, Service

MOST_EVENTS = 200


def texts(service_id: int) -> dict[str, str]:
    """Return every field of an entry as it is typed; raise NoSuchService."""
    found = entry.whole(Service.objects.filter(pk=service_id, joined_into=None)).first()
    if found is None:
        raise NoSuchService
    return entry.texts_of(found)


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
    rows = Organisation.objects.filter(name__icontains=wanted).order_by("name", "pk")
    return [(row.pk, row.name) for row in rows[:limit]] if wanted else []


def organisation_name(organisation_id: int | None) -> str:
    """Return an organisation's name, "" for none."""
    if organisation_id is None:
        return ""
    return Organisation.objects.filter(pk=organisation_id).values_list("name", flat=True).first() or ""
