"""Does the time of an answer tell whether an address has an account? `make timing` asks; it is no part of the suite.

Each form is sent with a known and an unknown address in turn, in a random order within each pair, by the
product's own code with the product's password hash; the limits on guessing count as they do, with a clock
that is moved on between requests. It prints both medians, the median of the differences within the pairs and
an interval for it (bootstrap, 95 %), and writes artefacts/timing.json. An interval that holds 0 shows nothing.
The suite's own proof is not the clock but the work: test_L03_known_and_unknown_get_the_same_answer…
"""

import argparse
import json
import os
import random
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tests.database import Clone, test_server

ROOT = Path(__file__).resolve().parents[2]
RESAMPLES = 2000


def work_on(clone: Clone) -> None:
    """Start the product's code on a database of its own, with the password hash of the product."""
    os.environ.update(clone.environment())
    os.environ["DJANGO_SETTINGS_MODULE"] = "linkwell.config.settings_test"
    import django
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    settings.ALLOWED_HOSTS = ["testserver"]
    settings.SMTP = "smtp://localhost:25"
    django.setup()


def moving_clock() -> SimpleNamespace:
    """Put a clock that can be moved under the limits on guessing; `.by` is how far it went."""
    from allauth.core.internal import ratelimit

    moved = SimpleNamespace(by=0.0)
    fake = SimpleNamespace(time=lambda: time.time() + moved.by, monotonic=time.monotonic, sleep=time.sleep)
    ratelimit.time = fake  # type: ignore[attr-defined]
    return moved


def forms() -> dict[str, tuple[Callable[[], None], Callable[[], None]]]:
    """Return for each form what sends it for a known and for an unknown address."""
    from django.test import Client
    from django.utils import timezone

    from linkwell.team import actions
    from linkwell.team.access import COM, MGR
    from linkwell.team.rules import Place
    from tests.factories import AccountFactory, MembershipFactory, SchemeFactory, in_scheme

    scheme = SchemeFactory()
    with in_scheme(scheme):
        known = [MembershipFactory(account__second_factor=True).account.email for _ in range(20)]
        manager, invited = MembershipFactory(role=MGR), {}
        AccountFactory(email="known@example.org")
        for who in ("known", "unknown"):
            made = actions.invite(
                email=f"{who}@example.org", name="", place=Place(role=COM), by=manager, at=timezone.now()
            )
            invited[who] = made.url_path
    unknown = [f"nobody{number}@example.org" for number in range(20)]
    source = (f"10.{a}.{b}.{c}" for a in range(256) for b in range(256) for c in range(256))

    def post(path: str, **data: str) -> None:
        Client(REMOTE_ADDR=next(source)).post(path, data)

    def login(address: str) -> None:
        post("/account/login/", login=address, password="wrong password here")

    def reset(address: str) -> None:
        post("/account/password/reset/", email=address)

    return {
        "login": (lambda: login(random.choice(known)), lambda: login(random.choice(unknown))),
        "reset": (lambda: reset(random.choice(known)), lambda: reset(random.choice(unknown))),
        "invitation": (
            lambda: Client(REMOTE_ADDR=next(source)).get(invited["known"]),
            lambda: Client(REMOTE_ADDR=next(source)).get(invited["unknown"]),
        ),
        "code": (
            lambda: post(invited["known"], code="12345678"),
            lambda: post(invited["unknown"], code="12345678"),
        ),  # fmt: skip
    }


def measure(one: Callable[[], None], other: Callable[[], None], *, pairs: int, moved: Any) -> list[tuple[float, float]]:
    """Return the milliseconds of `pairs` pairs, each in a random order."""
    taken = []
    for number in range(-5, pairs):
        times = {}
        for which in random.sample((0, 1), 2):
            moved.by += 400
            began = time.perf_counter()
            (one, other)[which]()
            times[which] = (time.perf_counter() - began) * 1000
        if number >= 0:  # the first five warm up
            taken.append((times[0], times[1]))
    return taken


def judged(taken: list[tuple[float, float]]) -> dict[str, float]:
    """Return both medians, the median difference and its interval, in milliseconds."""
    differences = [known - unknown for known, unknown in taken]
    again = sorted(statistics.median(random.choices(differences, k=len(differences))) for _ in range(RESAMPLES))
    return {
        "known_ms": round(statistics.median(known for known, _ in taken), 3),
        "unknown_ms": round(statistics.median(unknown for _, unknown in taken), 3),
        "difference_ms": round(statistics.median(differences), 3),
        "low_ms": round(again[int(0.025 * RESAMPLES)], 3),
        "high_ms": round(again[int(0.975 * RESAMPLES)], 3),
    }


def main() -> None:
    """Measure each form and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--pairs", type=int, default=300)
    pairs = parser.parse_args().pairs
    found = {}
    with test_server() as server:
        clone = server.clone(server.template())
        try:
            work_on(clone)
            moved = moving_clock()
            print(f"{pairs} pairs a form, milliseconds: known, unknown, difference within pairs (95 % interval)")
            for name, (one, other) in forms().items():
                found[name] = judged(measure(one, other, pairs=pairs, moved=moved))
                row = found[name]
                print(
                    f"{name:11} {row['known_ms']:8.2f} {row['unknown_ms']:8.2f} {row['difference_ms']:+7.3f}"
                    f" ({row['low_ms']:+.3f} to {row['high_ms']:+.3f})", flush=True,
                )  # fmt: skip
        finally:
            from django.db import connections

            connections.close_all()
            server.drop(clone)
    out = ROOT / "artefacts" / "timing.json"
    out.parent.mkdir(exist_ok=True)
    out.write_text(json.dumps({"pairs": pairs, "forms": found}, indent=2) + "\n", encoding="utf-8")
    print(f"Written to {out.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
