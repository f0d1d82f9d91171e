"""Loading a taxonomy, mapping its terms to needs, keeping plain words for needs; each is used at once."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from linkwell.common import audit
from linkwell.directory import derive
from linkwell.directory.errors import AnswerRefused
from linkwell.directory.imports import write
from linkwell.directory.models import NeedPhrase, Service, Source, TaxonomyTerm, TermNeed
from linkwell.directory.records import TermRecord
from linkwell.matching.needs import BY_CODE
from linkwell.team.models import Membership

_PHRASE = re.compile(r"^[\w'-]+(?: [\w'-]+){0,5}\*?$")


@dataclass(frozen=True)
class Loaded:
    """What loading a taxonomy did."""

    taxonomy: str
    terms: int
    new: int


@transaction.atomic
def load_taxonomy(
    *, name: str, terms: Iterable[TermRecord], by: Membership | None, at: datetime, licence: str = ""
) -> Loaded:
    """Take a taxonomy's terms in, beside those that are there; the same file again changes nothing.

    No term is removed: entries may bear it. Raise AnswerRefused for one without a name.
    """
    known = " ".join(name.split())
    if not known:
        raise AnswerRefused("Name the taxonomy, for example: Open Eligibility.")
    source, _ = Source.objects.get_or_create(
        name=known, defaults={"created_at": at, "licence": licence, "is_approved": True, "approved_at": at}
    )
    before = TaxonomyTerm.objects.filter(source=source).count()
    rows = {
        term.external_id: {
            "source_id": source.pk, "external_id": term.external_id, "taxonomy": known, "name": term.name,
            "description": term.description, "parent_external_id": term.parent_external_id, "uri": term.uri,
        }
        for term in terms
    }  # fmt: skip
    with connection.cursor() as cursor:
        write.merge(cursor, "directory_taxonomyterm", list(rows.values()))
    if by is not None:
        audit.record("directory.taxonomy_loaded", about=source, by=by, at=at)
    return Loaded(known, len(rows), TaxonomyTerm.objects.filter(source=source).count() - before)


@transaction.atomic
def map_term(*, term_id: int, codes: Collection[str], by: Membership, at: datetime) -> int:
    """Say which needs a term stands for, none of them included; return how many entries changed.

    It counts for every term of that name, whichever list it came with. Raise AnswerRefused for an unknown need.
    """
    if unknown := set(codes) - set(BY_CODE):
        raise AnswerRefused(f"These are no needs: {', '.join(sorted(unknown))[:100]}.")
    term = TaxonomyTerm.objects.filter(pk=term_id).first()
    if term is None:
        raise AnswerRefused("There is no such term.")
    TermNeed.objects.filter(term__name__iexact=term.name).delete()
    TermNeed.objects.bulk_create(TermNeed(term=term, code=code, at=at, by=by.pk) for code in sorted(codes) or [""])
    audit.record("directory.term_mapped", about=term, by=by, at=at)
    return _bearing(term.name)


@transaction.atomic
def unmap_term(*, term_id: int, by: Membership, at: datetime) -> int:
    """Take back what was said of a term, so that its words alone count again; return how many entries changed."""
    term = TaxonomyTerm.objects.filter(pk=term_id).first()
    if term is None:
        raise AnswerRefused("There is no such term.")
    TermNeed.objects.filter(term__name__iexact=term.name).delete()
    audit.record("directory.term_unmapped", about=term, by=by, at=at)
    return _bearing(term.name)


def _bearing(name: str) -> int:
    rows = Service.objects.filter(attributes__term__name__iexact=name).order_by("pk").distinct()
    return derive.refresh_needs(list(rows.values_list("pk", flat=True)), derive.decided())


@transaction.atomic
def keep_phrase(*, phrase: str, code: str, by: Membership, at: datetime) -> NeedPhrase:
    """Keep words that people use for a need; searches hear them at once. Raise AnswerRefused."""
    words = " ".join(phrase.casefold().replace("’", "'").split())
    if code not in BY_CODE:
        raise AnswerRefused("Choose the need that the words stand for.")
    if not _PHRASE.fullmatch(words) or len(words) < 3 or len(words) > 60:
        raise AnswerRefused(
            "Write one to six words, for example: heating or eating. A * at the end stands for any ending."
        )
    if NeedPhrase.objects.filter(phrase=words).exclude(code=code).exists():
        raise AnswerRefused("These words stand for another need already. Remove them there first.")
    kept, _ = NeedPhrase.objects.get_or_create(phrase=words, defaults={"code": code, "at": at, "by": by.pk})
    _holding(words)
    audit.record("directory.words_kept", about=kept, by=by, at=at)
    return kept


@transaction.atomic
def drop_phrase(*, phrase_id: int, by: Membership, at: datetime) -> None:
    """Forget words for a need."""
    kept = NeedPhrase.objects.filter(pk=phrase_id).first()
    if kept is None:
        raise AnswerRefused("These words are not kept any more.")
    words = kept.phrase
    audit.record("directory.words_dropped", about=kept, by=by, at=at)
    kept.delete()
    _holding(words)


def _holding(words: str) -> None:
    """Work out the needs of entries whose name or text may hold the words."""
    text = words.rstrip("*")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM directory_service WHERE position(%s IN lower(name || ' ' || description_text)) > 0"
            " ORDER BY id",
            [text],
        )
        ids = [pk for (pk,) in cursor.fetchall()]
    derive.refresh_needs(ids, derive.decided())
