"""What matching reads, worked out from what an entry says: one definition for imports, hands and the demo."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db import connection

from linkwell.directory.models import NeedPhrase, ServiceNeed, TermNeed
from linkwell.matching.recognise import Own, Recognised, needs_of_entry
from linkwell.matching.words import search_text


@dataclass(frozen=True)
class Decided:
    """What people decided beside the built-in list: which needs a term stands for, and words for needs."""

    terms: dict[str, list[str]] = field(default_factory=dict)  # term in small letters → needs; [] for none
    phrases: Own = ()


def decided() -> Decided:
    """Return what was decided about terms and words; two statements."""
    terms: dict[str, list[str]] = defaultdict(list)
    for name, code in TermNeed.objects.order_by("pk").values_list("term__name", "code"):
        terms[name.casefold()] += [code] if code and code not in terms[name.casefold()] else []
    phrases = NeedPhrase.objects.order_by("pk").values_list("code", "phrase")
    return Decided(dict(terms), tuple((code, phrase) for code, phrase in phrases))


def needs_of(
    *, name: str, text: str, terms: Iterable[str] = (), mapped: Sequence[str] = (), by: Decided | None = None
) -> list[Recognised]:
    """Return the needs of an entry: those its mapping states, those its terms stand for, those its words show."""
    by = by or Decided()
    found = {code: Recognised(code, "mapping", "") for code in mapped}
    undecided = []
    for term in terms:
        codes = by.terms.get(term.casefold())
        if codes is None:
            undecided.append(term)
        for code in codes or ():
            found.setdefault(code, Recognised(code, "term", term))
    for need in needs_of_entry(name, text, undecided, by.phrases):
        found.setdefault(need.code, need)
    return list(found.values())


def refresh_needs(service_ids: Sequence[int], by: Decided) -> int:
    """Work out the needs of entries again after a decision about terms or words; return how many changed."""
    changed = 0
    for start in range(0, len(service_ids), 500):
        changed += _refresh_needs(service_ids[start : start + 500], by)
    return changed


def _refresh_needs(service_ids: Sequence[int], by: Decided) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.id, s.name, s.description_text,"
            " (SELECT coalesce(array_agg(t.name ORDER BY a.id), '{}') FROM directory_attribute a"
            "  JOIN directory_taxonomyterm t ON t.id = a.term_id WHERE a.service_id = s.id),"
            " (SELECT coalesce(array_agg(n.code::text), '{}') FROM directory_serviceneed n"
            "  WHERE n.service_id = s.id AND n.why = 'mapping'),"
            " (SELECT coalesce(array_agg(n.code::text), '{}') FROM directory_serviceneed n"
            "  WHERE n.service_id = s.id AND n.why = 'hand'), s.need_codes, s.strong_needs"
            " FROM directory_service s WHERE s.id = ANY(%s)",
            [list(service_ids)],
        )
        rows, needs, codes = cursor.fetchall(), [], []
        for pk, name, text, terms, mapped, hand, had, had_strong in rows:
            found = needs_of(name=name, text=text, terms=terms, mapped=mapped, by=by)
            found = [need for need in found if need.code not in hand]
            every = sorted({*hand, *(need.code for need in found)})
            strong = sorted({*hand, *(need.code for need in found if need.is_strong)})
            if every != sorted(had) or strong != sorted(had_strong):
                codes.append((every, strong, pk))
                needs += [ServiceNeed(service_id=pk, code=one.code, why=one.why, phrase=one.phrase) for one in found]
        pks = [pk for _, _, pk in codes]
        ServiceNeed.objects.filter(service_id__in=pks).exclude(why="hand").delete()
        ServiceNeed.objects.bulk_create(needs)
        cursor.executemany("UPDATE directory_service SET need_codes = %s, strong_needs = %s WHERE id = %s", codes)
    return len(codes)


def refresh_search(service_ids: Sequence[int] | None = None) -> int:
    """Work out the searched words again, of some services or of all; return how many. For rows written by hand."""
    if service_ids is not None and not service_ids:
        return 0
    where = "" if service_ids is None else "WHERE s.id = ANY(%s)"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.id, s.name || ' ' || s.alternate_name, coalesce(o.name, ''), s.description_text,"
            " coalesce((SELECT array_agg(t.name) FROM directory_attribute a"
            "           JOIN directory_taxonomyterm t ON t.id = a.term_id WHERE a.service_id = s.id), '{}')"
            f" FROM directory_service s LEFT JOIN directory_organisation o ON o.id = s.organisation_id {where}",
            [] if service_ids is None else [list(service_ids)],
        )
        rows = [(pk, search_text(name, organisation, text, terms)) for pk, name, organisation, text, terms in cursor]
        cursor.executemany(
            "UPDATE directory_service SET search = %s::tsvector WHERE id = %s", [(v, pk) for pk, v in rows]
        )
    return len(rows)
