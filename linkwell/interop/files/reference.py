"""Reference files as they are published: ONSPD, Code-Point Open, the outward code list, epraccur."""

import csv
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from linkwell.interop.errors import CannotRead
from linkwell.places import grid, postcodes
from linkwell.places.actions import ODS, OutcodeRow, PostcodeRow, PracticeRow, Refused

LARGEST_INSIDE = 3_000_000_000  # bytes of one file in a zip
EPRACCUR_COLUMNS = 27


@dataclass(frozen=True)
class ReferenceFile:
    """A file (or a folder or zip of them), what it was found to be, and about how many lines it has."""

    name: str
    kind: type
    paths: tuple[Path, ...]
    inside: tuple[str, ...] = ()  # members of a zip

    def rows(self) -> Iterator[Any]:
        """Return PostcodeRow, OutcodeRow or PracticeRow; None for a line left out; Refused with its reason."""
        reader = {"onspd": _onspd, "code-point": _code_point, "outcodes": _outcodes, "epraccur": _epraccur}[self.name]
        for text in self._texts():
            with text:
                yield from reader(text)

    def lines(self) -> int:
        """Return about how many lines there are, for a progress bar."""
        return sum(path.stat().st_size for path in self.paths) // {"onspd": 330, "code-point": 75}.get(self.name, 120)

    def _texts(self) -> Iterator[TextIO]:
        for path in self.paths:
            if not self.inside:
                yield path.open(encoding="utf-8-sig", errors="replace", newline="")
                continue
            with zipfile.ZipFile(path) as archive:
                for member in self.inside:
                    yield io.TextIOWrapper(archive.open(member), encoding="utf-8-sig", errors="replace", newline="")


def open_reference(path: Path, *, wanted: str) -> ReferenceFile:
    """Return what a file is; `wanted` is "postcodes" or "practices". Raise CannotRead with what to do."""
    if not path.exists():
        raise CannotRead(f"There is no file {path}. Check the path.")
    paths, inside = _files(path)
    first = _first_row(paths[0], inside)
    name = _kind(first)
    if wanted == "practices" and name != "epraccur":
        raise CannotRead(
            f"{path.name} is not epraccur: each of its lines should have {EPRACCUR_COLUMNS} columns and no header."
        )
    if wanted == "postcodes" and name not in ("onspd", "code-point", "outcodes"):
        raise CannotRead(
            f"{path.name} is none of the lists of postcodes that Linkwell reads: the ONS Postcode Directory,"
            " Code-Point Open, or a list of outward codes with latitude and longitude."
        )
    kind = {"onspd": PostcodeRow, "code-point": PostcodeRow, "outcodes": OutcodeRow, "epraccur": PracticeRow}[name]
    return ReferenceFile(name, kind, tuple(paths), tuple(inside))


def _files(path: Path) -> tuple[list[Path], list[str]]:
    if path.is_dir():
        folder = next((found for found in (path / "Data" / "CSV", path / "CSV", path) if found.is_dir()), path)
        paths = sorted(folder.glob("*.csv"))
        if not paths:
            raise CannotRead(f"The folder {path.name} holds no CSV files.")
        return paths, []
    if not zipfile.is_zipfile(path):
        return [path], []
    with zipfile.ZipFile(path) as archive:
        names = [info for info in archive.infolist() if info.filename.lower().endswith(".csv")]
    data = [info for info in names if "multi_csv" not in info.filename and "document" not in info.filename.lower()]
    whole = [info for info in data if "ONSPD" in info.filename.upper()]
    chosen = whole[:1] or data
    if not chosen:
        raise CannotRead(f"{path.name} holds no CSV files.")
    if any(info.file_size > LARGEST_INSIDE for info in chosen):
        raise CannotRead(
            f"{path.name} unpacks to more than {LARGEST_INSIDE // 10**9} GB. Unpack it yourself and load the CSV."
        )
    return [path], sorted(info.filename for info in chosen)


def _first_row(path: Path, inside: list[str]) -> list[str]:
    probe = ReferenceFile("onspd", PostcodeRow, (path,), tuple(inside[:1]))
    try:
        with next(probe._texts()) as text:
            return next(csv.reader(text), [])
    except (OSError, zipfile.BadZipFile, csv.Error) as error:
        raise CannotRead(f"{path.name} cannot be read: {error}.") from None


def _kind(first: list[str]) -> str:
    names = {cell.strip().casefold() for cell in first}
    if names & {"pcds", "pcd", "pcd7"} and names & {"lat", "latitude"}:
        return "onspd"
    if {"postcode", "latitude", "longitude"} <= names:
        return "outcodes"
    if len(first) in range(4, 20) and postcodes.normalise(first[0]) and first[2].isdigit() and first[3].isdigit():
        return "code-point"
    if len(first) == EPRACCUR_COLUMNS and "latitude" not in names:
        return "epraccur"
    return ""


