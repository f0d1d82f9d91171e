"""A spreadsheet and its mapping as an import wants it: count, walk cheaply, read in full what changed."""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from linkwell.directory.records import (
    Issue,
    Raw,
    ServiceRecord,
)
from linkwell.interop import cleaning, masking
from linkwell.interop.encodings import file_bytes
from linkwell.interop.errors import CannotRead
from linkwell.interop.files import archives, fields, sheets
from linkwell.interop.files import mapping as mappings
from linkwell.interop.files.mapping import Mapping
from linkwell.interop.files.rows import Row, Table, table
from linkwell.interop.notes import NAME, Node, Notes
from linkwell.interop.undisclosed import hide_address

VERSION = b"2"
# What a spreadsheet would run: "=…", "@SUM(…", "+cmd|…"; not "+44 161 …", "- lunch", "@club".
_FORMULA = re.compile(r"\s*(?:=\s*\S|[+\-@]\s*[A-Za-z][A-Za-z0-9.]*\(|[+\-@].{0,200}\w\|['\s])", re.DOTALL)
FORMULA = "It is a formula that a spreadsheet would run, not words: put what it shows in its place"
_YES = frozenset({"yes", "y", "true", "1"})
_NO = frozenset({"no", "n", "false", "0"})


def open_table(path: Path, *, mapping: str) -> "TableReader":
    """Return the reader of a spreadsheet; raise CannotRead where file and mapping do not meet."""
    return TableReader(file_bytes(path), mappings.load(mapping), name=path.stem)


def read_table(data: bytes, *, encoding: str = "", delimiter: str = "") -> tuple[str, Table]:
    """Return what a spreadsheet is ("xlsx" or "csv") and its rows."""
    if data.startswith(archives.MARK):
        return "xlsx", sheets.sheet(data)
    return "csv", table(data, encoding=encoding, delimiter=delimiter)


class _Fields(Node):
    """The fields of a row; a path names row and column."""

    def __init__(self, values: dict[str, Any], row: int, columns: dict[str, str], notes: Notes) -> None:
        super().__init__(values, f"row {row}", notes)
        self.columns = columns

    def at(self, key: str) -> str:
        template = self.columns.get(key, "")
        names = re.findall(r"\{([^{}|]+)", template)
        return f"{self.path}, column {names[0]}" if names else self.path


