"""A mapping file: which column of a spreadsheet is which field, and what is true of every row.

    [columns]                      field = "Column", or a template of columns
    name = "Name"
    [constants]                    true of every row
    needs = ["food"]
    [[rules]]                      what one column's words mean
    column = "category"
    contains = ["Bowling"]
    needs = ["activity"]

docs/how-to/import-a-directory.md is the manual.
"""

import hashlib
import json
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from linkwell.interop.errors import CannotRead
from linkwell.matching import needs, vocabulary

BUILT_IN = Path(__file__).parent / "mappings"

TEXT_FIELDS = frozenset(
    """id name alternate_name description url email phone contact organisation organisation_id organisation_kind
    organisation_website place_name address town region postcode latitude longitude easting northing opening_times
    cost eligibility minimum_age maximum_age how_to_join what_to_bring languages modes access wait checked_on status
    term area""".split()
)
LISTS = {
    "needs": frozenset(needs.BY_CODE),
    "modes": frozenset(vocabulary.MODES),
    "access_yes": frozenset(vocabulary.ACCESS_NEEDS),
    "access_no": frozenset(vocabulary.ACCESS_NEEDS),
    "entry_routes": frozenset(vocabulary.ENTRY_ROUTES),
}
FLAGS = frozenset({"is_free", "is_undisclosed"})
_TOP = frozenset({"title", "licence", "attribution", "encoding", "delimiter", "date_formats", "whole_list", "columns",
                  "constants", "rules", "access", "list"})  # fmt: skip
LONGEST_FIRST = 60  # a longer "first part" of an address is a remark
_SLOT = re.compile(r"\{([^{}|]+)(?:\|([a-z ]+))?\}")


@dataclass(frozen=True)
class Rule:
    """What follows when a column holds certain words; `leave_out` says why such rows are not taken."""

    column: str
    equals: tuple[str, ...]
    contains: tuple[str, ...]
    values: dict[str, Any]
    leave_out: str

    def holds(self, cell: str) -> bool:
        words = " ".join(cell.split()).casefold()
        return words in self.equals or any(part in words for part in self.contains)


@dataclass(frozen=True)
class Mapping:
    name: str
    list_name: str  # which list of its source a file of this kind is; part of its entries' ids
    title: str
    licence: str
    attribution: str
    encoding: str
    delimiter: str
    date_formats: tuple[str, ...]
    whole_list: bool
    columns: dict[str, str]  # field → template
    constants: dict[str, Any]
    rules: tuple[Rule, ...]
    access: dict[str, str]  # access code → column with yes or no
    digest: bytes

    def columns_used(self) -> list[str]:
        """Return the names of the columns that the file must have."""
        used = [slot for template in self.columns.values() for slot, _ in _SLOT.findall(template)]
        return list(dict.fromkeys([*used, *(rule.column for rule in self.rules), *self.access.values()]))


def built_in() -> list[str]:
    """Return the names of the mappings that come with Linkwell."""
    return sorted(path.stem for path in BUILT_IN.glob("*.toml"))


