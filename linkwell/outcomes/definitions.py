"""Measures as data: what is asked, how it is scored, and what a score can and cannot say.

Each `.toml` file of a folder is one measure. Those that may be shipped are in `measures/`; a scheme that
holds the licence of another puts its file into the folder named by LINKWELL_MEASURES.
"""

import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

SHIPPED = Path(__file__).parent / "measures"
DEFAULT_PACK = ("ons4", "ucla3", "lonely")
COMBINE = ("single", "sum", "category")
BETTER = ("higher", "lower")
MODES = ("in_person", "phone", "paper", "online")
Made = TypeVar("Made")


class MeasureFileWrong(ValueError):
    """A measure's file cannot be used; the message says which, where and why."""


@dataclass(frozen=True)
class Item:
    """One question; `answers` are (number, words), and only these numbers may be given."""

    code: str
    question: str
    answers: tuple[tuple[int, str], ...]
    lowest_label: str = ""
    highest_label: str = ""

    @property
    def is_scale(self) -> bool:
        """Whether only the ends of the scale have words."""
        return bool(self.lowest_label)


@dataclass(frozen=True)
class Norm:
    """What a score can be held against, and where that number comes from."""

    value: float
    label: str
    source: str


@dataclass(frozen=True)
class Scale:
    """One score of a measure. `combine`: "single" item, "sum" of all, or "category", which has no average."""

    code: str
    name: str
    items: tuple[str, ...]
    combine: str
    better: str
    lowest: float
    highest: float
    counts_as_change: float  # points; a smaller difference counts as no change
    meaningful_change: float | None  # points; None where none is established
    meaningful_change_note: str
    bands: tuple[tuple[float, float, str], ...]  # from, to (both included), words
    norm: Norm | None

    def band(self, value: float) -> str:
        """Return the words for where a score lies; empty if the measure has none there."""
        return next((label for low, high, label in self.bands if low <= value <= high), "")

    def gain(self, before: float, after: float) -> float:
        """Return the change in points, positive for the better."""
        return after - before if self.better == "higher" else before - after


@dataclass(frozen=True)
class Measure:
    """One questionnaire or question."""

    code: str
    name: str
    short_name: str
    intro: str
    source: str
    licence: str
    minimum_age: int
    proxy_allowed: bool
    modes: tuple[str, ...]
    mode_note: str
    items: tuple[Item, ...]
    scales: tuple[Scale, ...]

    def item(self, code: str) -> Item | None:
        """Return the question of that code, if there is one."""
        return next((item for item in self.items if item.code == code), None)


def load(folders: Iterable[Path]) -> dict[str, Measure]:
    """Return the measures of some folders by code, in order of file name; raise MeasureFileWrong."""
    measures: dict[str, Measure] = {}
    for folder in folders:
        if not folder.is_dir():
            raise MeasureFileWrong(f"{folder} is not a folder of measures.")
        for path in sorted(folder.glob("*.toml")):
            measure = read(path)
            taken = {scale.code for other in measures.values() for scale in other.scales}
            twice = taken & {scale.code for scale in measure.scales}
            if measure.code in measures or twice:
                raise MeasureFileWrong(f"{path.name}: the code {min(twice, default=measure.code)!r} is taken already.")
            measures[measure.code] = measure
    return measures


def read(path: Path) -> Measure:
    """Return the measure that one file describes; raise MeasureFileWrong."""
    try:
        return _measure(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, MeasureFileWrong) as error:
        raise MeasureFileWrong(f"{path.name}: {error}") from None


def _measure(data: Mapping[str, Any]) -> Measure:
    items = tuple(_each(data, "items", _item))
    measure = Measure(
        code=_code(data),
        name=_text(data, "name"),
        short_name=_text(data, "short_name"),
        intro=_text(data, "intro", empty=True),
        source=_text(data, "source"),
        licence=_text(data, "licence"),
        minimum_age=_whole(data, "minimum_age"),
        proxy_allowed=_yes_or_no(data, "proxy_allowed"),
        modes=tuple(data.get("modes", MODES)),
        mode_note=_text(data, "mode_note", empty=True),
        items=items,
        scales=tuple(_each(data, "scales", lambda scale: _scale(scale, items))),
    )
    _check(bool(measure.modes) and set(measure.modes) <= set(MODES), f"modes must be some of {', '.join(MODES)}")
    _check_no_code_twice([item.code for item in items], "items")
    _check_no_code_twice([scale.code for scale in measure.scales], "scales")
    return measure


