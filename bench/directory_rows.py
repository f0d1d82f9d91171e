# ruff: noqa: E501 - rows of SQL are read as rows
"""5,000 services in 400 towns' worth of places, as the pages of the directory and of "find support" read them."""

from bench.sql import Loader
from linkwell.matching.needs import NEEDS
from linkwell.matching.words import search_text
from linkwell.places.grid import grid_or_none

SERVICES = 5_000
KINDS = ("group", "club", "advice service", "drop-in", "befriending", "walks", "classes", "helpline")
TOWNS = ("Sale", "Altrincham", "Stretford", "Urmston", "Hale", "Timperley", "Partington", "Chorlton")


def make(load: Loader) -> None:
    """Load one source, its organisations, places, services and the needs that each answers."""
    load("directory_source", "(VALUES (1)) t(g)", id="g", name="'Example directory'", created_at="now()",
         is_approved="true")  # fmt: skip
    load("directory_organisation", f"generate_series(1, {SERVICES // 4}) g", id="g", source_id="1", external_id="'o' || g",
         name="'Organisation ' || g", kind="'voluntary'", changed_at="now()", identifiers="'[]'")  # fmt: skip
    load.copy("directory_location", ("id", "source_id", "external_id", "name", "address", "town", "outcode", "latitude",
              "longitude", "easting", "northing", "precision"), map(_place, range(1, SERVICES + 1)))  # fmt: skip
    load.copy("directory_service", ("id", "source_id", "external_id", "organisation_id", "name", "description_text",
              "modes", "slots", "times_text", "is_free", "need_codes", "strong_needs", "listing", "operating", "search",
              "confirmed_at", "confirmed_by", "seen_at", "changed_at"), map(_service, range(1, SERVICES + 1)))  # fmt: skip
    load("directory_serviceatlocation", f"generate_series(1, {SERVICES}) g", service_id="g", location_id="g")
    load.copy("directory_serviceneed", ("service_id", "code", "why", "phrase"), (
        (number, code, "name" if place == 0 else "text", "")
        for number in range(1, SERVICES + 1) for place, code in enumerate(_needs(number))))  # fmt: skip


def _place(number: int) -> tuple[object, ...]:
    latitude, longitude = 53.35 + number * 37 % 1000 * 0.00015, -2.40 + number * 91 % 1000 * 0.0002
    easting, northing = grid_or_none(latitude, longitude) or (None, None)
    town = TOWNS[number % len(TOWNS)]
    return (number, 1, f"l{number}", f"Hall {number}", f"{number % 150 + 1} High Street", town, f"M{number % 40 + 1}",
            latitude, longitude, easting, northing, "exact")  # fmt: skip


def _needs(number: int) -> list[str]:
    codes = [need.code for need in NEEDS]
    return list(dict.fromkeys([codes[number % len(codes)], codes[number * 13 % len(codes)]]))


def _service(number: int) -> tuple[object, ...]:
    codes, kind = _needs(number), KINDS[number % len(KINDS)]
    need = next(one for one in NEEDS if one.code == codes[0])
    name = f"{TOWNS[number % len(TOWNS)]} {need.label.split(' or ')[0]} {kind} {number}"
    text = f"A friendly {kind} for people with {need.label.lower()}. {need.words[0].strip('*')} and tea on the day."
    modes = ["in_person"] if number % 8 else ["phone"] if number % 16 else ["online"]
    return (number, 1, f"s{number}", number % (SERVICES // 4) + 1, name, text, modes, 1 << number % 21, "Tuesdays 2pm",
            bool(number % 10 < 7), codes, codes[:1], "listed" if number % 20 else "inactive", "open",
            search_text(name, f"Organisation {number % (SERVICES // 4) + 1}", text), "2026-09-01T00:00Z", "group",
            "2026-11-01T00:00Z", "2026-09-01T00:00Z")  # fmt: skip
