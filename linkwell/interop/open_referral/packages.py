"""A data package of CSV tables (HSDS 3.x, 2.x, 1.x; a zip or a folder) → the nested services of a JSON feed.

The tables are joined by their ids into records of the shape that JSON feeds have, so that one mapper reads both.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Any

import msgspec

from linkwell.interop.encodings import file_bytes
from linkwell.interop.errors import CannotRead
from linkwell.interop.files.archives import unpacking
from linkwell.interop.files.rows import table
from linkwell.interop.open_referral.documents import Document

Line = dict[str, Any]
Tables = dict[str, list[Line]]

# Every name a table has had in a version of HSDS → ours
_NAMES = {
    "organizations": "organization organizations", "services": "service services", "programs": "program programs",
    "locations": "location locations", "phones": "phone phones", "contacts": "contact contacts",
    "addresses": "address addresses physical_address physical_addresses", "schedules": "schedule schedules",
    "regular_schedules": "regular_schedule regular_schedules", "languages": "language languages",
    "service_at_locations": "service_at_location service_at_locations services_at_location services_at_locations",
    "service_areas": "service_area service_areas", "cost_options": "cost_option cost_options",
    "accessibility": "accessibility accessibility_for_disabilities", "attributes": "attribute attributes"
    " service_attribute service_attributes service_taxonomy service_taxonomies other_attribute other_attributes",
    "taxonomies": "taxonomy taxonomies", "taxonomy_terms": "taxonomy_term taxonomy_terms term terms",
    "required_documents": "required_document required_documents", "eligibilities": "eligibility eligibilities",
    "capacities": "service_capacity service_capacities", "units": "unit units",
    "organization_identifiers": "organization_identifier organization_identifiers",
    "funding": "funding fundings", "urls": "url urls",
}  # fmt: skip
_CANONICAL = {name: canonical for canonical, names in _NAMES.items() for name in names.split()}
# Lists in one cell, as HSDS 1.0 writes them → the table and column that hold them since
_CELLS = {
    "languages": ("languages", "name"), "service_areas": ("service_areas", "name"),
    "required_documents": ("required_documents", "document"), "accessibility": ("accessibility", "description"),
}  # fmt: skip
MOST_IN_A_CELL = 100


def read_package(source: Path | bytes) -> Document:
    """Return the services of a data package; raise CannotRead where it holds none."""
    tables, mended = _tables(_files(source))
    if not tables.get("services"):
        raise CannotRead("This data package has no table of services (services.csv), so there is nothing to import.")
    records = [msgspec.json.encode(service) for service in _Package(tables).services()]
    return Document(records, base="$.services", mended=mended)


def is_package(source: Path | bytes) -> bool:
    """Say whether a folder holds a table of services, or a zip file tables, as a workbook does not."""
    if isinstance(source, Path):
        return any((source / name).is_file() for name in ("datapackage.json", "services.csv", "service.csv"))
    with unpacking(source, "This zip file") as opened:
        return any(name.lower().endswith(".csv") for name in opened.namelist())


def _files(source: Path | bytes) -> dict[str, bytes]:
    if isinstance(source, Path):
        found = sorted(path for path in source.iterdir() if path.suffix.lower() in (".csv", ".json"))
        return {path.name: path.read_bytes() if not path.stat().st_size else file_bytes(path) for path in found}
    with unpacking(source, "This data package") as opened:
        names = [name for name in opened.namelist() if PurePosixPath(name).suffix.lower() in (".csv", ".json")]
        names = [name for name in names if not name.startswith("__MACOSX/")]
        return {name: opened.read(name) for name in names}


def _tables(files: dict[str, bytes]) -> tuple[Tables, list[str]]:
    tables, mended = Tables(), list[str]()
    said = _resources(files)
    for path, data in files.items():
        stem = PurePosixPath(path).stem.casefold()
        name = _CANONICAL.get(said.get(PurePosixPath(path).name, stem), _CANONICAL.get(stem, ""))
        if not name or not path.lower().endswith(".csv") or not data.strip():
            continue
        read = table(data)
        header = [column.strip().casefold() for column in read.header]
        lines = [_line(header, row.cells) for row in read.rows if not row.problem]
        if bad := [row for row in read.rows if row.problem]:
            mended.append(
                f"{PurePosixPath(path).name}: {len(bad)} rows cannot be read, the first is row {bad[0].number}"
            )
        if name == "taxonomies" and {"parent_id", "vocabulary"} & set(header):
            name = "taxonomy_terms"  # before HSDS 2 a taxonomy was what a term is now
        if name == "regular_schedules":
            name, lines = "schedules", [{"freq": "WEEKLY"} | line for line in lines]
        tables.setdefault(name, []).extend(lines)
    return tables, mended


def _resources(files: dict[str, bytes]) -> dict[str, str]:
    """Return {file name: table} as the package's description has it; a broken description is not needed."""
    described = next((data for path, data in files.items() if PurePosixPath(path).name == "datapackage.json"), b"{}")
    try:
        resources = json.loads(described.decode("utf-8-sig")).get("resources", [])
        return {PurePosixPath(str(one["path"])).name: str(one["name"]).casefold() for one in resources}
    except (ValueError, AttributeError, KeyError, TypeError, RecursionError):
        return {}


