"""A taxonomy as a file: Open Eligibility's XML, or any list as CSV; read within bounds."""

import csv
import io
import xml.etree.ElementTree as ET
from collections.abc import Iterator

from defusedxml import ElementTree as SafeTree
from defusedxml.common import DefusedXmlException

from linkwell.directory.records import TermRecord
from linkwell.interop.cleaning import tidy
from linkwell.interop.encodings import to_text
from linkwell.interop.errors import CannotRead

MOST_BYTES = 20 * 1024 * 1024
MOST_TERMS = 50_000
DEEPEST = 12
_COLUMNS = {
    "id": ("id", "code", "identifier", "term_id", "term id", "notation"),
    "name": ("name", "term", "label", "title", "preflabel", "preferred label"),
    "parent": ("parent", "parent_id", "parent id", "broader", "parent_code", "parent code"),
    "description": ("description", "definition", "scope note", "notes"),
    "uri": ("uri", "url", "term_uri"),
}


def read_taxonomy(data: bytes) -> list[TermRecord]:
    """Return the terms of a file; raise CannotRead where it is no taxonomy."""
    if len(data) > MOST_BYTES:
        raise CannotRead(f"A taxonomy of more than {MOST_BYTES // 1024**2} MB is not read.")
    start = data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    found = list(_xml(data) if start == b"<" else _csv(data))
    if not found:
        raise CannotRead("There is no term in this file.")
    if len(found) > MOST_TERMS:
        raise CannotRead(f"A taxonomy of more than {MOST_TERMS:,} terms is not read.")
    return found


def _xml(data: bytes) -> Iterator[TermRecord]:
    try:
        root = SafeTree.fromstring(data, forbid_dtd=True, forbid_entities=True, forbid_external=True)
    except (ET.ParseError, DefusedXmlException, ValueError, LookupError):
        raise CannotRead("This file is not well-formed XML, or holds what a taxonomy has no need of.") from None
    words = {one.get("id", ""): one.text or "" for one in root.iter("category")}
    waiting = [(child, "", 0) for child in reversed(root)]
    while waiting:
        one, parent, depth = waiting.pop()
        if depth > DEEPEST:
            raise CannotRead("This taxonomy is nested too deeply.")
        here = parent
        if one.tag != "category" and one.get("id") and one.get("title"):
            here = _plain(one.get("id", ""), 120)
            yield TermRecord(
                here, _plain(one.get("title", ""), 200), description=_plain(words.get(here, ""), 2_000),
                parent_external_id=parent,
            )  # fmt: skip
        waiting += [(child, here, depth + 1) for child in reversed(one)]


def _csv(data: bytes) -> Iterator[TermRecord]:
    text, _ = to_text(data)
    sample = text[:4_000]
    delimiter = max(",;\t|", key=sample.count)
    rows = csv.DictReader(io.StringIO(text), delimiter=delimiter)
    have = {" ".join((name or "").split()).casefold(): name for name in rows.fieldnames or ()}
    places = {field: next((have[name] for name in names if name in have), None) for field, names in _COLUMNS.items()}
    if places["name"] is None:
        raise CannotRead(
            "This list has no column of names. Put the names of the columns into the first row: id, name, parent,"
            " description."
        )
    seen = set()
    try:
        for row in rows:
            said = {field: _plain(row.get(place) or "", 2_000) if place else "" for field, place in places.items()}
            key = said["id"] or said["name"].casefold()
            if said["name"] and key not in seen:
                seen.add(key)
                yield TermRecord(
                    key[:120], said["name"][:200], description=said["description"],
                    parent_external_id=said["parent"][:120], uri=said["uri"][:500],
                )  # fmt: skip
    except csv.Error:
        raise CannotRead("A row of this list cannot be read: look for a quote that is never closed.") from None


def _plain(value: str, limit: int) -> str:
    return " ".join((tidy(value, limit=limit).value or "").split())
