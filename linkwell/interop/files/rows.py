"""Spreadsheet text → rows, however it was saved: marks, mixed line ends, quotes never closed, stray NULs."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from linkwell.interop.encodings import to_text
from linkwell.interop.errors import CannotRead

MOST_LINES_IN_A_ROW = 300
MOST_TITLES = 8  # rows above the names of the columns
LONGEST_ROW = 400_000  # characters
DELIMITERS = ",;\t|"
LOOKED_AT = 20_000  # characters at the beginning, to see whether a file is text at all
NO_TEXT = frozenset(map(chr, {*range(32), *range(127, 160), 0xFFFD} - set(b"\t\n\r\f\v")))
csv.field_size_limit(LONGEST_ROW)


@dataclass(frozen=True)
class Row:
    """One row: its number as a spreadsheet shows it (the header is 1), its text, its cells."""

    number: int
    text: str
    cells: tuple[str, ...]
    problem: str = ""  # why it cannot be read


@dataclass(frozen=True)
class Table:
    """A header and the rows under it."""

    header: tuple[str, ...]
    rows: tuple[Row, ...]
    encoding: str
    notes: tuple[str, ...] = ()  # what a reader of the list should know of the file as a whole


def table(data: bytes, *, encoding: str = "", delimiter: str = "", header: bool = True) -> Table:
    """Return the rows of a spreadsheet saved as text; raise CannotRead where it is none."""
    if data[:4] == b"PK\x03\x04" or data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise CannotRead(
            "This is an old Excel file or a zip file. Open it, choose Save as → CSV UTF-8, and import that."
        )
    text, found = to_text(data, encoding)
    if data.startswith(b"%PDF") or _is_no_text(text[:LOOKED_AT]):
        raise CannotRead(
            "This is no spreadsheet: a picture, a PDF, or damaged. Choose an Excel workbook or a CSV file."
        )
    if text[:LOOKED_AT].lstrip().startswith("<"):
        raise CannotRead("This is a web page or XML, not a spreadsheet. Choose an Excel workbook or a CSV file.")
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    mark = delimiter or _delimiter(text)
    rows = list(_rows(text, mark))
    if not header:
        return Table((), tuple(rows), found)
    return headed(rows, encoding=found)


def _is_no_text(text: str) -> bool:
    """Say whether signs that no text holds stand in it, more than a fault here and there leaves behind."""
    return sum(sign in NO_TEXT for sign in text) > max(100, len(text) / 50)


def headed(rows: Sequence[Row], *, encoding: str, notes: tuple[str, ...] = (), is_sheet: bool = False) -> Table:
    """Return the table under the row that names the columns; a title of one cell may stand above it.

    A text file that was saved from a sheet has as many cells in its title's row as in the others.
    """
    at = next((place for place, row in enumerate(rows[:MOST_TITLES]) if _filled(row) > 1), 0)
    if not is_sheet and any(len(row.cells) != len(rows[at].cells) for row in rows[:at]):
        at = 0
    if not rows or rows[at].problem or not _filled(rows[at]):
        raise CannotRead("The first row of this file names no columns. Put the column names into row 1.")
    return Table(tuple(" ".join(cell.split()) for cell in rows[at].cells), tuple(rows[at + 1 :]), encoding, notes)


def _filled(row: Row) -> int:
    return sum(1 for cell in row.cells if cell.strip())


def _delimiter(text: str) -> str:
    first = text.lstrip().split("\n", 1)[0]
    return max(DELIMITERS, key=first.count) if any(mark in first for mark in DELIMITERS) else ","


def _rows(text: str, delimiter: str) -> Iterator[Row]:
    lines = text.split("\n")
    at, number, width = 0, 0, 0
    while at < len(lines):
        if not lines[at].strip():
            at += 1
            continue
        number += 1
        taken = _lines_of_row(lines, at)
        row = _row(number, "\n".join(lines[at : at + taken]), delimiter)
        if taken == 0 or (width and taken > 1 and len(row.cells) != width):
            alone = _row(number, lines[at], delimiter)
            if width and len(alone.cells) == width:  # a stray quote inside one line ("6\" pots")
                row, taken = alone, 1
            elif taken == 0:
                row, taken = Row(number, lines[at], (), "A quote is opened in this row and never closed"), 1
        width = width or len(row.cells)
        yield row
        at += taken


def _lines_of_row(lines: list[str], at: int) -> int:
    """Return how many lines a row takes until its quotes are even; 0 where they never are."""
    quotes = length = 0
    for taken in range(1, min(MOST_LINES_IN_A_ROW, len(lines) - at) + 1):
        line = lines[at + taken - 1]
        quotes += line.count('"')
        length += len(line)
        if quotes % 2 == 0:
            return taken
        if length > LONGEST_ROW:
            break
    return 0


def _row(number: int, text: str, delimiter: str) -> Row:
    if len(text) > LONGEST_ROW:
        return Row(number, text, (), f"Longer than {LONGEST_ROW:,} characters")
    try:
        cells = next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
    except csv.Error as error:
        return Row(number, text, (), f"It cannot be read as a row ({error})")
    return Row(number, text, tuple(cells))