def _line(header: list[str], cells: Iterable[str]) -> Line:
    return {column: cell.strip() for column, cell in zip(header, cells, strict=False) if column and cell.strip()}


def _split(words: str) -> list[str]:
    return [part.strip() for part in words.split(",")[:MOST_IN_A_CELL] if part.strip()]


class _Package:
    """The tables, with what hangs on what."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self.below: dict[tuple[str, str, str], list[Line]] = defaultdict(list)  # (table, link, id) → lines
        for name, lines in tables.items():
            for line in lines:
                for column in line:
                    if column.endswith("_id"):
                        self.below[name, column, line[column]].append(line)
        self.locations, self.organizations = self._by_id("locations"), self._by_id("organizations")
        self.programs, self.units = self._by_id("programs"), self._by_id("units")
        self.taxonomies = self._by_id("taxonomies")
        self.terms = {line.get("id") or line.get("taxonomy_id"): line for line in tables.get("taxonomy_terms", [])}

    def _by_id(self, name: str) -> dict[str, Line]:
        return {line["id"]: line for line in self.tables.get(name, []) if "id" in line}

    def services(self) -> list[Line]:
        return [self._service(line) for line in self.tables["services"]]

    def _on(self, link: str, key: str, *names: str) -> Line:
        """Return the lists of lines of several tables that hang on one thing."""
        found = {name: self.below.get((name, link, key), []) for name in names}
        return {name: lines for name, lines in found.items() if lines}

    def _service(self, line: Line) -> Line:
        key = line.get("id", "")
        nested = dict(line)
        nested |= self._on(
            "service_id", key, "phones", "schedules", "languages", "service_areas", "cost_options",
            "required_documents", "funding",
        )  # fmt: skip
        if links := self.below.get(("urls", "service_id", key)):
            nested["additional_urls"] = links
        if program := self.programs.get(line.get("program_id", "")):
            nested["program"] = program
        nested["phones"] = self._numbers(nested.get("phones", []))
        nested |= self._lists_in_cells(line, "languages", "service_areas", "required_documents", of=nested)
        nested["contacts"] = [self._contact(one) for one in self.below.get(("contacts", "service_id", key), [])]
        nested["eligibilitys"] = self.below.get(("eligibilities", "service_id", key), [])
        nested["capacities"] = [
            one | ({"unit": self.units[one["unit_id"]]} if one.get("unit_id") in self.units else {})
            for one in self.below.get(("capacities", "service_id", key), [])
        ]
        at = self._at(line, key)
        nested["service_at_locations"] = at
        nested["attributes"] = self._attributes(line, [key, *(one["id"] for one in at if "id" in one)])
        if organization := self._organization(line, at):
            nested["organization"] = organization
        self._older_columns(nested, at)
        told = {name: value for name, value in nested.items() if value not in ("", [])}
        return {"contacts": [], **told}  # all there is of it stands here: it is no mere line of a list

    def _lists_in_cells(self, line: Line, *names: str, of: Line) -> Line:
        """Return what HSDS 1.0 wrote into one cell, where no table of its own holds it."""
        found: Line = {}
        for name in names:
            key, column = _CELLS[name]
            if isinstance(of.get(key), str) or (name in line and key not in of):
                found[key] = [{column: words.replace("_", " ")} for words in _split(line[name])]
        return found

    def _numbers(self, lines: list[Line]) -> list[Line]:
        return [one | self._on("phone_id", one.get("id", ""), "languages") for one in lines]

    def _contact(self, line: Line) -> Line:
        return line | self._on("contact_id", line.get("id", ""), "phones")

    def _at(self, line: Line, key: str) -> list[Line]:
        """Return where a service takes place: its links to places, or the place its own line names."""
        found = []
        for link in self.below.get(("service_at_locations", "service_id", key), []):
            here = link | self._on("service_at_location_id", link.get("id", ""), "phones", "schedules")
            contacts = self.below.get(("contacts", "service_at_location_id", link.get("id", "")), [])
            found.append(here | {"contacts": [self._contact(one) for one in contacts]})
        if not found and "location_id" in line:
            found = [{"location_id": line["location_id"]}]
        return [one | self._place(one.get("location_id", ""), one) for one in found]

    def _place(self, key: str, link: Line) -> Line:
        if key not in self.locations:
            return {}
        line = self.locations[key]
        place = dict(line) | self._on("location_id", key, "addresses", "schedules", "accessibility", "languages")
        place |= self._lists_in_cells(line, "accessibility", of=place)
        # another service's hours and numbers at the same place are not this one's
        place["schedules"] = [one for one in place.get("schedules", []) if "service_id" not in one]
        if line.get("virtual", "").casefold() in ("true", "1", "yes"):
            place["location_type"] = "virtual"
        own = [one for one in self._on("location_id", key, "phones").get("phones", []) if "service_id" not in one]
        people = [one for one in self.below.get(("contacts", "location_id", key), []) if "service_id" not in one]
        return {
            "location": place,
            "phones": [*link.get("phones", []), *own],
            "contacts": [*link.get("contacts", []), *map(self._contact, people)],
        }

    def _organization(self, line: Line, at: list[Line]) -> Line | None:
        program = self.programs.get(line.get("program_id", ""), {})
        places = [one["location"].get("organization_id", "") for one in at if "location" in one]
        keys = [line.get("organization_id", ""), program.get("organization_id", ""), *places]
        found = next((self.organizations[key] for key in keys if key in self.organizations), None)
        if found is None:
            return None
        links = self.below.get(("urls", "organization_id", found["id"]), [])
        own = self._on("organization_id", found["id"], "organization_identifiers", "funding", "programs", "phones")
        own["phones"] = [one for one in own.get("phones", []) if not {"service_id", "contact_id"} & set(one)]
        people = self.below.get(("contacts", "organization_id", found["id"]), [])
        desks = [self._contact(one) for one in people if "service_id" not in one]
        return found | own | {"additional_websites": links, "contacts": desks}

    def _attributes(self, line: Line, keys: list[str]) -> list[Line]:
        found = [one for key in keys for one in self.below.get(("attributes", "link_id", key), [])]
        found += [one for one in self.below.get(("attributes", "service_id", keys[0]), []) if one not in found]
        named = [(one.get("taxonomy_term_id") or one.get("taxonomy_id", ""), one) for one in found]
        named += [(term, {}) for term in _split(line.get("taxonomy_ids", ""))]
        return [
            {"taxonomy_term": self._term(self.terms[key])} | ({"value": one["value"]} if "value" in one else {})
            for key, one in named
            if key in self.terms
        ]

    def _term(self, line: Line) -> Line:
        own = line.get("id") or line["taxonomy_id"]
        taxonomy = self.taxonomies.get(line.get("taxonomy_id", ""), {}).get("name") or line.get("taxonomy")
        words = taxonomy or line.get("vocabulary", "")
        return line | {"id": own} | ({"taxonomy": words} if words else {})

    def _older_columns(self, nested: Line, at: list[Line]) -> None:
        """Give columns that HSDS 1.0 had the names they have since, and a service what stands on its place alone."""
        if "website" in nested:
            nested.setdefault("url", nested.pop("website"))
        for place in (one["location"] for one in at if "location" in one):
            for old, new in (("email", "email"), ("website", "url")):
                if old in place:
                    nested.setdefault(new, place[old])
            if isinstance(place.get("languages"), str):
                nested.setdefault("languages", [{"name": words} for words in _split(place.pop("languages"))])
        spoken = [nested.pop("eligibility", ""), nested.pop("audience", "")]
        if words := "; ".join(filter(None, spoken)):
            nested.setdefault("eligibility_description", words)
        if "status" in nested:
            nested["status"] = re.sub(r"[_-]", " ", nested["status"])
