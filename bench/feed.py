"""Every endpoint of the open feed and the public search, at several sizes of the directory: does a page cost the same?

Sizes alternate, round by round, on one machine with the database, the web processes and the load generator. The public
search and the feed's words are asked of the product as it is, with its index, and of one that asks the database
(`_by_sql`).
"""

import contextlib
import json
import statistics
import time
from urllib.parse import urlencode

from bench import feed_rows, load, results
from bench.pages import Site
from bench.serving import served
from bench.world import World, world

SIZES = (1_000, 10_000, 100_000)
CONNECTIONS = 4
ROUNDS = 3
PAGE = 100
FEED = "/open-referral/v3"
# A page of these costs the same whatever the size: same number of rows, keys noted. Searches find more in more.
FLAT = ("services_first", "services_last", "services_full", "service", "at_locations_last", "at_location",
        "organizations_last", "organization", "taxonomies", "taxonomy_terms")  # fmt: skip
SEARCHES = ("public_search", "services_search_anew")  # asked of the index, and of the database


def main(sizes: tuple[int, ...] = SIZES, seconds: float = 2.0) -> None:
    """Measure every size and write the results."""
    facts = results.machine()
    with contextlib.ExitStack() as stack:
        sites: dict[str, Site] = {}
        for size in sizes:
            at = stack.enter_context(world(size, kind="services", fill=feed_rows.fill_once))
            # what entries mean is worked out for minutes beside the pages, and plays no part in a search by a word
            port = stack.enter_context(served(at, LINKWELL_OWN_WORDS="off"))
            by_sql = stack.enter_context(served(at, LINKWELL_OWN_WORDS="off", LINKWELL_SEARCH_INDEX="0"))
            asked = _asked(at, size, port)
            _until_indexed(at)
            sites |= {f"{name}_{size}": Site(port, each) for name, each in asked.items()}
            sites |= {f"{name}_by_sql_{size}": Site(by_sql, asked[name]) for name in SEARCHES}
        sound = all(_answers(name, site) for name, site in sites.items())
        noted = _alternating(sites, seconds)
    contenders = {name: _medians(taken) for name, taken in noted.items()}
    shown = ["per_second", "p50_ms", "p95_ms", "max_ms", "failures"]
    results.table(["page", *shown], [[name, *(row[key] for key in shown)] for name, row in contenders.items()])
    ratios = {
        f"{name}_{size}_to_{sizes[0]}": float(contenders[f"{name}_{size}"]["p50_ms"])
        / max(float(contenders[f"{name}_{sizes[0]}"]["p50_ms"]), 1e-9)
        for name in sorted({one.rpartition("_")[0] for one in sites})
        for size in sizes[1:]
    }
    ratios |= {
        f"{name}_by_sql_to_by_index_{size}": float(contenders[f"{name}_by_sql_{size}"]["p50_ms"])
        / max(float(contenders[f"{name}_{size}"]["p50_ms"]), 1e-9)
        for name in SEARCHES
        for size in sizes
    }
    results.write(
        "feed",
        workload={"services": list(sizes), "per_page": PAGE, "connections": CONNECTIONS, "rounds": ROUNDS,
                  "seconds_a_round": seconds, "towns": [feed_rows.towns(size) for size in sizes]},
        contenders=contenders, ratios=ratios, facts=facts, same_answers=sound, goals=_goals(contenders, ratios, sound),
    )  # fmt: skip


