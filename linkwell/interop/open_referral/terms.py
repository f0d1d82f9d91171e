"""Languages of an Open Referral service, areas that it serves, and terms that it bears."""

from linkwell.directory.records import AreaRecord, LanguageRecord, ServiceRecord, TermRecord
from linkwell.interop.notes import NAME, Node
from linkwell.interop.open_referral import besides
from linkwell.matching import vocabulary


def languages_areas_terms(service: ServiceRecord, node: Node) -> None:
    """Fill languages, areas served and the terms of its taxonomies."""
    for item in node.nodes("languages"):
        name = item.plain("name", "language", limit=60) or item.words("code", limit=10)
        if not name:
            item.notes.repair(item.path, item.value, None, "A language without a name: left out")
            continue
        code = vocabulary.language_code(item.words("code", limit=10)) or vocabulary.language_code(name)
        service.languages.append(LanguageRecord(name, code, item.plain("note", limit=NAME)))
    at = list(node.nodes("service_at_locations"))
    by_place = at if all(item.value.get("service_areas") for item in at) else []  # or one place's area is not all
    for item in (area for holder in (node, *by_place) for area in holder.nodes("service_areas")):
        name = item.plain("name", "service_area", limit=NAME)
        if name and all(other.name != name for other in service.areas):
            area = AreaRecord(name, item.plain("extent"), item.url("uri"), besides.said(item, "service_area"))
            service.areas.append(area)
    for item in (one for holder in (node, *at) for one in holder.nodes("attributes")):
        if (term := item.node("taxonomy_term")) is not None:
            _term(service, term, value=item.plain("value", limit=NAME))
    for item in node.nodes("service_taxonomys"):  # 1.0
        if (term := item.node("taxonomy")) is not None:
            _term(service, term, value="")
    if kind := node.plain("deliverable_type", limit=NAME):
        service.terms.append(TermRecord(f"deliverable_type:{kind.casefold()}", kind, taxonomy="deliverable_type"))


def _term(service: ServiceRecord, node: Node, *, value: str) -> None:
    name = node.plain("name", "term", limit=NAME)
    if not name:
        node.notes.repair(node.at("name"), node.value.get("name", ""), None, "A term without a name: left out")
        return
    record = TermRecord(
        external_id=node.words("id", limit=200) or f"name:{name.casefold()}",
        name=name,
        taxonomy=node.plain("taxonomy", "vocabulary", limit=NAME),
        description=node.plain("description"),
        parent_external_id=node.words("parent_id", limit=200),
        uri=node.url("term_uri"),
        value=value,
        more=besides.said(node, "taxonomy_term"),
    )
    if all(other.external_id != record.external_id for other in service.terms):
        service.terms.append(record)
