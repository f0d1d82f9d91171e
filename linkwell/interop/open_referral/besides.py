"""What a source says besides, that nothing of ours reads: kept as the standard shapes it, and told again.

One table says what there is of each object: the reader takes that and no more, cleaned as every other text is, and the
feed tells that and no more. Names, addresses and numbers of people are not among it.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from linkwell.directory.records import More
from linkwell.interop.notes import LINE, NAME, Node
from linkwell.interop.open_referral.telling import Ids, Told, told, web

MOST = 50  # of one list
LONGEST = 20_000  # of all that is kept of one object, as JSON
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
Shape = dict[str, Any]  # property → its kind, the shape of an object, or [the shape of each object of a list]

# The first property of an object inside is the one without which it says nothing.
_FUNDING: list[Shape] = [{"source": "text"}]
_PROGRAM: Shape = {"name": "name", "alternate_name": "name", "description": "text"}
_LANGUAGES: list[Shape] = [{"name": "name", "code": "name", "note": "name"}]
SHAPES: dict[str, Shape] = {
    "organization": {
        "alternate_name": "name", "legal_status": "name", "tax_status": "name", "tax_id": "name",
        "year_incorporated": "year", "logo": "uri", "uri": "uri",
        "additional_websites": [{"url": "uri", "label": "name"}], "funding": _FUNDING, "programs": [_PROGRAM],
    },
    "service": {
        "licenses": "text", "funding": _FUNDING, "program": _PROGRAM,
        "required_documents": [{"uri": "uri", "document": "text"}],
    },
    "location": {
        "alternate_name": "name", "url": "uri", "external_identifier": "name", "external_identifier_type": "name",
        "languages": _LANGUAGES,
    },
    "address": {"state_province": "name"},
    "schedule": {
        "dtstart": "day", "until": "day", "count": "count", "timezone": "hours", "wkst": "weekday",
        "byweekno": "name", "bymonthday": "name", "byyearday": "name", "schedule_link": "uri",
        "notes": "text",
    },
    "phone": {"type": "name", "languages": _LANGUAGES},
    "service_area": {"service_area": "name", "description": "text", "extent_type": "name"},
    "unit": {"identifier": "name", "scheme": "name", "uri": "uri"},
    "taxonomy_term": {
        "code": "name", "language": "name", "taxonomy_detail": {"name": "name", "uri": "uri", "version": "name",
                                                                "description": "text"},
    },
}  # fmt: skip


def _hours(node: Node, key: str) -> int | float | None:
    """Return a difference of hours to UTC."""
    value = node.value.get(key)
    if isinstance(value, int | float) and not isinstance(value, bool) and -15 <= value <= 15:
        return value
    return None


def _weekday(node: Node, key: str) -> str | None:
    words = node.words(key, limit=NAME).upper()
    return words if words in WEEKDAYS else None


def _day(node: Node, key: str) -> str | None:
    found = node.day(key)
    return found.isoformat() if found else None


_KINDS: dict[str, Callable[[Node, str], Any]] = {
    "name": lambda node, key: node.plain(key, limit=NAME),
    "text": lambda node, key: node.plain(key, limit=LINE),
    "uri": lambda node, key: node.url(key),
    "count": lambda node, key: node.count(key),
    "year": lambda node, key: node.count(key, least=1000, most=2200),
    "hours": _hours,
    "weekday": _weekday,
    "day": _day,
}


def said(node: Node, of: str) -> More:
    """Return what an object says besides, cleaned; where that is too long, the longest of it is left out."""
    if node.value.keys().isdisjoint(SHAPES[of]):
        return {}
    found = _said(node, SHAPES[of])
    while found and len(msgspec.json.encode(found)) > LONGEST:
        longest = max(found, key=lambda key: len(msgspec.json.encode(found[key])))
        node.notes.repair(node.at(longest), found.pop(longest), None, f"Longer than {LONGEST:,} characters: left out")
    return found


def _said(node: Node, shape: Shape) -> More:
    found = {}
    for key, kind in shape.items():
        if key not in node.value:
            continue
        value = _value(node, key, kind)
        if value not in (None, "", [], {}):
            found[key] = value
    return found


def _value(node: Node, key: str, kind: Any) -> Any:
    if isinstance(kind, str):
        return _KINDS[kind](node, key)
    if isinstance(kind, dict):
        below = node.node(key)
        return _whole(below, kind) if below else None
    items = (_whole(item, kind[0]) for item in node.nodes(key))
    return [item for item in items if item][:MOST]


def _whole(node: Node, shape: Shape) -> More:
    found = _said(node, shape)
    return found if next(iter(shape)) in found else {}


def tell(held: Any, of: str, ids: Ids) -> Told:
    """Return what was kept of an object as the feed tells it: each object inside with an id of what it says."""
    return _tell(held, SHAPES[of], ids)


def _tell(held: Any, shape: Shape, ids: Ids) -> Told:
    if not held or not isinstance(held, dict):
        return {}
    return told(**{key: _told(held[key], kind, ids, key) for key, kind in shape.items() if key in held})


def _told(value: Any, kind: Any, ids: Ids, key: str) -> Any:
    if kind == "uri":
        return web(str(value))
    if isinstance(kind, str):
        return value
    if isinstance(kind, dict):
        return _inside(value, kind, ids, key)
    return [inside for one in value if (inside := _inside(one, kind[0], ids, key))] if isinstance(value, list) else None


def _inside(value: Any, shape: Shape, ids: Ids, key: str) -> Told:
    found = _tell(value, shape, ids)
    if next(iter(shape)) not in found:
        return {}
    own = ids.of(key.removesuffix("s"), *found.values())  # a programme of a list is the one that a service names
    if shape is _PROGRAM:
        found.setdefault("description", found["name"])  # the standard demands one
    return {"id": own} | found
