"""Taxonomies, their terms and the words for needs, as a directory editor sees them."""

from dataclasses import dataclass

from django.db import connection

from linkwell.directory.models import NeedPhrase, TaxonomyTerm
from linkwell.matching import needs

PER_PAGE = 50


@dataclass(frozen=True)
class TaxonomyLine:
    name: str
    source: str
    terms: int
    mapped: int


@dataclass(frozen=True)
class Term:
    name: str
    taxonomy: str
    description: str
    codes: tuple[str, ...]  # of the needs


@dataclass(frozen=True)
class TermLine:
    pk: int
    name: str
    taxonomy: str
    parent: str
    entries: int
    decided: str  # needs in words, "None of these" or ""


@dataclass(frozen=True)
class PhraseLine:
    pk: int
    phrase: str
    need: str


@dataclass(frozen=True)
class Terms:
    rows: tuple[TermLine, ...]
    count: int
    page: int
    pages: int


def taxonomies() -> list[TaxonomyLine]:
    """Return every taxonomy with how many terms it has and how many of them are decided; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(nullif(t.taxonomy, ''), f.name), f.name, count(*),"
            " count(*) FILTER (WHERE EXISTS (SELECT FROM directory_termneed n WHERE n.term_id = t.id))"
            " FROM directory_taxonomyterm t JOIN directory_source f ON f.id = t.source_id GROUP BY 1, 2 ORDER BY 1, 2"
        )
        return [TaxonomyLine(*row) for row in cursor.fetchall()]


def terms(*, words: str = "", undecided: bool = False, page: int = 1) -> Terms:
    """Return a page of terms by name, those that most entries bear first; two statements."""
    filters = ["lower(t.name) LIKE %(words)s"] if words.strip() else []
    filters += ["n.codes IS NULL"] if undecided else []
    where = f"WHERE {' AND '.join(filters)}" if filters else ""
    escaped = words.strip().lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    values = {"words": f"%{escaped}%", "size": PER_PAGE}
    from_ = f"""
        FROM (SELECT min(t.id) AS id, min(t.name) AS name, min(t.taxonomy) AS taxonomy, min(p.name) AS parent,
                     count(DISTINCT a.service_id) AS entries
              FROM directory_taxonomyterm t
              LEFT JOIN directory_taxonomyterm p ON p.source_id = t.source_id AND p.external_id = t.parent_external_id
              LEFT JOIN directory_attribute a ON a.term_id = t.id GROUP BY lower(t.name)) t
        LEFT JOIN (SELECT lower(u.name) AS name, array_agg(n.code::text ORDER BY n.code) AS codes
                   FROM directory_termneed n JOIN directory_taxonomyterm u ON u.id = n.term_id GROUP BY 1) n
               ON n.name = lower(t.name) {where}"""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) {from_}", values)
        count = cursor.fetchone()[0]
        pages = max(1, -(-count // PER_PAGE))
        here = min(max(page, 1), pages)
        cursor.execute(
            f"SELECT t.id, t.name, t.taxonomy, coalesce(t.parent, ''), t.entries, n.codes {from_}"
            " ORDER BY t.entries DESC, lower(t.name), t.id LIMIT %(size)s OFFSET %(skip)s",
            values | {"skip": (here - 1) * PER_PAGE},
        )
        rows = [TermLine(*row[:5], _decided(row[5])) for row in cursor.fetchall()]
    return Terms(tuple(rows), count, here, pages)


def _decided(codes: list[str] | None) -> str:
    if codes is None:
        return ""
    return ", ".join(needs.label(code) for code in codes if code) or "None of our needs"


def term(term_id: int) -> Term | None:
    """Return a term with the needs that its name stands for, in whatever taxonomy; two statements."""
    row = TaxonomyTerm.objects.filter(pk=term_id).first()
    if row is None:
        return None
    same = TaxonomyTerm.objects.filter(name__iexact=row.name, needs__code__gt="")
    codes = same.values_list("needs__code", flat=True).order_by("needs__code").distinct()
    return Term(row.name, row.taxonomy, row.description, tuple(codes))


def phrases() -> list[PhraseLine]:
    """Return the words kept for needs, by need."""
    rows = NeedPhrase.objects.order_by("code", "phrase").values_list("pk", "phrase", "code")
    return [PhraseLine(pk, phrase, needs.label(code)) for pk, phrase, code in rows]
