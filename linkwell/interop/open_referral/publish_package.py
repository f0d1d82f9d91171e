"""The feed as a CSV data package (HSDS): one table for each kind, joined by ids, with a description of every column.

Rows go to files as they come, so that a directory of any size is written in little memory.
"""

import csv
import json
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO

from linkwell.interop.open_referral.openapi_shapes import SHAPES
from linkwell.interop.open_referral.publish_parts import Told

Rows = Iterator[tuple[str, Told]]
# Table → its file, the shape that its columns have in the JSON feed, and the links that columns of ours add
_TABLES = {
    "organization": ("organizations.csv", "Organization", ""),
    "organization_identifier": ("organization_identifiers.csv", "OrganizationIdentifier", ""),
    "program": ("programs.csv", "Program", ""),
    "service": ("services.csv", "ServiceInList", "program_id"),
    "service_at_location": ("service_at_location.csv", "ServiceAtLocation", ""),
    "location": ("locations.csv", "Location", ""),
    "address": ("addresses.csv", "Address", "location_id"),
    "accessibility": ("accessibility.csv", "Accessibility", "location_id"),
    "phone": ("phones.csv", "Phone", "organization_id service_id contact_id"),
    "contact": ("contacts.csv", "Contact", "organization_id service_id"),
    "schedule": ("schedules.csv", "Schedule", "service_id"),
    "cost_option": ("cost_options.csv", "CostOption", "service_id"),
    "language": ("languages.csv", "Language", "service_id location_id phone_id"),
    "required_document": ("required_documents.csv", "RequiredDocument", "service_id"),
    "service_area": ("service_areas.csv", "ServiceArea", "service_id"),
    "service_capacity": ("service_capacities.csv", "Capacity", "service_id unit_id"),
    "url": ("urls.csv", "Url", "organization_id service_id"),
    "funding": ("funding.csv", "Funding", "organization_id service_id"),
    "unit": ("units.csv", "Unit", ""),
    "attribute": ("attributes.csv", "Attribute", ""),
    "taxonomy": ("taxonomies.csv", "Taxonomy", ""),
    "taxonomy_term": ("taxonomy_terms.csv", "TaxonomyTerm", ""),
}
_LISTS = {
    "organization_identifiers": "organization_identifier", "phones": "phone", "contacts": "contact",
    "schedules": "schedule", "service_areas": "service_area", "service_at_locations": "service_at_location",
    "languages": "language", "cost_options": "cost_option", "required_documents": "required_document",
    "capacities": "service_capacity", "attributes": "attribute", "additional_urls": "url", "addresses": "address",
    "accessibility": "accessibility", "additional_websites": "url", "funding": "funding", "programs": "program",
}  # fmt: skip
_OBJECTS = {
    "location": "location",
    "unit": "unit",
    "program": "program",
}  # what stands inside by itself, and may stand inside many
_KINDS = {"integer": "integer", "number": "number"}


def columns(table: str) -> list[str]:
    """Return the columns of a table: the plain fields of its shape, and its links."""
    _, shape, links = _TABLES[table]
    plain = [name for name, kind in SHAPES[shape]["properties"].items() if "type" in kind and kind["type"] != "array"]
    return list(dict.fromkeys([*plain, *links.split()]))


def description(*, title: str, at: datetime) -> dict[str, Any]:
    """Return datapackage.json: every table with the type of every column."""
    return {
        "profile": "tabular-data-package",
        "name": "linkwell-directory",
        "title": title,
        "version": "3.1",
        "created": at.isoformat(),
        "resources": [
            {
                "name": table,
                "path": path,
                "profile": "tabular-data-resource",
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "schema": {"primaryKey": "id", "fields": [_column(table, shape, name) for name in columns(table)]},
            }
            for table, (path, shape, _) in _TABLES.items()
        ],
    }


def _column(table: str, shape: str, name: str) -> dict[str, Any]:
    kind = SHAPES[shape]["properties"].get(name, {"type": "string", "format": "uuid"})
    needed = name in SHAPES[shape]["required"]
    field: dict[str, Any] = {"name": name, "type": _KINDS.get(kind["type"], "string")}
    if kind.get("format") in ("uuid", "email", "uri"):
        field["format"] = kind["format"]
    if kind.get("format") == "date":
        field["type"] = "date"
    limits = ({"required": True} if needed else {}) | ({"unique": True} if name == "id" else {})
    limits |= {"enum": kind["enum"]} if "enum" in kind else {}
    return field | ({"constraints": limits} if limits else {})


def rows_of(table: str, record: Told, met: set[str], **links: str) -> Rows:
    """Return the lines of a record and of all that hangs on it: what it hangs on is named by its id.

    A place, a unit or a programme stands inside many records; one that was met is told once.
    """
    own = record | links
    for name, inside in _OBJECTS.items():
        if isinstance(record.get(name), dict):
            own[f"{name}_id"] = record[name]["id"]
            if own[f"{name}_id"] not in met:
                met.add(own[f"{name}_id"])
                yield from rows_of(inside, record[name], met)
    yield table, own
    link = {f"{table}_id": record["id"]}
    for name, below in _LISTS.items():
        for one in record.get(name, ()):
            if below in _OBJECTS:
                met.add(one["id"])
            yield from rows_of(below, one, met, **({} if name == "attributes" else link))


def write(
    into: BinaryIO,
    *,
    services: Iterable[Told],
    organizations: Iterable[Told],
    taxonomies: Iterable[Told],
    terms: Iterable[Told],
    title: str,
    at: datetime,
) -> dict[str, int]:
    """Write the package as a zip file; return how many rows each table has."""
    counts = dict.fromkeys(_TABLES, 0)
    with TemporaryDirectory(prefix="linkwell-package-") as folder, ExitStack() as files:
        writers = {table: _writer(files, Path(folder) / path, table) for table, (path, _, _) in _TABLES.items()}
        met = set[str]()
        for table, records in (("organization", organizations), ("service", services), ("taxonomy", taxonomies),
                               ("taxonomy_term", terms)):  # fmt: skip
            for record in records:
                for name, line in rows_of(table, record, met):
                    writers[name].writerow(line)
                    counts[name] += 1
        files.close()
        with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as package:
            package.writestr("datapackage.json", json.dumps(description(title=title, at=at), indent=1))
            for path, _, _ in _TABLES.values():
                package.write(Path(folder) / path, path)
    return counts


def _writer(files: ExitStack, path: Path, table: str) -> "csv.DictWriter[str]":
    opened = files.enter_context(path.open("w", encoding="utf-8", newline=""))
    writer = csv.DictWriter(opened, columns(table), extrasaction="ignore")
    writer.writeheader()
    return writer
