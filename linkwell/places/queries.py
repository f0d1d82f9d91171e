"""Where is this? Postcodes, outward codes, towns → a point, and how far it may be trusted."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection
from django.db.models import Avg, Q
from django.db.models.functions import Lower

from linkwell.places import grid, postcodes
from linkwell.places.models import Outcode, Postcode, ReferencePractice


@dataclass(frozen=True)
class Located:
    """A point and how it is named. `note` says what it rests on where that is not the whole postcode."""

    label: str
    latitude: float
    longitude: float
    easting: float | None
    northing: float | None
    precision: str  # postcode, outcode or town
    outcode: str = ""
    note: str = ""

    @property
    def is_approximate(self) -> bool:
        return self.precision != "postcode"


@dataclass(frozen=True)
class PracticeEntry:
    """A practice of the register, as a scheme may take it over."""

    system: str
    code: str
    name: str
    address: str
    postcode: str
    phone: str
    commissioner: str


def locate(text: str) -> Located | None:
    """Return the place that a postcode, an outward code or the name of a town or district means."""
    if whole := (postcodes.normalise(text) or postcodes.find(text)):
        return locate_postcode(whole)
    if outward := postcodes.outward(text):
        return _outcode(outward)
    return _town(text)


def locate_postcode(whole: str) -> Located | None:
    """Return the point of a whole postcode; of its outward code, saying so, where it is not in the table."""
    row = Postcode.objects.filter(code=whole.replace(" ", "")).first()
    outward = whole.split(" ")[0]
    if row is not None:
        return Located(whole, row.latitude, row.longitude, row.easting, row.northing, "postcode", outward)
    return _outcode(outward)


def _outcode(code: str) -> Located | None:
    row = Outcode.objects.filter(code=code).first()
    if row is None:
        return None
    note = f"approximate: only the outward code {code} is known"
    return Located(code, row.latitude, row.longitude, row.easting, row.northing, "outcode", code, note)


def _town(text: str) -> Located | None:
    name = " ".join(text.split())[:80]
    if not re.search(r"[^\W\d]{3}", name):
        return None
    rows = Outcode.objects.filter(Q(town__iexact=name) | Q(region__iexact=name) | Q(region__iexact=f"City of {name}"))
    towns = rows.filter(town__iexact=name)
    chosen = towns if towns.exists() else rows
    middle = chosen.aggregate(latitude=Avg("latitude"), longitude=Avg("longitude"))
    if middle["latitude"] is None:
        return None
    label = name if name != name.lower() else name.title()
    easting, northing = grid.grid_or_none(middle["latitude"], middle["longitude"])
    codes = list(chosen.values_list("code", flat=True)[:2])
    return Located(
        label, middle["latitude"], middle["longitude"], easting, northing, "town",
        codes[0] if len(codes) == 1 else "", f"approximate: the middle of {label}",
    )  # fmt: skip


def points_of(whole: Iterable[str]) -> dict[str, Located]:
    """Return {postcode: its point} of many postcodes or outward codes, in two statements."""
    wanted = {text: postcodes.outward(text) for text in set(whole) if text}
    squeezed = {text.replace(" ", ""): text for text in wanted}
    found = {
        squeezed[row.code]: Located(
            squeezed[row.code],
            row.latitude,
            row.longitude,
            row.easting,
            row.northing,
            "postcode",
            wanted[squeezed[row.code]],
        )
        for row in Postcode.objects.filter(code__in=squeezed)
    }
    outcodes = {row.code: row for row in Outcode.objects.filter(code__in=set(wanted.values()))}
    for text, code in wanted.items():
        if text not in found and code in outcodes:
            row = outcodes[code]
            note = f"approximate: only the outward code {code} is known"
            found[text] = Located(code, row.latitude, row.longitude, row.easting, row.northing, "outcode", code, note)
    return found


_FAR = """sqrt(((o.latitude - p.latitude) * 111320.0) ^ 2
    + ((o.longitude - p.longitude) * 111320.0 * cos(radians(p.latitude))) ^ 2)"""
_AROUND = f"""
    SELECT o.code, o.town, o.latitude, o.longitude, o.easting, o.northing
      FROM unnest(%(latitudes)s::float8[], %(longitudes)s::float8[]) AS p (latitude, longitude)
      JOIN places_outcode o ON {_FAR} <= %(metres)s
     GROUP BY o.code ORDER BY min({_FAR}), o.code LIMIT %(most)s"""


def outcodes_around(points: Iterable[tuple[float, float]], *, metres: float, most: int) -> list[Located]:
    """Return outward codes whose middle lies within so many metres of one of these points, nearest first."""
    around = sorted(set(points))
    values = {"latitudes": [one for one, _ in around], "longitudes": [one for _, one in around]}
    with connection.cursor() as cursor:
        cursor.execute(_AROUND, values | {"metres": metres, "most": most})
        return [
            Located(town or code, latitude, longitude, easting, northing, "outcode", code)
            for code, town, latitude, longitude, easting, northing in cursor.fetchall()
        ]


def outcodes_by_area() -> dict[str, set[str]]:
    """Return {town or district, lower case: its outward codes}; "city of bristol" is "bristol" too."""
    areas: dict[str, set[str]] = {}
    rows = Outcode.objects.annotate(t=Lower("town"), r=Lower("region")).values_list("code", "t", "r")
    for code, town, region in rows:
        for name in {town, region, region.removeprefix("city of "), town.removeprefix("city of ")} - {""}:
            areas.setdefault(name, set()).add(code)
    return areas


def reference_practices(*, text: str = "", limit: int = 50) -> list[PracticeEntry]:
    """Return active practices whose name, code or postcode begins like the text, by name."""
    rows = ReferencePractice.objects.filter(is_active=True)
    if words := " ".join(text.split()):
        outward = postcodes.outward(words)
        place = Q(postcode=postcodes.normalise(words)) if postcodes.normalise(words) else Q(pk__in=())
        if outward and not postcodes.normalise(words):
            place = Q(postcode__startswith=f"{outward} ")
        rows = rows.filter(Q(name__icontains=words) | Q(code__iexact=words) | place)
    return [
        PracticeEntry(row.system, row.code, row.name, row.address, row.postcode, row.phone, row.commissioner)
        for row in rows.order_by("name", "code")[:limit]
    ]
