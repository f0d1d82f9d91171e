"""What is missing here: needs and areas without a fitting service, weighed by the people who went without.

How many services fit is public and exact. People are counted by the disclosure rule, quarter by quarter, in cells that
depend on nothing a reader can choose: neither the limits nor the areas shown change a number of people, so no two
reports can be subtracted from each other. Only the manager of the scheme itself sees its own exact numbers.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from linkwell.directory.queries import gaps as directory
from linkwell.directory.queries.gaps import Area, Nearest
from linkwell.evaluation import queries
from linkwell.evaluation.disclosure import Cell, Shown, split, total
from linkwell.evaluation.methods.quarters import Quarter, closed_quarters, quarter_of
from linkwell.evaluation.queries import UnmetRow
from linkwell.evaluation.report import NoSuchQuarter, NotYet
from linkwell.matching.needs import NEEDS
from linkwell.matching.query import Point, Query
from linkwell.places.queries import outcodes_around, points_of
from linkwell.team.access import MGR
from linkwell.team.models import Membership
from linkwell.team.queries import practices

AROUND_METRES = 5_000  # an area belongs to the map if its middle lies so near to a practice
AROUND_THE_CENTRE_METRES = 10_000
MOST_AREAS = 80
MOST_GAPS = 60
ALL_NEEDS = tuple(need.code for need in NEEDS)


@dataclass(frozen=True)
class Gap:
    """One need in one area for which people went without, and the nearest service for it."""

    area: str
    need: str
    people: int
    fits: int
    nearest: Nearest | None


@dataclass(frozen=True)
class GapReport:
    """What the page shows. `people` and `fits` are by (area, need); `exact` says that nothing is hidden or rounded.

    reasons  what kept people from it, most often first; with numbers where they are exact
    """

    quarters: Sequence[Quarter]
    chosen: Quarter | None
    areas: Sequence[Area]
    limits: Query
    fits: Mapping[tuple[str, str], int]
    people: Mapping[tuple[str, str], Shown]
    reasons: Sequence[tuple[str, Shown]]
    biggest: Sequence[Gap]
    without_a_place: int
    exact: bool

    def people_with(self, need: str) -> Shown:
        """Return how many went without one need, in the areas shown: a sum of what is shown."""
        return total(self.people.get((area.code, need)) for area in self.areas)

    def gaps_in(self, area: str) -> list[str]:
        """Return the needs for which nothing fits in an area."""
        return [need for need in ALL_NEEDS if not self.fits[area, need]]


def gap_report(
    *, viewer: Membership, today: date, quarter: Quarter | None, limits: Query, exact: bool
) -> GapReport | NotYet:
    """Return what is missing in the areas of the viewer's scheme under the limits; 7 statements of its own.

    exact  the numbers of people as they are: for the scheme's own manager alone, otherwise it changes nothing
    Raise NoSuchQuarter for any quarter that has not closed.
    """
    with queries.reading() as cursor:
        first = queries.first_received_on(cursor, scheme_id=viewer.scheme_id)
        quarters = closed_quarters(first=first, today=today)
        if quarter is not None and quarter not in quarters:
            raise NoSuchQuarter
        if not quarters:
            return NotYet(quarter_of(first or today).ended_on)
        chosen = [quarter] if quarter else quarters
        rows = queries.unmet(cursor, scheme_id=viewer.scheme_id, since=chosen[0].began_on, until=chosen[-1].ended_on)
    exact = exact and viewer.role == MGR
    areas = areas_of(viewer)
    fits = directory.fitting(areas, ALL_NEEDS, limits, on=today)
    people = people_without(rows, exact=exact)
    return GapReport(
        quarters=quarters,
        chosen=quarter,
        areas=areas,
        limits=limits,
        fits=fits,
        people=people,
        reasons=reasons(rows, exact=exact),
        biggest=_biggest(areas, fits, people, limits, today),
        without_a_place=directory.without_a_place(ALL_NEEDS, on=today),
        exact=exact,
    )


def areas_of(viewer: Membership) -> list[Area]:
    """Return the areas of the viewer's scheme, by code: outward codes whose middle lies near one of its practices.

    Without a practice that has a known postcode, those around the scheme's centre. They say nothing about anybody:
    where people live plays no part in it.
    """
    here = [row.postcode for row in practices(viewer=viewer) if row.is_active and row.postcode]
    points = [(one.latitude, one.longitude) for one in points_of(here).values()]
    scheme, metres = viewer.scheme, AROUND_METRES
    if not points and scheme.centre_latitude is not None and scheme.centre_longitude is not None:
        points, metres = [(scheme.centre_latitude, scheme.centre_longitude)], AROUND_THE_CENTRE_METRES
    found = outcodes_around(points, metres=metres, most=MOST_AREAS)
    areas = [
        Area(one.outcode, one.label, Point(one.latitude, one.longitude, one.easting, one.northing)) for one in found
    ]
    return sorted(areas, key=lambda area: (len(area.code), area.code))


def people_without(rows: Iterable[UnmetRow], *, exact: bool) -> dict[tuple[str, str], Shown]:
    """Return (area, need) → how many people went without; several quarters are sums of what each shows.

    Within a quarter and a need each person is in one area: that of the first time it was found missing. All areas
    there are take part in what is hidden, whichever are shown.
    """
    quarters: dict[tuple[Quarter, str], dict[str, Cell]] = {}
    counted: set[tuple[Quarter, str, int]] = set()
    for row in rows:
        quarter = quarter_of(row.found_on)
        if (quarter, row.need, row.episode_key) not in counted:
            counted.add((quarter, row.need, row.episode_key))
            cells = quarters.setdefault((quarter, row.need), {})
            cells.setdefault(row.outcode, Cell()).add(contributor=row.contributor, worker=row.worker_key)
    found: dict[tuple[str, str], list[Shown]] = {}
    for (_quarter, need), cells in quarters.items():
        shown = {area: cell.count for area, cell in cells.items()} if exact else split(cells).cells
        for area, value in shown.items():
            found.setdefault((area, need), []).append(value)
    return {key: total(values) for key, values in found.items()}


def reasons(rows: Iterable[UnmetRow], *, exact: bool) -> list[tuple[str, Shown]]:
    """Return what kept people from it, most often first: each person and quarter by their first.

    Without exact numbers only those are named that could be shown, and without their number: beside the numbers by
    area, a second count of the same people would narrow the hidden ones down.
    """
    first: dict[tuple[Quarter, int], UnmetRow] = {}
    for row in rows:
        first.setdefault((quarter_of(row.found_on), row.episode_key), row)
    cells: dict[tuple[Quarter, str], Cell] = {}
    for (quarter, _episode), row in first.items():
        cells.setdefault((quarter, row.main_reason), Cell()).add(contributor=row.contributor, worker=row.worker_key)
    quarters = {quarter: {name: cell for (of, name), cell in cells.items() if of == quarter} for quarter, _ in cells}
    counts: dict[str, int] = {}
    for group in quarters.values():
        shown = {name: cell.count for name, cell in group.items()} if exact else split(group).cells
        for name, value in shown.items():
            if value:
                counts[name] = counts.get(name, 0) + value
    ordered = sorted(counts, key=lambda name: (-counts[name], name))
    return [(name, counts[name] if exact else None) for name in ordered]


def _biggest(
    areas: Sequence[Area],
    fits: Mapping[tuple[str, str], int],
    people: Mapping[tuple[str, str], Shown],
    limits: Query,
    on: date,
) -> list[Gap]:
    """Return the needs and areas where most people went without; of equal ones those where nothing fits first."""
    middles = {area.code: area for area in areas}
    known = [(area, need, value) for (area, need), value in people.items() if value and area in middles]
    known.sort(key=lambda one: (-one[2], fits[one[0], one[1]] > 0, one[0], one[1]))
    known = known[:MOST_GAPS]
    asked = [directory.at_home(limits, middles[area], [need]) for area, need, _value in known]
    near = directory.nearest(asked, on=on) if asked else []
    return [Gap(area, need, value, fits[area, need], one) for (area, need, value), one in zip(known, near, strict=True)]