class TableReader:
    """The records of one spreadsheet."""

    def __init__(self, data: bytes, mapping: Mapping, *, name: str = "file") -> None:
        self.mapping, self.name, self.list_name = mapping, name, mapping.list_name
        self.format, self.table = read_table(data, encoding=mapping.encoding, delimiter=mapping.delimiter)
        self.is_whole_list, self.licence, self.attribution = mapping.whole_list, mapping.licence, mapping.attribution
        self.mended = (
            []
            if self.table.encoding in ("utf-8", mapping.encoding)
            else [f"The file is in {self.table.encoding}, not UTF-8"]
        )
        self.mended += self.table.notes
        self._position = self._columns()

    def _columns(self) -> dict[str, int]:
        """Return {column of the mapping: place}, however the header is spaced or capitalised."""
        have = {name.casefold(): place for place, name in reversed(list(enumerate(self.table.header)))}
        missing = [name for name in self.mapping.columns_used() if name.casefold() not in have]
        if missing:
            raise CannotRead(
                f"The file has no column {', '.join(missing)}, which the mapping {self.mapping.name} needs."
                f" Its columns are: {', '.join(self.table.header)[:500]}."
            )
        return {name: have[name.casefold()] for name in self.mapping.columns_used()}

    def count(self) -> int:
        return len(self.table.rows)

    def raws(self) -> Iterator[Raw]:
        """Return id and hash of each row, without reading it in full."""
        base = VERSION + self.mapping.digest + "\x1f".join(self.table.header).encode()
        for number, row in enumerate(self.table.rows):
            digest = hashlib.blake2b(base + row.text.encode("utf-8", errors="replace"), digest_size=16).digest()
            slug = "" if row.problem else self._id(self._cells(row))
            yield Raw(f"{self.list_name}/{slug}" if slug else "", digest, f"row {row.number}", number)

    def read(self, raw: Raw) -> ServiceRecord | Issue:
        """Return the cleaned service of a row, or why it is refused."""
        row = self.table.rows[raw.number]
        record = raw.external_id or raw.where
        if row.problem:
            return Issue("refusal", record, raw.where, cleaning.shown(row.text, 80), "", row.problem)
        if any(cell.strip() for cell in row.cells[len(self.table.header) :]):
            reason = (
                f"It has {len(row.cells)} cells where the header has {len(self.table.header)}: its values may stand in"
                " wrong columns"
            )
            return Issue("refusal", record, raw.where, cleaning.shown(row.text, 80), "", reason)
        cells = self._cells(row)
        for column, cell in cells.items():
            if _FORMULA.match(cell):
                return Issue("refusal", record, f"{raw.where}, column {column}", cleaning.shown(cell, 80), "", FORMULA)
        values = dict(self.mapping.constants)
        for rule in self.mapping.rules:
            if rule.holds(cells.get(rule.column, "")):
                if rule.leave_out:
                    path = f"{raw.where}, column {rule.column}"
                    return Issue("refusal", record, path, cleaning.shown(cells[rule.column]), "", rule.leave_out)
                values = _merged(values, rule.values)
        values |= {
            field: filled
            for field, template in self.mapping.columns.items()
            if (filled := mappings.fill(template, cells)).strip(" ,;:.-()")
        }
        return self._service(values, cells, row, record)

    def raw_text(self, raw: Raw) -> str:
        """Return a row as its source wrote it, a line for each column, addresses masked."""
        cells = self.table.rows[raw.number].cells
        return masking.masked(
            "\n".join(f"{name}: {cell}" for name, cell in zip(self.table.header, cells, strict=False))
        )

    def _says_nothing(self, cells: dict[str, str], notes: Notes, row: Row) -> None:
        for column, cell in cells.items():
            if cell.strip() and cell.strip().casefold() in (*cleaning.NOTHING, "not known"):
                notes.repair(f"row {row.number}, column {column}", cell, None, "Says nothing: taken as absent")

    def _cells(self, row: Row) -> dict[str, str]:
        return {name: row.cells[place] if place < len(row.cells) else "" for name, place in self._position.items()}

    def _id(self, cells: dict[str, str]) -> str:
        templates = [self.mapping.columns.get("id", "")] if "id" in self.mapping.columns else [
            self.mapping.columns.get(field, "") for field in ("name", "address", "postcode", "latitude")
        ]  # fmt: skip
        filled = " ".join(mappings.fill(template, cells) for template in templates if template)
        slug = re.sub(r"[^\w]+", "-", filled.casefold()).strip("-")
        if len(slug) <= 120:
            return slug
        return f"{slug[:100]}-{hashlib.blake2b(slug.encode(), digest_size=8).hexdigest()}"

    def _service(self, values: dict[str, Any], cells: dict[str, str], row: Row, record: str) -> ServiceRecord | Issue:
        notes = Notes(record)
        self._says_nothing(cells, notes, row)
        node = _Fields(values, row.number, self.mapping.columns, notes)
        name = " ".join(node.plain("name", limit=NAME).split())
        if not re.search(r"\w", name):
            return Issue(
                "refusal", record, node.at("name"), cleaning.shown(str(values.get("name", ""))), "", "It has no name"
            )
        service = ServiceRecord(external_id=record, name=name)
        service.description, service.description_text = node.html("description")
        service.alternate_name, service.url, service.email = (
            node.plain("alternate_name", limit=NAME),
            node.url("url"),
            node.email("email"),
        )
        if re.fullmatch(r"[1-3578]\d{9}", digits := node.words("phone")):  # a spreadsheet took it for a number
            notes.repair(node.at("phone"), digits, f"0{digits}", "The 0 at its beginning was missing")
            node.value["phone"] = f"0{digits}"
        service.phones = node.telephones("phone")
        fields.contact(service, node)
        fields.organisation(service, node)
        fields.details(service, node, values, self.mapping.date_formats)
        fields.where(service, node)
        self._access(service, cells, row, notes)
        hide_address(service, notes, node.path)
        service.issues = notes.issues
        return service

    def _access(self, service: ServiceRecord, cells: dict[str, str], row: Row, notes: Notes) -> None:
        for code, column in self.mapping.access.items():
            answer = cells.get(column, "").strip().casefold()
            if answer in _YES:
                fields.add(service.access_yes, code)
            elif answer in _NO:
                fields.add(service.access_no, code)
            elif answer not in cleaning.NOTHING:
                notes.repair(
                    f"row {row.number}, column {column}", cells[column], None, "Neither yes nor no: taken as not known"
                )


def _merged(values: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    lists = {key: tuple(dict.fromkeys((*values.get(key, ()), *more[key]))) for key in more if key in mappings.LISTS}
    return values | more | lists
