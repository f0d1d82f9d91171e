"""What matching reads, worked out from what an entry says: one definition for imports, hands and the demo."""

from collections.abc import Iterable, Sequence

from django.db import connection

from linkwell.matching.recognise import Recognised, needs_of_entry
from linkwell.matching.words import stems


def search_text(name: str, organisation: str, text: str, terms: Iterable[str] = ()) -> str:
    """Return the searched words as PostgreSQL writes a tsvector: weight A for words of the name."""
    named = dict.fromkeys(stems(name))
    rest = [stem for stem in stems(f"{organisation} {text} {' '.join(terms)}") if stem not in named]
    return " ".join([f"'{stem}':1A" for stem in named] + [f"'{stem}':1" for stem in rest])


def needs_of(*, name: str, text: str, terms: Iterable[str] = (), mapped: Sequence[str] = ()) -> list[Recognised]:
    """Return the needs of an entry: those its mapping states, then those its words show."""
    found = {code: Recognised(code, "mapping", "") for code in mapped}
    for need in needs_of_entry(name, text, terms):
        found.setdefault(need.code, need)
    return list(found.values())


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