def _item(data: Mapping[str, Any]) -> Item:
    code = _code(data)
    if "answers" in data:
        pairs = data["answers"]
        _check(
            isinstance(pairs, list) and all(_is_pair(pair) for pair in pairs) and len(pairs) >= 2,
            f"{code}: answers must be two or more pairs of a whole number and words",
        )
        answers = tuple((number, words) for number, words in pairs)
        _check_no_code_twice([str(number) for number, _ in answers], f"{code}: answers")
        return Item(code, _text(data, "question"), answers)
    lowest, highest = _whole(data, "lowest"), _whole(data, "highest")
    _check(lowest < highest <= lowest + 100, f"{code}: highest must lie above lowest, and not by more than 100")
    answers = tuple((number, str(number)) for number in range(lowest, highest + 1))
    return Item(code, _text(data, "question"), answers, _text(data, "lowest_label"), _text(data, "highest_label"))


def _scale(data: Mapping[str, Any], items: tuple[Item, ...]) -> Scale:
    code, names = _code(data), tuple(data.get("items", ()))
    used = [item for item in items if item.code in names]
    _check(bool(names) and len(used) == len(names), f"{code}: items must name questions of this measure")
    combine, better = data.get("combine"), data.get("better")
    _check(combine in COMBINE, f"{code}: combine must be one of {', '.join(COMBINE)}")
    _check(better in BETTER, f"{code}: better must be one of {', '.join(BETTER)}")
    _check(combine == "sum" or len(names) == 1, f"{code}: more than one question needs combine = 'sum'")
    lowest = sum(min(number for number, _ in item.answers) for item in used)
    highest = sum(max(number for number, _ in item.answers) for item in used)
    change, meaningful = data.get("counts_as_change", 0), data.get("meaningful_change")
    _check(_is_number(change) and change > 0, f"{code}: counts_as_change must be a number above zero")
    _check(meaningful is None or _is_number(meaningful), f"{code}: meaningful_change must be a number or left out")
    norm = data.get("norm")
    return Scale(
        code=code,
        name=_text(data, "name"),
        items=names,
        combine=str(combine),
        better=str(better),
        lowest=lowest,
        highest=highest,
        counts_as_change=float(change),
        meaningful_change=None if meaningful is None else float(meaningful),
        meaningful_change_note=_text(data, "meaningful_change_note"),
        bands=_bands(code, data.get("bands", []), lowest, highest),
        norm=_norm(norm) if norm else None,
    )


def _bands(code: str, rows: Any, lowest: float, highest: float) -> tuple[tuple[float, float, str], ...]:
    """Return the bands; those given must cover the scale's whole numbers without gap or overlap."""
    if not rows:
        return ()
    _check(
        isinstance(rows, list) and all(isinstance(row, list) and len(row) == 3 for row in rows),
        f"{code}: bands must be rows of from, to and words",
    )
    bands = tuple((low, high, str(words)) for low, high, words in rows)
    whole = bands[0][0] == lowest and bands[-1][1] == highest and all(low <= high for low, high, _ in bands)
    joined = all(after[0] == before[1] + 1 for before, after in pairwise(bands))
    _check(whole and joined, f"{code}: bands must run from {lowest} to {highest} without gap or overlap")
    return bands


def _norm(data: Mapping[str, Any]) -> Norm:
    _check(_is_number(data.get("value")), "norm: value must be a number")
    return Norm(float(data["value"]), _text(data, "label"), _text(data, "source"))


def _each(data: Mapping[str, Any], name: str, make: Callable[[Mapping[str, Any]], Made]) -> list[Made]:
    rows = data.get(name)
    _check(isinstance(rows, list) and bool(rows), f"{name} must have one row or more")
    return [make(row) for row in rows or []]


def _code(data: Mapping[str, Any]) -> str:
    code = data.get("code")
    _check(isinstance(code, str) and code.isidentifier() and code.islower() and len(code) <= 30,
           f"code must be up to 30 small letters, numbers and _, not {code!r}")  # fmt: skip
    return str(code)


def _text(data: Mapping[str, Any], name: str, *, empty: bool = False) -> str:
    value = data.get(name, "" if empty else None)
    _check(isinstance(value, str) and (empty or bool(value.strip())), f"{name} is missing")
    return str(value)


def _whole(data: Mapping[str, Any], name: str) -> int:
    value = data.get(name)
    _check(isinstance(value, int) and not isinstance(value, bool), f"{name} must be a whole number")
    return int(value or 0)


def _yes_or_no(data: Mapping[str, Any], name: str) -> bool:
    _check(isinstance(data.get(name), bool), f"{name} must be true or false")
    return bool(data[name])


def _is_pair(pair: Any) -> bool:
    return isinstance(pair, list) and len(pair) == 2 and isinstance(pair[0], int) and isinstance(pair[1], str)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _check_no_code_twice(codes: list[str], where: str) -> None:
    twice = {code for code in codes if codes.count(code) > 1}
    _check(not twice, f"{where} has {', '.join(sorted(twice))} twice")


def _check(holds: bool, message: str) -> None:
    if not holds:
        raise MeasureFileWrong(message)
