"""A spreadsheet before it is imported: its outline, a mapping out of what a person chose, and every row's problems."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from linkwell.directory.records import Issue, ServiceRecord
from linkwell.interop.errors import CannotRead
from linkwell.interop.files import archives, sheets
from linkwell.interop.files.guess import SAMPLE, guess_columns
from linkwell.interop.files.reader import TableReader
from linkwell.interop.files.rows import table

TOP = 400_000  # bytes of a text file that its outline is made from
MOST_ROWS = 200_000  # of a file that a page brings in
MOST_COLUMNS = 100  # that can be chosen from
SHOWN = 3  # cells of a column
FIRST = 6  # entries of the preview
LISTED = 500  # problems told row by row
_DAY_COLUMN = re.compile(r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?s?", re.IGNORECASE)


def outline(data: bytes) -> dict[str, Any]:
    """Return the columns of a spreadsheet with their first cells and what they probably are, from its top alone."""
    if data.startswith(archives.MARK):
        top = sheets.sheet(data, most=SAMPLE)
    else:
        cut = data[:TOP].rpartition(b"\n")[0] if len(data) > TOP else data
        top = table(cut)
    rows = [row.cells for row in top.rows[:SAMPLE] if not row.problem]
    if not rows:
        raise CannotRead("This file has the names of columns and no row under them.")
    guessed = guess_columns(top.header, rows)
    columns, seen = [], set[str]()
    for place, name in enumerate(top.header[:MOST_COLUMNS]):
        if not name or name.casefold() in seen or re.search(r"[{}|]", name):
            continue  # a column that no mapping can name
        seen.add(name.casefold())
        cells = [row[place].strip() for row in rows if place < len(row) and row[place].strip()]
        shown = [cell[:120] for cell in dict.fromkeys(cells)][:SHOWN]
        columns.append({"name": name[:200], "shown": shown, "guess": guessed[place]})
    if not columns:
        raise CannotRead("No column of this file has a name. Put the column names into row 1.")
    return {"columns": columns, "notes": list(top.notes)}


def content_of(
    chosen: Sequence[tuple[str, str]], *, title: str, constants: dict[str, Any], whole_list: bool
) -> dict[str, Any]:
    """Return the content of a mapping in which several columns may make up one field."""
    fields: dict[str, list[str]] = {}
    for column, field in chosen:
        fields.setdefault(field, []).append(column)
    return {
        "title": title, "whole_list": whole_list, "constants": constants,
        "columns": {field: _template(field, columns) for field, columns in fields.items()},
    }  # fmt: skip


def _template(field: str, columns: Sequence[str]) -> str:
    if field == "opening_times":
        days = [column for column in columns if _DAY_COLUMN.fullmatch(column.strip())]
        others = "; ".join(f"{{{column}}}" for column in columns if column not in days)
        return others + "".join(f"{{{column}|day}}" for column in days)
    return {"address": ", ", "description": "\n"}.get(field, " ").join(f"{{{column}}}" for column in columns)


def chosen_in(content: dict[str, Any]) -> dict[str, str]:
    """Return {column: field} of a mapping's content, as a page offers it again."""
    return {
        column.strip(): field
        for field, template in content.get("columns", {}).items()
        for column in re.findall(r"\{([^{}|]+)(?:\|[a-z ]+)?\}", template if "{" in template else f"{{{template}}}")
    }


def check_rows(reader: TableReader) -> dict[str, Any]:
    """Read every row as an import would, and return counts, the first entries and the problems by row.

    Raises CannotRead for a file of more rows than a page takes. A problem says the row, the column and what is
    done about it, and nothing of what stands there.
    """
    if reader.count() > MOST_ROWS:
        raise CannotRead(
            f"This file has {reader.count():,} rows; a page takes {MOST_ROWS:,}. Import it by the command: linkwell"
            " directory import."
        )
    good, refused, repaired = 0, 0, 0
    first: list[dict[str, Any]] = []
    problems: list[list[str]] = []
    reasons: Counter[tuple[str, str]] = Counter()
    seen: set[str] = set()
    for raw in reader.raws():
        record = reader.read(raw)
        if isinstance(record, ServiceRecord) and record.external_id in seen:
            record = Issue("refusal", "", raw.where, "", "", "It is the same as an earlier row: that one is kept")
        issues = [record] if isinstance(record, Issue) else record.issues
        if isinstance(record, Issue):
            refused += 1
        else:
            seen.add(record.external_id)
            good, repaired = good + 1, repaired + bool(issues)
            if len(first) < FIRST:
                first.append(_entry(record))
        for issue in issues:
            reasons[issue.kind, issue.reason] += 1
            if len(problems) < LISTED:
                row, _, column = issue.path.removeprefix("row ").partition(", column ")
                problems.append([row.split(" ")[0], column[:60], issue.reason[:300], issue.kind])
    return {
        "rows": reader.count(), "good": good, "refused": refused, "repaired": repaired, "first": first,
        "problems": problems, "problem_count": sum(reasons.values()), "notes": list(reader.mended),
        "reasons": [[count, reason, kind] for (kind, reason), count in reasons.most_common(50)],
    }  # fmt: skip


def _entry(record: ServiceRecord) -> dict[str, Any]:
    """Return a row as it would become an entry."""
    place = record.locations[0] if record.locations else None
    where = ", ".join(filter(None, [place.name, place.address, place.postcode])) if place else ""
    low, high = record.minimum_age, record.maximum_age
    return {
        "name": record.name,
        "organisation": record.organisation.name if record.organisation else "",
        "description": record.description_text[:200],
        "where": where[:200],
        "when": record.times_text[:200],
        "when_read": bool(record.schedules),
        "phones": ", ".join(phone.number for phone in record.phones[:3]),
        "email": record.email,
        "url": record.url,
        "cost": "free" if record.is_free else record.cost_text[:100],
        "ages": f"{low or 0} to {high}" if high else f"{low} and over" if low else "",
        "needs": record.need_codes,
        "undisclosed": record.is_undisclosed,
    }
