"""A council's whole feed into the directory: first load, and the day after with one entry in a hundred changed.

Three ways read the same pages with the same reader and write the same rows: the product's own import (COPY, merge,
hashes), Django's `update_or_create` entry by entry as one writes it first, and `bulk_create(update_conflicts=True)`
a thousand at a time. Each works in an empty database of the same kind, durable as in use.
"""

import contextlib
import json
import os
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from bench import results
from bench.world import ROOT, World, world

SIZE = 100_000
PAGE = 100
SLOW = 2_000  # entries that update_or_create writes at most: it is measured by the entry
WAYS = ("linkwell", "bulk_create", "update_or_create")
MEMORY_MIB = 200
NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)


def main(size: int = SIZE) -> None:
    """Measure and write the results."""
    facts = results.machine()
    found: dict[str, dict[str, float]] = {}
    for way in WAYS:
        with contextlib.ExitStack() as stack:
            of = stack.enter_context(world(size, kind="imports", fill=_empty))
            found[way] = _measured(of, way, size)
    ours, bulk, slow = (found[way] for way in WAYS)
    shown = ["first_per_second", "again_per_second", "rows", "memory_mib"]
    results.table(["entries a second", *shown], [[way, *(row[key] for key in shown)] for way, row in found.items()])
    ratios = {
        "first_update_or_create": ours["first_per_second"] / slow["first_per_second"],
        "first_bulk_create": ours["first_per_second"] / bulk["first_per_second"],
        "again_bulk_create": ours["again_per_second"] / bulk["again_per_second"],
    }
    same = len({(row["rows"], row["changed"]) for row in (ours, bulk)}) == 1
    results.write(
        "imports",
        workload={"services": size, "page": PAGE, "changed_share": 0.01,
                  "update_or_create_measured_on": min(size, SLOW),
                  "durability": "fsync, synchronous_commit, full_page_writes on"},
        contenders=found, ratios=ratios, facts=facts, same_answers=same,
        goals={
            "first load, times update_or_create": (round(ratios["first_update_or_create"], 1),
                                                   ratios["first_update_or_create"] >= 30),
            "first load, times bulk_create": (round(ratios["first_bulk_create"], 1), ratios["first_bulk_create"] >= 3),
            "one in a hundred changed, times bulk_create": (round(ratios["again_bulk_create"], 1),
                                                            ratios["again_bulk_create"] >= 40),
            f"memory within {MEMORY_MIB} MiB": (ours["memory_mib"], ours["memory_mib"] <= MEMORY_MIB),
        },
    )  # fmt: skip


def _empty(admin: str, size: int, half: Any) -> bool:
    """Empty the directory: every way begins with nothing."""
    import psycopg

    with psycopg.connect(admin, autocommit=True) as server:
        server.execute("SET session_replication_role = replica")  # logs refuse to be emptied
        server.execute("TRUNCATE directory_source CASCADE")
    return True


def _measured(of: World, way: str, size: int) -> dict[str, float]:
    command = [sys.executable, "-W", "ignore", "-m", "bench.imports", way, str(size)]
    done = subprocess.run(command, env=of.environment(), cwd=ROOT, stdout=subprocess.PIPE, check=True)
    return dict(json.loads(done.stdout))


