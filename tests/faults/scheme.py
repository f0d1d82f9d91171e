"""A scheme whose members are signed in, written into the Linkwell of LINKWELL_HOME: who the clients of a load are.

python -m tests.faults.scheme make FILE    writes cookies and ids into FILE
python -m tests.faults.scheme sweep        puts waiting messages back on the queue, as the clock would within minutes
"""

import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from linkwell.cli.session import session
from tests.faults.running import ROOT, environment

WORKERS, PEOPLE, SERVICES = 3, 6, 60


@dataclass(frozen=True)
class Cast:
    """Who acts: each with a session's cookie; a worker also with the people who are theirs."""

    scheme_id: int
    cookie_name: str
    workers: list[dict[str, Any]]
    referrer: dict[str, Any]
    lead: dict[str, Any]
    services: list[int]
    referred: set[tuple[int, int]] = field(default_factory=set)  # person and service that some client has tried
    taken_on: set[str] = field(default_factory=set)  # referrals


def cast(home: Path, **others: str) -> Cast:
    """Make the scheme in a process of its own and return who acts."""
    file = home.parent / "cast.json"
    _run("make", str(file), home=home, **others)
    return Cast(**json.loads(file.read_text()))


def sweep(home: Path, **others: str) -> None:
    """Have every waiting message on the queue."""
    _run("sweep", home=home, **others)


def _run(*words: str, home: Path, **others: str) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "tests.faults.scheme", *words],
        cwd=ROOT, env=environment(home, **others), capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    if done.returncode != 0:
        raise AssertionError(done.stderr[-3000:])


def make() -> dict[str, Any]:
    """Write the scheme and return what a Cast holds."""
    from django.conf import settings

    from linkwell.team.access import LW, REF, SUP
    from tests.factories import (
        EpisodeFactory,
        MembershipFactory,
        OrganisationFactory,
        SchemeFactory,
        ServiceFactory,
        in_scheme,
    )

    scheme = SchemeFactory(phone="01632 960001")
    with in_scheme(scheme):
        workers = []
        for _ in range(WORKERS):
            worker = MembershipFactory(role=LW)
            episodes = [EpisodeFactory(link_worker=worker, next_step_on=None) for _ in range(PEOPLE)]
            workers.append(_signed_in(worker) | {"people": [one.person_id for one in episodes]})
        services = [
            ServiceFactory(organisation=OrganisationFactory(referral_email=f"group{number}@example.org")).pk
            for number in range(SERVICES)
        ]
        referrer, lead = _signed_in(MembershipFactory(role=REF)), _signed_in(MembershipFactory(role=SUP))
    return {
        "scheme_id": scheme.pk, "cookie_name": settings.SESSION_COOKIE_NAME, "workers": workers, "referrer": referrer,
        "lead": lead, "services": services,
    }  # fmt: skip


def _signed_in(member: Any) -> dict[str, Any]:
    """Return the member's id and the cookie of a session past the second factor, made by the product's own store."""
    from tests.faults.acts import signed_in

    return {"membership": member.pk, "cookie": signed_in(member).session.session_key}


def put_back() -> None:
    from procrastinate.contrib.django import app

    from linkwell.messages.jobs import SWEEP
    from linkwell.team.queries import scheme_ids

    for scheme_id in scheme_ids():
        app.tasks[SWEEP].func(scheme_id=scheme_id)


if __name__ == "__main__":
    with session():
        if sys.argv[1] == "make":
            Path(sys.argv[2]).write_text(json.dumps(make()))
        else:
            put_back()
