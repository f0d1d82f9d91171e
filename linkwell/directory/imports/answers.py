"""What a directory editor answers to the questions of imports, carried out at once."""

import hashlib
from contextlib import suppress
from datetime import datetime

from django.db import connection, transaction
from django.db.models import QuerySet

from linkwell.common import audit
from linkwell.common.errors import NotVisible
from linkwell.directory.errors import AnswerRefused
from linkwell.directory.imports import deletions, raws
from linkwell.directory.imports.batch import Batch
from linkwell.directory.imports.corrections import Corrections, group_of
from linkwell.directory.imports.question_queries import ALIKE, ANSWERS
from linkwell.directory.imports.run import lock
from linkwell.directory.models import FieldSource, Location, Question, Service, Source
from linkwell.directory.records import ServiceRecord
from linkwell.team.models import Membership

OURS, THEIRS, DIFFERENT = "ours", "theirs", "different"
MOST_ALIKE = 100  # settled by one press: the page waits for it


@transaction.atomic
def answer_question(*, question_id: int, answer: str, by: Membership, at: datetime) -> Question:
    """Settle a question and do what was answered; raise AnswerRefused, or ImportRunning while the source is read."""
    source = Source.objects.filter(questions__pk=question_id).first()
    if source is None:
        raise NotVisible
    lock(source)
    question = _waiting().filter(pk=question_id).first()
    if question is None:
        raise AnswerRefused("This question has been settled already.")
    if answer not in dict(ANSWERS[question.kind]):
        raise AnswerRefused("Choose one of the answers.")
    _settle(question, answer, by=by, at=at)
    return question


@transaction.atomic
def answer_alike(
    *, source_id: int, kind: str, field: str, newest: int, answer: str, by: Membership, at: datetime
) -> int:
    """Settle alike what a source's questions of one kind ask, none newer than the newest that was seen.

    Return how many: the oldest first, and so many at once; what cannot be answered so goes on waiting. Raise
    AnswerRefused where that is all of them, or ImportRunning while the source is read.
    """
    source = Source.objects.filter(pk=source_id).first()
    if source is None:
        raise NotVisible
    if answer not in ALIKE.get(kind, ()):
        raise AnswerRefused("This is answered one by one.")
    lock(source)
    asked = _waiting().filter(source=source, kind=kind, field=field, pk__lte=newest).order_by("pk")
    settled = 0
    for question in asked[:MOST_ALIKE]:
        with suppress(AnswerRefused), transaction.atomic():
            _settle(question, answer, by=by, at=at)
            settled += 1
    if not settled:
        raise AnswerRefused("None of these could be answered so. Look at them one by one.")
    return settled


def _waiting() -> QuerySet[Question]:
    return Question.objects.select_for_update(of=("self",)).select_related("service", "source").filter(settled_at=None)


def _settle(question: Question, answer: str, *, by: Membership, at: datetime) -> None:
    act = {Question.CORRECTION: _correction, Question.OWNER: _owner, Question.EXPOSURE: _exposure}[question.kind]
    act(question, answer, by=by, at=at)
    question.settled_at, question.settled_by, question.answer = at, by.pk, answer
    question.save(update_fields=["settled_at", "settled_by", "answer"])
    audit.record("directory.question_answered", about=question.service, by=by, at=at)


def _correction(question: Question, answer: str, *, by: Membership, at: datetime) -> None:
    """Keep ours, so that only a further change asks again; or take theirs with all that belongs to the field."""
    held = FieldSource.objects.filter(service=question.service, field__in=group_of(question.field))
    if answer == OURS:
        held.filter(field=question.field).update(said=question.theirs, said_known=True)
        return
    held.delete()
    record = raws.last_read(question.service_id)
    if record is None:
        raise AnswerRefused("The source's own record was not kept. Let the source be read again, then answer.")
    _apply(question, record, digest=bytes(question.service.record_hash or b""), at=at)


def _owner(question: Question, answer: str, *, by: Membership, at: datetime) -> None:
    """Give the entry to its new organisation; or end it, and begin another for the record that took its id."""
    said = raws.unpack(bytes(question.record or b""))
    if answer == DIFFERENT:
        old = question.service
        old.external_id = f"{old.external_id}#{old.pk}"
        old.changed_at = at
        old.save(update_fields=["external_id", "changed_at"])
        with connection.cursor() as cursor:
            deletions.close(cursor, [old.pk], at=at)
    _apply(question, raws.decode(said.record), digest=_digest(question, said), at=at, text=said.text)


def _exposure(question: Question, answer: str, *, by: Membership, at: datetime) -> None:
    """Keep the address to ourselves from now on, whatever the source says; or let the next reading bring it."""
    service = question.service
    if answer == OURS:
        FieldSource.objects.update_or_create(
            service=service, field="is_undisclosed", defaults={"set_at": at, "set_by": by.pk}
        )
        said = raws.unpack(bytes(question.record or b""))
        _apply(question, raws.decode(said.record), digest=_digest(question, said), at=at)
        return
    FieldSource.objects.filter(service=service, field="is_undisclosed").delete()
    others = Service.objects.filter(is_undisclosed=True).exclude(pk=service.pk)
    places = Location.objects.filter(at_services__service=service).exclude(at_services__service__in=others)
    places.update(is_undisclosed=False)
    Service.objects.filter(pk=service.pk).update(is_undisclosed=False, record_hash=None, changed_at=at)
    Source.objects.filter(pk=question.source_id).exclude(url="").update(next_due_at=at)


def _digest(question: Question, said: raws.Said) -> bytes:
    return bytes(question.digest or b"") + hashlib.blake2b(said.record, digest_size=16).digest()


def _apply(question: Question, record: ServiceRecord, *, digest: bytes, at: datetime, text: str = "") -> None:
    with connection.cursor() as cursor:
        batch = Batch(
            cursor, source_id=question.source_id, list_name=question.service.list_name, run_id=question.run_id, at=at,
            corrections=Corrections(question.source, run_id=question.run_id, at=at),
        )  # fmt: skip
        batch.add(record, digest, raws.Said(text, raws.encode(record)) if text else None)
        batch.taken()()