def _asked(at: World, size: int, port: int) -> dict[str, tuple[bytes, ...]]:
    """Return what is asked of a directory of that size, each with several addresses in turn."""
    with at.admin() as server:
        some = f"WHERE id % {max(size // 50, 1)} = 1 ORDER BY id LIMIT 50"
        entries = [str(one) for (one,) in server.execute(f"SELECT public_id FROM directory_service {some}")]
        owners = [str(one) for (one,) in server.execute(f"SELECT public_id FROM directory_organisation {some}")]
        terms = [str(one) for (one,) in server.execute("SELECT public_id FROM directory_taxonomyterm LIMIT 50")]
    _, listed = load.Connection(port).ask(load.request(f"{FEED}/service_at_locations?per_page=50", ""))
    places = [one["id"] for one in json.loads(listed)["contents"]]
    last = size // PAGE

    def paths(name: str, *queries: dict[str, object]) -> list[str]:
        return [f"{FEED}/{name}?{urlencode(query | {'per_page': PAGE})}" for query in queries]

    towns = [feed_rows.town(number)[0] for number in range(min(feed_rows.towns(size), 50))]
    words = ("befriending", "walks", "classes", "money", "housing")
    addresses = {
        "services_first": paths("services", {}),
        "services_last": paths("services", {"page": last}),
        "services_full": paths("services", *({"full": "true", "page": number} for number in (1, last // 2 or 1, last))),
        "services_search": paths("services", *({"search": one} for one in words)),
        # stop words make another list of the same: none is noted when it is asked for again
        "services_search_anew": paths(
            "services", *({"search": one + " the" * n} for n in range(1, 61) for one in words)
        ),
        "services_term": paths("services", *({"taxonomy_term_id": one} for one in terms[:5])),
        "services_modified": paths("services", {"modified_after": "2026-11-19"}),
        "services_near": paths("services", *({"postcode": one, "proximity": 3000} for one in towns)),
        "service": [f"{FEED}/services/{one}" for one in entries],
        "at_locations_last": paths("service_at_locations", {"page": last}),
        "at_location": [f"{FEED}/service_at_locations/{one}" for one in places],
        "organizations_last": paths("organizations", {"page": max(last // 4, 1), "full": "true"}),
        "organization": [f"{FEED}/organizations/{one}" for one in owners],
        "taxonomies": paths("taxonomies", {}),
        "taxonomy_terms": paths("taxonomy_terms", {}),
        "public_search": [f"/find-help/?{urlencode({'q': one, 'near': town})}" for one in words for town in towns[:10]],
    }
    return {name: tuple(load.request(path, "") for path in each) for name, each in addresses.items()}


def _until_indexed(at: World) -> None:
    """Wait until the index stands, and the web processes have had the time to see that it does."""
    until = time.monotonic() + 900
    while not any(at.home.glob("matching/*/current")):
        if time.monotonic() > until:
            raise SystemExit("The search index was not made in a quarter of an hour; the reason stands above.")
        time.sleep(1)
    time.sleep(10)


def _answers(name: str, site: Site) -> bool:
    """Say whether each address answers with what it should hold; a page that holds nothing would be fast too."""
    for asked in site.requests[:3]:
        status, body = load.Connection(site.port).ask(asked)
        if status != 200 or b'"contents":[]' in body:
            print(f"  {name} answers {status}: {asked.split(b' ')[1].decode()} {body[:200]!r}")
            return False
    return True


def _alternating(sites: dict[str, Site], seconds: float) -> dict[str, list[load.Taken]]:
    noted: dict[str, list[load.Taken]] = {name: [] for name in sites}
    for turn in range(ROUNDS):
        for name in list(sites) if turn % 2 == 0 else list(reversed(sites)):
            noted[name].append(sites[name].taken(seconds, CONNECTIONS))
    return noted


def _medians(rounds: list[load.Taken]) -> dict[str, object]:
    each = [taken.summary() for taken in rounds]
    return {key: round(statistics.median(row[key] for row in each), 2) for key in each[0]} | {
        "failures": sum(row["failures"] for row in each)
    }


def _goals(
    contenders: dict[str, dict[str, object]], ratios: dict[str, float], sound: bool
) -> dict[str, tuple[object, bool]]:
    flat = {name: ratio for name, ratio in ratios.items() if name.rpartition("_to_")[0].rpartition("_")[0] in FLAT}
    worst = max(flat, key=lambda name: flat[name], default="")
    searches = {name for name in ratios if name.startswith("public_search") and "by_sql" not in name}
    search = max((ratio for name, ratio in ratios.items() if name in searches), default=1.0)
    failures = sum(int(str(row["failures"])) for row in contenders.values())
    return {
        "every address answers with what it should hold": (sound, sound),
        "no failure": (failures, failures == 0),
        "a page of the feed costs the same at every size (within a half, worst)": (
            f"{worst} {flat.get(worst, 1.0):.2f}", flat.get(worst, 1.0) <= 1.5,
        ),
        "the public search costs at most twice as much in the largest": (round(search, 2), search <= 2),
    }  # fmt: skip
