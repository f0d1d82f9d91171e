# ruff: noqa: E501 - rows of SQL are read as rows
"""N services in N/250 towns, each with all that hangs on it, as the feed and the public search read them."""

import time
from pathlib import Path

import psycopg

from bench.directory_rows import KINDS
from bench.sql import Loader
from linkwell.matching.needs import NEEDS
from linkwell.matching.words import search_text
from linkwell.places.grid import grid_or_none

VERSION = 1
PER_TOWN, TERMS = 250, 200


def fill_once(admin: str, services: int, half: Path) -> bool:
    """Fill an empty database unless it holds the rows already."""
    with psycopg.connect(admin, autocommit=True) as server:
        label = f"feed {VERSION} {services}"
        row = server.execute("SELECT obj_description('public.directory_source'::regclass, 'pg_class')").fetchone()
        if row == (label,):
            return False
        print(f"Generating {services:,} services (kept for later runs)", flush=True)
        half.touch()
        make(server, services)
        server.execute(f"COMMENT ON TABLE directory_source IS '{label}'")
        half.unlink()
    return True


def make(server: psycopg.Connection, services: int) -> None:
    """Load a source, its organisations, places, services and what hangs on them."""
    began, load = time.monotonic(), Loader(server)
    load.empty()
    with load.without_triggers(when=True), load.without_indexes():
        _rows(load, services)
    load.sequences()
    server.execute("VACUUM (ANALYZE)")
    print(f"  {load.rows:,} rows in {time.monotonic() - began:.0f} s", flush=True)


def towns(services: int) -> int:
    return max(services // PER_TOWN, 4)


def town(number: int) -> tuple[str, float, float]:
    """Return the outward code and the middle of a town."""
    return (
        f"Q{'ABCDEFGHJK'[number // 90 % 10]}{number % 90 + 1}",
        50.8 + number * 7 % 97 * 0.05,
        -4.0 + number * 13 % 89 * 0.055,
    )


def _rows(load: Loader, services: int) -> None:
    every = f"generate_series(1, {services}) g"
    load("directory_source", "(VALUES (1)) t(g)", id="g", name="'Example directory'", created_at="now()", is_approved="true",
         licence="'OGL 3.0'")  # fmt: skip
    load("directory_organisation", f"generate_series(1, {services // 4}) g", id="g", source_id="1", external_id="'o' || g",
         name="'Organisation ' || g", kind="'voluntary'", changed_at="now()", identifiers="'[]'",
         description_text="'A group of people from the town'", website="'https://o' || g || '.example.org'")  # fmt: skip
    load.copy("directory_location", ("id", "source_id", "external_id", "name", "address", "town", "region", "postcode",
              "outcode", "latitude", "longitude", "easting", "northing", "precision"),
              (_place(number, services) for number in range(1, services + 1)))  # fmt: skip
    load.copy("directory_service", ("id", "source_id", "external_id", "organisation_id", "name", "description_text", "url",
              "email", "modes", "slots", "times_text", "is_free", "need_codes", "strong_needs", "listing", "operating",
              "search", "minimum_age", "confirmed_at", "confirmed_by", "seen_at", "changed_at"),
              (_service(number, services) for number in range(1, services + 1)))  # fmt: skip
    load("directory_serviceatlocation", every, service_id="g", location_id="g")
    load("directory_serviceneed", every, service_id="g", code="'loneliness'", why="'name'")
    load("directory_schedule", f"generate_series(1, {services}) g, generate_series(0, 1) n", service_id="g", location_id="g",
         position="n", frequency="'WEEKLY'", weekday="(g + n) % 7", opens_at="'10:00'", closes_at="'12:00'")  # fmt: skip
    load("directory_phone", every, service_id="g", number="'0161 496 ' || lpad((g % 10000)::text, 4, '0')")
    load("directory_contact", every, service_id="g", title="'Reception'", email="'desk' || g || '@example.org'")
    load("directory_costoption", every, service_id="g", option="'A visit'", amount="g % 10", currency="'GBP'")
    load("directory_language", every, service_id="g", name="'English'", code="'en'")
    load("directory_taxonomyterm", f"generate_series(1, {TERMS}) g", id="g", source_id="1", external_id="'t' || g",
         taxonomy="'Topics'", name="'Topic ' || g", public_id="gen_random_uuid()")  # fmt: skip
    load("directory_attribute", f"generate_series(1, {services}) g, generate_series(0, 1) n", service_id="g",
         term_id=f"(g * (n + 7)) % {TERMS // 2} + 1 + n * {TERMS // 2}")  # fmt: skip
    load.copy("places_outcode", ("code", "latitude", "longitude", "town", "region", "country"), (
        (*town(number), f"Town {number}", "Region", "ENG") for number in range(min(towns(services), 900))))  # fmt: skip


def _place(number: int, services: int) -> tuple[object, ...]:
    code, latitude, longitude = town(number % towns(services) % 900)
    latitude, longitude = latitude + number * 37 % 1000 * 0.00005, longitude + number * 91 % 1000 * 0.00007
    easting, northing = grid_or_none(latitude, longitude) or (None, None)
    return (number, 1, f"l{number}", f"Hall {number}", f"{number % 150 + 1} High Street", f"Town {number % towns(services)}",
            "Region", f"{code} 1AA", code, latitude, longitude, easting, northing, "exact")  # fmt: skip


def _service(number: int, services: int) -> tuple[object, ...]:
    need, kind = NEEDS[number % len(NEEDS)], KINDS[number % len(KINDS)]
    name = f"Town {number % towns(services)} {need.label.split(' or ')[0]} {kind} {number}"
    text = f"A friendly {kind} for people with {need.label.lower()}. {need.words[0].strip('*')} and tea on the day."
    owner = number % (services // 4) + 1
    changed = "2026-11-20T00:00Z" if number % 100 == 0 else "2026-09-01T00:00Z"
    return (number, 1, f"s{number}", owner, name, text, f"https://s{number}.example.org", f"s{number}@example.org",
            ["in_person"], 1 << number % 21, "Tuesdays 2pm", bool(number % 10 < 7), [need.code], [need.code],
            "listed", "open", search_text(name, f"Organisation {owner}", text), number % 60, "2026-09-01T00:00Z", "group",
            "2026-11-01T00:00Z", changed)  # fmt: skip
