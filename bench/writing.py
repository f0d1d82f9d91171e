"""Run inside one database's environment: forks the writers and the reader, lets contenders take turns; prints JSON."""

import json
import multiprocessing
import sys
import time
from collections.abc import Callable
from typing import Any

from bench import generate
from bench.writes import WRITERS

NOTE = ("Talked about the week, the walking group on Tuesday and the letter from the council. " * 8)[:600]
EPISODES_EACH = 10


def main(people: int, seconds: float, rounds: int) -> None:
    """Print, by contender, what each round noted."""
    import django

    django.setup()
    part, found = generate.parts(people)[0], {"linkwell": [], "stock": []}
    for turn in range(rounds):
        for name in list(found) if turn % 2 == 0 else list(reversed(found)):
            found[name].append(_round(part, name, seconds / rounds))
    json.dump(found, sys.stdout)


def _round(part: generate.Part, name: str, seconds: float) -> dict[str, float]:
    before = _held(part)
    forked = multiprocessing.get_context("fork")
    told: Any = forked.Queue()
    start, until = time.monotonic() + 3, time.monotonic() + 3 + seconds
    writers = [forked.Process(target=_write, args=(part, name, place, start, until, told)) for place in range(WRITERS)]
    reader = forked.Process(target=_read, args=(part, start, until, told))
    for process in (*writers, reader):
        process.start()
    noted = [told.get() for _ in range(WRITERS + 1)]
    for process in (*writers, reader):
        process.join()
    written = [each for each in noted if each["kind"] == "writer"]
    read = next(each for each in noted if each["kind"] == "reader")
    saved = sum(each["saved"] for each in written)
    contacts, counted, audited = (now - was for now, was in zip(_held(part), before, strict=True))
    return {
        "per_second": saved / seconds, "saved": saved, "errors": sum(each["errors"] for each in written),
        "lost": max(saved - contacts, saved - counted, saved - audited, 0),
        "longest_wait_s": max(each["longest"] for each in written), "fewest": min(each["saved"] for each in written),
        "most": max(each["saved"] for each in written), "reads": len(read["times"]),
        "read_p95_ms": sorted(read["times"])[int(len(read["times"]) * 0.95)] if read["times"] else 0.0,
    }  # fmt: skip


def _held(part: generate.Part) -> tuple[int, int, int]:
    """Return how many contacts the large scheme holds, how many its episodes count, how many are in the audit trail."""
    from django.db import connection
    from django.db.models import Sum

    from linkwell.common.models import AuditEvent
    from linkwell.common.scope import scope
    from linkwell.support.models import Contact, Episode

    with scope(scheme_ids=[part.scheme], scheme_id=part.scheme):
        counted = Episode.objects.aggregate(one=Sum("contacts_count"), two=Sum("attempts_count"))
        held = (
            Contact.objects.count(),
            counted["one"] + counted["two"],
            AuditEvent.objects.filter(event="contact.logged").count(),
        )
    connection.close()
    close_pool()
    return held


def close_pool() -> None:
    """Leave no connection open that forked processes would share."""
    from django.db import connection

    connection.close()
    if connection.pool is not None:
        connection.close_pool()


def _write(part: generate.Part, name: str, place: int, start: float, until: float, told: Any) -> None:
    from django.utils import timezone

    from linkwell.team.queries import seat_of

    member_id = part.member0 + 1 + place % part.workers
    save: Callable[..., None] = _by_action if name == "linkwell" else _by_hand
    seat = seat_of(member_id, chosen=member_id, on=timezone.localdate())
    assert seat is not None
    episodes = [part.person0 + 1 + place % part.workers + part.workers * step for step in range(EPISODES_EACH)]
    saved = errors = 0
    longest = 0.0
    time.sleep(max(start - time.monotonic(), 0))
    while (began := time.monotonic()) < until:
        try:
            save(seat.membership, episodes[saved % len(episodes)])
            saved += 1
        except Exception as error:  # counted, and the first one told
            if not errors:
                print(f"{type(error).__name__}: {error}", file=sys.stderr)
            errors += 1
        longest = max(longest, time.monotonic() - began)
    told.put({"kind": "writer", "saved": saved, "errors": errors, "longest": longest})


def _by_action(member: Any, episode_id: int) -> None:
    from django.utils import timezone

    from linkwell.common.scope import scope
    from linkwell.support.actions import Happened, log_contact

    with scope(scheme_ids=[member.scheme_id], scheme_id=member.scheme_id):
        log_contact(episode_id=episode_id, happened=Happened(minutes=20, note=NOTE), by=member, at=timezone.now())


def _by_hand(member: Any, episode_id: int) -> None:
    """Save a note the way one writes it first: get, create, save, audit."""
    from django.utils import timezone

    from linkwell.common.models import AuditEvent
    from linkwell.common.scope import scope
    from linkwell.support.models import Contact, Episode
    from linkwell.support.queries import visible_episodes

    at = timezone.now()
    with scope(scheme_ids=[member.scheme_id], scheme_id=member.scheme_id):
        seen = (
            visible_episodes(viewer=member, at=at).select_related("person", "link_worker__account").get(pk=episode_id)
        )
        episode = Episode.objects.select_for_update(of=("self",)).get(pk=seen.pk)
        contact = Contact.objects.create(
            scheme_id=episode.scheme_id, episode=episode, person_id=episode.person_id, at=at, mode="phone", minutes=20,
            reached=True, note=NOTE, by=member, recorded_at=at,
        )  # fmt: skip
        episode.contacts_count = Contact.objects.filter(episode=episode, reached=True).count()
        episode.attempts_count = Contact.objects.filter(episode=episode, reached=False).count()
        episode.minutes_total += contact.minutes
        episode.last_heard_at = at
        episode.save()
        AuditEvent.objects.create(
            scheme_id=episode.scheme_id, at=at, event="contact.logged", membership_id=member.pk, role=member.role,
            person_id=episode.person_id, object_kind="support.contact", object_id=contact.pk,
        )  # fmt: skip


def _read(part: generate.Part, start: float, until: float, told: Any) -> None:
    from django.utils import timezone

    from linkwell.common.scope import scope
    from linkwell.support.queries import caseload
    from linkwell.team.queries import seat_of

    member_id, times = part.member0 + 1, []
    seat = seat_of(member_id, chosen=member_id, on=timezone.localdate())
    assert seat is not None
    time.sleep(max(start - time.monotonic(), 0))
    while (began := time.monotonic()) < until:
        with scope(scheme_ids=[part.scheme], scheme_id=part.scheme):
            caseload(viewer=seat.membership, at=timezone.now())
        times.append((time.monotonic() - began) * 1000)
        time.sleep(0.1)
    told.put({"kind": "reader", "times": times})


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]))
