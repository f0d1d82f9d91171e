"""Sealing, telling the second place, checking: what the clock and the `linkwell audit` command do."""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction

from linkwell.common.locks import one_at_a_time
from linkwell.common.scope import scope
from linkwell.team.sealing import chain, heads, queries
from linkwell.team.sealing.models import AuditCheck, AuditSeal, HeadDelivery

ROWS_OF_A_SEAL = 1000
SEALS_AT_ONCE = 20  # in one transaction
TIMES_IN_A_TURN = 10
HEADS_AT_ONCE = 500
A_REQUEST = timedelta(minutes=15)  # no request or job holds a transaction open for longer

log = logging.getLogger("linkwell.audit")


def keys() -> chain.Keys:
    """Return the keys of this installation."""
    return chain.keys_of(settings.AUDIT_KEY, settings.AUDIT_OLD_KEYS)


def seal_scheme(*, scheme_id: int, at: datetime, reach: timedelta = A_REQUEST) -> int:
    """Seal what has no seal, a run of rows in a transaction each, and tell the second places; return how many rows."""
    sealed = 0
    for _ in range(TIMES_IN_A_TURN):
        with scope(scheme_ids=[scheme_id], scheme_id=scheme_id):
            count = seal_some(scheme_id=scheme_id, at=at, reach=reach)
        sealed += count
        if count < ROWS_OF_A_SEAL * SEALS_AT_ONCE:
            break
    tell_heads(scheme_id=scheme_id, at=at)
    return sealed


@transaction.atomic
def seal_some(*, scheme_id: int, at: datetime, reach: timedelta) -> int:
    """Seal rows next after the chain's end, 20,000 at most; return how many. Two at once take turns."""
    one_at_a_time(f"audit chain {scheme_id}")
    rows = queries.rows_to_seal(scheme_id, at=at, reach=reach, most=ROWS_OF_A_SEAL * SEALS_AT_ONCE)
    if not rows:
        return 0
    runs = [rows[start : start + ROWS_OF_A_SEAL] for start in range(0, len(rows), ROWS_OF_A_SEAL)]
    after, made, known = queries.last_seal(scheme_id), [], keys()
    for number, run in zip(queries.next_ids(len(runs)), runs, strict=True):
        after = chain.make_seal(number=number, scheme_id=scheme_id, rows=run, after=after, keys=known, at=at)
        made.append(AuditSeal(**vars(after) | {"event_ids": list(after.event_ids)}))
    AuditSeal.objects.bulk_create(made)
    return len(rows)


Tell = Callable[[Sequence[chain.Head]], None]


def tell_heads(*, scheme_id: int, at: datetime, places: Mapping[str, Tell] | None = None) -> None:
    """Tell each second place the heads it does not know yet; what fails is written down, and tried at the next turn."""
    for name, tell in (heads.channels() if places is None else places).items():
        with scope(scheme_ids=[scheme_id], scheme_id=scheme_id):
            one_at_a_time(f"audit heads {scheme_id} {name}")
            _tell(scheme_id, name, tell, at)


def _tell(scheme_id: int, name: str, tell: Tell, at: datetime) -> None:
    state, _ = HeadDelivery.objects.get_or_create(scheme_id=scheme_id, channel=name)
    while True:
        rows = AuditSeal.objects.filter(scheme_id=scheme_id, first_position__gt=state.position)
        seals = [row.as_seal() for row in rows.order_by("first_position")[:HEADS_AT_ONCE]]
        if not seals:
            return
        try:
            tell([chain.head_of(seal) for seal in seals])
        except (OSError, ValueError) as fault:
            state.failing_since = state.failing_since or at
            state.why = f"{type(fault).__name__}: {getattr(fault, 'strerror', None) or 'not a place to send to'}"[:200]
            state.save()
            log.error("The audit heads of scheme %s cannot be told to the %s: %s", scheme_id, name, state.why)
            return
        state.position, state.told_at = seals[-1].last_position, at
        state.failing_since, state.why = None, ""
        state.save()


def tell_again(*, scheme_id: int, at: datetime) -> None:
    """Tell every head from the first one again: to a second place that is new."""
    with scope(scheme_ids=[scheme_id], scheme_id=scheme_id):
        HeadDelivery.objects.filter(scheme_id=scheme_id).update(position=0)
    tell_heads(scheme_id=scheme_id, at=at)


def check_scheme(*, scheme_id: int, at: datetime, copy: Path | None = None) -> chain.Report:
    """Check a scheme's chain against its rows and the second place; reads only, row by row.

    copy   lines of heads kept elsewhere (a log server's file, a mail); empty, the file of LINKWELL_AUDIT_HEADS,
           in which no head may be missing
    """
    path = copy or (Path(settings.AUDIT_HEADS) if settings.AUDIT_HEADS else None)
    told = heads.read_file(path, scheme_id=scheme_id) if path else None  # before the chain, which only grows
    with scope(scheme_ids=[scheme_id], scheme_id=scheme_id):
        queries.take_the_time_it_needs()
        return chain.check(
            scheme_id=scheme_id, runs=queries.runs(scheme_id), heads=told, every_head=copy is None, keys=keys(), at=at,
            unsealed=lambda settled: queries.unsealed(scheme_id, settled),
        )  # fmt: skip


def note_check(*, report: chain.Report, at: datetime) -> AuditCheck:
    """Write down what a check found; within the scheme's scope."""
    first = report.findings[0] if report.findings else None
    return AuditCheck.objects.create(
        scheme_id=report.scheme_id, at=at, sealed=report.sealed, unsealed=report.unsealed.count,
        findings=report.found, first_position=first.position if first else None,
        first_finding=first.what[:300] if first else "",
    )  # fmt: skip