def feed(size: int, *, changed: frozenset[int] = frozenset()) -> Iterator[bytes]:
    """Yield the services of a feed, each about 2.6 kB, as bytes; `changed` ones say something new."""
    words = "welcome friendly group tea company walk talk learn share garden music craft advice support local".split()
    for number in range(size):
        rng = random.Random(number)
        text = " ".join(rng.choice(words) for _ in range(150))
        if number in changed:
            text = f"Now on another day. {text}"
        at = {"latitude": 53.3 + number % 900 / 3000, "longitude": -2.5 + number % 700 / 2000}
        yield json.dumps({
            "id": f"00000000-0000-4000-8000-{number:012}", "name": f"Group {number} of {words[number % len(words)]}",
            "description": text, "status": "active", "url": f"https://example.org/{number}",
            "email": f"hello{number}@example.org", "last_modified": "2026-11-01T10:00:00Z",
            "organization": {"id": f"o{number // 4}", "name": f"Organisation {number // 4}", "description": text[:200]},
            "phones": [{"id": f"p{number}", "number": f"0161 {number % 900 + 100} {number % 9000 + 1000}"}],
            "contacts": [{"id": f"c{number}", "name": "The office", "email": f"office{number}@example.org"}],
            "languages": [{"id": f"l{number}", "name": "English", "code": "en"}],
            "cost_options": [{"id": f"f{number}", "option": "Each time", "amount": number % 5, "currency": "GBP"}],
            "schedules": [{"id": f"t{number}{day}", "freq": "WEEKLY", "byday": day, "opens_at": "10:00",
                           "closes_at": "12:00"} for day in ("MO", "TH", "FR")[: number % 3 + 1]],
            "service_at_locations": [{"id": f"sl{number}", "location": {
                "id": f"lo{number}", "location_type": "physical", "name": f"Hall {number}", **at,
                "addresses": [{"id": f"a{number}", "address_1": f"{number % 150} High Street", "city": "Sale",
                               "postal_code": "M33 7XX", "country": "GB", "address_type": "physical"}]}}],
            "attributes": [{"id": f"at{number}{term}", "taxonomy_term": {
                "id": f"term{term}", "name": f"Term {term}", "taxonomy": "Bench"}} for term in range(number % 4 + 1)],
        }).encode()  # fmt: skip


class _Pages:
    """The feed on disk, as the fetcher leaves it."""

    def __init__(self, size: int, changed: frozenset[int]) -> None:
        import tempfile

        from linkwell.interop.spool import Spool

        self.spool = Spool(tempfile.TemporaryFile())
        for record in feed(size, changed=changed):
            self.spool.append(record)

    def reader(self) -> Any:
        from linkwell.interop.open_referral.documents import Document
        from linkwell.interop.open_referral.reader import FeedReader

        return FeedReader(Document(self.spool, is_whole_list=True), kind="oruk3")


def _linkwell(size: int, pages: _Pages) -> None:
    from linkwell.directory.imports import import_records

    import_records(reader=pages.reader(), source="Bench", at=NOW)


def _records(pages: _Pages, most: int) -> Iterator[Any]:
    """Read every record, as a plain import does."""
    reader = pages.reader()
    for raw, _ in zip(reader.raws(), range(most), strict=False):
        yield reader.read(raw)


def one_by_one(size: int, pages: _Pages) -> None:
    """Write entries as one writes it first: `update_or_create` for each row, what hangs on an entry anew."""
    from django.db import transaction

    from bench import imports_stock

    with transaction.atomic():
        source = imports_stock.source(NOW)
        for record in _records(pages, min(size, SLOW)):
            imports_stock.save_one(source, record, NOW)


def in_bulk(size: int, pages: _Pages) -> None:
    """Write a thousand entries at a time with `bulk_create(update_conflicts=True)`."""
    from django.db import connection, transaction

    from bench import imports_stock

    with transaction.atomic():
        connection.cursor().execute("SET LOCAL statement_timeout = 0")  # as the product's own import has it
        source = imports_stock.source(NOW)
        batch = []
        for record in _records(pages, size):
            batch.append(record)
            if len(batch) == 1_000:
                imports_stock.save_many(source, batch, NOW)
                batch = []
        imports_stock.save_many(source, batch, NOW)


CONTENDERS: dict[str, Callable[[int, _Pages], None]] = {
    "linkwell": _linkwell, "bulk_create": in_bulk, "update_or_create": one_by_one,
}  # fmt: skip


def _process(way: str, size: int) -> dict[str, float]:
    """Load twice in this process; return the rates, what stands in the tables, and the memory it took."""
    import django

    django.setup()
    from linkwell.directory.models import Service

    written = min(size, SLOW) if way == "update_or_create" else size
    first = _Pages(size, frozenset())
    second = _Pages(size, frozenset(range(0, size, 100)))
    seconds = []
    for pages in (first, second):
        began = time.perf_counter()
        CONTENDERS[way](size, pages)
        seconds.append(time.perf_counter() - began)
    return {
        "first_per_second": round(written / seconds[0], 1),
        "again_per_second": round(written / seconds[1], 1),
        "first_s": round(seconds[0], 2),
        "again_s": round(seconds[1], 2),
        "rows": Service.objects.count(),
        "changed": Service.objects.filter(description_text__startswith="Now on another day").count(),
        "memory_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    }


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "linkwell.config.settings")
    print(json.dumps(_process(sys.argv[1], int(sys.argv[2]))))
