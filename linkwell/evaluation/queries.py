"""Reads the reporting views, under the reporting role alone. No person is in them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from linkwell.common.scope import reporting


@dataclass(frozen=True)
class ReferralRow:
    """One referral without a person: when it reached what, and who contributed it."""

    referral_key: int
    programme: str | None
    contributor: str | None
    worker_key: int | None
    source: str
    urgency: str
    state: str
    received_on: date
    accepted_on: date | None
    refused: str | None
    refused_on: date | None
    allocated_on: date | None
    first_attempt_on: date | None
    first_conversation_on: date | None
    attempts: int | None
    contacts: int | None
    plan_agreed_on: date | None
    signposted_on: date | None
    referred_on_on: date | None
    first_attended_on: date | None
    attending_on: date | None
    ended_on: date | None
    end_reason: str | None
    target_days: int


_COLUMNS = ", ".join(ReferralRow.__dataclass_fields__)


@contextmanager
def reading() -> Iterator[Any]:
    """Give a cursor of the reporting role."""
    with reporting(), connection.cursor() as cursor:
        # Rows loaded a minute ago have no statistics yet; a nested loop over them takes minutes, a hash join a moment.
        cursor.execute("SET LOCAL enable_nestloop = off")
        yield cursor
        cursor.execute("SET LOCAL enable_nestloop = on")


def first_received_on(cursor: Any, *, scheme_id: int) -> date | None:
    """Return the day of a scheme's first referral, None while there is none."""
    cursor.execute("SELECT min(received_on) FROM report_referral WHERE scheme_id = %s", [scheme_id])
    (day,) = cursor.fetchone()
    return day if isinstance(day, date) else None


def referrals(cursor: Any, *, scheme_id: int, since: date, until: date) -> list[ReferralRow]:
    """Return a scheme's referrals received from `since` on and before `until`, oldest first."""
    cursor.execute(
        f"SELECT {_COLUMNS} FROM report_referral WHERE scheme_id = %s AND received_on >= %s AND received_on < %s"
        " ORDER BY received_on, referral_key",
        [scheme_id, since, until],
    )
    return [ReferralRow(*row) for row in cursor.fetchall()]


Pair = tuple[float | None, float | None]


def pairs(cursor: Any, *, scheme_id: int, until: date) -> dict[tuple[int, str], Pair]:
    """Return {(referral, scale): (score at the start, last later score)}, counting only days before `until`.

    Of several answers on one occasion the newest holds, for a correction is a new row. A later score
    without one at the start has None in front.
    """
    found: dict[tuple[int, str], Pair] = {}
    for is_start in (True, False):
        cursor.execute(
            "SELECT DISTINCT ON (referral_key, scale) referral_key, scale, value FROM report_score"
            " WHERE scheme_id = %s AND scored_on < %s AND (occasion = 'baseline') = %s"
            " ORDER BY referral_key, scale, scored_on DESC, in_order DESC",
            [scheme_id, until, is_start],
        )
        for referral_key, scale, value in cursor.fetchall():
            before, after = found.get((referral_key, scale), (None, None))
            found[referral_key, scale] = (value, after) if is_start else (before, value)
    return found


@dataclass(frozen=True)
class UnmetRow:
    """A need for which nothing fitted somebody, without the person: which, roughly where, what kept them from it."""

    episode_key: int
    contributor: str | None
    worker_key: int | None
    need: str
    outcode: str
    main_reason: str
    found_on: date


_UNMET = ", ".join(UnmetRow.__dataclass_fields__)


def unmet(cursor: Any, *, scheme_id: int, since: date, until: date) -> list[UnmetRow]:
    """Return what was found missing from `since` on and before `until`, oldest first."""
    cursor.execute(
        f"SELECT {_UNMET} FROM report_unmet WHERE scheme_id = %s AND found_on >= %s AND found_on < %s"
        " ORDER BY found_on, in_order",
        [scheme_id, since, until],
    )
    return [UnmetRow(*row) for row in cursor.fetchall()]
