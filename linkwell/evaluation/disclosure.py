"""What may be shown of small numbers. Pure: counts in, shown counts out.

The rules, in the order in which they are applied to one group of people split into cells:

1. A cell of 0 to 7 is hidden, and so is one to which only one or two practices, or one or two link
   workers, contributed. Hidden cells all show the same symbol: none is told apart from a few.
2. Any other cell is rounded to the nearest 5.
3. Where a single cell is left and it holds 20 or fewer, it is hidden too: it could be the whole of a small
   group. This looks at shown numbers only; looking at the others would tell a nought from a few.
4. Three or more hidden cells are shown as one sum, where that sum rules nothing out for any of them.
5. Totals are sums of what is shown, rates come from what is shown, and neither says more than it.
6. A mean or median stands only where the shown number of people is 10 or more.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

SYMBOL = "[c]"
SMALL = 7
BASE = 5
SLACK = BASE // 2  # how far a rounded number may lie from the true one
FEWEST_CONTRIBUTORS = 3
SMALL_GROUP = 20
FEWEST_FOR_A_MEAN = 10

Shown = int | None  # None is the symbol


@dataclass
class Cell:
    """A cell before disclosure: how many people, and whose figures they are."""

    count: int = 0
    contributors: set[str] = field(default_factory=set)
    workers: set[int] = field(default_factory=set)

    def add(self, *, contributor: str | None, worker: int | None) -> None:
        """Count one person."""
        self.count += 1
        if contributor is not None:
            self.contributors.add(contributor)
        if worker is not None:
            self.workers.add(worker)


@dataclass(frozen=True)
class Split:
    """A group of people as it is shown: its cells, and one sum of those that are hidden, if it may stand."""

    cells: Mapping[str, Shown]
    rest: Shown

    @property
    def total(self) -> Shown:
        """Return the sum of what is shown."""
        return total([*self.cells.values(), self.rest])


def rounded(count: int) -> int:
    """Return the nearest multiple of 5."""
    return (count + SLACK) // BASE * BASE


def is_enough(contributors: Iterable[object]) -> bool:
    """Say whether a figure points to nobody: three or more contributed, or the question does not arise."""
    number = len(set(contributors))
    return number == 0 or number >= FEWEST_CONTRIBUTORS


def shown(cell: Cell) -> Shown:
    """Return what is shown of one cell by itself."""
    if cell.count <= SMALL or not is_enough(cell.contributors) or not is_enough(cell.workers):
        return None
    return rounded(cell.count)


def split(cells: Mapping[str, Cell]) -> Split:
    """Return what is shown of a group of people of whom each is in exactly one cell."""
    made = {name: shown(cell) for name, cell in cells.items()}
    left = [value for value in made.values() if value is not None]
    if len(left) == 1 and left[0] <= SMALL_GROUP:
        return Split(dict.fromkeys(cells), None)
    return Split(made, _rest([cells[name] for name, value in made.items() if value is None]))


def _rest(hidden: list[Cell]) -> Shown:
    """Return the sum of the hidden cells where it leaves every value from 0 to 7 open for each of them."""
    together = Cell(
        sum(cell.count for cell in hidden),
        set().union(*(cell.contributors for cell in hidden)),
        set().union(*(cell.workers for cell in hidden)),
    )
    value = shown(together)
    if value is None or value - SLACK > SMALL * (len(hidden) - 1):
        return None
    return value


def total(values: Iterable[Shown]) -> Shown:
    """Return the sum of what is shown; the symbol where nothing is."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def rate(part: Shown, whole: Shown) -> float | None:
    """Return a share (0 to 1) of shown numbers; None where one is hidden or all or nothing would be said."""
    if part is None or not whole or part > whole:
        return None
    return None if part == whole and whole <= SMALL_GROUP else part / whole


def may_average(people: Shown) -> bool:
    """Say whether a mean, an interval or a median may stand for so many people, as shown."""
    return people is not None and people >= FEWEST_FOR_A_MEAN


def as_text(value: Shown) -> str:
    """Return a count as it stands on a page or in a file."""
    return SYMBOL if value is None else f"{value:,}"