def _onspd(text: TextIO) -> Iterator[Any]:
    rows = csv.reader(text)
    header = {name.strip().casefold(): place for place, name in enumerate(next(rows))}

    def place(*names: str) -> int | None:
        return next((header[name] for name in names if name in header), None)

    code, north, east = place("pcds", "pcd8", "pcd7", "pcd"), place("lat", "latitude"), place("long", "longitude")
    lsoa = place("lsoa21cd", "lsoa21", "lsoa11cd", "lsoa11")
    district = place("lad25cd", "lad24cd", "lad23cd", "oslaua", "laua", "lauacd")
    assert code is not None and north is not None and east is not None
    for number, row in enumerate(rows, 2):
        if len(row) <= max(code, north, east):
            yield Refused(f"row {number}", f"row {number}", "", "It has too few columns")
            continue
        whole = postcodes.normalise(row[code])
        point = _point(row[north], row[east])
        if not whole:
            yield Refused(f"row {number}", f"row {number}, column {code + 1}", row[code][:20], "Not a postcode")
        elif point is None:
            yield None  # published without a place: large users, Crown dependencies
        else:
            yield PostcodeRow(
                whole.replace(" ", ""), *point, *_metres(whole, *point),
                row[lsoa].strip() if lsoa is not None else "", row[district].strip() if district is not None else "",
            )  # fmt: skip


def _point(latitude: str, longitude: str) -> tuple[float, float] | None:
    try:
        point = float(latitude), float(longitude)
    except ValueError:
        return None
    return point if 49 <= point[0] <= 61.5 and -9 <= point[1] <= 2.5 else None


def _metres(code: str, latitude: float, longitude: float) -> tuple[float | None, float | None]:
    return (None, None) if code.startswith("BT") else grid.grid_or_none(latitude, longitude)


def _code_point(text: TextIO) -> Iterator[Any]:
    for number, row in enumerate(csv.reader(text), 1):
        record = f"row {number}"
        whole = postcodes.normalise(row[0]) if row else ""
        if not whole:
            yield Refused(record, f"{record}, column 1", (row[0] if row else "")[:20], "Not a postcode")
            continue
        try:
            easting, northing = float(row[2]), float(row[3])
        except (IndexError, ValueError):
            yield Refused(
                record, f"{record}, columns 3 and 4", ",".join(row[2:4])[:30], "Not a place on the National Grid"
            )
            continue
        if row[1].strip() == "90" or not (0 < easting <= 700_000 and 0 < northing <= 1_300_000):
            yield None  # published without a place
            continue
        latitude, longitude = grid.from_grid(easting, northing)
        district = row[8].strip() if len(row) > 8 else ""
        yield PostcodeRow(
            whole.replace(" ", ""), round(latitude, 6), round(longitude, 6), easting, northing, "", district
        )


def _outcodes(text: TextIO) -> Iterator[Any]:
    for number, row in enumerate(csv.DictReader(text, restval=""), 2):
        record, cells = (
            f"row {number}",
            {(name or "").strip().casefold(): value or "" for name, value in row.items() if name},
        )
        whole = postcodes.normalise(cells["postcode"])
        code = "" if whole else postcodes.outward(cells["postcode"])
        point = _point(cells["latitude"], cells["longitude"])
        if not code:
            yield Refused(record, f"{record}, column postcode", cells["postcode"][:20], "Not an outward code")
        elif point is None:
            yield Refused(
                record, f"{record}, column latitude", cells["latitude"][:20], "Not a point in the United Kingdom"
            )
        else:
            words = (cells.get(name, "").strip() for name in ("town", "region", "country"))
            town, region, country = words
            yield OutcodeRow(code, *point, *_metres(code, *point), town, region, country[:3])


def _epraccur(text: TextIO) -> Iterator[Any]:
    for number, row in enumerate(csv.reader(text), 1):
        record = f"row {number}"
        if len(row) < 26:
            yield Refused(record, record, "", f"It has {len(row)} columns, not {EPRACCUR_COLUMNS}")
            continue
        code, name = row[0].strip(), " ".join(row[1].split())
        if not code or not name:
            yield Refused(
                record, f"{record}, column {2 if code else 1}", "", "It has no code" if not code else "It has no name"
            )
        elif row[25].strip() != "4":
            yield None  # not a GP practice
        else:
            address = ", ".join(filter(None, (part.strip() for part in row[4:9])))
            postcode = postcodes.normalise(row[9]) or row[9].strip()[:8]
            yield PracticeRow(
                ODS, code, _ordinary_case(name), _ordinary_case(address), postcode, row[17].strip(), row[14].strip(),
                row[12].strip() == "A",
            )  # fmt: skip


def _ordinary_case(text: str) -> str:
    """Return shouted names in ordinary case: THE DENSHAM SURGERY → The Densham Surgery."""
    if text != text.upper():
        return text
    words = [word.capitalize() if word.isalpha() else word.title().replace("'S", "'s") for word in text.split(" ")]
    small = {"And", "Of", "The", "For", "In", "At", "On", "By"}
    return " ".join(word.lower() if place and word in small else word for place, word in enumerate(words))
