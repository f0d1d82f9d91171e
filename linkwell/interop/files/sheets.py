"""An Excel workbook → the rows of its first sheet that holds any, as the words a person sees in the cells."""

import io
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

from linkwell.interop.errors import CannotRead
from linkwell.interop.files.archives import unpacking
from linkwell.interop.files.rows import MOST_TITLES, Row, Table, headed

MOST_COLUMNS = 500
MOST_ROWS = 1_048_576  # what a sheet can hold
BROKEN = "This Excel workbook cannot be read. Open it, choose Save as → CSV UTF-8, and import that."


def sheet(data: bytes, *, most: int = MOST_ROWS) -> Table:
    """Return the rows of a workbook, the first ones where `most` is given; raise CannotRead where it is none."""
    import openpyxl  # not needed by any page but imports

    with unpacking(data, "This workbook") as opened:
        if "xl/workbook.xml" not in opened.namelist():
            raise CannotRead("This zip file is no Excel workbook. Unpack it, and import the file inside.")
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        sheets = [one for one in book.worksheets if one.sheet_state == "visible"]
        for one in sheets:
            if rows := list(_rows(one, most)):
                left = [other.title for other in sheets if other is not one]
                notes = (f"Only the sheet {one.title[:60]} was read, not {', '.join(left)[:200]}",) if left else ()
                return headed(rows, encoding="utf-8", notes=notes, is_sheet=True)
    except CannotRead:
        raise
    except Exception:  # openpyxl raises whatever its parsers trip over in a file that is not as it should be
        raise CannotRead(BROKEN) from None
    raise CannotRead("This workbook has no sheet with anything in it.")


def _rows(found: Any, most: int) -> Iterator[Row]:
    found.reset_dimensions()  # a sheet may claim to be of any size
    for number, values in enumerate(found.iter_rows(values_only=True), start=1):
        if number > MOST_ROWS:
            raise CannotRead("This workbook has more rows than a sheet can hold.")
        if len(values) > MOST_COLUMNS:
            raise CannotRead(
                f"Row {number} of this workbook has more than {MOST_COLUMNS} columns. Remove what is not needed."
            )
        if number > most + MOST_TITLES:
            return
        cells = tuple(_words(value) for value in values)
        if any(cell.strip() for cell in cells):
            yield Row(number, "\x1f".join(cells), cells)


def _words(value: Any) -> str:
    """Return what a cell shows."""
    match value:
        case None:
            return ""
        case bool():
            return "Yes" if value else "No"
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case datetime() if value.time() == time(0):
            return value.date().isoformat()
        case datetime():
            return value.isoformat(sep=" ", timespec="minutes")
        case date():
            return value.isoformat()
        case time():
            return value.isoformat(timespec="minutes")
        case str():
            return "" if value in ("#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!") else value
        case _:
            return str(value)