def load(name_or_path: str) -> Mapping:
    """Return a mapping by the name of a built-in one or by path; raise CannotRead with what is wrong."""
    path = Path(name_or_path)
    if not path.is_file():
        path = BUILT_IN / f"{Path(name_or_path).name.removesuffix('.toml')}.toml"
    if not path.is_file():
        raise CannotRead(
            f"There is no mapping {name_or_path}. Give the path of one, or one of: {', '.join(built_in())}."
        )
    data = path.read_bytes()
    try:
        content = tomllib.loads(data.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CannotRead(f"The mapping {path.name} is not valid TOML: {error}.") from None
    return _checked(path.stem, content, hashlib.blake2b(data, digest_size=16).digest())


def from_content(name: str, content: dict[str, Any]) -> Mapping:
    """Return a mapping that was made on a page; raise CannotRead with what is wrong."""
    data = json.dumps(content, sort_keys=True).encode()
    return _checked(name, content, hashlib.blake2b(data, digest_size=16).digest())


def _checked(name: str, content: dict[str, Any], digest: bytes) -> Mapping:
    def wrong(what: str) -> CannotRead:
        return CannotRead(f"The mapping {name} cannot be used: {what}.")

    if unknown := set(content) - _TOP:
        raise wrong(f"it has parts nobody knows: {', '.join(sorted(unknown))}")
    columns = content.get("columns", {})
    if not isinstance(columns, dict) or "name" not in columns:
        raise wrong("under [columns] it must say which column is the name")
    if unknown := set(columns) - TEXT_FIELDS:
        raise wrong(f"there is no field {', '.join(sorted(unknown))}. The fields are {', '.join(sorted(TEXT_FIELDS))}")
    if not all(isinstance(value, str) for value in columns.values()):
        raise wrong("each field under [columns] must name a column in quotes")
    constants = _values(content.get("constants", {}), wrong)
    rules = tuple(_rule(rule, wrong) for rule in content.get("rules", []))
    access = content.get("access", {})
    if unknown := set(access) - LISTS["access_yes"]:
        raise wrong(f"there is no access need {', '.join(sorted(unknown))}")
    return Mapping(
        name=name,
        list_name=str(content.get("list", name)),
        title=str(content.get("title", name)),
        licence=str(content.get("licence", "")),
        attribution=str(content.get("attribution", "")),
        encoding=str(content.get("encoding", "")),
        delimiter=str(content.get("delimiter", "")),
        date_formats=tuple(map(str, content.get("date_formats", []))),
        whole_list=content.get("whole_list", True) is True,
        columns={field: value if "{" in value else f"{{{value}}}" for field, value in columns.items()},
        constants=constants,
        rules=rules,
        access={code: str(column) for code, column in access.items()},
        digest=digest,
    )


def _values(given: Any, wrong: Any) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise wrong("constants must be a table")
    values: dict[str, Any] = {}
    for key, value in given.items():
        if key in LISTS:
            listed = [value] if isinstance(value, str) else value
            unknown = [one for one in listed if one not in LISTS[key]]
            if unknown:
                raise wrong(f"{unknown[0]!r} is none of the {key}: {', '.join(sorted(LISTS[key]))}")
            values[key] = tuple(listed)
        elif key in FLAGS and isinstance(value, bool):
            values[key] = value
        elif key in TEXT_FIELDS and isinstance(value, str | int | float) and not isinstance(value, bool):
            values[key] = str(value)
        else:
            raise wrong(f"{key} = {value!r} is no constant that it knows")
    return values


def _rule(given: Any, wrong: Any) -> Rule:
    if not isinstance(given, dict) or not isinstance(given.get("column"), str):
        raise wrong("each [[rules]] must name its column")
    rest = {key: value for key, value in given.items() if key not in ("column", "equals", "contains", "leave_out")}
    words = {key: tuple(str(one).casefold() for one in given.get(key, ())) for key in ("equals", "contains")}
    if not (words["equals"] or words["contains"]):
        raise wrong("each [[rules]] needs equals or contains")
    return Rule(
        given["column"], words["equals"], words["contains"], _values(rest, wrong), str(given.get("leave_out", ""))
    )


def fill(template: str, cells: dict[str, str]) -> str:
    """Return a template with a row's cells put in. Filters: first (comma part), title (not shouted), lower, day."""

    def slot(found: re.Match[str]) -> str:
        value = cells.get(found[1], "")
        value = "" if value.strip().casefold() in ("na", "n/a", "not known") else value
        match found[2]:
            case "first":
                first = value.split(",")[0].strip()
                return first if len(first) <= LONGEST_FIRST else ""
            case "title":
                return _titled(value)
            case "lower":
                return value.lower()
            case "day":
                return _on_a_day(found[1].strip(), value.strip())
            case _:
                return value

    filled = re.sub(r",\s*(?=\))", "", _SLOT.sub(slot, template))
    return re.sub(r",(?:\s*,)+", ",", filled)


def _on_a_day(day: str, value: str) -> str:
    """Return "Monday 9-5; " of a column named by a day; nothing where it says closed, or nothing."""
    if value.casefold() in ("yes", "y", "x", "✓", "✔", "open"):
        return f"{day}; "
    return f"{day} {value}; " if any(letter.isdigit() for letter in value) else ""


_SMALL = frozenset("and of the for in at to by on with a an".split())
_CAPITALS = frozenset("UK YMCA YWCA RNLI CIO CIC PTA PTFA BME LGBT U3A RAF NHS FC AFC RC ST. WI".split())


def _titled(text: str) -> str:
    """Return shouted words in ordinary case."""
    if text != text.upper():
        return text
    words = []
    for place, word in enumerate(text.split()):
        if word in _CAPITALS or re.fullmatch(r"(?:[A-Z]\.)+[A-Z]?", word):
            words.append(word)
        elif place and word.lower() in _SMALL:
            words.append(word.lower())
        else:
            words.append(
                re.sub(r"[A-Za-z]+('[A-Za-z]+)?", lambda found: found[0][0].upper() + found[0][1:].lower(), word)
            )
    return " ".join(words)
