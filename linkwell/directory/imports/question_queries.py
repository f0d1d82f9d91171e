"""Questions of imports as a directory editor sees them, and an entry's raw record beside ours."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Max

from linkwell.directory.imports import raws
from linkwell.directory.models import ImportRow, Question, RawRecord, Service

PER_PAGE, MOST_GROUPS = 25, 20
FIELD_LABELS = {
    "name": "Name", "alternate_name": "Other name", "description_text": "Description", "description": "Description",
    "url": "Website", "email": "E-mail", "how_to_join": "How to join", "what_to_bring": "What to bring",
    "first_visit": "The first visit", "eligibility_text": "For whom", "minimum_age": "Youngest age",
    "maximum_age": "Oldest age", "modes": "Ways of taking part", "languages": "Languages",
    "access_yes": "Access there is", "access_no": "Access that is missing", "times_text": "When", "slots": "When",
    "is_free": "Free or not", "cost_text": "Cost", "phones": "Telephone", "places": "Place", "entry_routes": "Ways in",
}  # fmt: skip


@dataclass(frozen=True)
class QuestionLine:
    """One open question, both sides in words; `answers` are (value, label), the first the careful one."""

    pk: int
    kind: str
    what: str
    service_id: int
    service: str
    source: str
    field: str
    ours: str
    theirs: str
    asked_at: datetime
    run_id: int | None
    answers: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Alike:
    """Several open questions that one answer may settle; `newest` is the last of them that is counted here."""

    source_id: int
    source: str
    kind: str
    what: str
    field: str
    label: str
    count: int
    newest: int
    answers: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Questions:
    alike: tuple[Alike, ...]
    rows: tuple[QuestionLine, ...]
    count: int
    page: int
    pages: int


ANSWERS = {
    Question.CORRECTION: (("ours", "Keep ours"), ("theirs", "Take theirs")),
    Question.OWNER: (("theirs", "The same service, new organisation"), ("different", "A different service")),
    Question.EXPOSURE: (("ours", "Keep the address hidden"), ("theirs", "The address may be shown")),
}
# What may be said of many at once: nothing that closes an entry, or shows an address that was not given out.
ALIKE = {Question.CORRECTION: ("ours", "theirs"), Question.OWNER: ("theirs",), Question.EXPOSURE: ("ours",)}


def open_questions(*, page: int = 1) -> Questions:
    """Return a page of what waits for an answer, the oldest first, and what may be answered alike; three statements."""
    rows = Question.objects.filter(settled_at=None).select_related("service", "source").order_by("asked_at", "pk")
    count = rows.count()
    pages = max(1, -(-count // PER_PAGE))
    here = min(max(page, 1), pages)
    shown = rows.defer("record")[(here - 1) * PER_PAGE : here * PER_PAGE]
    return Questions(_alike(), tuple(map(_line, shown)), count, here, pages)


def _alike() -> tuple[Alike, ...]:
    groups = Question.objects.filter(settled_at=None).values_list("source_id", "source__name", "kind", "field")
    found = groups.annotate(count=Count("pk"), newest=Max("pk")).filter(count__gt=1).order_by("-count", "newest")
    kinds = dict(Question._meta.get_field("kind").flatchoices)
    return tuple(
        Alike(
            source_id, source, kind, str(kinds[kind]), field, _label(field), count, newest,
            tuple((value, words) for value, words in ANSWERS[kind] if value in ALIKE[kind]),
        )
        for source_id, source, kind, field, count, newest in found[:MOST_GROUPS]
    )  # fmt: skip


def _label(field: str) -> str:
    return FIELD_LABELS.get(field, field.replace("_", " "))


def _line(row: Question) -> QuestionLine:
    return QuestionLine(
        pk=row.pk, kind=row.kind, what=row.get_kind_display(), service_id=row.service_id, service=row.service.name,
        source=row.source.name, field=_label(row.field), ours=_words(row.ours),
        theirs=_words(row.theirs), asked_at=row.asked_at, run_id=row.run_id, answers=ANSWERS[row.kind],
    )  # fmt: skip


def _words(value: Any) -> str:
    if value is None or value == "" or value == []:
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return "; ".join(map(str, value)) if isinstance(value, list) else str(value)


@dataclass(frozen=True)
class RawBeside:
    """An entry as its source wrote it, beside what was made of it."""

    service_id: int
    service: str
    source: str
    run_id: int | None
    read_at: datetime
    raw: str
    is_cut: bool
    ours: tuple[tuple[str, str], ...]
    repairs: tuple[tuple[str, str, str, str], ...]  # path, was, now, reason


def raw_beside(service_id: int) -> RawBeside | None:
    """Return an entry's raw record beside ours, None where none was kept; two statements."""
    row = RawRecord.objects.select_related("service__source").filter(service_id=service_id).first()
    if row is None:
        return None
    said = raws.unpack(bytes(row.packed))
    repairs = ImportRow.objects.filter(run_id=row.run_id, record=row.service.external_id, kind="repair").order_by("pk")
    return RawBeside(
        service_id=service_id, service=row.service.name, source=row.service.source.name, run_id=row.run_id,
        read_at=row.read_at, raw=_indented(said.text), is_cut=row.size > raws.MOST_CHARACTERS, ours=_ours(row.service),
        repairs=tuple(repairs.values_list("path", "was", "now", "reason")[:200]),
    )  # fmt: skip


def _ours(service: Service) -> tuple[tuple[str, str], ...]:
    lead = ("description", "slots")  # shown by their words
    found = [
        (label, _words(getattr(service, name)))
        for name, label in FIELD_LABELS.items()
        if name not in lead and hasattr(service, name) and name not in ("phones", "places")
    ]
    return tuple((label, words) for label, words in found if words)


def _indented(text: str) -> str:
    try:
        return json.dumps(json.loads(text), ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        return text
